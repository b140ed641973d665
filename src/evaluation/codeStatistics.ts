/** How sparse codes are, and how many of their numbers are in use: what a penalty on the code has done to them. */

import { formatShape, ShapeError } from '../tensor/shape.ts';
import { requireTensor, type Tensor } from '../tensor/tensor.ts';

/** Numbers below this share of the largest number of their code count as near zero. */
const NEAR_ZERO = 0.05;

/** What {@link codeStatistics} finds. */
export interface CodeStatistics {
  /** The mean absolute value of all numbers of all codes. */
  readonly meanAbsolute: number;
  /** The share of numbers whose absolute value is below 5 % of the largest of their code, or 0: from 0 to 1. */
  readonly nearZero: number;
}

/**
 * How large the numbers of codes are, and how many of them are near zero.
 *
 * @param codes - Shape `[n, encodingDim]`, as `encode` gives them.
 * @throws {ShapeError} If the codes have another shape, or there are none.
 * @example
 * codeStatistics(Tensor.from([[1, -3], [2, 0]])).meanAbsolute; // 1.5
 */
export function codeStatistics(codes: Tensor): CodeStatistics {
  requireTensor('codeStatistics', 'the codes are', codes);
  const [count, width] = codes.shape;
  if (codes.shape.length !== 2 || codes.size === 0) {
    throw new ShapeError(
      `codeStatistics: the codes are ${formatShape(codes.shape)}, expected [n, encodingDim].`,
    );
  }
  let sum = 0;
  let near = 0;
  for (let i = 0; i < count; i++) {
    const code = codes.data.subarray(i * width, (i + 1) * width).map(Math.abs);
    const limit = NEAR_ZERO * code.reduce((a, b) => Math.max(a, b), 0);
    for (const value of code) {
      sum += value;
      if (value < limit || value === 0) near++;
    }
  }
  return { meanAbsolute: sum / codes.size, nearZero: near / codes.size };
}

/** Numbers of the code whose variance is at most this say nothing about a sample. */
const UNUSED_VARIANCE = 0.01;

/**
 * How many numbers of the code differ from sample to sample: those whose variance over the codes is above 0.01. A
 * variational autoencoder leaves the others at the standard normal distribution, whatever the sample (Burda, Grosse &
 * Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, section 5.2).
 *
 * @param codes - Shape `[n, encodingDim]`, finite: the means, as `encode` gives them.
 */
export function activeUnits({ shape: [count, width], data }: Tensor): number {
  let active = 0;
  for (let j = 0; j < width; j++) {
    const values = Float64Array.from({ length: count }, (_, i) => data[i * width + j]);
    const mean = values.reduce((a, b) => a + b, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    if (variance > UNUSED_VARIANCE) active++;
  }
  return active;
}
