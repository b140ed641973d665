/**
 * NumPy's .npy files: header, values, and back (NEP 1, and the docstring of numpy.lib.format).
 * The only file that imports npyjs and ndarray: npyjs turns bytes into typed arrays and writes files, ndarray views
 * Fortran order. Neither checks a header against the file, so all of that is done here, first.
 */

import ndarray from 'ndarray';
import { dump, parse } from 'npyjs';
import type { DType, NumericArray, SampleArray } from '../data/samples.ts';
import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';
import { swapByteOrder } from './byteOrder.ts';
import { FormatError, firstBytes } from './errors.ts';

/** {@link parseNpyHeader} needs no more than this many bytes from the beginning of a file. */
export const NPY_HEAD_LENGTH = 65536;

/** NumPy's own limit on the number of dimensions (NumPy 2). */
const MAX_RANK = 64;

/** ndarray counts with 32-bit signed whole numbers. */
const MAX_STRIDED_LENGTH = 2 ** 31 - 1;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

const DTYPES: readonly DType[] = ['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8', 'f2', 'f4', 'f8', 'b1'];

/** NumPy's letters for what is not read here, with the way out of it. */
const REFUSED_KINDS: Readonly<Record<string, readonly [kind: string, wayOut: string]>> = {
  O: ['Python objects', "arr.astype('<f4'), or np.stack(list(arr)) where its items are arrays"],
  c: ['complex numbers', "np.abs(arr).astype('<f4')"],
  S: ['text', "arr.astype('<f4')"],
  a: ['text', "arr.astype('<f4')"],
  U: ['text', "arr.astype('<f4')"],
  T: ['text', "arr.astype('<f4')"],
  M: ['dates', "arr.astype('<i8')"],
  m: ['time spans', "arr.astype('<i8')"],
  V: ['raw records', "arr['name'].astype('<f4') of one field"],
};

/** What the header of a .npy file says, checked. */
export interface NpyHeader {
  /** Byte order and type as they stand in the file, e.g. `<f4`. */
  readonly descr: string;
  readonly dtype: DType;
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the values begin, in bytes from the beginning of the file. */
  readonly dataOffset: number;
}

/**
 * Reads and checks the header of a .npy file, before anything is allocated for its values.
 *
 * Read are versions 1 to 3; dtypes u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 b1, little- or big-endian; C and Fortran order.
 *
 * @param head - The beginning of the file: the first {@link NPY_HEAD_LENGTH} bytes, or all of a smaller file.
 * @param fileSize - The size of the whole file in bytes. Header and values must fill it exactly.
 * @throws {FormatError} If the header is not one, its size doesn't fit the file's, or the values are not numbers.
 */
