/** The mean and the covariance of vectors, in one pass: they come batch by batch and need not fit into memory. */

import { formatShape, ShapeError } from './shape.ts';
import type { Tensor } from './tensor.ts';

/**
 * Sums over vectors of one length, in float64.
 *
 * @example
 * const moments = new Moments(32);
 * for await (const codes of autoencoder.encodeBatches(samples)) moments.add(codes);
 * moments.mean(); // [32]
 */
export class Moments {
  readonly #d: number;
  /** Of the differences from the first vector, so that a large mean costs no digits; the products as well. */
  readonly #sums: Float64Array;
  /** `[d, d]`, the lower triangle. */
  readonly #products: Float64Array;
  #origin: Float64Array | undefined;
  #count = 0;

  /** @param d - The length of a vector. */
  constructor(d: number) {
    this.#d = d;
    this.#sums = new Float64Array(d);
    this.#products = new Float64Array(d * d);
  }

  /** How many vectors were added, without those that were left out. */
  get count(): number {
    return this.#count;
  }

  /**
   * @param vectors - `[n, d]`. Rows that are not finite are left out.
   * @throws {ShapeError} If the vectors have another length.
   */
  add(vectors: Tensor): void {
    const d = this.#d;
    if (vectors.shape.length !== 2 || vectors.shape[1] !== d) {
      throw new ShapeError(`Moments.add: the vectors are ${formatShape(vectors.shape)}, expected [n, ${d}].`);
    }
    const [sums, products, x] = [this.#sums, this.#products, new Float64Array(d)];
    for (let start = 0; start < vectors.size; start += d) {
      const vector = vectors.data.subarray(start, start + d);
      if (!vector.every(Number.isFinite)) continue;
      this.#origin ??= Float64Array.from(vector);
      this.#count++;
      for (let i = 0; i < d; i++) {
        x[i] = vector[i] - this.#origin[i];
        sums[i] += x[i];
        for (let j = 0; j <= i; j++) products[i * d + j] += x[i] * x[j];
      }
    }
  }

  /** The d means; NaN if there are no vectors. */
  mean(): Float64Array {
    const origin = this.#origin;
    return this.#sums.map((sum, i) => sum / this.#count + (origin?.[i] ?? 0));
  }

  /**
   * `Σ (x - mean) (x - mean)ᵀ / divisor`
   *
   * @param divisor - The number of vectors n, or n - 1 for an estimate without bias.
   * @returns `[d, d]`, row-major.
   */
  covariance(divisor: number): Float64Array {
    const [d, sums] = [this.#d, this.#sums];
    const covariance = new Float64Array(d * d);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        const product = this.#products[i * d + j] - (sums[i] * sums[j]) / this.#count;
        covariance[i * d + j] = covariance[j * d + i] = product / divisor;
      }
    }
    return covariance;
  }
}
