/** What samples are to people, judged by shape and scaling: images to draw, or rows of a table, sensor readings, sound. */

import { pictureShape } from '../../data/pictureShape.ts';
import { isByFeature, isUnitRange, NO_NORMALIZATION, type Normalization } from '../../data/samples.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';

/** Shorter vectors of a square size are features more often than pixels. */
const SMALLEST_FLAT_PICTURE = 64;

/**
 * The shape in which samples are drawn, undefined if they are no pictures. Samples that were scaled feature by feature are
 * not: the columns of a table and the channels of sensors have different units. A vector of a square size is a picture only
 * if it is long enough and its values were scaled to between 0 and 1.
 *
 * @param sample - The shape of one sample.
 */
export function pictureOf(sample: Shape, normalization: Normalization = NO_NORMALIZATION): Shape | undefined {
  if (isByFeature(normalization)) return undefined;
  const canBeFlat = sizeOf(sample) >= SMALLEST_FLAT_PICTURE && isUnitRange(normalization);
  return isFlat(sample) && !canBeFlat ? undefined : pictureShape(sample);
}

/** Whether the network's inputs are brightnesses between 0 and 1, as PSNR and SSIM take them. */
export function arePixels(sample: Shape, normalization: Normalization = NO_NORMALIZATION): boolean {
  return isUnitRange(normalization) && !(isFlat(sample) && !pictureOf(sample, normalization));
}

/** What people call one of the samples. */
export type Noun = 'image' | 'sample';

export function nounOf(sample: Shape, normalization: Normalization | undefined): Noun {
  return pictureOf(sample, normalization) ? 'image' : 'sample';
}

export function withArticle(noun: Noun): string {
  return noun === 'image' ? 'an image' : 'a sample';
}

/** Whether samples are vectors; dimensions of 1 don't count. */
export function isFlat(sample: Shape): boolean {
  return sample.filter((length) => length !== 1).length <= 1;
}