export function parseNpyHeader(head: Uint8Array, fileSize: number): NpyHeader {
  const { text, dataOffset } = headerText(head, fileSize);
  if (/'descr'\s*:\s*\[/.test(text)) {
    throw new FormatError(
      "the array is structured (its dtype has named fields), expected plain numbers: save one field, e.g. arr['name'].astype('<f4').",
    );
  }
  const fields = parseDictionary(text);
  const { descr, fortran_order: fortranOrder, shape } = Object.fromEntries(fields);
  if (
    fields.size !== 3 ||
    typeof descr !== 'string' ||
    typeof fortranOrder !== 'boolean' ||
    !Array.isArray(shape)
  ) {
    throw malformed(text);
  }
  if (shape.length > MAX_RANK || !shape.every(Number.isSafeInteger)) {
    throw new FormatError(
      `the header's shape ${formatShape(shape)} is not one of up to ${MAX_RANK} whole numbers below 2^53.`,
    );
  }
  const dtype = dtypeOf(descr);
  const size = sizeOf(shape);
  const byteLength = size * itemSizeOf(dtype);
  if (dataOffset + byteLength !== fileSize) {
    throw new FormatError(
      `the header says ${shape.join('x') || 'one'} ${dtype} = ${byteLength} bytes of data, the file holds ${fileSize - dataOffset}.`,
    );
  }
  if (fortranOrder && size > MAX_STRIDED_LENGTH) {
    throw new FormatError(
      `the array is in Fortran order and holds ${size} values, at most ${MAX_STRIDED_LENGTH} are read: save np.ascontiguousarray(arr).`,
    );
  }
  return { descr, dtype, fortranOrder, shape, dataOffset };
}

/**
 * Reads a .npy file. Big-endian values and Fortran order are turned into little-endian row-major ones.
 *
 * In the common case (little-endian, C order, `bytes` the only view on its buffer) the values are a view on `bytes`,
 * not a copy. `f2` becomes float32, `u8` and `i8` become float64, `b1` becomes 0 and 1 in a Uint8Array.
 *
 * @throws {FormatError} As {@link parseNpyHeader}, and if an `u8` or `i8` value is beyond ±2^53, where float64 has gaps.
 */
export function readNpy(bytes: Uint8Array): NumericArray {
  const header = parseNpyHeader(bytes.subarray(0, NPY_HEAD_LENGTH), bytes.length);
  const { dtype, fortranOrder, shape } = header;
  const parsed = parseValues(bytes, header);
  const data = dtype === 'u8' || dtype === 'i8' ? safeFloat64(parsed as BigArray) : parsed;
  // npyjs calls its result any ArrayBufferView; for the types that come this far it is one of ours.
  const values = data as SampleArray;
  return { shape, data: fortranOrder ? toRowMajor(values, shape) : values, dtype };
}

/**
 * Writes a .npy file: version 1, row-major, little-endian, the dtype that goes with the typed array.
 *
 * @returns The whole file. `numpy.load` reads it.
 * @throws {ShapeError} If the shape is not one of whole numbers, or its product is not the length of `data`.
 */
export function writeNpy(array: { readonly shape: Shape; readonly data: SampleArray }): Uint8Array {
  const { shape, data } = array;
  const wholeNumbers = shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!wholeNumbers || shape.length > MAX_RANK) {
    throw new ShapeError(
      `writeNpy: the shape is ${formatShape(shape)}, expected up to ${MAX_RANK} whole numbers >= 0.`,
    );
  }
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError(
      `writeNpy: shape ${formatShape(shape)} needs ${sizeOf(shape)} values, the array holds ${data.length}.`,
    );
  }
  // The dtype is said, not left to npyjs, which finds it by instanceof: that fails for arrays of another realm.
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

/** NumPy's names end in the number of bytes. */
function itemSizeOf(dtype: DType): number {
  return Number(dtype.slice(1));
}

