/** What samples are to people, as far as their shape and scaling tell: images to draw, or a table, sensors, sound. */

import { pictureShape } from '../../data/pictureShape.ts';
import { isByFeature, isUnitRange, NO_NORMALIZATION, type Normalization } from '../../data/samples.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';

/** Shorter vectors of a square size are features more often than pixels. */
const SMALLEST_FLAT_PICTURE = 64;

/**
 * The shape to draw samples in, undefined if they are no pictures. What was scaled number by number is none: the columns
 * of a table and windows of several sensors have units of their own. Vectors of a square size are pictures only if their
 * values were scaled to between 0 and 1.
 *
 * @param sample - Without the batch.
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

/** What to call one of them. */
export function nounOf(sample: Shape, normalization: Normalization | undefined): 'image' | 'sample' {
  return pictureOf(sample, normalization) ? 'image' : 'sample';
}

/** Whether samples are vectors; dimensions of 1 don't count. */
export function isFlat(sample: Shape): boolean {
  return sample.filter((length) => length !== 1).length <= 1;
}
