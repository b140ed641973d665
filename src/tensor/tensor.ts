/** The tensor: a shape and a Float32Array in row-major order. Read shape.ts first. */

import { formatShape, type Shape, ShapeError, sizeOf } from './shape.ts';
import { inWords, plural } from './words.ts';

/** Numbers in lists of lists, all of one length: `[[1, 2], [3, 4]]` is a matrix. */
export type NestedNumbers = ArrayLike<number> | readonly NestedNumbers[];

/**
 * A dense array of float32 numbers. The last dimension varies fastest (row-major, NumPy's C order).
 *
 * Tensors are ordinary garbage-collected objects: there is nothing to dispose of. `data` may be read and written freely.
 *
 * @example
 * const x = Tensor.from([1, 2, 3, 4, 5, 6], [2, 3]);
 * const row = x.rows(1, 2); // [1, 3]
 * row.data; // [4, 5, 6]
 * x.reshape([6]).shape; // [6]
 */
export class Tensor {
  /** The outermost dimension first; `[]` for a single number. */
  readonly shape: Shape;
  /** The numbers, in row-major order. Views share it. */
  readonly data: Float32Array;

  /**
   * Wraps an array without copying it.
   *
   * @throws {TypeError} If it is no Float32Array.
   * @throws {ShapeError} If the array's length is not the product of the shape, or the shape holds anything but integers >= 0.
   */
  constructor(data: Float32Array, shape: Shape) {
    requireShape(shape);
    if (!isFloat32Array(data)) {
      throw new TypeError(
        `Tensor: the data is ${inWords(data)}, expected a Float32Array: Tensor.from(data, shape) makes one.`,
      );
    }
    if (data.length !== sizeOf(shape)) {
      throw new ShapeError(
        `Tensor: shape ${formatShape(shape)} needs ${plural(sizeOf(shape), 'number')}, the array holds ${data.length}.`,
      );
    }
    this.data = data;
    this.shape = [...shape];
  }

  /**
   * A new tensor with a copy of these numbers, rounded to float32. (`new Tensor` takes a Float32Array without copying it.)
   *
   * @param values - An array of numbers, or lists of lists: rows, images, any depth.
   * @param shape - Default: that of the lists, `[n]` for numbers alone.
   * @throws {TypeError} If there is anything but numbers.
   * @throws {ShapeError} If lists of one depth differ in length, or the numbers don't fill the shape.
   * @example
   * Tensor.from([[1, 2, 3], [4, 5, 6]]).shape; // [2, 3]
   */
  static from(values: NestedNumbers, shape?: Shape): Tensor {
    // In one pass: new memory would first be filled with zeros, and what is in it already is checked.
    if (values instanceof Float32Array) return new Tensor(values.slice(), shape ?? [values.length]);
    const lengths = lengthsOf(values);
    const data = new Float32Array(sizeOf(lengths));
    fillFrom(values, lengths, data, []);
    return new Tensor(data, shape ?? lengths);
  }

  /**
   * A new tensor of this shape, full of zeros.
   *
   * @throws {ShapeError} If the shape holds anything but integers >= 0.
   */
  static zeros(shape: Shape): Tensor {
    requireShape(shape);
    return new Tensor(new Float32Array(sizeOf(shape)), shape);
  }

  /** How many numbers there are: the product of the shape. */
  get size(): number {
    return this.data.length;
  }

  /**
   * The same numbers under another shape: a view, nothing is copied.
   *
   * @throws {ShapeError} If the shape takes another number of them.
   */
  reshape(shape: Shape): Tensor {
    requireShape(shape);
    if (sizeOf(shape) !== this.size) {
      throw new ShapeError(
        `Tensor.reshape: ${formatShape(this.shape)} holds ${plural(this.size, 'number')}, ${formatShape(shape)} needs ${sizeOf(shape)}.`,
      );
    }
    return new Tensor(this.data, shape);
  }

