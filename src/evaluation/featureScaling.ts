/** Features brought to one scale: each gets mean 0 and standard deviation 1 over the samples that the scaling is fitted to. */

import { Tensor } from '../tensor/tensor.ts';
import { requireFeatures } from './labels.ts';

/**
 * Scales each feature to mean 0 and standard deviation 1, by those of the samples it was fitted to.
 *
 * @example
 * const scaling = FeatureScaling.fit(codes);
 * const scaled = scaling.transform(codes); // [100, 32]
 */
export class FeatureScaling {
  /** One number a feature, as are the deviations. */
  readonly mean: Float64Array;
  /** Of the population; 1 for a constant feature, which becomes 0. */
  readonly deviation: Float64Array;

  private constructor(mean: Float64Array, deviation: Float64Array) {
    this.mean = mean;
    this.deviation = deviation;
  }

  /**
   * Finds mean and standard deviation of each feature, in float64.
   *
   * @param x - Shape `[n, d]`.
   * @throws {ShapeError} If x is not a matrix, or has no rows.
   */
  static fit(x: Tensor): FeatureScaling {
    const [n, d] = requireFeatures('FeatureScaling.fit', x);
    const mean = new Float64Array(d);
    const deviation = new Float64Array(d);
    forEachElement(x, (value, j) => {
      mean[j] += value;
    });
    for (let j = 0; j < d; j++) mean[j] /= n;
    forEachElement(x, (value, j) => {
      deviation[j] += (value - mean[j]) ** 2;
    });
    // The deviation of a constant is exactly 0: float64 holds the sum of 2^29 equal float32 numbers without rounding.
    for (let j = 0; j < d; j++) deviation[j] = Math.sqrt(deviation[j] / n) || 1;
    return new FeatureScaling(mean, deviation);
  }

  /**
   * `(x - mean) / deviation`, for each feature.
   *
   * @param x - Shape `[n, d]`. Not modified.
   * @returns A new tensor `[n, d]`.
   * @throws {ShapeError} If x is not a matrix, has no rows, or has another number of features.
   */
  transform(x: Tensor): Tensor {
    const [, d] = requireFeatures('FeatureScaling.transform', x, this.mean.length);
    const scaled = Tensor.zeros(x.shape);
    forEachElement(x, (value, j, i) => {
      scaled.data[i * d + j] = (value - this.mean[j]) / this.deviation[j];
    });
    return scaled;
  }
}

function forEachElement(
  { shape: [n, d], data }: Tensor,
  use: (value: number, column: number, row: number) => void,
): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) use(data[i * d + j], j, i);
}
