/** How sparse codes are. */

import { formatShape, ShapeError } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A number this much smaller than the largest of its code says next to nothing. */
const NEAR_ZERO = 0.05;

export interface CodeStatistics {
  /** Of all numbers of all codes. */
  readonly meanAbsolute: number;
  /** The share of the numbers whose absolute value is less than 5 % of their code's largest; 0 to 1. */
  readonly nearZero: number;
}

/**
 * @param codes - `[n, encodingDim]`, as `encode` gives them.
 * @throws {ShapeError} If they have another shape, or there are none.
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
