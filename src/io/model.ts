/**
 * A model as bytes: a safetensors file of the weights, with all that is needed to use them in its metadata.
 * Read sealedSafetensors.ts and autoencoder/spec.ts first.
 *
 * Metadata (all values are text): `checksum` (sealedSafetensors.ts), `format` "isthmus", `version` "2"; as JSON `model`
 * (the spec), `normalization` and `training` (how the model was made, for people). Weights have the shapes of their layers
 * and names such as `encoder.0.weight`. A plain autoencoder may have the distribution of its training codes beside them:
 * `codes.mean` `[d]` and `codes.factor` `[d, d]`. An autoencoder of any kind may have the errors of its training data:
 * `errors.training`, `errors.heldOut`, and the metadata `errors`, which says what they are and of how many samples.
 */

import { Autoencoder } from '../autoencoder/autoencoder.ts';
import type { ErrorDistributions } from '../evaluation/errorDistribution.ts';
import { GAN } from '../gan/gan.ts';
import { GaussianDistribution } from '../latent/gaussian.ts';
import type { LayerSpec, SequentialSpec } from '../layers/spec.ts';
import { zeros } from '../tensor/initializers.ts';
import { type OptionNames, requireBytes, requireModel, requireOptions } from '../tensor/options.ts';
import { formatShape, ShapeError, sameShape, sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { plural } from '../tensor/words.ts';
import { VariationalAutoencoder } from '../vae/variationalAutoencoder.ts';
import { checkNormalization } from './checkNormalization.ts';
import { checkSizes, checkSpec, type ModelSpec } from './checkSpec.ts';
import { FormatError } from './errors.ts';
import { isObject, parseMetadata, shown } from './json.ts';
import { describeErrors, ERROR_TENSORS, errorTensors, readErrors } from './modelErrors.ts';
import type { NamedTensor, SafetensorsContents } from './safetensors.ts';
import { type Kind, readSealed, writeSealed } from './sealedSafetensors.ts';

const MODEL: Kind = { format: 'isthmus', noun: 'model', version: 2 };
const CODES_MEAN = 'codes.mean';
const CODES_FACTOR = 'codes.factor';

/** A model of any kind. A variational autoencoder is an autoencoder, too. */
export type AnyModel = Autoencoder | GAN;

/** Facts about a training run that go with the model, as plain JSON. */
export type TrainingFacts = Readonly<Record<string, unknown>>;

/** What a model file says beside the model. */
export interface ModelExtras {
  /** How the model was made, for people. @default {} */
  readonly training?: TrainingFacts;
  /** How the codes of the training data of a plain autoencoder are distributed: `isthmus generate` draws from it. */
  readonly codes?: GaussianDistribution | undefined;
  /** How large the errors of an autoencoder's training data are: `isthmus evaluate --anomalies` compares with them. */
  readonly errors?: ErrorDistributions | undefined;
}

const EXTRAS: OptionNames<ModelExtras> = { training: true, codes: true, errors: true };

/** The file says of codes and errors what it says; files of earlier versions say nothing of them. */
export interface LoadedAnyModel extends ModelExtras {
  readonly model: AnyModel;
  /** How the model was made; `{}` if it was written without. */
  readonly training: TrainingFacts;
}

/** An autoencoder from a file, with what the file holds beside it. */
export interface LoadedModel extends Omit<LoadedAnyModel, 'model'> {
  readonly autoencoder: Autoencoder;
}

/**
 * Writes a model as a file: a safetensors file of its weights, with its architecture, its normalization and the extras in
 * the metadata. The same weights, spec, normalization and extras give the same bytes.
 *
 * @throws {RangeError} If a weight is NaN or infinite.
 * @throws {ShapeError} If the codes have another length than those of the model.
 * @throws {TypeError} If an extra is unknown, or a GAN is given errors: it restores nothing.
 * @example
 * writeModel(autoencoder) instanceof Uint8Array; // true
 */
export function writeModel(model: AnyModel, extras: ModelExtras = {}): Uint8Array {
  requireModel('writeModel', model);
  requireOptions('writeModel', extras, EXTRAS);
  const { training = {}, codes, errors } = extras;
  const tensors = weightsOf(model);
  const broken = tensors.find(({ tensor }) => !tensor.data.every(Number.isFinite));
  if (broken) {
    throw new RangeError(`writeModel: '${broken.name}' holds NaN or infinity, expected finite weights.`);
  }
  if (codes) {
    const { size } = codes.mean;
    if (size !== model.encodingDim) {
      throw new ShapeError(
        `writeModel: the distribution is of codes of length ${size}, expected ${model.encodingDim}.`,
      );
    }
    tensors.push({ name: CODES_MEAN, tensor: codes.mean }, { name: CODES_FACTOR, tensor: codes.factor });
  }
  if (errors && model instanceof GAN) {
    throw new TypeError('writeModel: got errors of a GAN, which restores nothing, expected none.');
  }
  if (errors) tensors.push(...errorTensors(errors));
  return writeSealed(MODEL, tensors, {
    ...describeModel(model),
    training: JSON.stringify(training),
    ...(errors && { errors: describeErrors(errors) }),
  });
}

/**
 * Reads an autoencoder, plain or variational.
 *
 * @throws {FormatError} As {@link readAnyModel}, and if the model has no encoder.
 * @example
 * const bytes = writeModel(autoencoder);
 * const { encoder } = readModel(bytes).autoencoder;
 * encoder.layers.length; // 5
 */
export function readModel(bytes: Uint8Array): LoadedModel {
  requireBytes('readModel', bytes);
  const { model, ...rest } = readAnyModel(bytes);
  return { autoencoder: requireAutoencoder(model), ...rest };
}

/** @throws {FormatError} If the model has no encoder. */
export function requireAutoencoder(model: AnyModel): Autoencoder {
  if (model instanceof Autoencoder) return model;
  throw new FormatError(
    'the model is a GAN, which has no encoder, expected an autoencoder: readAnyModel reads models of any kind.',
  );
}

/**
 * Reads a model of any kind.
 *
 * @throws {FormatError} If the bytes are not a model file, are of another version or damaged, or their parts don't agree.
 * @example
 * readAnyModel(writeModel(autoencoder)).model instanceof Autoencoder; // true
 */
export function readAnyModel(bytes: Uint8Array): LoadedAnyModel {
  requireBytes('readAnyModel', bytes);
  const { tensors, metadata } = readSealed(MODEL, bytes);
  const weights = new Map(tensors);
  for (const name of [CODES_MEAN, CODES_FACTOR, ...ERROR_TENSORS]) weights.delete(name);
  const model = buildModel({ tensors: weights, metadata });
  const training = parseMetadata('training', metadata.training);
  if (!isObject(training)) {
    throw new FormatError(`the file's metadata 'training' is ${shown(training)}, expected a JSON object.`);
  }
  const codes = readCodes(tensors, model.encodingDim);
  const errors = readErrors(tensors, metadata.errors);
  if (errors && model instanceof GAN) {
    throw new FormatError('the file holds errors of a GAN, which restores nothing, expected none.');
  }
  return { model, training, codes, errors };
}

/** The distribution of the training codes, if the file has one. */
function readCodes(tensors: ReadonlyMap<string, Tensor>, d: number): GaussianDistribution | undefined {
  const [mean, factor] = [tensors.get(CODES_MEAN), tensors.get(CODES_FACTOR)];
  if (!mean && !factor) return undefined;
  if (!mean || !factor || !sameShape(mean.shape, [d]) || !sameShape(factor.shape, [d, d])) {
    const found = [mean, factor].map((tensor) => (tensor ? formatShape(tensor.shape) : 'missing'));
    throw new FormatError(
      `the tensors '${CODES_MEAN}' and '${CODES_FACTOR}' are ${found.join(' and ')}, expected [${d}] and [${d}, ${d}].`,
    );
  }
  if (![mean, factor].every(({ data }) => data.every(Number.isFinite))) {
    throw new FormatError('the distribution of the codes holds NaN or infinity, expected finite numbers.');
  }
  return new GaussianDistribution(mean, factor);
}

/** The parameters under the names that files give them. */
export function weightsOf(model: AnyModel): NamedTensor[] {
  return model.namedParameters().map(([name, { value }]) => ({ name, tensor: value }));
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

/** The networks of a model by name, in the order of their weights. */
export function networksOf(spec: ModelSpec): Readonly<Record<string, readonly LayerSpec[]>> {
  return spec.type === 'gan'
    ? { generator: spec.generator, discriminator: spec.discriminator }
    : { encoder: spec.encoder, decoder: spec.decoder };
}

/** How many numbers of a sample, or of a code, a network of a model takes. */
export function inFeaturesOf({ encodingDim, inputShape }: AnyModel, network: string): number {
  return network === 'decoder' || network === 'generator' ? encodingDim : sizeOf(inputShape);
}

/** All layers of a model. */
export function layersOf(spec: ModelSpec): NamedLayer[] {
  return Object.entries(networksOf(spec)).flatMap(([name, layers]) => namedLayers(name, layers));
}

/** The part of the metadata that describes the network. */
export function describeModel(model: AnyModel): Record<string, string> {
  return {
    model: JSON.stringify(model.spec()),
    normalization: JSON.stringify(model.normalization),
  };
}

/**
 * The model of a file whose metadata {@link describeModel} wrote and whose tensors are its weights and no others.
 *
 * @throws {FormatError} If the two don't agree.
 */
export function buildModel({ tensors, metadata }: SafetensorsContents): AnyModel {
  const model = buildNetworks(parseMetadata('model', metadata.model), tensors);
  setWeights(model, tensors);
  const normalization = parseMetadata('normalization', metadata.normalization);
  model.normalization = checkNormalization(normalization, sizeOf(model.inputShape));
  return model;
}

function buildNetworks(description: unknown, tensors: SafetensorsContents['tensors']): AnyModel {
  try {
    const stored = [...tensors.values()].reduce((sum, { size }) => sum + size, 0);
    const model = modelOf(checkSpec(description, stored));
    for (const [name, layers] of Object.entries(networksOf(model.spec()))) {
      checkSizes(namedLayers(name, layers), [inFeaturesOf(model, name)]);
    }
    return model;
  } catch (error) {
    // The spec comes from the file, so the file is to blame for whatever the constructors refuse.
    const { name, message } = error as Error;
    if (name === 'Error') throw error; // a bundle without convolutions
    const isOurs = (name === 'RangeError' || name === 'ShapeError') && message.endsWith('.');
    const reason = isOurs ? message : 'a part of it has the wrong type.';
    throw new FormatError(`the model's description can't be used: ${reason}`);
  }
}

function modelOf(spec: ModelSpec): AnyModel {
  if (spec.type === 'gan') return new GAN({ spec, initializer: zeros });
  const options = { spec, initializer: zeros };
  return spec.type === 'vae' ? new VariationalAutoencoder(options) : new Autoencoder(options);
}

function setWeights(model: AnyModel, tensors: SafetensorsContents['tensors']): void {
  const parameters = model.namedParameters();
  if (parameters.length !== tensors.size) {
    throw new FormatError(
      `the file holds ${plural(tensors.size, 'tensor')}, expected the ${parameters.length} of the model's description.`,
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
}
