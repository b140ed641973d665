/**
 * The header of NumPy's .npy files (NEP 1, and the docstring of numpy.lib.format): what it says, checked against the
 * size of the file before anything is allocated for its values.
 */

import type { DType } from '../../data/samples.ts';
import { formatShape, type Shape, sizeOf } from '../../tensor/shape.ts';
import { FormatError, firstBytes } from '../errors.ts';

/** {@link parseNpyHeader} needs no more than this many bytes from the beginning of a file. */
export const NPY_HEAD_LENGTH = 65536;

/** NumPy's own limit on the number of dimensions (NumPy 2). */
export const MAX_RANK = 64;

/** ndarray counts with 32-bit signed integers. */
const MAX_STRIDED_LENGTH = 2 ** 31 - 1;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

const DTYPES: readonly DType[] = ['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8', 'f2', 'f4', 'f8', 'b1'];

const TEXT = [
  'text',
  "arr.astype('<f4') of numbers, np.unique(arr, return_inverse=True)[1] of names",
] as const;

/** NumPy's letters for what is not read here, with the way out of it. */
const REFUSED_KINDS: Readonly<Record<string, readonly [kind: string, wayOut: string]>> = {
  O: [
    'Python objects',
    "arr.astype('<f4') of numbers, np.stack(list(arr)) of arrays, np.unique(arr, return_inverse=True)[1] of names",
  ],
  c: ['complex numbers', "np.abs(arr).astype('<f4')"],
  S: TEXT,
  a: TEXT,
  U: TEXT,
  T: TEXT,
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
  if (shape.length > MAX_RANK) {
    throw new FormatError(`the header says ${shape.length} dimensions, at most ${MAX_RANK} are read.`);
  }
  const size = sizeOf(shape);
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(size)) {
    throw new FormatError(
      `the header's shape ${formatShape(shape)}, or its product, is not one of integers below 2^53.`,
    );
  }
  const dtype = dtypeOf(descr);
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
 * The beginning of a file that holds only so many of a file's first dimension, in C order. With the bytes of those rows
 * behind it, it is read as the whole file would be.
 */
export function npyHeaderOfRows({ descr, shape }: NpyHeader, rows: number): Uint8Array {
  return npyHeader(descr, [rows, ...shape.slice(1)]);
}

/**
 * The beginning of a .npy file, version 1: values in C order follow it.
 *
 * @param descr - Byte order and type, e.g. `<f4`.
 */
export function npyHeader(descr: string, shape: Shape): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64; // values are aligned, as NumPy aligns them
  const head = new Uint8Array(length).fill(0x20); // spaces
  head.set([...MAGIC, 1, 0]);
  new DataView(head.buffer).setUint16(8, length - 10, true);
  head.set(new TextEncoder().encode(text), 10);
  head[length - 1] = 0x0a; // a line's end
  return head;
}

/** NumPy's names end in the number of bytes. */
export function itemSizeOf(dtype: DType): number {
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
  return {
    text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(head.subarray(textOffset, dataOffset)),
    dataOffset,
  };
}

type DictionaryValue = string | boolean | number[];

/**
 * The header is a Python dictionary of three keys in any order: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
 * Nothing else of Python is understood; strings are single-quoted, as NumPy writes them and npyjs expects them.
 */
function parseDictionary(text: string): Map<string, DictionaryValue> {
  // Between tokens only what is space to Python, integers without zeros before them.
  const tokens = text.match(/'[^'\\]*'|(?:0|[1-9]\d*)L?|True|False|[^ \t\n\f\r]/g) ?? [];
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
      if (tokens[at] !== ')' || shape.length === 1) take(/^,$/); // (3) is a number, (3,) a tuple
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
  const trimmed = text.trim();
  const shown = trimmed.length > 100 ? `${trimmed.slice(0, 100)}...` : trimmed;
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
