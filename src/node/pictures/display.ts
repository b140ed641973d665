/** A network's numbers as pictures: from its own units to pixels between 0 (black) and 1 (white). */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { BatchReader } from '../../data/batches.ts';
import { pictureOf, pictureShape } from '../../data/pictureShape.ts';
import { isUnitRange, type Normalization, type Samples, sliceSamples } from '../../data/samples.ts';
import { Random } from '../../tensor/random.ts';
import { formatShape, type Shape, ShapeError } from '../../tensor/shape.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { addNoise, EVALUATION_NOISE_SEED, type Noise } from '../../training/noise.ts';

/** How many pictures are comfortable to look at. */
export const PICTURES = 20;

/** `[n, ...pictureShape]` each. */
export interface ComparedPictures {
  /** What should be restored. */
  readonly originals: Tensor;
  /** What the reconstructions were made from, if not from the originals. */
  readonly noisy?: Tensor;
  readonly reconstructions: Tensor;
  /** Whether the originals are a target, which the model never saw. */
  readonly isTarget?: boolean;
}

/** What a model restores, and from what. */
export interface RestoringOptions {
  /** Added to what the model gets; the same in each call. @default none */
  readonly noise?: Noise | undefined;
  /** What the model should restore, row by row. @default the samples themselves */
  readonly target?: Samples | undefined;
}

/**
 * The first originals and their reconstructions as pictures; undefined if the samples are no pictures.
 *
 * @throws {ShapeError} If the samples don't fit the model.
 */
export function predictPictures(
  autoencoder: Autoencoder,
  samples: Samples,
  options: RestoringOptions = {},
): ComparedPictures | undefined {
  const { normalization } = options.target ?? samples;
  if (!pictureOf(autoencoder.inputShape, normalization)) return undefined;
  const { originals: inputs, seen, restored } = restoreSome(autoencoder, samples, PICTURES, options);
  const [originals, reconstructions, noisy] = toPictures(
    [inputs, restored, ...(seen ? [seen] : [])],
    normalization,
  );
  return { originals, reconstructions, ...(noisy && { noisy }), ...(options.target && { isTarget: true }) };
}

/**
 * What the model makes of the first samples, in the units of the network's input.
 *
 * @returns `[count, ...inputShape]` each. `seen` is what the model got, if not the originals.
 */
export function restoreSome(
  autoencoder: Autoencoder,
  samples: Samples,
  count: number,
  { noise, target }: RestoringOptions = {},
): { readonly originals: Tensor; readonly seen: Tensor | undefined; readonly restored: Tensor } {
  const given = toInputs(autoencoder, sliceSamples(samples, 0, count));
  const originals = target ? toInputs(autoencoder, sliceSamples(target, 0, count)) : given;
  const noisy = noise ? addNoise(given, noise, new Random(EVALUATION_NOISE_SEED)) : given;
  return {
    originals,
    seen: noisy === originals ? undefined : noisy,
    restored: autoencoder.predict(noisy),
  };
}

/**
 * Samples as pictures that can be compared. Where the network's units are not those of pixels (`standard`), the minimum of
 * the first tensor becomes black and its maximum white, and the others are scaled by the same factor.
 *
 * @param tensors - `[n, ...sample]` each, in the units of the network's input. They are overwritten.
 */
export function toPictures(tensors: readonly Tensor[], normalization: Normalization | undefined): Tensor[] {
  const shape = requirePictureShape('toPictures', tensors[0]);
  if (normalization && !isUnitRange(normalization)) stretch(tensors);
  return tensors.map((tensor) => tensor.reshape([tensor.shape[0], ...shape]));
}

/** `who` is named in the error. */
function requirePictureShape(who: string, { shape: [, ...sample] }: Tensor): Shape {
  const shape = pictureShape(sample);
  if (!shape) throw new ShapeError(`${who}: the samples are ${formatShape(sample)}, expected pictures.`);
  return shape;
}

/**
 * How far each pixel is from what it should be: the absolute difference, for colour its mean over the channels.
 *
 * @param originals - `[n, ...sample]`, in the units of the network's input, and so are the errors.
 * @param restored - Of the same shape.
 * @returns `[n, height, width]`
 */
export function pixelErrors(originals: Tensor, restored: Tensor): Tensor {
  const [height, width, channels = 1] = requirePictureShape('pixelErrors', originals);
  const errors = Tensor.zeros([originals.shape[0], height, width]);
  for (let i = 0; i < originals.size; i++) {
    errors.data[Math.floor(i / channels)] += Math.abs(restored.data[i] - originals.data[i]) / channels;
  }
  return errors;
}

function stretch(tensors: readonly Tensor[]): void {
  const [minimum, maximum] = rangeOf(tensors[0].data);
  const scale = maximum > minimum ? 1 / (maximum - minimum) : 1;
  for (const { data } of tensors) {
    for (let i = 0; i < data.length; i++) data[i] = (data[i] - minimum) * scale;
  }
}

/** Samples as the network sees them, `[n, ...inputShape]`. */
export function toInputs({ inputShape }: Pick<Autoencoder, 'inputShape'>, samples: Samples): Tensor {
  const reader = new BatchReader(samples, inputShape, 'toInputs');
  const inputs = Tensor.zeros([reader.count, ...inputShape]);
  reader.readRange(0, reader.count, inputs.data);
  return inputs;
}

/** The minimum and the maximum of an array's numbers. */
export function rangeOf(data: ArrayLike<number>): [minimum: number, maximum: number] {
  let minimum = Infinity;
  let maximum = -Infinity;
  for (let i = 0; i < data.length; i++) {
    if (data[i] < minimum) minimum = data[i];
    if (data[i] > maximum) maximum = data[i];
  }
  return [minimum, maximum];
}
