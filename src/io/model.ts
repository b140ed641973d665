/**
 * A model as bytes: a safetensors file of the weights, with all that is needed to use them in its metadata.
 * Read sealedSafetensors.ts and autoencoder/spec.ts first.
 *
 * Metadata (all values are text): `checksum` (sealedSafetensors.ts), `format` "isthmus", `version` "2"; as JSON `model`
 * (the spec), `normalization` and `training` (how the model was made, for people). Weights are `[in, out]`, named
 * `encoder.0.weight` and so on.
 */

import { Autoencoder } from '../autoencoder/autoencoder.ts';
import type { AutoencoderSpec } from '../autoencoder/spec.ts';
import type { LayerSpec, SequentialSpec } from '../layers/spec.ts';
import { zeros } from '../tensor/initializers.ts';
import { formatShape, sameShape, sizeOf } from '../tensor/shape.ts';
import { checkNormalization } from './checkNormalization.ts';
import { FormatError } from './errors.ts';
import { isIntegerAtLeast, isObject, parseMetadata, shown } from './json.ts';
import type { NamedTensor, SafetensorsContents } from './safetensors.ts';
import { type Kind, readSealed, writeSealed } from './sealedSafetensors.ts';

/** How deep Sequentials may be nested: each level takes a part of the stack whenever the network is walked. */
const MAX_DEPTH = 100;

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

/** @throws {FormatError} If the bytes are not a model file, are of another version or damaged, or their parts don't agree. */
export function readModel(bytes: Uint8Array): LoadedModel {
  const contents = readSealed(MODEL, bytes);
  const autoencoder = buildModel(contents);
  const training = parseMetadata('training', contents.metadata.training);
  if (!isObject(training)) {
    throw new FormatError(`the file's metadata 'training' is ${shown(training)}, expected a JSON object.`);
  }
  return { autoencoder, training };
}

/** The parameters under the names that files give them. */
export function weightsOf(autoencoder: Autoencoder): NamedTensor[] {
  return autoencoder.namedParameters().map(([name, { value }]) => ({ name, tensor: value }));
}

export interface NamedLayer {
  /** As in the names of its parameters: `encoder.0`, and in a Sequential `encoder.0.1`. */
  readonly name: string;
  readonly layer: Exclude<LayerSpec, SequentialSpec>;
}

/** The layers of a network in order; those of a Sequential take its place. */
export function namedLayers(prefix: string, layers: readonly LayerSpec[]): NamedLayer[] {
  return layers.flatMap((layer, index) => {
    const name = `${prefix}.${index}`;
    return layer.type === 'sequential' ? namedLayers(name, layer.layers) : [{ name, layer }];
  });
}

/** The part of the metadata that describes the network. */
export function describeModel(autoencoder: Autoencoder): Record<string, string> {
  return {
    model: JSON.stringify(autoencoder.spec()),
    normalization: JSON.stringify(autoencoder.normalization),
  };
}

/**
 * The model of a file whose metadata {@link describeModel} wrote and whose tensors are its weights and no others.
 *
 * @throws {FormatError} If the two don't agree.
 */
export function buildModel({ tensors, metadata }: SafetensorsContents): Autoencoder {
  const autoencoder = buildAutoencoder(parseMetadata('model', metadata.model), tensors);
  const normalization = parseMetadata('normalization', metadata.normalization);
  autoencoder.normalization = checkNormalization(normalization, sizeOf(autoencoder.inputShape));
  return autoencoder;
}

function buildAutoencoder(description: unknown, tensors: SafetensorsContents['tensors']): Autoencoder {
  let autoencoder: Autoencoder;
  try {
    autoencoder = new Autoencoder({ spec: checkSpec(description, tensors), initializer: zeros });
  } catch (error) {
    // The spec comes from the file, so the file is to blame for whatever the constructors refuse.
    const { name, message } = error as Error;
    const isOurs = (name === 'RangeError' || name === 'ShapeError') && message.endsWith('.');
    const reason = isOurs ? message : 'a part of it has the wrong type.';
    throw new FormatError(`the model's description can't be used: ${reason}`);
  }
  const parameters = autoencoder.namedParameters();
  if (parameters.length !== tensors.size) {
    throw new FormatError(
      `the file holds ${tensors.size} tensors, expected the ${parameters.length} of the model's description.`,
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

/** Checks what the constructors take for granted, so that a short file that claims large layers takes no memory. */
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
  if (!Array.isArray(layers))
    throw new RangeError('its encoder, decoder or a sequential is not a list of layers.');
  if (depth > MAX_DEPTH) throw new RangeError(`its layers are nested more than ${MAX_DEPTH} deep.`);
  return layers.reduce((sum: number, layer: unknown) => {
    const { type, layers: inner, inFeatures, outFeatures } = isObject(layer) ? layer : {};
    if (type === 'sequential') return sum + countWeights(inner, depth + 1);
    if (type !== 'dense') return sum;
    if (!(isIntegerAtLeast(inFeatures, 1) && isIntegerAtLeast(outFeatures, 1))) {
      throw new RangeError(
        `a dense layer has the widths ${shown(inFeatures)} and ${shown(outFeatures)}, expected integers >= 1.`,
      );
    }
    return sum + inFeatures * outFeatures;
  }, 0);
}
