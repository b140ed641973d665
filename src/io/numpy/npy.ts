/**
 * Reads and writes NumPy's .npy files. Read npyHeader.ts first.
 * The only file that imports npyjs and ndarray: npyjs turns bytes into typed arrays and writes files, ndarray reads
 * Fortran order. Neither compares a header with the file, so npyHeader.ts does that before they are called.
 */

import ndarray from 'ndarray';
import { dump, parse } from 'npyjs';
import type { DType, NumericArray, SampleArray } from '../../data/samples.ts';
import { type OptionNames, requireBytes, requireOptions } from '../../tensor/options.ts';
import { formatShape, type Shape, ShapeError, sizeOf } from '../../tensor/shape.ts';
import { plural } from '../../tensor/words.ts';
import { FormatError } from '../errors.ts';
import { swapByteOrder } from './byteOrder.ts';
import { itemSizeOf, MAX_RANK, NPY_HEAD_LENGTH, type NpyHeader, parseNpyHeader } from './npyHeader.ts';

/** Options of {@link readNpy}. */
export interface ReadNpyOptions {
  /** If `bytes` are a part of a file: a value's number in the whole file, for messages. @default the same number */
  readonly numberOf?: (index: number) => number;
}

const OPTIONS: OptionNames<ReadNpyOptions> = { numberOf: true };

/**
 * Reads a .npy file. Big-endian values and Fortran order are turned into little-endian row-major ones.
 *
 * In the common case (little-endian, C order, `bytes` the only view on its buffer) the values are a view on `bytes`,
 * not a copy. `f2` becomes float32, `u8` and `i8` become float64, `b1` becomes 0 and 1 in a Uint8Array.
 *
 * @param bytes - The whole file.
 * @returns The shape, the values, and the type that the file states as `dtype`.
 * @throws {TypeError} If these are no bytes, or an option is unknown.
 * @throws {FormatError} As {@link parseNpyHeader}, if it is in Fortran order and holds 2^31 values or more, and if an `u8` or `i8` value is beyond ±2^53, where float64 has gaps.
 * @example
 * const { shape, dtype } = readNpy(writeNpy({ shape: [2, 3], data: new Float32Array(6) }));
 * shape; // [2, 3]
 * dtype; // 'f4'
 */
export function readNpy(bytes: Uint8Array, options: ReadNpyOptions = {}): NumericArray {
  requireBytes('readNpy', bytes);
  requireOptions('readNpy', options, OPTIONS);
  const { numberOf = (i: number) => i } = options;
  const header = parseNpyHeader(bytes.subarray(0, NPY_HEAD_LENGTH), bytes.length);
  const { dtype, fortranOrder, shape } = header;
  requireStrides(header);
  const parsed = parseValues(bytes, header);
  const data = dtype === 'u8' || dtype === 'i8' ? safeFloat64(parsed as BigArray, numberOf) : parsed;
  // npyjs declares its result as any ArrayBufferView; for the types that parseNpyHeader lets pass it is a SampleArray.
  const values = data as SampleArray;
  return { shape, data: fortranOrder ? toRowMajor(values, shape) : values, dtype };
}

/** The memory in bytes that {@link readNpy} needs at most for a file with this header, the file itself included. */
export function npyMemory(header: NpyHeader): number {
  const { dtype, fortranOrder, shape } = header;
  const file = sizeOf(shape) * itemSizeOf(dtype);
  const values = dtype === 'f2' ? 2 * file : file;
  const copies =
    (isReadInPlace(header) ? 0 : file) +
    (dtype === 'f2' || dtype === 'u8' || dtype === 'i8' ? values : 0) +
    (fortranOrder ? values : 0);
  return file + copies;
}

/**
 * Writes a .npy file: version 1, row-major, little-endian, the dtype that goes with the typed array.
 *
 * @returns The whole file. `numpy.load` reads it.
 * @throws {ShapeError} If the shape is not a list of up to 64 integers >= 0, or its product is not the length of `data`.
 * @example
 * await writeFileAtomically('codes.npy', writeNpy(codes));
 */
export function writeNpy(array: { readonly shape: Shape; readonly data: SampleArray }): Uint8Array {
  const { shape, data } = array;
  const integers = shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!integers || shape.length > MAX_RANK) {
    throw new ShapeError(
      `writeNpy: the shape is ${formatShape(shape)}, expected up to ${MAX_RANK} integers >= 0.`,
    );
  }
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError(
      `writeNpy: shape ${formatShape(shape)} needs ${plural(sizeOf(shape), 'value')}, the array holds ${data.length}.`,
    );
  }
  // npyjs would find the dtype by instanceof, which fails for arrays of another realm.
  return new Uint8Array(dump(data, [...shape], { dtype: WRITTEN_DTYPES[data[Symbol.toStringTag]] }));
}

