/**
 * IDX, the format of the MNIST files (LeCun, Cortes & Burges, "The MNIST database"): two zero bytes, a type, the number
 * of dimensions, the dimensions as big-endian 32-bit numbers, the values, big-endian and row-major.
 */

import type { DType, NumericArray, SampleArray } from '../data/samples.ts';
import { sizeOf } from '../tensor/shape.ts';
import { swapByteOrder } from './byteOrder.ts';
import { FormatError, firstBytes } from './errors.ts';

interface IdxType {
  readonly dtype: DType;
  readonly itemSize: number;
  readonly View: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => SampleArray;
}

const TYPES: ReadonlyMap<number, IdxType> = new Map<number, IdxType>([
  [0x08, { dtype: 'u1', itemSize: 1, View: Uint8Array }],
  [0x09, { dtype: 'i1', itemSize: 1, View: Int8Array }],
  [0x0b, { dtype: 'i2', itemSize: 2, View: Int16Array }],
  [0x0c, { dtype: 'i4', itemSize: 4, View: Int32Array }],
  [0x0d, { dtype: 'f4', itemSize: 4, View: Float32Array }],
  [0x0e, { dtype: 'f8', itemSize: 8, View: Float64Array }],
]);

/**
 * Reads an IDX file. Its size must be exactly what its header says; this is checked before anything is allocated.
 *
 * @param bytes - The whole file, not compressed (a `.gz` goes through `gunzip` first).
 * @returns Values of one byte are a view on `bytes`, wider ones a copy.
 * @throws {FormatError} If the header is not one, or does not fit the size of the file.
 */
export function readIdx(bytes: Uint8Array): NumericArray {
  const [zero0, zero1, typeCode, rank] = bytes;
  const type = TYPES.get(typeCode);
  if (zero0 !== 0 || zero1 !== 0 || type === undefined || !(rank > 0)) {
    throw new FormatError(
      `not an IDX file: it begins with ${firstBytes(bytes, 4)}, expected 00 00, a type (08 09 0b 0c 0d 0e) and a number of dimensions.`,
    );
  }
  const offset = 4 + 4 * rank;
  if (bytes.length < offset) {
    throw new FormatError(
      `the IDX file is cut off: it holds ${bytes.length} bytes, its header of ${rank} dimensions needs ${offset}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const { dtype, itemSize, View } = type;
  const size = sizeOf(shape);
  if (offset + size * itemSize !== bytes.length) {
    throw new FormatError(
      `the IDX header says ${shape.join('x')} ${dtype} = ${size * itemSize} bytes of data, the file holds ${bytes.length - offset}.`,
    );
  }
  if (itemSize === 1) return { shape, data: new View(bytes.buffer, bytes.byteOffset + offset, size), dtype };
  const copy = new Uint8Array(size * itemSize);
  copy.set(bytes.subarray(offset));
  swapByteOrder(copy, itemSize);
  return { shape, data: new View(copy.buffer, 0, size), dtype };
}
