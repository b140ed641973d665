/** Codes in two dimensions: as they are if they have one or two numbers, else along their two principal components. */

import { PCA, Tensor } from '../../src/index.ts';
import type { Plane } from '../messages.ts';

/** A place on the plane is `mean + x · axis 0 + y · axis 1`; all are codes of d numbers. */
export interface PlaneOfCodes {
  readonly plane: Plane;
  readonly mean: Float64Array;
  readonly axes: readonly [Float64Array, Float64Array];
}

/**
 * @param codes - `[n, d]`
 * @param before - The plane of the codes a moment ago: axes may point either way, and they must not jump.
 */
export function planeOf(codes: Tensor, before?: PlaneOfCodes): PlaneOfCodes {
  const [n, d] = codes.shape;
  const isPlain = d <= 2;
  const pca = isPlain ? undefined : PCA.fit(codes, 2);
  const mean = pca ? pca.mean : new Float64Array(d);
  const axisOf = (j: number) => {
    const axis = Float64Array.from({ length: d }, (_, i) =>
      pca ? (pca.axes.data[i * pca.axes.shape[1] + j] ?? 0) : Number(i === j),
    );
    const old = before?.axes[j];
    return old && old.length === d && !isPlain && dot(axis, old) < 0 ? axis.map((value) => -value) : axis;
  };
  const axes = [axisOf(0), axisOf(1)] as const;
  const points = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < d; k++) {
      const away = codes.data[i * d + k] - mean[k];
      points[2 * i] += away * axes[0][k];
      points[2 * i + 1] += away * axes[1][k];
    }
  }
  const shares = pca && ([pca.varianceShares[0] ?? 0, pca.varianceShares[1] ?? 0] as const);
  return { plane: { points, shares }, mean, axes };
}

/** The code at a place on the plane. */
export function codeAt({ mean, axes: [first, second] }: PlaneOfCodes, x: number, y: number): Tensor {
  const code = Float32Array.from(mean, (value, i) => value + x * first[i] + y * second[i]);
  return new Tensor(code, [1, code.length]);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
