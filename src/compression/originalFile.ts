/**
 * What `--lossless` knows of the file beside its values: enough to write it again, byte for byte. Read io/numpy/npyHeader.ts
 * and io/numpy/idx.ts first.
 */

import { ARRAY_NAMES, DataError, DTYPE_NAMES, type DType, type SampleArray } from '../data/samples.ts';
import { FormatError } from '../io/errors.ts';
import { swapByteOrder } from '../io/numpy/byteOrder.ts';
import { IDX_HEAD_LENGTH, parseIdxHeader } from '../io/numpy/idx.ts';
import { NPY_HEAD_LENGTH, npyHeaderOfRows, parseNpyHeader } from '../io/numpy/npyHeader.ts';
import { type Shape, sameShape, sizeOf } from '../tensor/shape.ts';
import type { IntegerType } from './residualModel.ts';

/** The file's beginning, up to its values, which says how they are stored. */
export interface OriginalFile {
  readonly kind: 'npy' | 'idx';
  readonly head: Uint8Array;
}

/** How the values of an original are stored. */
export interface StoredOrder {
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
}

/** No head is longer. */
export const MOST_HEAD_BYTES = NPY_HEAD_LENGTH;

const WHOLE_NUMBERS: Partial<Record<DType, IntegerType>> = {
  u1: { bits: 8, minimum: 0 },
  i1: { bits: 8, minimum: -128 },
  u2: { bits: 16, minimum: 0 },
  i2: { bits: 16, minimum: -32768 },
};

/** @throws {DataError} If values of this type are not integers of 8 or 16 bits. */
export function requireIntegers(dtype: DType): IntegerType {
  const numbers = WHOLE_NUMBERS[dtype];
  if (numbers) return numbers;
  throw new DataError(
    `the values are ${DTYPE_NAMES[dtype]}, lossless compression takes uint8, uint16, int8 and int16.`,
  );
}

/** @throws {DataError} If they are held as another type: they would be rounded to it, and nobody could read the result. */
export function requireHeldAs(values: SampleArray, dtype: DType): void {
  const found = values[Symbol.toStringTag];
  if (found === ARRAY_NAMES[dtype]) return;
  throw new DataError(
    `the values are a ${found}, lossless compression of ${DTYPE_NAMES[dtype]} takes a ${ARRAY_NAMES[dtype]}.`,
  );
}

/** The `.npy` file that an array would be: row-major, little-endian. */
export function npyOriginal(dtype: DType, shape: Shape): OriginalFile {
  const descr = `${dtype.endsWith('1') ? '|' : '<'}${dtype}`;
  const header = { descr, dtype, fortranOrder: false, shape, dataOffset: 0 };
  return { kind: 'npy', head: npyHeaderOfRows(header, shape[0]) };
}

/**
 * How the values behind this head are stored.
 *
 * @throws {FormatError} If it is not the head of a file with values of this type and shape.
 */
export function storedOrder({ kind, head }: OriginalFile, dtype: DType, shape: Shape): StoredOrder {
  const fileSize = head.length + sizeOf(shape) * Number(dtype.slice(1));
  const found = kind === 'npy' ? npyOrder(head, fileSize) : idxOrder(head, fileSize);
  if (found.dtype !== dtype || !sameShape(found.shape, shape) || found.offset !== head.length) {
    throw new FormatError("the original file's header does not fit its values.");
  }
  return found;
}

function npyOrder(head: Uint8Array, fileSize: number) {
  const { descr, dtype, shape, fortranOrder, dataOffset } = parseNpyHeader(head, fileSize);
  return { dtype, shape, offset: dataOffset, fortranOrder, bigEndian: descr[0] === '>' };
}

function idxOrder(head: Uint8Array, fileSize: number) {
  const { dtype, shape, offset } = parseIdxHeader(head.subarray(0, IDX_HEAD_LENGTH), fileSize);
  return { dtype, shape, offset, fortranOrder: false, bigEndian: true };
}

/** Values as the file's bytes, in the order in which they are given. */
export function storedBytes(values: SampleArray, { bigEndian }: Pick<StoredOrder, 'bigEndian'>): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (!bigEndian || values.BYTES_PER_ELEMENT === 1) return bytes;
  const swapped = bytes.slice();
  swapByteOrder(swapped, values.BYTES_PER_ELEMENT);
  return swapped;
}

/** Row-major values in Fortran order, where the first dimension varies fastest. */
export function toFortranOrder<Values extends SampleArray>(values: Values, shape: Shape): Values {
  const stored = values.slice() as Values;
  const position = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  for (let i = 0, at = 0; i < values.length; i++) {
    stored[at] = values[i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++position[axis] < shape[axis]) break;
      at -= shape[axis] * strides[axis];
      position[axis] = 0;
    }
  }
  return stored;
}
