/** The tensor: a shape and a Float32Array in row-major order. Read shape.ts first. */

import { formatShape, type Shape, ShapeError, sizeOf } from './shape.ts';

/**
 * A dense array of float32 numbers. The last dimension varies fastest (row-major, NumPy's C order).
 *
 * Tensors are ordinary garbage-collected objects: there is nothing to dispose of. `data` may be read and written freely.
 *
 * @example
 * const x = Tensor.from([1, 2, 3, 4, 5, 6], [2, 3]);
 * x.rows(1, 2).data; // Float32Array [4, 5, 6], a view on x
 */
export class Tensor {
  readonly shape: Shape;
  readonly data: Float32Array;

  /**
   * Wraps an array without copying it.
   *
   * @throws {ShapeError} If the array's length is not the product of the shape, or the shape holds anything but integers >= 0.
   */
  constructor(data: Float32Array, shape: Shape) {
    requireShape(shape);
    if (data.length !== sizeOf(shape)) {
      throw new ShapeError(
        `Tensor: shape ${formatShape(shape)} needs ${sizeOf(shape)} numbers, the array holds ${data.length}.`,
      );
    }
    this.data = data;
    this.shape = [...shape];
  }

  /** A new tensor with a copy of these numbers, rounded to float32. */
  static from(values: ArrayLike<number>, shape: Shape = [values.length]): Tensor {
    return new Tensor(Float32Array.from(values), shape);
  }

  static zeros(shape: Shape): Tensor {
    requireShape(shape);
    return new Tensor(new Float32Array(sizeOf(shape)), shape);
  }

  get size(): number {
    return this.data.length;
  }

  /** The same numbers under another shape: a view, nothing is copied. */
  reshape(shape: Shape): Tensor {
    if (sizeOf(shape) !== this.size) {
      throw new ShapeError(
        `Tensor.reshape: ${formatShape(this.shape)} holds ${this.size} numbers, ${formatShape(shape)} needs ${sizeOf(shape)}.`,
      );
    }
    return new Tensor(this.data, shape);
  }

  /** Entries `start` to `end` (exclusive) of the first dimension: a view, nothing is copied. */
  rows(start: number, end: number): Tensor {
    const [count = 0, ...rest] = this.shape;
    if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= count)) {
      throw new ShapeError(
        `Tensor.rows: ${start} to ${end} is not a range within ${formatShape(this.shape)}.`,
      );
    }
    const stride = sizeOf(rest);
    return new Tensor(this.data.subarray(start * stride, end * stride), [end - start, ...rest]);
  }

  /**
   * A copy of these entries of the first dimension.
   *
   * @param indices - Integers from 0, in any order, also repeated.
   */
  pick(indices: readonly number[]): Tensor {
    const [, ...rest] = this.shape;
    const picked = Tensor.zeros([indices.length, ...rest]);
    indices.forEach((index, i) => {
      picked.rows(i, i + 1).data.set(this.rows(index, index + 1).data);
    });
    return picked;
  }

  copy(): Tensor {
    return new Tensor(this.data.slice(), this.shape);
  }
}

function requireShape(shape: Shape): void {
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new ShapeError(`Tensor: the shape is ${formatShape(shape)}, expected integers >= 0.`);
  }
}
