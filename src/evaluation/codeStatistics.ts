/** How sparse codes are: what a sparsity penalty has done to them. */

import { formatShape, ShapeError } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Numbers below this share of the largest number of their code count as near zero. */
const NEAR_ZERO = 0.05;

export interface CodeStatistics {
  /** The mean absolute value of all numbers of all codes. */
  readonly meanAbsolute: number;
  /** The share of numbers whose absolute value is below 5 % of the largest of their code, from 0 to 1. */
  readonly nearZero: number;
}

/**
 * Statistics of the numbers of codes.
 *
 * @param codes - Shape `[n, encodingDim]`, as `encode` gives them.
 * @throws {ShapeError} If the codes have another shape, or there are none.
 */
export function codeStatistics(codes: Tensor): CodeStatistics {
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
