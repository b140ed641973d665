/**
 * Checks of a model's description that comes from a file: what the constructors take for granted, so that a short file that
 * claims large layers takes no memory. Read layers/spec.ts first.
 */

import type { AutoencoderSpec } from '../autoencoder/spec.ts';
import type { GANSpec } from '../gan/spec.ts';
import { type Conv2dSpec, type LayerSpec, outputShape } from '../layers/spec.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { plural } from '../tensor/words.ts';
import { isIntegerAtLeast, isObject, shown } from './json.ts';

/** The architecture of a model of any kind, as plain JSON. */
export type ModelSpec = AutoencoderSpec | GANSpec;

/** The networks of each kind of model, in the order of their weights. */
export const NETWORKS: Readonly<Record<ModelSpec['type'], readonly string[]>> = {
  autoencoder: ['encoder', 'decoder'],
  vae: ['encoder', 'decoder'],
  gan: ['generator', 'discriminator'],
};

/** How deep Sequentials may be nested: each level takes a part of the stack whenever the network is walked. */
const MAX_DEPTH = 100;

/**
 * How many numbers the layers of a network may make of one sample, all together, and in how many steps: products, or comparisons.
 * A file holds no weights for each of them, so the size of the file is no limit for layers for images.
 */
const MAX_OUTPUTS = 2 ** 27;
const MAX_STEPS = 2 ** 36;

/** The least values of the fields of layers with weights, and of those for images. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  dense: { inFeatures: 1, outFeatures: 1 },
  gaussianCode: { inFeatures: 1, outFeatures: 1 },
  conv2d: { inChannels: 1, outChannels: 1, kernelSize: 1, stride: 1, padding: 0 },
  convTranspose2d: { inChannels: 1, outChannels: 1, kernelSize: 1, stride: 1, padding: 0, outputPadding: 0 },
  maxPool2d: { kernelSize: 1, stride: 1, padding: 0 },
  upsample2d: { factor: 1 },
};

/**
 * @param stored - How many numbers the file holds.
 * @throws {RangeError} If it is no description, or describes what the file can't hold.
 */
export function checkSpec(value: unknown, stored: number): ModelSpec {
  const description = isObject(value) ? value : {};
  const { type, inputShape } = description;
  if (typeof type !== 'string' || !Object.hasOwn(NETWORKS, type)) {
    const known = Object.keys(NETWORKS).map((name) => `"${name}"`);
    throw new RangeError(`its type is ${shown(type)}, expected ${known.join(' or ')}.`);
  }
  requireList('its input shape', inputShape);
  const networks = NETWORKS[type as ModelSpec['type']];
  const asked = networks.reduce((sum, name) => sum + countWeights(description[name]), 0);
  if (asked > stored) {
    throw new RangeError(
      `it asks for ${plural(asked, 'weight')}, the file holds ${plural(stored, 'number')}.`,
    );
  }
  return value as unknown as ModelSpec;
}

function countWeights(layers: unknown, depth = 0): number {
  if (!Array.isArray(layers))
    throw new RangeError('one of its networks, or a sequential, is not a list of layers.');
  if (depth > MAX_DEPTH) throw new RangeError(`its layers are nested more than ${MAX_DEPTH} deep.`);
  return layers.reduce((sum: number, layer: unknown) => sum + weightsOfOne(layer, depth), 0);
}

function weightsOfOne(layer: unknown, depth: number): number {
  const { type, ...fields } = isObject(layer) ? layer : {};
  if (type === 'sequential') return countWeights(fields.layers, depth + 1);
  if (type === 'reshape') requireList('the shape of a reshape', fields.shape);
  if (typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) return 0;
  for (const [name, least] of Object.entries(FIELDS[type])) {
    const value = fields[name];
    const integers = name === 'outputPadding' && Array.isArray(value) ? value : [value]; // one number, or two
    if (integers.every((integer) => isIntegerAtLeast(integer, least))) continue;
    throw new RangeError(
      `the ${name} of a layer '${type}' is ${shown(value)}, expected an integer >= ${least}.`,
    );
  }
  const { inFeatures, outFeatures, inChannels, outChannels, kernelSize } = fields as Record<string, number>;
  if (type === 'dense') return inFeatures * outFeatures;
  if (type === 'gaussianCode') return 2 * inFeatures * outFeatures;
  return inChannels ? kernelSize ** 2 * inChannels * outChannels : 0;
}

/** The constructors look at what is in it. */
function requireList(what: string, shape: unknown): void {
  if (Array.isArray(shape)) return;
  throw new RangeError(`${what} is ${shown(shape)}, expected a list of integers >= 1.`);
}

/**
 * Refuses networks that would take any amount of memory or time as soon as the model is used.
 *
 * @param layers - Of a network, in order. Their fields were checked.
 * @param inShape - Of one sample.
 * @throws {RangeError} If they make too many numbers of a sample, or in too many steps.
 * @throws {ShapeError} If a layer takes no input of the shape that comes.
 */
export function checkSizes(layers: readonly { readonly layer: LayerSpec }[], inShape: Shape): void {
  let [shape, outputs, steps] = [inShape, 0, 0];
  for (const { layer } of layers) {
    shape = outputShape(layer, shape);
    outputs += sizeOf(shape);
    const { kernelSize = 0, inChannels = 1 } = layer as Partial<Conv2dSpec>;
    steps += sizeOf(shape) * kernelSize ** 2 * inChannels;
    if (outputs <= MAX_OUTPUTS && steps <= MAX_STEPS) continue;
    throw new RangeError(
      `its layers up to '${layer.type}' make ${outputs} numbers of a sample in ${steps} steps, expected at most ${MAX_OUTPUTS} in ${MAX_STEPS}.`,
    );
  }
}
