/** Samples as network inputs, batch by batch, with their mean subtracted. Read data/batches.ts first. */

import { BatchReader } from '../data/batches.ts';
import { requireSamples } from '../data/requireSamples.ts';
import type { Samples } from '../data/samples.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { addRows } from '../tensor/linearAlgebra.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';

export class CentredSamples {
  readonly count: number;
  readonly features: number;
  readonly mean: Float64Array;
  readonly #reader: BatchReader;
  /** One array for all passes. */
  #batch: Tensor | undefined;
  readonly #allocate = (shape: Shape) => {
    this.#batch ??= Tensor.zeros(shape);
    return this.#batch;
  };

  /**
   * @param samples - Shape `[n, ...]`; with a mean, one sample may come by itself.
   * @param who - Named in errors.
   * @param mean - What to subtract: one number for each number of a sample. Default: the mean of these samples.
   * @throws {ShapeError} If there are no samples, or they have another size than the mean.
   */
  constructor(samples: Samples, who: string, mean?: Float64Array) {
    requireSamples(samples, who);
    this.features = mean?.length ?? sizeOf(samples.shape.slice(1));
    this.#reader = new BatchReader(samples, [this.features], who);
    this.count = this.#reader.count;
    this.mean = mean ?? this.#meanInput();
  }

  /** The number of elements. */
  get size(): number {
    return this.count * this.features;
  }

  /** Tensors `[batch, features]` over one array: each batch overwrites the one before. */
  *batches(): Generator<Tensor, void> {
    const { features, mean } = this;
    for (const x of this.#reader.batches({ allocate: this.#allocate })) {
      for (let start = 0; start < x.size; start += features) {
        for (let j = 0; j < features; j++) x.data[start + j] -= mean[j];
      }
      yield x;
    }
  }

  sumOfSquares(): number {
    let sum = 0;
    for (const x of this.batches()) sum += kernels().sumOfSquares(x.size, x.data);
    return sum;
  }

  #meanInput(): Float64Array {
    const sums = new Float64Array(this.features);
    for (const { data } of this.#reader.batches({ allocate: this.#allocate })) addRows(sums, data);
    return sums.map((sum) => sum / this.count);
  }
}
