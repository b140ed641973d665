/**
 * Reads .npy, IDX and zip element by element, straight from the formats' definitions: slow, and without any code of
 * src/io, so that the two can be compared. Other files end in some error.
 */

import { crc32, inflateRawSync } from 'node:zlib';

export interface NaiveArray {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

type Get = (view: DataView, at: number, little: boolean) => number;

const GET: Readonly<Record<string, Get>> = {
  b1: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u8: (view, at, little) => exact(view.getBigUint64(at, little)),
  i8: (view, at, little) => exact(view.getBigInt64(at, little)),
  f2: (view, at, little) => half(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

function exact(value: bigint): number {
  if (BigInt(Number(value)) !== value) throw new Error(`${value} is not a float64`);
  return Number(value);
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}

const SPACE = '[ \\t\\n\\f\\r]*';
const PAIR = `'(\\w+)'${SPACE}:${SPACE}('[^'\\\\\\n]*'|True|False|\\([^()]*\\))${SPACE}`;
const DICTIONARY = new RegExp(
  `^${SPACE}\\{${SPACE}${PAIR},${SPACE}${PAIR},${SPACE}${PAIR}(?:,${SPACE})?\\}${SPACE}$`,
);
const NUMBER = '(?:0|[1-9][0-9]*)L?';
const TUPLE = new RegExp(
  `^\\(${SPACE}(?:${NUMBER}${SPACE},${SPACE}(?:${NUMBER}${SPACE}(?:,${SPACE}${NUMBER}${SPACE})*(?:,${SPACE})?)?)?\\)$`,
);

/** What np.dtype(name).str says on Linux, without the byte order; of longs, also what it says on Windows. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ...{
    B: 'u1',
    uint8: 'u1',
    ubyte: 'u1',
    b: 'i1',
    int8: 'i1',
    byte: 'i1',
    H: 'u2',
    uint16: 'u2',
    ushort: 'u2',
  },
  ...{
    h: 'i2',
    int16: 'i2',
    short: 'i2',
    I: 'u4',
    uint32: 'u4',
    uintc: 'u4',
    i: 'i4',
    int32: 'i4',
    intc: 'i4',
  },
  ...{ Q: 'u8', uint64: 'u8', ulonglong: 'u8', q: 'i8', int64: 'i8', longlong: 'i8', e: 'f2', float16: 'f2' },
  ...{ half: 'f2', f: 'f4', float32: 'f4', single: 'f4', d: 'f8', float64: 'f8', double: 'f8', float: 'f8' },
  ...{
    float_: 'f8',
    '?': 'b1',
    bool: 'b1',
    bool_: 'b1',
    bool8: 'b1',
    l: 'i8 i4',
    long: 'i8 i4',
    int: 'i8 i4',
  },
  ...{ int_: 'i8 i4', p: 'i8 i4', intp: 'i8 i4', n: 'i8 i4', L: 'u8 u4', ulong: 'u8 u4', uint: 'u8 u4' },
  ...{ P: 'u8 u4', uintp: 'u8 u4', N: 'u8 u4' },
};

/** NEP 1 and numpy.lib.format: magic, version, length of the header, a dictionary in Python, the values. */
export function naiveNpy(bytes: Uint8Array): NaiveArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const letters = (start: number, end: number) =>
    Array.from(bytes.subarray(start, end), (byte) => String.fromCharCode(byte)).join('');
  const version = view.getUint8(6);
  if (letters(0, 6) !== '\x93NUMPY' || version < 1 || version > 3 || view.getUint8(7) !== 0) {
    throw new Error('no .npy');
  }
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) throw new Error('cut off in the header');
  const match = DICTIONARY.exec(letters(start, end));
  if (match === null) throw new Error('no dictionary');
  const fields = new Map([
    [match[1], match[2]],
    [match[3], match[4]],
    [match[5], match[6]],
  ]);
  const order = fields.get('fortran_order');
  const tuple = fields.get('shape') ?? '';
  const descr = /^'([<>=|]?)([^<>=|].*)'$/.exec(fields.get('descr') ?? '');
  if (descr === null || (order !== 'True' && order !== 'False') || !TUPLE.test(tuple)) {
    throw new Error('other fields');
  }
  const shape = Array.from(tuple.matchAll(/\d+/g), ([digits]) => Number(digits));
  const count = shape.reduce((product, length) => product * length, 1);
  const sizes = (SPELLINGS[descr[2]] ?? descr[2]).split(' ');
  const dtype = sizes.find((each) => end + count * Number(each[1]) === bytes.length) ?? sizes[0];
  if (!Object.hasOwn(GET, dtype)) throw new Error('another type');
  const values = elements(view, end, dtype, shape, descr[1] !== '>');
  return { shape, dtype, values: order === 'True' ? fromFortran(values, shape) : values };
}

const IDX_TYPES: Readonly<Record<number, string>> = {
  8: 'u1',
  9: 'i1',
  11: 'i2',
  12: 'i4',
  13: 'f4',
  14: 'f8',
};

/** The page of the MNIST database: 0, 0, type, rank, dimensions, values, all big-endian. */
export function naiveIdx(bytes: Uint8Array): NaiveArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const rank = view.getUint8(3);
  const dtype = IDX_TYPES[view.getUint8(2)];
  if (view.getUint16(0) !== 0 || dtype === undefined || rank === 0) throw new Error('no IDX');
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) shape.push(view.getUint32(4 + 4 * axis));
  return { shape, dtype, values: elements(view, 4 + 4 * rank, dtype, shape, false) };
}

