/**
 * Pictures of another size: what is beyond the ratio of the new size is cut off at both sides, then each axis is averaged
 * over areas where it shrinks, and interpolated where it grows.
 *
 * All of it is exact: weights are whole numbers, so the sums are as well (less than 2^53), and each value is rounded once.
 * As everywhere, values are averaged as they are stored (sRGB), not as amounts of light.
 */

import { LUMA_TOTAL, lumaSum } from './picture.ts';
import type { PixelImage } from './png.ts';

const { floor, max, min, round } = Math;

/** Height and width in pixels. */
export type PictureSize = readonly [height: number, width: number];

/** What was done to a picture. */
export interface Resizing {
  readonly isCut: boolean;
  readonly isAveraged: boolean;
  readonly isEnlarged: boolean;
}

/** What of the old pixels makes a new one: pixels `first`, `first + 1`, …, by these weights. */
interface Mix {
  readonly first: number;
  readonly weights: readonly number[];
}

/** The part of an axis that is kept. */
interface Range {
  readonly start: number;
  readonly length: number;
}

/** The part of the picture in the middle that has the ratio of the new size, to whole pixels. */
export function centreCrop(
  { width, height }: { readonly width: number; readonly height: number },
  [newHeight, newWidth]: PictureSize,
): { columns: Range; rows: Range } {
  const middle = (full: number, wanted: number): Range => {
    const length = max(1, min(full, round(wanted)));
    return { start: floor((full - length) / 2), length };
  };
  return {
    columns: middle(width, (height * newWidth) / newHeight),
    rows: middle(height, (width * newHeight) / newWidth),
  };
}

export function resizingOf(image: PixelImage, [height, width]: PictureSize): Resizing {
  const { columns, rows } = centreCrop(image, [height, width]);
  return {
    isCut: columns.length < image.width || rows.length < image.height,
    isAveraged: columns.length > width || rows.length > height,
    isEnlarged: columns.length < width || rows.length < height,
  };
}

/**
 * The picture in another size: area averages where it shrinks, bilinear interpolation where it grows.
 *
 * @param isGray - Makes colours their brightness (see picture.ts).
 */
export function resize(image: PixelImage, size: PictureSize, isGray = false): PixelImage {
  const [height, width] = size;
  const mixesColors = isGray && image.channels === 3;
  const channels = mixesColors ? 1 : image.channels;
  const { columns, rows } = centreCrop(image, size);
  const across = mixes(columns, width);
  const down = mixes(rows, height);
  const total = sumOf(across[0].weights) * sumOf(down[0].weights) * (mixesColors ? LUMA_TOTAL : 1);
  const rowOf = lastTwo((y) => (mixesColors ? mixLumaRow : mixRow)(image, y, across));
  const data = new Uint8Array(height * width * channels);
  const sums = new Float64Array(width * channels);
  for (let y = 0; y < height; y++) {
    const { first, weights } = down[y];
    sums.fill(0);
    for (let k = 0; k < weights.length; k++) {
      const row = rowOf(first + k);
      for (let i = 0; i < sums.length; i++) sums[i] += weights[k] * row[i];
    }
    for (let i = 0; i < sums.length; i++) data[y * sums.length + i] = round(sums[i] / total);
  }
  return { width, height, channels, data };
}

/** How each of the `count` new pixels is made of those in the range. The weights of each add up to the same. */
function mixes({ start, length }: Range, count: number): Mix[] {
  const mix = length > count ? areaMix : linearMix;
  return Array.from({ length: count }, (_, i) => {
    const { first, weights } = mix(length, count, i);
    return { first: start + first, weights };
  });
}

/** New pixel i covers the old ones from i * length / count on, those at its edges by a part: all in units of 1 / count. */
function areaMix(length: number, count: number, i: number): Mix {
  const [from, to] = [i * length, (i + 1) * length];
  const first = floor(from / count);
  const weights: number[] = [];
  for (let j = first; j * count < to; j++) weights.push(min(to, (j + 1) * count) - max(from, j * count));
  return { first, weights };
}

/** Between the centres of two old pixels, in units of 1 / (2 * count); the outermost ones reach to the edge. */
function linearMix(length: number, count: number, i: number): Mix {
  const unit = 2 * count;
  const centre = max(0, (2 * i + 1) * length - count);
  const first = min(floor(centre / unit), length - 1);
  const second = first === length - 1 ? 0 : centre - first * unit;
  return { first, weights: second === 0 ? [unit] : [unit - second, second] };
}

/** A row of the new width, each value the sum of old ones by their weights. */
function mixRow({ width, channels, data }: PixelImage, y: number, across: readonly Mix[]): Float64Array {
  const row = new Float64Array(across.length * channels);
  for (let x = 0; x < across.length; x++) {
    const { first, weights } = across[x];
    for (let k = 0; k < weights.length; k++) {
      const from = (y * width + first + k) * channels;
      for (let channel = 0; channel < channels; channel++) {
        row[x * channels + channel] += weights[k] * data[from + channel];
      }
    }
  }
  return row;
}

/** The same of brightness, in units of 1 / LUMA_TOTAL. */
function mixLumaRow({ width, data }: PixelImage, y: number, across: readonly Mix[]): Float64Array {
  const row = new Float64Array(across.length);
  for (let x = 0; x < across.length; x++) {
    const { first, weights } = across[x];
    for (let k = 0; k < weights.length; k++)
      row[x] += weights[k] * lumaSum(data, (y * width + first + k) * 3);
  }
  return row;
}

/** Neighbours share rows: the last two are kept. */
function lastTwo(make: (y: number) => Float64Array): (y: number) => Float64Array {
  const rows = new Map<number, Float64Array>();
  return (y) => {
    const row = rows.get(y) ?? make(y);
    rows.delete(y);
    rows.set(y, row);
    if (rows.size > 2) rows.delete(rows.keys().next().value!);
    return row;
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
