/**
 * The header of NumPy's .npy files (NEP 1, and the docstring of numpy.lib.format): parsed, and compared with the size of
 * the file before memory is taken for its values.
 */

import type { DType } from '../../data/samples.ts';
import { formatShape, type Shape, sizeOf } from '../../tensor/shape.ts';
import { plural } from '../../tensor/words.ts';
import { FormatError } from '../errors.ts';
import { notA } from '../fileKinds.ts';
import { dtypesNamed } from './dtypeNames.ts';

/** {@link parseNpyHeader} needs at most this many bytes from the beginning of a file. */
export const NPY_HEAD_LENGTH = 65536;

/** NumPy's own limit on the number of dimensions (NumPy 2). */
export const MAX_RANK = 64;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

const COMPLEX = ['complex numbers', "np.abs(arr).astype('<f4')"] as const;

const TEXT = [
  'text',
  "arr.astype('<f4') of numbers, np.unique(arr, return_inverse=True)[1] of names",
] as const;

/** NumPy's letters for types that are not read, each with a way to convert it. */
const REFUSED_KINDS: Readonly<Record<string, readonly [kind: string, wayOut: string]>> = {
  O: [
    'Python objects',
    "arr.astype('<f4') of numbers, np.stack(list(arr)) of arrays, np.unique(arr, return_inverse=True)[1] of names",
  ],
  c: COMPLEX,
  F: COMPLEX,
  D: COMPLEX,
  S: TEXT,
  a: TEXT,
  U: TEXT,
  T: TEXT,
  M: ['dates', "arr.astype('<i8')"],
  m: ['time spans', "arr.astype('<i8')"],
  V: ['raw bytes', "arr.view('u1')"],
};

/** What the header of a .npy file says, checked. */
export interface NpyHeader {
  /** Byte order and type as NumPy writes them, e.g. `<f4`: `<` little-endian, `>` big-endian, `|` for one byte. */
  readonly descr: string;
  /** The same as the file writes them: `float32`, `=f4`, … */
  readonly spelling: string;
  readonly dtype: DType;
  /** Whether the first dimension varies fastest, instead of the last. */
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the values begin, in bytes from the beginning of the file. */
  readonly dataOffset: number;
}

/**
 * Reads and checks the header of a .npy file, before memory is taken for its values.
 *
 * Versions 1 to 3; dtypes u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 b1 by any of their names (dtypeNames.ts), little- or
 * big-endian; C and Fortran order.
 *
 * @param head - The beginning of the file: the first {@link NPY_HEAD_LENGTH} bytes, or all of a smaller file.
 * @param fileSize - The size of the whole file in bytes. Header and values must fill it exactly.
 * @throws {FormatError} If the bytes don't begin with an .npy header, its size doesn't fit the file's, or the values are
 *   not numbers.
 * @example
 * const bytes = writeNpy({ shape: [2, 3], data: new Uint8Array(6) });
 * parseNpyHeader(bytes, bytes.length).shape; // [2, 3]
 */
export function parseNpyHeader(head: Uint8Array, fileSize: number): NpyHeader {
  const { text, dataOffset } = headerText(head, fileSize);
  if (/'descr'\s*:\s*\[/.test(text)) {
    throw new FormatError(
      "the array is structured (its dtype has named fields), expected plain numbers: save one field, e.g. arr['name'].astype('<f4').",
    );
  }
  const fields = parseDictionary(text);
  const { descr: spelling, fortran_order: fortranOrder, shape } = Object.fromEntries(fields);
  if (
    fields.size !== 3 ||
    typeof spelling !== 'string' ||
    typeof fortranOrder !== 'boolean' ||
    !Array.isArray(shape)
  ) {
    throw malformed(text);
  }
  if (shape.length > MAX_RANK) {
    throw new FormatError(
      `the header says ${plural(shape.length, 'dimension')}, expected at most ${MAX_RANK}.`,
    );
  }
  const size = sizeOf(shape);
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(size)) {
    throw new FormatError(
      `the header's shape is ${formatShape(shape)}, expected integers whose product is below 2^53.`,
    );
  }
  const dtype = dtypeOf(spelling, (candidate) => dataOffset + size * itemSizeOf(candidate) === fileSize);
  const byteLength = size * itemSizeOf(dtype);
  if (dataOffset + byteLength !== fileSize) {
    throw new FormatError(
      `the header says ${shape.join('x') || 'one'} ${dtype} = ${plural(byteLength, 'byte')} of data, the file holds ${fileSize - dataOffset}.`,
    );
  }
  return { descr: descrOf(dtype, spelling), spelling, dtype, fortranOrder, shape, dataOffset };
}