function elements(
  view: DataView,
  start: number,
  dtype: string,
  shape: readonly number[],
  little: boolean,
): number[] {
  const get = GET[dtype];
  const size = Number(dtype[1]);
  const count = shape.reduce((product, length) => product * BigInt(length), 1n);
  if (BigInt(start) + count * BigInt(size) !== BigInt(view.byteLength)) throw new Error('another length');
  const values: number[] = [];
  for (let at = start; at < view.byteLength; at += size) values.push(get(view, at, little));
  return values;
}

/** Column-major to row-major: the value at each index, where the last dimension varies fastest. */
function fromFortran(values: readonly number[], shape: readonly number[]): number[] {
  const index = shape.map(() => 0);
  return values.map(() => {
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) at = at * shape[axis] + index[axis];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
    return values[at];
  });
}

/** APPNOTE 6.3: the entries of the directory, in its order; each must have the CRC-32 that the directory states. */
export function naiveZip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end--;
  const contents = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const packed = bytes.subarray(start, start + view.getUint32(at + 20, true));
    const unpacked = view.getUint16(at + 10, true) === 8 ? Uint8Array.from(inflateRawSync(packed)) : packed;
    if (unpacked.length !== view.getUint32(at + 24, true)) throw new Error('another length');
    if (crc32(unpacked) !== view.getUint32(at + 16, true)) throw new Error('another CRC');
    if (contents.has(name)) throw new Error('two of one name');
    contents.set(name, unpacked);
    at += 46 + nameLength + extra + comment;
  }
  return contents;
}

/** Throws unless shape, dtype and every value are the same. NaN is NaN, and 0 is not -0. */
export function requireSame(
  read: { readonly shape: readonly number[]; readonly dtype: string; readonly data: ArrayLike<number> },
  expected: NaiveArray,
): void {
  const { is } = Object; // looked up once: in a jest context, globals are slow
  const { shape, dtype, values } = expected;
  const { data } = read;
  if (read.dtype !== dtype) throw new Error(`dtype ${read.dtype}, expected ${dtype}`);
  if (read.shape.join() !== shape.join())
    throw new Error(`shape ${read.shape.join()}, expected ${shape.join()}`);
  if (data.length !== values.length) throw new Error(`${data.length} values, expected ${values.length}`);
  for (let i = 0; i < values.length; i++) {
    if (!is(data[i], values[i])) throw new Error(`value ${i} is ${data[i]}, expected ${values[i]}`);
  }
}
