/**
 * Normal distributions of codes: the standard one, which the decoder of a variational autoencoder and the generator of a GAN
 * expect, and one that is fitted to the codes of a plain autoencoder, which expects none.
 */

import { dot } from '../tensor/linearAlgebra.ts';
import { Moments } from '../tensor/moments.ts';
import { type OptionNames, requireInteger, requireOptions } from '../tensor/options.ts';
import { Random } from '../tensor/random.ts';
import { formatShape, ShapeError } from '../tensor/shape.ts';
import { requireTensor, Tensor } from '../tensor/tensor.ts';

const { abs, sqrt } = Math;

/** Options of `sample`. */
export interface SampleOptions {
  /** Decides what is drawn; an integer from 0 to 2^53 - 1. @default 0 */
  readonly seed?: number;
}

const SAMPLE_OPTIONS: OptionNames<SampleOptions> = { seed: true };

/**
 * Codes from the standard normal distribution: mean 0, variance 1, independent numbers.
 *
 * @param count - An integer >= 1.
 * @param encodingDim - The length of a code.
 * @returns `[count, encodingDim]`; with a larger count, the first codes of a seed are the same.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If the count is not an integer >= 1, or the seed is out of range.
 */
export function standardNormal(count: number, encodingDim: number, options: SampleOptions = {}): Tensor {
  requireOptions('sample', options, SAMPLE_OPTIONS);
  const { seed = 0 } = options;
  requireInteger('sample', 'the count', count, 1);
  const codes = Tensor.zeros([count, encodingDim]);
  new Random(seed).fillNormal(codes.data);
  return codes;
}

/** A pivot below this part of the variance is rounding: the numbers of the code depend on one another there. */
const SINGULAR = 1e-7;

/**
 * A normal distribution with any mean and any covariance, as `mean + factor · ε` with ε standard normal.
 *
 * @example
 * const distribution = GaussianDistribution.fit(codes);
 * const drawn = distribution.sample(5, { seed: 1 }); // [5, 32]
 */
export class GaussianDistribution {
  /** `[d]` */
  readonly mean: Tensor;
  /** `[d, d]`, lower triangular: the Cholesky factor L of the covariance L Lᵀ. What is above the diagonal is not read. */
  readonly factor: Tensor;

  /**
   * Of a mean and a factor as {@link GaussianDistribution.fit} finds them.
   *
   * @throws {ShapeError} If the factor is not `[d, d]` for a mean `[d]`.
   */
  constructor(mean: Tensor, factor: Tensor) {
    requireTensor('GaussianDistribution', 'the mean is', mean);
    requireTensor('GaussianDistribution', 'the factor is', factor);
    const [d] = mean.shape;
    if (mean.shape.length !== 1 || factor.shape.length !== 2 || factor.shape.some((length) => length !== d)) {
      throw new ShapeError(
        `GaussianDistribution: the mean is ${formatShape(mean.shape)}, the factor ${formatShape(factor.shape)}, expected [d] and [d, d].`,
      );
    }
    this.mean = mean;
    this.factor = factor;
  }

  /** The standard normal distribution: mean 0, and the identity matrix as covariance, for codes of this length. */
  static standard(encodingDim: number): GaussianDistribution {
    const factor = Tensor.zeros([encodingDim, encodingDim]);
    for (let i = 0; i < encodingDim; i++) factor.data[i * encodingDim + i] = 1;
    return new GaussianDistribution(Tensor.zeros([encodingDim]), factor);
  }

  /**
   * Fits the distribution with the mean and the covariance (divided by n) of these codes. Directions in which codes do not
   * vary are left at their mean.
   *
   * @param codes - `[n, d]`. Rows that are not finite are left out.
   * @throws {ShapeError} If it is no matrix, or is empty.
   * @throws {RangeError} If no row is finite.
   */
  static fit(codes: Tensor): GaussianDistribution {
    requireTensor('GaussianDistribution.fit', 'the codes are', codes);
    if (codes.shape.length !== 2 || codes.size === 0) {
      throw new ShapeError(
        `GaussianDistribution.fit: the codes are ${formatShape(codes.shape)}, expected [n, d].`,
      );
    }
    const moments = new Moments(codes.shape[1]);
    moments.add(codes);
    return GaussianDistribution.withMoments(moments);
  }

  /**
   * The same for codes that come batch by batch.
   *
   * @param moments - Of the codes.
   * @throws {RangeError} If there are none.
   */
  static withMoments(moments: Moments): GaussianDistribution {
    const { count } = moments;
    if (count === 0) {
      throw new RangeError('GaussianDistribution.fit: got no finite codes, expected at least one.');
    }
    const mean = Tensor.from(moments.mean());
    const { size: d } = mean;
    return new GaussianDistribution(mean, Tensor.from(cholesky(moments.covariance(count), d), [d, d]));
  }

  /** The standard deviation of each number of a code, `[d]`. */
  get deviations(): Tensor {
    const [d] = this.mean.shape;
    return Tensor.from(Array.from({ length: d }, (_, i) => sqrt(dot(this.#row(i), this.#row(i)))));
  }

  /**
   * Draws codes at random.
   *
   * @param count - An integer >= 1.
   * @returns `[count, d]`; with a larger count, the first codes of a seed are the same.
   * @throws {TypeError} If an option is unknown.
   * @throws {RangeError} If the count or the seed is out of range.
   */
  sample(count: number, options: SampleOptions = {}): Tensor {
    const [d] = this.mean.shape;
    return this.fromStandard(standardNormal(count, d, options));
  }

  /**
   * What standard normal numbers are in this distribution: `mean + factor · ε` for each row ε.
   *
   * @param standard - `[n, d]`. They are overwritten.
   * @returns The same tensor.
   */
  fromStandard(standard: Tensor): Tensor {
    const [n, d] = standard.shape;
    for (let i = 0; i < n; i++) {
      const code = standard.rows(i, i + 1).data;
      // From the last number down, as each needs the ε of those before it.
      for (let j = d - 1; j >= 0; j--) code[j] = this.mean.data[j] + dot(this.#row(j), code);
    }
    return standard;
  }

  /** Row j of the factor up to the diagonal, `[j + 1]`. */
  #row(j: number): Float32Array {
    const [d] = this.mean.shape;
    return this.factor.data.subarray(j * d, j * d + j + 1);
  }
}

/**
 * The lower triangular L with L Lᵀ = a (Golub & Van Loan, Matrix Computations, 4th ed., section 4.2). A column whose pivot
 * is 0 but for rounding stays 0: a covariance may be singular.
 *
 * @param a - `[d, d]`, of which the lower triangle is read.
 */
function cholesky(a: Float64Array, d: number): Float64Array {
  const l = new Float64Array(d * d);
  const row = (i: number, length: number) => l.subarray(i * d, i * d + length);
  for (let j = 0; j < d; j++) {
    const pivot = a[j * d + j] - dot(row(j, j), row(j, j));
    if (!(pivot > SINGULAR * abs(a[j * d + j]))) continue;
    l[j * d + j] = sqrt(pivot);
    for (let i = j + 1; i < d; i++) {
      l[i * d + j] = (a[i * d + j] - dot(row(i, j), row(j, j))) / l[j * d + j];
    }
  }
  return l;
}
