/**
 * Normal distributions of codes: the standard one, which the decoder of a variational autoencoder and the generator of a GAN
 * expect, and one that is fitted to the codes of a plain autoencoder, which expects none.
 */

import { dot } from '../tensor/linearAlgebra.ts';
import { Random } from '../tensor/random.ts';
import { formatShape, ShapeError } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';

const { abs, sqrt } = Math;

export interface SampleOptions {
  /** Decides what is drawn; an integer from 0 to 2^53 - 1. @default 0 */
  readonly seed?: number;
}

/**
 * Codes from the standard normal distribution: mean 0, variance 1, independent numbers.
 *
 * @param count - An integer >= 1.
 * @param encodingDim - The length of a code.
 * @returns `[count, encodingDim]`; the first codes of a seed are the same for any even number of numbers.
 * @throws {RangeError} If the count is not an integer >= 1, or the seed is out of range.
 */
export function standardNormal(count: number, encodingDim: number, { seed = 0 }: SampleOptions = {}): Tensor {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`sample: the count is ${count}, expected an integer >= 1.`);
  }
  const codes = Tensor.zeros([count, encodingDim]);
  new Random(seed).fillNormal(codes.data);
  return codes;
}

/** A pivot below this part of the variance is rounding: the numbers of the code depend on one another there. */
const SINGULAR = 1e-7;

/** A normal distribution with any mean and any covariance, as `mean + factor · ε` with ε standard normal. */
export class GaussianDistribution {
  /** `[d]` */
  readonly mean: Tensor;
  /** `[d, d]`, lower triangular: the Cholesky factor L of the covariance L Lᵀ. */
  readonly factor: Tensor;

  /** @throws {ShapeError} If the factor is not `[d, d]` for a mean `[d]`. */
  constructor(mean: Tensor, factor: Tensor) {
    const [d] = mean.shape;
    if (mean.shape.length !== 1 || factor.shape.length !== 2 || factor.shape.some((length) => length !== d)) {
      throw new ShapeError(
        `GaussianDistribution: the mean is ${formatShape(mean.shape)}, the factor ${formatShape(factor.shape)}, expected [d] and [d, d].`,
      );
    }
    this.mean = mean;
    this.factor = factor;
  }

  /**
   * Fits the distribution with the mean and the covariance (divided by n) of these codes. Directions in which codes do not
   * vary are left at their mean.
   *
   * @param codes - `[n, d]`, finite numbers.
   * @throws {ShapeError} If it is no matrix, or has no rows.
   */
  static fit(codes: Tensor): GaussianDistribution {
    if (codes.shape.length !== 2 || codes.shape[0] === 0) {
      throw new ShapeError(
        `GaussianDistribution.fit: the codes are ${formatShape(codes.shape)}, expected [n, d].`,
      );
    }
    const moments = new Moments(codes.shape[1]);
    moments.add(codes);
    return moments.distribution();
  }

  /**
   * @param count - An integer >= 1.
   * @returns `[count, d]`
   * @throws {RangeError} If the count or the seed is out of range.
   */
  sample(count: number, options: SampleOptions = {}): Tensor {
    const [d] = this.mean.shape;
    const codes = standardNormal(count, d, options);
    for (let i = 0; i < count; i++) {
      const code = codes.rows(i, i + 1).data;
      // From the last number down, as each needs the ε of those before it.
      for (let j = d - 1; j >= 0; j--) {
        const row = this.factor.data.subarray(j * d, j * d + j + 1);
        code[j] = this.mean.data[j] + dot(row, code.subarray(0, j + 1));
      }
    }
    return codes;
  }
}

/** The sums over codes from which a distribution is fitted, batch by batch: the codes need not fit into memory. */
export class Moments {
  readonly #d: number;
  readonly #sums: Float64Array;
  /** `[d, d]`, the lower triangle. Around the first code, so that large means cost no digits. */
  readonly #products: Float64Array;
  #origin: Float64Array | undefined;
  #count = 0;

  /** @param d - The length of a code. */
  constructor(d: number) {
    this.#d = d;
    this.#sums = new Float64Array(d);
    this.#products = new Float64Array(d * d);
  }

  /** @param codes - `[n, d]`. Rows that are not finite are left out. */
  add(codes: Tensor): void {
    const d = this.#d;
    const x = new Float64Array(d);
    for (let start = 0; start < codes.size; start += d) {
      const code = codes.data.subarray(start, start + d);
      if (!code.every(Number.isFinite)) continue;
      this.#origin ??= Float64Array.from(code);
      this.#count++;
      for (let i = 0; i < d; i++) {
        x[i] = code[i] - this.#origin[i];
        this.#sums[i] += x[i];
        for (let j = 0; j <= i; j++) this.#products[i * d + j] += x[i] * x[j];
      }
    }
  }

  /** @throws {RangeError} If not one code was finite. */
  distribution(): GaussianDistribution {
    const d = this.#d;
    const n = this.#count;
    if (n === 0)
      throw new RangeError('GaussianDistribution.fit: got no finite codes, expected at least one.');
    const origin = this.#origin ?? new Float64Array(d);
    const shift = this.#sums.map((sum) => sum / n);
    const covariance = this.#products.map(
      (sum, index) => sum / n - shift[Math.floor(index / d)] * shift[index % d],
    );
    const mean = shift.map((value, i) => value + origin[i]);
    return new GaussianDistribution(Tensor.from(mean), Tensor.from(cholesky(covariance, d), [d, d]));
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