  /**
   * Entries `start` to `end` (exclusive) of the first dimension: a view, nothing is copied.
   *
   * @returns Shape `[end - start, ...]`.
   * @throws {ShapeError} If they are not integers with 0 <= start <= end <= the number of entries.
   */
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
   * @returns Shape `[indices.length, ...]`.
   * @throws {ShapeError} If there is no entry of an index.
   */
  pick(indices: readonly number[]): Tensor {
    const [, ...rest] = this.shape;
    const picked = Tensor.zeros([indices.length, ...rest]);
    indices.forEach((index, i) => {
      picked.data.set(this.rows(index, index + 1).data, i * sizeOf(rest));
    });
    return picked;
  }

  /** A tensor with a copy of the numbers, in the same shape. */
  copy(): Tensor {
    return new Tensor(this.data.slice(), this.shape);
  }
}

/** The shape of lists of lists, judged by the first list of each depth. */
function lengthsOf(values: NestedNumbers): number[] {
  const lengths: number[] = [];
  for (let list: unknown = values; isList(list); list = list[0]) {
    lengths.push(list.length);
    if (list.length === 0) break;
  }
  if (lengths.length > 0) return lengths;
  throw new TypeError(
    `Tensor.from: the values are ${inWords(values)}, expected numbers such as [1, 2, 3], or rows such as [[1, 2], [3, 4]].`,
  );
}

/** @param place - Where these values lie in those around them. */
function fillFrom(
  values: unknown,
  lengths: readonly number[],
  out: Float32Array,
  place: readonly number[],
): void {
  const [length, ...rest] = lengths;
  if (!isList(values) || values.length !== length) {
    const found = isList(values) ? `holds ${values.length}` : `is ${inWords(values)}`;
    throw new ShapeError(
      `Tensor.from: ${placeName(place)} ${found}, expected ${plural(length, rest.length === 0 ? 'number' : 'row')} as in ${placeName(place.map(() => 0))}.`,
    );
  }
  if (ArrayBuffer.isView(values) && typeof values[0] === 'number') {
    out.set(values as ArrayLike<number>);
    return;
  }
  const size = sizeOf(rest);
  for (let i = 0; i < length; i++) {
    if (rest.length > 0) fillFrom(values[i], rest, out.subarray(i * size, (i + 1) * size), [...place, i]);
    else if (typeof values[i] === 'number') out[i] = values[i] as number;
    else {
      throw new TypeError(
        `Tensor.from: ${elementName([...place, i])} is ${inWords(values[i])}, expected a number.`,
      );
    }
  }
}

/** Of a list: `row 2`; deeper, its index: `[2, 0]`. */
function placeName(place: readonly number[]): string {
  return place.length === 1 ? `row ${place[0]}` : formatShape(place);
}

/** Of a number: `value 3`, `row 2, column 0`; deeper, its index: `[2, 0, 5]`. */
function elementName(place: readonly number[]): string {
  const [i, j] = place;
  return place.length === 1
    ? `value ${i}`
    : place.length === 2
      ? `row ${i}, column ${j}`
      : formatShape(place);
}

/** An array or a typed array. Text has a length, too, but is no list of numbers. */
function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
}

// By name: `instanceof` is false for an array that another realm made (a worker, a frame, a test runner's sandbox).
function isFloat32Array(data: unknown): boolean {
  return data instanceof Float32Array || Object.prototype.toString.call(data) === '[object Float32Array]';
}

/**
 * @param what - The argument, with its verb: `x is`.
 * @throws {TypeError} If it is no tensor.
 */
export function requireTensor(who: string, what: string, x: unknown): asserts x is Tensor {
  const { shape, data } = typeof x === 'object' && x !== null ? (x as Partial<Tensor>) : {};
  if (Array.isArray(shape) && isFloat32Array(data)) return;
  throw new TypeError(`${who}: ${what} ${inWords(x)}, expected a Tensor such as Tensor.from(rows).`);
}

function requireShape(shape: Shape): void {
  if (!Array.isArray(shape)) {
    throw new ShapeError(`Tensor: the shape is ${inWords(shape)}, expected a list such as [2, 3].`);
  }
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new ShapeError(`Tensor: the shape is ${formatShape(shape)}, expected integers >= 0.`);
  }
}