/**
 * The header of a file that holds only this many rows of a file with the given header, in C order. Followed by the bytes
 * of those rows, it can be read like the whole file.
 */
export function npyHeaderOfRows(
  { descr, shape }: Pick<NpyHeader, 'descr' | 'shape'>,
  rows: number,
): Uint8Array {
  return npyHeader(descr, [rows, ...shape.slice(1)]);
}

/**
 * The header of a .npy file, version 1. Values in C order follow it.
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

/** NumPy's names end with the number of bytes. */
export function itemSizeOf(dtype: DType): number {
  return Number(dtype.slice(1));
}

/** Reads magic, version, length and text. Returns the text, a Python dictionary, and where the values begin. */
function headerText(head: Uint8Array, fileSize: number): { text: string; dataOffset: number } {
  if (!MAGIC.every((byte, i) => head[i] === byte)) throw notA('an .npy file', head);
  const [major, minor] = head.subarray(6, 8);
  if (head.length >= 8 && !([1, 2, 3].includes(major) && minor === 0)) {
    throw new FormatError(`the .npy version is ${major}.${minor}, expected 1.0, 2.0 or 3.0.`);
  }
  const textOffset = major === 1 ? 10 : 12;
  if (head.length < textOffset) {
    throw new FormatError(
      `the file is cut off in its header: it holds ${plural(fileSize, 'byte')}, expected at least ${textOffset}.`,
    );
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const dataOffset = textOffset + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (dataOffset > fileSize) {
    throw new FormatError(
      `the file is cut off in its header: it holds ${plural(fileSize, 'byte')}, the header ends at ${dataOffset}.`,
    );
  }
  if (dataOffset > head.length) {
    throw new FormatError(
      `the header has ${plural(dataOffset, 'byte')}, expected at most ${NPY_HEAD_LENGTH}.`,
    );
  }
  return {
    text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(head.subarray(textOffset, dataOffset)),
    dataOffset,
  };
}

type DictionaryValue = string | boolean | number[];

/**
 * Parses a Python dictionary of three keys in any order: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
 * No other Python is accepted; strings are in single quotes, as NumPy writes them and npyjs expects them.
 */
function parseDictionary(text: string): Map<string, DictionaryValue> {
  // Between tokens only Python's white space; integers without leading zeros.
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

/** A name without a byte order has that of the machine, which is little-endian wherever Node and browsers commonly run. */
const BYTE_ORDER = /^[<>=|]/;

/** The type of this name; if it has one of two sizes, the one that fits the file. */
function dtypeOf(spelling: string, fits: (dtype: DType) => boolean): DType {
  const name = spelling.replace(BYTE_ORDER, '');
  const candidates = dtypesNamed(name);
  const dtype = candidates.find(fits) ?? candidates[0];
  if (dtype !== undefined) return dtype;
  const [kind, wayOut] = REFUSED_KINDS[name[0]] ?? ['a type that is not read', "arr.astype('<f4')"];
  throw new FormatError(
    `the array's dtype is '${spelling}' (${kind}), expected numbers: convert it before np.save, e.g. ${wayOut}.`,
  );
}

function descrOf(dtype: DType, spelling: string): string {
  if (itemSizeOf(dtype) === 1) return `|${dtype}`;
  return `${spelling[0] === '>' ? '>' : '<'}${dtype}`;
}