/** The header's dictionary as text, and where it ends: the six magic bytes, version, length, text. */
function headerText(head: Uint8Array, fileSize: number): { text: string; dataOffset: number } {
  if (!MAGIC.every((byte, i) => head[i] === byte)) {
    throw new FormatError(
      `not an .npy file: it begins with ${firstBytes(head, 6)}, expected 93 4e 55 4d 50 59 (NUMPY).`,
    );
  }
  const [major, minor] = head.subarray(6, 8);
  if (head.length >= 8 && !([1, 2, 3].includes(major) && minor === 0)) {
    throw new FormatError(`the .npy version is ${major}.${minor}, versions 1.0, 2.0 and 3.0 are read.`);
  }
  const textOffset = major === 1 ? 10 : 12;
  if (head.length < textOffset) {
    throw new FormatError(
      `the file is cut off in its header: it holds ${fileSize} bytes, expected at least ${textOffset}.`,
    );
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const dataOffset = textOffset + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (dataOffset > fileSize) {
    throw new FormatError(
      `the file is cut off in its header: it holds ${fileSize} bytes, the header ends at ${dataOffset}.`,
    );
  }
  if (dataOffset > head.length) {
    throw new FormatError(`the header is ${dataOffset} bytes long, at most ${NPY_HEAD_LENGTH} are accepted.`);
  }
  return { text: new TextDecoder().decode(head.subarray(textOffset, dataOffset)).trim(), dataOffset };
}

type DictionaryValue = string | boolean | number[];

/**
 * The header is a Python dictionary of three keys in any order: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
 * Nothing else of Python is understood; strings are single-quoted, as NumPy writes them and npyjs expects them.
 */
function parseDictionary(text: string): Map<string, DictionaryValue> {
  const tokens = text.match(/'[^'\\]*'|\d+L?|True|False|\S/g) ?? [];
  const fields = new Map<string, DictionaryValue>();
  let at = 0;
  const take = (pattern: RegExp): string => {
    const token = tokens[at++];
    if (token === undefined || !pattern.test(token)) throw malformed(text);
    return token;
  };
  const takeShape = (): number[] => {
    const shape: number[] = [];
    while (tokens[at] !== ')') {
      shape.push(Number.parseInt(take(/^\d/), 10)); // Python 2 wrote 3L
      if (tokens[at] !== ')') take(/^,$/);
    }
    at++;
    return shape;
  };
  take(/^\{$/);
  while (tokens[at] !== '}') {
    const key = take(/^'./).slice(1, -1);
    if (fields.has(key)) throw malformed(text);
    take(/^:$/);
    const value = take(/^('.*'|True|False|\()$/);
    fields.set(key, value === '(' ? takeShape() : value[0] === "'" ? value.slice(1, -1) : value === 'True');
    if (tokens[at] !== '}') take(/^,$/);
  }
  if (at !== tokens.length - 1) throw malformed(text);
  return fields;
}

function malformed(text: string): FormatError {
  const shown = text.length > 100 ? `${text.slice(0, 100)}...` : text;
  return new FormatError(
    `the .npy header is ${JSON.stringify(shown)}, expected {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.`,
  );
}

function dtypeOf(descr: string): DType {
  const dtype = DTYPES.find((known) => known === descr.slice(1));
  if (dtype !== undefined && '<>=|'.includes(descr[0])) return dtype;
  const letter = descr.replace(/^[<>=|]/, '')[0] ?? '';
  const [kind, wayOut] = REFUSED_KINDS[letter] ?? ['values of a type not read here', "arr.astype('<f4')"];
  throw new FormatError(
    `the array's dtype is '${descr}' (${kind}), expected numbers: convert it before np.save, e.g. ${wayOut}.`,
  );
}

/** The values in the file's own order, little-endian. */
function parseValues(bytes: Uint8Array, { descr, dtype, shape, dataOffset }: NpyHeader): ArrayBufferView {
  const itemSize = itemSizeOf(dtype);
  const { buffer } = bytes;
  const readable = dataOffset % itemSize === 0 && /^[<|]/.test(descr) && dtype !== 'b1';
  if (readable && bytes.byteLength === buffer.byteLength && isArrayBuffer(buffer)) return parse(buffer).data;
  // npyjs wants a whole ArrayBuffer, aligned and little-endian, and makes a boxed array of booleans:
  // what is not like that is copied into a file that is.
  const values = bytes.subarray(dataOffset);
  const file = dump(values, [...shape], { dtype: dtype === 'b1' ? 'u1' : dtype });
  const copied = new Uint8Array(file, file.byteLength - values.length);
  if (descr[0] === '>') swapByteOrder(copied, itemSize);
  if (dtype === 'b1') for (let i = 0; i < copied.length; i++) copied[i] = copied[i] === 0 ? 0 : 1;
  return parse(file).data;
}

/** Not a SharedArrayBuffer, which TextDecoder (in npyjs) refuses. By name, since instanceof fails across realms. */
function isArrayBuffer(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return Object.prototype.toString.call(buffer) === '[object ArrayBuffer]';
}

type BigArray = BigInt64Array | BigUint64Array;

/** 64-bit whole numbers as float64, from their halves: no bigint is made for each. */
function safeFloat64(values: BigArray): Float64Array {
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
        `value number ${i} in the file is ${values[i]}, expected -2^53 to 2^53: beyond that, float64 has gaps.`,
      );
    }
    exact[i] = upper * 2 ** 32 + lower;
  }
  return exact;
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

/** Copies a view's values in row-major order into `target` from `start` on. */
function copyInto(target: SampleArray, start: number, view: ndarray.NdArray<SampleArray>): void {
  const { data, offset, shape, stride } = view;
  if (shape.length === 1) {
    for (let i = 0; i < shape[0]; i++) target[start + i] = data[offset + i * stride[0]];
    return;
  }
  const rowLength = view.size / shape[0];
  for (let i = 0; i < shape[0]; i++) copyInto(target, start + i * rowLength, view.pick(i));
}
