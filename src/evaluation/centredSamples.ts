/** Samples as network inputs, batch by batch, with their mean subtracted. Read batches.ts first. */

import { BatchReader } from '../data/batches.ts';
import type { Samples } from '../data/samples.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';

const { min } = Math;

const BATCH = 256; // samples

export class CentredSamples {
  readonly count: number;
  readonly features: number;
  readonly #reader: BatchReader;
  readonly #batch: Float32Array;
  #mean: Float64Array;

  /**
   * @param who - Named in errors.
   * @param mean - What to subtract, as many numbers as a sample has. Default: their own mean.
   * @throws {ShapeError} If there are no samples.
   */
  constructor(samples: Samples, who: string, mean?: Float64Array) {
    this.features = sizeOf(samples.shape.slice(1));
    this.#reader = new BatchReader(samples, [this.features], who);
    this.count = this.#reader.count;
    this.#batch = new Float32Array(min(BATCH, this.count) * this.features);
    // For their own mean, the batches come as they are at first.
    this.#mean = mean ?? new Float64Array(this.features);
    if (!mean) this.#mean = this.#ownMean();
  }

  get mean(): Float64Array {
    return this.#mean;
  }

  get size(): number {
    return this.count * this.features;
  }

  /** x `[batch, features]`, overwritten by the next batch. */
  forEachBatch(use: (x: Tensor) => void): void {
    const width = this.features;
    const mean = this.#mean;
    for (let start = 0; start < this.count; start += BATCH) {
      const rows = min(BATCH, this.count - start);
      const x = this.#batch.subarray(0, rows * width);
      this.#reader.readRange(start, start + rows, x);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < width; j++) x[i * width + j] -= mean[j];
      }
      use(new Tensor(x, [rows, width]));
    }
  }

  sumOfSquares(): number {
    let sum = 0;
    this.forEachBatch((x) => {
      sum += kernels().sumOfSquares(x.size, x.data);
    });
    return sum;
  }

  #ownMean(): Float64Array {
    const sum = new Float64Array(this.features);
    this.forEachBatch(({ data, shape: [rows, width] }) => {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < width; j++) sum[j] += data[i * width + j];
      }
    });
    return sum.map((value) => value / this.count);
  }
}
