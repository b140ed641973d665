/**
 * The layers of a convolutional network as specs: stages that halve the size of the images again and again, and their mirror
 * image. Read layers/spec.ts first.
 */

import { type ActivationSpec, type Conv2dSpec, denseStack, type LayerSpec } from '../layers/spec.ts';
import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';
import { plural } from '../tensor/words.ts';

/** Both ways between flattened samples and rows of features: with no layers where there are no stages. */
export interface ConvStages {
  /** From a flattened sample to a row of features, behind an activation. */
  readonly down: readonly LayerSpec[];
  /** From a row of features to a flattened sample. */
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
 * @param inputShape - With stages `[height, width]` or `[height, width, channels]`.
 * @param channels - Of the output of each stage, from the images on. A stage halves height and width, rounded up. Undefined: no
 *   stages.
 * @param activation - After each stage but the last on the way up.
 * @throws {ShapeError} If the samples are no images, or can't be halved so often.
 */
export function convStages(
  who: string,
  inputShape: Shape,
  channels: readonly number[] | undefined,
  activation: ActivationSpec,
): ConvStages {
  if (!channels) return { down: [], up: [], features: sizeOf(inputShape) };
  const shape = inputShape.length === 2 ? [...inputShape, 1] : [...inputShape];
  if (shape.length !== 3) refuse(who, inputShape, channels.length);
  const down: LayerSpec[] = [{ type: 'reshape', shape }];
  const up: LayerSpec[] = [{ type: 'flatten' }];
  let [height, width, inChannels] = shape;
  for (const outChannels of channels) {
    if (Math.min(height, width) < 2) refuse(who, inputShape, channels.length);
    const conv: Conv2dSpec = { type: 'conv2d', inChannels, outChannels, ...STAGE };
    // The way back must know whether a size was odd.
    const [rows, columns] = [1 - (height % 2), 1 - (width % 2)];
    const outputPadding = rows === columns ? rows : ([rows, columns] as const);
    down.push(conv, activation);
    if (up.length > 1) up.unshift(activation);
    up.unshift({
      ...conv,
      type: 'convTranspose2d',
      inChannels: outChannels,
      outChannels: inChannels,
      outputPadding,
    });
    [height, width, inChannels] = [Math.ceil(height / 2), Math.ceil(width / 2), outChannels];
  }
  const last = [height, width, inChannels];
  return {
    down: [...down, { type: 'flatten' }],
    up: [{ type: 'reshape', shape: last }, ...up],
    features: sizeOf(last),
  };
}

/** The layers from a flattened sample down the stages, and on through dense layers to a row of the last of these widths. */
export function downTo(
  { down, features }: ConvStages,
  widths: readonly number[],
  activation: ActivationSpec,
): LayerSpec[] {
  return [...down, ...denseStack([features, ...widths], activation)];
}

/** The layers from a row of the first of these widths through dense layers, and on up the stages to a flattened sample. */
export function upFrom(
  { up, features }: ConvStages,
  widths: readonly number[],
  activation: ActivationSpec,
): LayerSpec[] {
  const dense = denseStack([...widths, features], activation);
  return up.length > 0 ? [...dense, activation, ...up] : dense;
}

/** The least height and width that can be halved so often. */
export function smallestFor(stages: number): number {
  return 2 ** (stages - 1) + 1;
}

function refuse(who: string, inputShape: Shape, stages: number): never {
  throw new ShapeError(
    `${who}: the input shape ${formatShape(inputShape)} doesn't suit ${plural(stages, 'stage')} of conv, expected [height, width, channels] with a height and a width of at least ${smallestFor(stages)}.`,
  );
}
