/**
 * What a denoising autoencoder must beat: two filters that know nothing of the images. docs/math.md, section 7.2.
 * Beyond the edge an image is continued by its mirror image.
 */

import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';

/** A way to smooth one image of a fixed shape. */
export type ImageFilter = (image: Float32Array) => Float32Array;

/**
 * The median of the numbers in a square window around each pixel, channel by channel.
 *
 * @param shape - `[height, width]` or `[height, width, channels]`.
 * @param side - Of the window, in pixels: an odd number.
 * @throws {ShapeError} If the shape is not that of an image.
 * @throws {RangeError} If the side is not odd.
 * @see Tukey, "Exploratory Data Analysis", 1977, for running medians.
 */
export function medianFilter(shape: Shape, side: number): ImageFilter {
  if (!(Number.isSafeInteger(side) && side % 2 === 1 && side > 0)) {
    throw new RangeError(`medianFilter: the side of the window is ${side}, expected an odd number.`);
  }
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
          window.sort(); // typed arrays sort by number
          out[(y * width + x) * channels + channel] = window[(count - 1) / 2];
        }
      }
    }
    return out;
  };
}

/**
 * The mean of the numbers around each pixel, weighted by a Gaussian bell, channel by channel.
 *
 * @param shape - `[height, width]` or `[height, width, channels]`.
 * @param sigma - The bell's standard deviation, in pixels; it is cut off after four of them.
 * @throws {ShapeError} If the shape is not that of an image.
 * @throws {RangeError} If sigma is no number above 0.
 */
export function gaussianFilter(shape: Shape, sigma: number): ImageFilter {
  if (!(sigma > 0 && Number.isFinite(sigma))) {
    throw new RangeError(`gaussianFilter: sigma is ${sigma}, expected a number above 0.`);
  }
  const { height, width, channels } = planesOf(shape, 'gaussianFilter');
  const weights = bell(sigma);
  return (image) => {
    const rows = smoothAlong(image, weights, { lines: height, length: width * channels, step: channels });
    // The other way, lines are columns: an element's neighbours lie a whole row apart.
    return smoothAlong(rows, weights, { lines: 1, length: image.length, step: width * channels });
  };
}

interface Lines {
  readonly lines: number;
  /** Of a line, in numbers. */
  readonly length: number;
  /** From an element to its neighbour. */
  readonly step: number;
}

/** Each number becomes the weighted mean of its neighbours along the line, in float64. */
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

function bell(sigma: number): number[] {
  const radius = Math.ceil(4 * sigma);
  const raw = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
}

/** 0 … n-1 continued by their mirror image: -1 is 0, n is n-1, and so on as far as it goes. */
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
