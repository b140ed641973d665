/**
 * The file that was compressed, for `--lossless`: its header and the order of its values, which are enough to write it
 * again byte for byte. Read io/numpy/npyHeader.ts and io/numpy/idx.ts first.
 */

import { ARRAY_NAMES, DataError, DTYPE_NAMES, type DType, type SampleArray } from '../data/samples.ts';
import { FormatError } from '../io/errors.ts';
import { swapByteOrder } from '../io/numpy/byteOrder.ts';
import { IDX_HEAD_LENGTH, parseIdxHeader } from '../io/numpy/idx.ts';
import { itemSizeOf, NPY_HEAD_LENGTH, npyHeaderOfRows, parseNpyHeader } from '../io/numpy/npyHeader.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../tensor/shape.ts';
import { joined } from './byteStream.ts';
import type { IntegerType } from './coder/residualModel.ts';
import { csvPieces, readCsvHead } from './csvOriginal.ts';

export const ORIGINAL_KINDS = ['npy', 'idx', 'csv'] as const;

/** The file that a lossless `.isth` file gives back, byte for byte. */
export interface OriginalFile {
  /** Its format: NumPy's, IDX, or a table of integers. */
  readonly kind: (typeof ORIGINAL_KINDS)[number];
  /** The bytes before the values, which say how these are stored; of a table as csvOriginal.ts has it. */
  readonly head: Uint8Array;
}

/** How a binary file stores its values. */
export interface StoredOrder {
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
}

/** No head is longer: an IDX head has at most 260 bytes. */
export const MAX_HEAD_BYTES = NPY_HEAD_LENGTH;

/** The types that the residual is computed for. */
const INTEGER_TYPES: Partial<Record<DType, IntegerType>> = {
  u1: { bits: 8, minimum: 0 },
  i1: { bits: 8, minimum: -128 },
  u2: { bits: 16, minimum: 0 },
  i2: { bits: 16, minimum: -32768 },
};

/** @throws {DataError} If this is not a type of integers of 8 or 16 bits. */
export function requireIntegerType(dtype: DType): IntegerType {
  const type = INTEGER_TYPES[dtype];
  if (type) return type;
  throw new DataError(
    `the values are ${DTYPE_NAMES[dtype]}, lossless compression takes uint8, uint16, int8 and int16.`,
  );
}

/** @throws {DataError} If the values are held as another type: storing them as this one would round them. */
export function requireHeldAs(values: SampleArray, dtype: DType): void {
  const found = values[Symbol.toStringTag];
  if (found === ARRAY_NAMES[dtype]) return;
  throw new DataError(
    `the values are a ${found}, lossless compression of ${DTYPE_NAMES[dtype]} takes a ${ARRAY_NAMES[dtype]}.`,
  );
}

/** The `.npy` file of an array that came from elsewhere: row-major, little-endian. */
export function npyOriginal(dtype: DType, shape: Shape): OriginalFile {
  const descr = `${dtype.endsWith('1') ? '|' : '<'}${dtype}`;
  const header = { descr, dtype, fortranOrder: false, shape, dataOffset: 0 };
  return { kind: 'npy', head: npyHeaderOfRows(header, shape[0]) };
}

/**
 * @throws {FormatError} If it is not the head of a file with values of this type and shape.
 */
export function requireOriginal(original: OriginalFile, dtype: DType, shape: Shape): void {
  if (original.kind !== 'csv') {
    storedOrder(original, dtype, shape);
    return;
  }
  readCsvHead(original.head);
  if (shape.length !== 2) {
    throw new FormatError(`the original file is a table, and the values are ${formatShape(shape)}.`);
  }
}

/** What is known of a lossless file: its original, and the type and the shape of the values. */
export interface OriginalFacts {
  readonly original: OriginalFile;
  readonly dtype: DType;
  readonly shape: Shape;
}

/**
 * The bytes of the original file, piece by piece. In Fortran order each sample is spread over the whole file, so such a file
 * is put together in memory.
 *
 * @param chunks - All samples in their order.
 */
export async function* originalPieces(
  chunks: AsyncIterable<SampleArray>,
  { original, dtype, shape }: OriginalFacts,
): AsyncGenerator<Uint8Array, void> {
  if (original.kind === 'csv') {
    yield* csvPieces(chunks, shape, readCsvHead(original.head));
    return;
  }
  const order = storedOrder(original, dtype, shape);
  yield original.head;
  if (order.fortranOrder) {
    yield storedBytes(toFortranOrder(await gathered(chunks), shape), order);
    return;
  }
  for await (const values of chunks) yield storedBytes(values, order);
}

/** All values as one array. Memory is taken for values that were read, not for those that a header claims. */
export async function gathered(chunks: AsyncIterable<SampleArray>): Promise<SampleArray> {
  const parts: SampleArray[] = [];
  for await (const values of chunks) parts.push(values);
  return joined(parts[0].constructor as new (length: number) => SampleArray, parts);
}

/** How the values after this head are stored. */
function storedOrder({ kind, head }: OriginalFile, dtype: DType, shape: Shape): StoredOrder {
  const fileSize = head.length + sizeOf(shape) * itemSizeOf(dtype);
  const found = kind === 'npy' ? npyOrder(head, fileSize) : idxOrder(head, fileSize);
  if (found.dtype !== dtype || !sameShape(found.shape, shape) || found.offset !== head.length) {
    throw new FormatError(
      `the original file's header says ${found.dtype} ${formatShape(found.shape)}, expected ${dtype} ${formatShape(shape)} and nothing after it.`,
    );
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

/** Values as a file's bytes, in the order in which they are given. */
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
