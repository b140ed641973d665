/**
 * A model as bytes: a safetensors file with the weights, and in its metadata what else is needed to use them.
 * Read sealed.ts and autoencoder/spec.ts first.
 *
 * Metadata (all values are text): `checksum` (sealed.ts), `format` "isthmus", `version` "2", `model` (the spec),
 * `normalization` and `training` (how it came about; for people) as JSON. Weights are `[in, out]`, named
 * `encoder.0.weight` and so on.
 */

import { Autoencoder } from '../autoencoder/autoencoder.ts';
import type { AutoencoderSpec } from '../autoencoder/spec.ts';
import { zeros } from '../tensor/initializers.ts';
import { formatShape, sameShape, sizeOf } from '../tensor/shape.ts';
import { FormatError, shown } from './errors.ts';
import { checkNormalization } from './checkNormalization.ts';
import { isObject, type NamedTensor, type SafetensorsContents } from './safetensors.ts';
import { type Kind, readSealed, writeSealed } from './sealedSafetensors.ts';

/** How many layers may contain each other: each level takes a part of the stack, wherever the network is walked. */
const DEEPEST = 100;

/** JSON.parse takes any depth; what writes the same again, or compares it, would overflow the stack. */
const DEEPEST_JSON = 500;

const MODEL: Kind = { format: 'isthmus', noun: 'model', version: 2 };

/** Facts about a training run that go with the model, as plain JSON. */
export type TrainingFacts = Readonly<Record<string, unknown>>;

export interface LoadedModel {
  readonly autoencoder: Autoencoder;
  readonly training: TrainingFacts;
}

/** The same weights, spec, normalization and facts give the same bytes. */
export function writeModel(autoencoder: Autoencoder, training: TrainingFacts = {}): Uint8Array {
  return writeSealed(MODEL, weightsOf(autoencoder), {
    ...describeModel(autoencoder),
    training: JSON.stringify(training),
  });
}

/** @throws {FormatError} If the bytes are no model of ours, of another version, damaged, or their parts don't agree. */
export function readModel(bytes: Uint8Array): LoadedModel {
  const contents = readSealed(MODEL, bytes);
  const autoencoder = buildModel(contents);
  const training = parseJson('training', contents.metadata.training);
  if (!isObject(training)) throw new FormatError("the model's metadata 'training' is not a JSON object.");
  return { autoencoder, training };
}

/** The parameters by name, as a file holds them. */
export function weightsOf(autoencoder: Autoencoder): NamedTensor[] {
  return autoencoder.namedParameters().map(([name, { value }]) => ({ name, tensor: value }));
}

/** The part of the metadata that says what the weights are for. */
export function describeModel(autoencoder: Autoencoder): Record<string, string> {
  return {
    model: JSON.stringify(autoencoder.spec()),
    normalization: JSON.stringify(autoencoder.normalization),
  };
}

/**
 * The model of a file that holds its weights and what {@link describeModel} says, and no other tensors.
 *
 * @throws {FormatError} If they don't agree.
 */
export function buildModel({ tensors, metadata }: SafetensorsContents): Autoencoder {
  const autoencoder = buildAutoencoder(parseJson('model', metadata.model), tensors);
  const normalization = parseJson('normalization', metadata.normalization);
  autoencoder.normalization = checkNormalization(normalization, sizeOf(autoencoder.inputShape));
  return autoencoder;
}

function buildAutoencoder(description: unknown, tensors: SafetensorsContents['tensors']): Autoencoder {
  let autoencoder: Autoencoder;
  try {
    autoencoder = new Autoencoder({ spec: checkSpec(description, tensors), initializer: zeros });
  } catch (error) {
    // The spec is only as good as the file: whatever the constructors don't like, the file is to blame.
    const { name, message } = error as Error;
    const isOurs = (name === 'RangeError' || name === 'ShapeError') && message.endsWith('.');
    const reason = isOurs ? message : 'a part of it is of another type than it should be.';
    throw new FormatError(`the model's description can't be used: ${reason}`);
  }
  const parameters = autoencoder.namedParameters();
  if (parameters.length !== tensors.size) {
    throw new FormatError(
      `the file holds ${tensors.size} tensors, its description asks for ${parameters.length}.`,
    );
  }
  for (const [name, { value }] of parameters) {
    const stored = tensors.get(name);
    if (!stored || !sameShape(stored.shape, value.shape)) {
      const found = stored ? formatShape(stored.shape) : 'missing';
      throw new FormatError(`tensor '${name}' is ${found}, expected ${formatShape(value.shape)}.`);
    }
    if (!stored.data.every(Number.isFinite)) {
      throw new FormatError(`tensor '${name}' holds NaN or infinity, expected finite weights.`);
    }
    value.data.set(stored.data);
  }
  return autoencoder;
}

/** What the constructors take for granted. A short file must not make us allocate the layers of a spec that lies. */
function checkSpec(value: unknown, tensors: SafetensorsContents['tensors']): AutoencoderSpec {
  const { type, inputShape, encoder, decoder } = isObject(value) ? value : {};
  if (type !== 'autoencoder') {
    throw new RangeError(`its type is ${shown(type)}, expected "autoencoder".`);
  }
  if (!Array.isArray(inputShape)) {
    throw new RangeError(`its input shape is ${shown(inputShape)}, expected a list of integers >= 1.`);
  }
  const asked = countWeights(encoder) + countWeights(decoder);
  const stored = [...tensors.values()].reduce((sum, { size }) => sum + size, 0);
  if (asked > stored) throw new RangeError(`it asks for ${asked} weights, the file holds ${stored} numbers.`);
  return value as unknown as AutoencoderSpec;
}

function countWeights(layers: unknown, depth = 0): number {
  if (!Array.isArray(layers)) throw new RangeError('a part of it is no list of layers.');
  if (depth > DEEPEST) throw new RangeError(`its layers lie more than ${DEEPEST} deep within each other.`);
  return layers.reduce((sum: number, layer: unknown) => {
    const { type, layers: inner, inFeatures, outFeatures } = isObject(layer) ? layer : {};
    if (type === 'sequential') return sum + countWeights(inner, depth + 1);
    if (type !== 'dense') return sum;
    if (!(isCount(inFeatures) && isCount(outFeatures))) {
      throw new RangeError('the widths of a dense layer of it are not integers >= 1.');
    }
    return sum + inFeatures * outFeatures;
  }, 0);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

export function parseJson(key: string, text: string | undefined): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text ?? 'nothing');
  } catch {
    throw new FormatError(`the model's metadata '${key}' is no JSON: ${shown(text)}.`);
  }
  if (depthOf(text!) > DEEPEST_JSON) {
    throw new FormatError(
      `the model's metadata '${key}' has more than ${DEEPEST_JSON} lists and objects within each other.`,
    );
  }
  return value;
}

/** How many lists and objects of a JSON text lie within each other, where it is deepest. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth--;
  }
  return deepest;
}
