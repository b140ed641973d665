/**
 * IDX, the format of the MNIST files (LeCun, Cortes & Burges, "The MNIST database"): two zero bytes, the type, the number
 * of dimensions, the dimensions as big-endian 32-bit integers, then the values, big-endian and row-major.
 */

import type { DType, NumericArray, SampleArray } from '../../data/samples.ts';
import { requireBytes } from '../../tensor/options.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { plural } from '../../tensor/words.ts';
import { FormatError } from '../errors.ts';
import { notA } from '../fileKinds.ts';
import { swapByteOrder } from './byteOrder.ts';

interface IdxType {
  readonly dtype: DType;
  /** Bytes for each value. */
  readonly itemSize: number;
  /** The typed array for them. */
  readonly View: new (
    buffer: ArrayBufferLike,
    byteOffset: number,
    length: number,
  ) => SampleArray;
}

const TYPES: ReadonlyMap<number, IdxType> = new Map<number, IdxType>([
  [0x08, { dtype: 'u1', itemSize: 1, View: Uint8Array }],
  [0x09, { dtype: 'i1', itemSize: 1, View: Int8Array }],
  [0x0b, { dtype: 'i2', itemSize: 2, View: Int16Array }],
  [0x0c, { dtype: 'i4', itemSize: 4, View: Int32Array }],
  [0x0d, { dtype: 'f4', itemSize: 4, View: Float32Array }],
  [0x0e, { dtype: 'f8', itemSize: 8, View: Float64Array }],
]);

/** NumPy's own limit, more than anybody needs. */
const MAX_RANK = 64;

/** {@link parseIdxHeader} needs at most this many bytes from the beginning of a file. */
export const IDX_HEAD_LENGTH = 4 + 4 * MAX_RANK;

/** What the header of an IDX file says, checked. */
export interface IdxHeader extends IdxType {
  readonly shape: Shape;
  /** The number of values. */
  readonly size: number;
  /** Where the values begin, in bytes from the beginning of the file. */
  readonly offset: number;
}

/**
 * Reads an IDX file. Its size must be exactly what its header says; this is checked before memory is taken.
 *
 * @param bytes - The whole file, uncompressed (`gunzip` a `.gz` first).
 * @returns Values of one byte are a view on `bytes`, wider ones a copy.
 * @throws {FormatError} If the bytes don't begin with an IDX header, or its size doesn't fit the file's.
 * @example
 * readIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9)).data; // [7, 8, 9]
 */
export function readIdx(bytes: Uint8Array): NumericArray {
  requireBytes('readIdx', bytes);
  const { dtype, itemSize, View, shape, size, offset } = parseIdxHeader(bytes, bytes.length);
  if (itemSize === 1) return { shape, data: new View(bytes.buffer, bytes.byteOffset + offset, size), dtype };
  const copy = new Uint8Array(size * itemSize);
  copy.set(bytes.subarray(offset));
  swapByteOrder(copy, itemSize);
  return { shape, data: new View(copy.buffer, 0, size), dtype };
}

/**
 * Reads and checks the header of an IDX file, before memory is taken for its values.
 *
 * @param head - The beginning of the file: the first {@link IDX_HEAD_LENGTH} bytes, or all of a smaller file.
 * @param fileSize - The size of the whole file in bytes. Header and values must fill it exactly.
 * @throws {FormatError} If the bytes don't begin with an IDX header, or its size doesn't fit the file's.
 * @example
 * const head = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3); // uint8, one dimension, of length 3
 * parseIdxHeader(head, 11).shape; // [3]
 */
export function parseIdxHeader(head: Uint8Array, fileSize: number): IdxHeader {
  const [zero0, zero1, typeCode, rank] = head;
  const type = TYPES.get(typeCode);
  if (zero0 !== 0 || zero1 !== 0 || type === undefined || !(rank > 0)) {
    throw notA('an IDX file', head);
  }
  if (rank > MAX_RANK) {
    throw new FormatError(`the IDX header says ${plural(rank, 'dimension')}, expected at most ${MAX_RANK}.`);
  }
  const offset = 4 + 4 * rank;
  if (head.length < offset) {
    throw new FormatError(
      `the IDX file is cut off: it holds ${plural(fileSize, 'byte')}, its header of ${plural(rank, 'dimension')} needs ${offset}.`,
    );
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const { dtype, itemSize } = type;
  const size = sizeOf(shape);
  if (!Number.isSafeInteger(size)) {
    throw new FormatError(
      `the IDX header's ${plural(rank, 'dimension')} multiply to more than 2^53 values, expected fewer.`,
    );
  }
  if (offset + size * itemSize !== fileSize) {
    throw new FormatError(
      `the IDX header says ${shape.join('x')} ${dtype} = ${plural(size * itemSize, 'byte')} of data, the file holds ${fileSize - offset}.`,
    );
  }
  return { ...type, shape, size, offset };
}
