/**
 * What a denoising autoencoder must beat: two filters that have not seen any images. docs/math.md, section 7.2.
 * Beyond its edges an image is continued by its mirror image.
 */

import { requireNumber } from '../tensor/options.ts';
import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';

/** Smooths one image of a fixed shape, row-major, into a new array. */
export type ImageFilter = (image: Float32Array) => Float32Array;

/**
 * A filter that replaces each pixel by the median of a square window around it, channel by channel.
 *
 * @param shape - `[height, width]` or `[height, width, channels]`.
 * @param side - The side of the window in pixels, an odd integer >= 1.
 * @throws {ShapeError} If the shape is not that of an image.
 * @throws {RangeError} If the side is not an odd integer >= 1.
 * @example
 * const filter = medianFilter([3, 3], 3);
 * filter(Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0))[4]; // 0
 * @see Tukey, "Exploratory Data Analysis", 1977, for running medians.
 */
export function medianFilter(shape: Shape, side: number): ImageFilter {
  const isOdd = (value: number) => Number.isSafeInteger(value) && value % 2 === 1 && value > 0;
  requireNumber('medianFilter', 'the side of the window', side, 'an odd number', isOdd);
  const radius = (side - 1) / 2;
  const { height, width, channels } = planesOf(shape, 'medianFilter');
  const window = new Float32Array(side * side);
  return (image) => {
    const out = new Float32Array(image.length);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let channel = 0; channel < channels; channel++) {
          let count = 0;
          for (let dy = -radius; dy <= radius; dy++) {
            const row = mirrored(y + dy, height) * width;
            for (let dx = -radius; dx <= radius; dx++) {
              window[count++] = image[(row + mirrored(x + dx, width)) * channels + channel];
            }
          }
          window.sort(); // typed arrays sort numerically
          out[(y * width + x) * channels + channel] = window[(count - 1) / 2];
        }
      }
    }
    return out;
  };
}

/**
 * A filter that replaces each pixel by the mean of its surroundings, weighted by a Gaussian, channel by channel.
 *
 * @param shape - `[height, width]` or `[height, width, channels]`.
 * @param sigma - The standard deviation of the Gaussian in pixels, above 0. It is cut off at 4 sigma.
 * @throws {ShapeError} If the shape is not that of an image.
 * @throws {RangeError} If sigma is not a finite number above 0.
 * @example
 * const blur = gaussianFilter([28, 28], 1);
 * blur(new Float32Array(784)).length; // 784
 */
export function gaussianFilter(shape: Shape, sigma: number): ImageFilter {
  const isInRange = (value: number) => value > 0 && Number.isFinite(value);
  requireNumber('gaussianFilter', 'sigma', sigma, 'a number above 0', isInRange);
  const { height, width, channels } = planesOf(shape, 'gaussianFilter');
  const weights = gaussianWeights(sigma);
  return (image) => {
    const rows = smoothAlong(image, weights, { lines: height, length: width * channels, step: channels });
    // Then along the columns: the neighbours of an element lie a whole row apart.
    return smoothAlong(rows, weights, { lines: 1, length: image.length, step: width * channels });
  };
}

interface Lines {
  readonly lines: number;
  /** The number of elements in a line. */
  readonly length: number;
  /** The distance between neighbours, in elements. */
  readonly step: number;
}

/** Each element becomes the weighted mean of its neighbours along the line, in float64. */
function smoothAlong(
  image: Float32Array,
  weights: readonly number[],
  { lines, length, step }: Lines,
): Float32Array {
  const out = new Float32Array(image.length);
  const radius = (weights.length - 1) / 2;
  const count = length / step;
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < length; i++) {
      const place = Math.floor(i / step);
      const first = line * length + (i % step);
      let sum = 0;
      for (let offset = -radius; offset <= radius; offset++) {
        sum += weights[offset + radius] * image[first + mirrored(place + offset, count) * step];
      }
      out[line * length + i] = sum;
    }
  }
  return out;
}

function gaussianWeights(sigma: number): number[] {
  const radius = Math.ceil(4 * sigma);
  const raw = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
}

/** The indexes 0 to n-1, continued by mirroring in both directions without end: -1 is 0, n is n-1. */
function mirrored(index: number, n: number): number {
  const period = ((index % (2 * n)) + 2 * n) % (2 * n);
  return period < n ? period : 2 * n - 1 - period;
}

function planesOf(shape: Shape, who: string) {
  const [height, width, channels = 1] = shape;
  if ((shape.length !== 2 && shape.length !== 3) || sizeOf(shape) < 1) {
    throw new ShapeError(
      `${who}: the shape is ${formatShape(shape)}, expected [height, width] with or without channels.`,
    );
  }
  return { height, width, channels };
}
