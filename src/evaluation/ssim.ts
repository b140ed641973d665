/**
 * SSIM: how much of an image's structure a reconstruction keeps (Wang, Bovik, Sheikh & Simoncelli, IEEE Transactions on
 * Image Processing 13(4), 2004). The formulas are in docs/math.md, section 4.4.
 */

import { requireList } from '../tensor/options.ts';
import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';
import { plural } from '../tensor/words.ts';

const WINDOW = 11; // pixels
const SIGMA = 1.5; // pixels
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/** The window is the outer product of this row with itself, so it is applied along the rows, then along the columns. */
const WEIGHTS = gaussianRow();

/**
 * The structural similarity of two images with values in [0, 1]: the mean over the channels, and over all positions at
 * which a Gaussian window of 11 x 11 pixels lies inside the image. Computed in float64.
 *
 * @param a - One image, row-major, channels last.
 * @param b - The other.
 * @param shape - `[height, width]`, `[height, width, 1]` or `[height, width, channels]`.
 * @returns 1 for equal images, less for others (down to -1); undefined if the shape is not that of an image, or a side
 *   is shorter than the window.
 * @throws {ShapeError} If an array is not as long as the shape says.
 * @example
 * const image = new Float32Array(784).fill(0.5);
 * structuralSimilarity(image, image, [28, 28]); // 1
 */
export function structuralSimilarity(a: Float32Array, b: Float32Array, shape: Shape): number | undefined {
  requireList('structuralSimilarity', 'the numbers of the shape', shape);
  requireList('structuralSimilarity', 'the first pixels', a);
  requireList('structuralSimilarity', 'the second pixels', b);
  const size = sizeOf(shape);
  if (a.length !== size || b.length !== size) {
    throw new ShapeError(
      `structuralSimilarity: the images have ${a.length} and ${plural(b.length, 'number')}, shape ${formatShape(shape)} needs ${size}.`,
    );
  }
  const [height, width, channels = 1] = shape;
  const isImage = (shape.length === 2 || shape.length === 3) && channels > 0;
  if (!isImage || height < WINDOW || width < WINDOW) return undefined;
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) {
    sum += planeSimilarity(planeOf(a, channel, channels), planeOf(b, channel, channels), height, width);
  }
  return sum / channels;
}

/** One channel of an image, in float64. */
function planeOf(image: Float32Array, channel: number, channels: number): Float64Array {
  const plane = new Float64Array(image.length / channels);
  for (let i = 0; i < plane.length; i++) plane[i] = image[i * channels + channel];
  return plane;
}

function planeSimilarity(x: Float64Array, y: Float64Array, height: number, width: number): number {
  const meanX = windowMeans(x, height, width);
  const meanY = windowMeans(y, height, width);
  const meanXX = windowMeans(product(x, x), height, width);
  const meanYY = windowMeans(product(y, y), height, width);
  const meanXY = windowMeans(product(x, y), height, width);
  let sum = 0;
  for (let i = 0; i < meanX.length; i++) {
    const xx = meanX[i] * meanX[i];
    const yy = meanY[i] * meanY[i];
    const xy = meanX[i] * meanY[i];
    const variances = meanXX[i] - xx + (meanYY[i] - yy);
    const covariance = meanXY[i] - xy;
    sum += ((2 * xy + C1) * (2 * covariance + C2)) / ((xx + yy + C1) * (variances + C2));
  }
  return sum / meanX.length;
}

/** The weighted mean at each position of the window: `[height, width]` -> `[height - 10, width - 10]`. */
function windowMeans(plane: Float64Array, height: number, width: number): Float64Array {
  const columns = width - WINDOW + 1;
  const alongRows = new Float64Array(height * columns);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let t = 0; t < WINDOW; t++) sum += WEIGHTS[t] * plane[i * width + j + t];
      alongRows[i * columns + j] = sum;
    }
  }
  const means = new Float64Array((height - WINDOW + 1) * columns);
  for (let i = 0; i < means.length; i++) {
    let sum = 0;
    for (let t = 0; t < WINDOW; t++) sum += WEIGHTS[t] * alongRows[i + t * columns];
    means[i] = sum;
  }
  return means;
}

function product(x: Float64Array, y: Float64Array): Float64Array {
  return x.map((value, i) => value * y[i]);
}

/** e^(-r² / 2σ²) for r from -5 to 5, scaled to the sum 1. */
function gaussianRow(): Float64Array {
  const row = Float64Array.from({ length: WINDOW }, (_, i) =>
    Math.exp(-((i - (WINDOW - 1) / 2) ** 2) / (2 * SIGMA ** 2)),
  );
  const sum = row.reduce((total, weight) => total + weight, 0);
  return row.map((weight) => weight / sum);
}
