/**
 * The layers of a convolutional network as specs: stages that halve the size of the images again and again, and their mirror
 * image. Read layers/spec.ts first.
 */

import { type ActivationSpec, type Conv2dSpec, denseStack, type LayerSpec } from '../layers/spec.ts';
import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';
import { plural } from '../tensor/words.ts';

/** Both ways between flattened images and rows of features. */
export interface ConvStages {
  /** From a flattened image to a row of features, behind an activation. */
  readonly down: readonly LayerSpec[];
  /** From a row of features to a flattened image. */
  readonly up: readonly LayerSpec[];
  /** The length of such a row. */
  readonly features: number;
}

/**
 * How each stage sees its input: pixel i of a half-size image sees the pixels 2i - 1 to 2i + 1. At equal cost this restores
 * images better than kernels of 4 (docs/recipes.md).
 */
const STAGE = { kernelSize: 3, stride: 2, padding: 1, bias: true } as const;

/**
 * @param inputShape - `[height, width]` or `[height, width, channels]`.
 * @param channels - Of the output of each stage, from the images on. A stage halves height and width, rounded up.
 * @param activation - After each stage but the last on the way up.
 * @throws {ShapeError} If the samples are no images, or their size can't be halved so often and doubled again.
 */
export function convStages(
  who: string,
  inputShape: Shape,
  channels: readonly number[],
  activation: ActivationSpec,
): ConvStages {
  const shape = inputShape.length === 2 ? [...inputShape, 1] : [...inputShape];
  if (shape.length !== 3) refuse(who, inputShape, channels.length);
  const down: LayerSpec[] = [{ type: 'reshape', shape }];
  const up: LayerSpec[] = [{ type: 'flatten' }];
  let [height, width, inChannels] = shape;
  for (const outChannels of channels) {
    // The way back must know whether a size was odd, and the layer has one number for height and width.
    if (Math.min(height, width) < 2 || height % 2 !== width % 2) refuse(who, inputShape, channels.length);
    const conv: Conv2dSpec = { type: 'conv2d', inChannels, outChannels, ...STAGE };
    const back = { inChannels: outChannels, outChannels: inChannels, outputPadding: 1 - (height % 2) };
    down.push(conv, activation);
    if (up.length > 1) up.unshift(activation);
    up.unshift({ ...conv, ...back, type: 'convTranspose2d' });
    [height, width, inChannels] = [Math.ceil(height / 2), Math.ceil(width / 2), outChannels];
  }
  const last = [height, width, inChannels];
  return {
    down: [...down, { type: 'flatten' }],
    up: [{ type: 'reshape', shape: last }, ...up],
    features: sizeOf(last),
  };
}

/** The layers between a row of features and one of these widths, with an activation before the last on the way up. */
export function fromFeatures(
  { down, features }: ConvStages,
  widths: readonly number[],
  activation: ActivationSpec,
): LayerSpec[] {
  return [...down, ...denseStack([features, ...widths], activation)];
}

/** The layers from a code of the first width through the others to a flattened image. */
export function toImages(
  { up, features }: ConvStages,
  widths: readonly number[],
  activation: ActivationSpec,
): LayerSpec[] {
  return [...denseStack([...widths, features], activation), activation, ...up];
}

function refuse(who: string, inputShape: Shape, stages: number): never {
  const multiple = 2 ** stages;
  throw new ShapeError(
    `${who}: the input shape ${formatShape(inputShape)} doesn't suit ${plural(stages, 'stage')} of conv, expected [height, width, channels] with multiples of ${multiple}, or a square of at least ${multiple / 2 + 1}.`,
  );
}