const WRITTEN_DTYPES = {
  Uint8Array: 'u1',
  Int8Array: 'i1',
  Uint16Array: 'u2',
  Int16Array: 'i2',
  Uint32Array: 'u4',
  Int32Array: 'i4',
  Float32Array: 'f4',
  Float64Array: 'f8',
} as const satisfies Record<SampleArray[typeof Symbol.toStringTag], DType>;

/** Whether npyjs gives a view on the values: they are aligned, little-endian, and not booleans, of which it makes a list. */
function isReadInPlace({ descr, spelling, dtype, dataOffset }: NpyHeader): boolean {
  const isUsual = spelling === descr && descr[0] !== '>'; // npyjs knows no other names
  return isUsual && dataOffset % itemSizeOf(dtype) === 0 && dtype !== 'b1';
}

/** The values in the file's own order, little-endian. */
function parseValues(bytes: Uint8Array, header: NpyHeader): ArrayBufferView {
  const { descr, dtype, shape, dataOffset } = header;
  const itemSize = itemSizeOf(dtype);
  const { buffer } = bytes;
  if (isReadInPlace(header) && bytes.byteLength === buffer.byteLength && isArrayBuffer(buffer))
    return parse(buffer).data;
  // npyjs reads only a whole ArrayBuffer with aligned, little-endian values: all others are copied into such a file.
  const values = bytes.subarray(dataOffset);
  const file = dump(values, [...shape], { dtype: dtype === 'b1' ? 'u1' : dtype });
  const copied = new Uint8Array(file, file.byteLength - values.length);
  if (descr[0] === '>') swapByteOrder(copied, itemSize);
  if (dtype === 'b1') for (let i = 0; i < copied.length; i++) copied[i] = copied[i] === 0 ? 0 : 1;
  return parse(file).data;
}

/** False for a SharedArrayBuffer, which TextDecoder (in npyjs) refuses. By name, since instanceof fails across realms. */
function isArrayBuffer(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return Object.prototype.toString.call(buffer) === '[object ArrayBuffer]';
}

type BigArray = BigInt64Array | BigUint64Array;

/** 64-bit integers to float64, from their two halves, which is faster than a bigint for each. */
function safeFloat64(values: BigArray, numberOf: (index: number) => number): Float64Array {
  const { buffer, byteOffset, length } = values;
  const low = new Uint32Array(buffer, byteOffset, 2 * length);
  const signed = values[Symbol.toStringTag] === 'BigInt64Array';
  const high = signed ? new Int32Array(buffer, byteOffset, 2 * length) : low;
  const exact = new Float64Array(length);
  const limit = 2 ** 21; // the upper half of 2^53
  for (let i = 0; i < length; i++) {
    const upper = high[2 * i + 1];
    const lower = low[2 * i];
    if (upper < -limit || upper > limit || (upper === limit && lower !== 0)) {
      throw new FormatError(
        `value number ${numberOf(i)} in the file is ${values[i]}, expected -2^53 to 2^53: beyond that, float64 has gaps.`,
      );
    }
    exact[i] = upper * 2 ** 32 + lower;
  }
  return exact;
}

/** ndarray counts in 32-bit signed integers. */
const MAX_STRIDED_LENGTH = 2 ** 31 - 1;

/** @throws {FormatError} If the array is in Fortran order and too large to be read so in memory. */
export function requireStrides({ fortranOrder, shape }: Pick<NpyHeader, 'fortranOrder' | 'shape'>): void {
  if (!fortranOrder || sizeOf(shape) <= MAX_STRIDED_LENGTH) return;
  throw new FormatError(
    `the array is in Fortran order and holds ${sizeOf(shape)} values, expected at most ${MAX_STRIDED_LENGTH}: save np.ascontiguousarray(arr).`,
  );
}

/** A copy in C order of values that are in Fortran order (the first dimension varies fastest). */
function toRowMajor(values: SampleArray, shape: Shape): SampleArray {
  const axes = shape.filter((length) => length !== 1); // an axis of length 1 has no order
  if (axes.length < 2 || values.length === 0) return values;
  let stride = 1;
  const strides = axes.map((length) => {
    const own = stride;
    stride *= length;
    return own;
  });
  const rowMajor = values.slice();
  copyInto(rowMajor, 0, ndarray(values, axes, strides));
  return rowMajor;
}

/** Copies a view's values in row-major order into `target`, from `start` on. */
function copyInto(target: SampleArray, start: number, view: ndarray.NdArray<SampleArray>): void {
  const { data, offset, shape, stride } = view;
  if (shape.length === 1) {
    for (let i = 0; i < shape[0]; i++) target[start + i] = data[offset + i * stride[0]];
    return;
  }
  const rowLength = view.size / shape[0];
  for (let i = 0; i < shape[0]; i++) copyInto(target, start + i * rowLength, view.pick(i));
}
