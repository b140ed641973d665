/** Which samples are pictures, judged by shape and scaling, and in what shape they are drawn. Read samples.ts first. */

import { type Shape, sizeOf } from '../tensor/shape.ts';
import { type DType, isByFeature, isUnitRange, NO_NORMALIZATION, type Normalization } from './samples.ts';

/** A strip is narrower than 8 pixels and more than 16 times as long as it is wide: [500, 3] is a log of three sensors. */
const NARROW = 8;
const LONG = 16;

/** Shorter vectors of a square size are features more often than pixels. */
const SMALLEST_FLAT_PICTURE = 64;

/**
 * The shape in which to draw samples of this shape: `[h, w]` or `[h, w, 3]`, where dimensions of 1 don't count. A flat
 * vector of n² numbers is drawn as a square. Undefined for strips, less than 8 pixels wide and more than 16 times as long,
 * and for everything else.
 */
export function pictureShape(sample: Shape): Shape | undefined {
  const shape = sample.filter((length) => length !== 1);
  if (shape.length === 1) {
    const side = Math.sqrt(shape[0]);
    return Number.isInteger(side) ? [side, side] : undefined;
  }
  const [short, long] = shape.slice(0, 2).sort((a, b) => a - b);
  const isPicture = shape.length === 2 || (shape.length === 3 && shape[2] === 3);
  const isStrip = short < NARROW && long > LONG * short;
  return isPicture && !isStrip ? shape : undefined;
}

/**
 * The shape in which samples are drawn, undefined if they are no pictures. Samples that were scaled feature by feature are
 * not: the columns of a table and the channels of sensors have different units. A vector is a picture only if it may be one
 * by its size, is no row of a table, and its values were scaled to between 0 and 1.
 *
 * @param sample - The shape of one sample.
 */
export function pictureOf(sample: Shape, normalization: Normalization = NO_NORMALIZATION): Shape | undefined {
  if (isByFeature(normalization)) return undefined;
  if (!isFlat(sample)) return pictureShape(sample);
  return mayBePixels(sample, normalization) ? flatPicture(sample) : undefined;
}

/** Whether all inputs share one unit and lie in [0, 1], and samples are no rows of a table. */
export function mayBePixels(sample: Shape, normalization: Normalization): boolean {
  const isTable = isByFeature(normalization) || (isFlat(sample) && normalization.table === true);
  return isUnitRange(normalization) && !isTable;
}

/** The square that a vector of at least 64 numbers may be; undefined if their number is no square. */
export function flatPicture(sample: Shape): Shape | undefined {
  return sizeOf(sample) >= SMALLEST_FLAT_PICTURE && isFlat(sample) ? pictureShape(sample) : undefined;
}

/** Whether vectors `[n, d]` are taken for flattened images: only uint8, the type of pixels, of a square size. */
export function isFlatPicture({
  shape: [, ...sample],
  dtype,
}: {
  readonly shape: Shape;
  readonly dtype: DType;
}): boolean {
  return dtype === 'u1' && flatPicture(sample) !== undefined;
}

/** Whether the network's inputs are brightnesses between 0 and 1, as PSNR and SSIM take them. */
export function arePixels(sample: Shape, normalization: Normalization = NO_NORMALIZATION): boolean {
  return isUnitRange(normalization) && !(isFlat(sample) && !pictureOf(sample, normalization));
}

/** Whether a sample has at most one dimension; those of length 1 don't count. */
export function isFlat(sample: Shape): boolean {
  return sample.filter((length) => length !== 1).length <= 1;
}

/** Whether a sample is a vector of several numbers. A sample of one number has only one scale anyway. */
export function isVector(sample: Shape): boolean {
  return isFlat(sample) && sizeOf(sample) !== 1;
}
