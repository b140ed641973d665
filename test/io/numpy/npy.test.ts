import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DType, SampleArray } from '../../../src/data/samples.ts';
import { FormatError } from '../../../src/io/errors.ts';
import { readNpy, requireStrides, writeNpy } from '../../../src/io/numpy/npy.ts';
import { NPY_HEAD_LENGTH, npyHeader, parseNpyHeader } from '../../../src/io/numpy/npyHeader.ts';
import { ShapeError, sizeOf } from '../../../src/tensor/shape.ts';
import { type NpyParts, npyBytes } from '../../helpers/bytes/npyBytes.ts';
import { expectedFiles, goldenBytes, valuesOf } from '../../helpers/bytes/npyGolden.ts';

/** Each dtype with 24 values that it holds exactly, extremes included, and the type of array it is read into. */
const DTYPES: readonly { dtype: DType; values: readonly (number | bigint)[]; array: string }[] = [
  { dtype: 'u1', values: spread([0, 1, 127, 128, 255]), array: 'Uint8Array' },
  { dtype: 'i1', values: spread([-128, -1, 0, 1, 127]), array: 'Int8Array' },
  { dtype: 'u2', values: spread([0, 1, 256, 65535]), array: 'Uint16Array' },
  { dtype: 'i2', values: spread([-32768, -2, 258, 32767]), array: 'Int16Array' },
  { dtype: 'u4', values: spread([0, 1, 0x01020304, 2 ** 32 - 1]), array: 'Uint32Array' },
  { dtype: 'i4', values: spread([-(2 ** 31), -3, 0x01020304, 2 ** 31 - 1]), array: 'Int32Array' },
  { dtype: 'u8', values: spread([0n, 255n, 0x01020304050607n, 2n ** 53n]), array: 'Float64Array' },
  { dtype: 'i8', values: spread([-(2n ** 53n), -1n, -(2n ** 32n), 2n ** 53n]), array: 'Float64Array' },
  {
    dtype: 'f2',
    values: spread([-0, 1, -1.5, 65504, 2 ** -24, 2 ** -14, Number.NaN, Number.NEGATIVE_INFINITY]),
    array: 'Float32Array',
  },
  { dtype: 'f4', values: spread([-0, 0.5, -3.25, 2 ** 127, 2 ** -149, Number.NaN]), array: 'Float32Array' },
  { dtype: 'f8', values: spread([-0, 0.1, -1e300, Number.MIN_VALUE]), array: 'Float64Array' },
  { dtype: 'b1', values: spread([0, 1, 1]), array: 'Uint8Array' },
];

function spread<T>(some: readonly T[]): T[] {
  return Array.from({ length: 24 }, (_, i) => some[(i * i + i) % some.length]);
}

const COMMON: NpyParts = { descr: '<f4', shape: [3, 4], values: Array.from({ length: 12 }, (_, i) => i / 8) };

describe('readNpy', () => {
  const layouts = ['<', '>', '=', '|'].flatMap((byteOrder) =>
    [false, true].flatMap((fortranOrder) =>
      [1, 2, 3].map((version) => ({ byteOrder, fortranOrder, version })),
    ),
  );
  test.each(layouts)(
    'reads every dtype with byte order $byteOrder, Fortran order $fortranOrder, version $version',
    ({ byteOrder, fortranOrder, version }) => {
      for (const { dtype, values, array } of DTYPES) {
        const parts = { descr: `${byteOrder}${dtype}`, shape: [2, 3, 4], values, fortranOrder, version };
        for (const misalignment of [0, 1]) {
          const read = readNpy(npyBytes({ ...parts, misalignment }));
          expect({ dtype: read.dtype, array: read.data[Symbol.toStringTag] }).toEqual({ dtype, array });
          expect(read.shape).toEqual([2, 3, 4]);
          expect(Array.from(read.data)).toEqual(values.map(Number));
        }
      }
    },
  );

  test.each(Object.keys(expectedFiles.arrays))("reads NumPy's own %s", (name) => {
    const expected = expectedFiles.arrays[name];
    const read = readNpy(goldenBytes(name));
    expect({ shape: read.shape, dtype: read.dtype }).toEqual({
      shape: expected.shape,
      dtype: expected.dtype,
    });
    expect(Array.from(read.data)).toEqual(valuesOf(expected));
  });

  test.each(expectedFiles.refused)("refuses NumPy's own %s and says how to convert it", (name) => {
    expect(() => readNpy(goldenBytes(name))).toThrow(FormatError);
    expect(() => readNpy(goldenBytes(name))).toThrow(/expected (plain )?numbers: .*arr.*astype\('<[fi]\d'\)/);
  });

  test.each([
    ['<f16', 'a type that is not read'],
    ['|O', 'Python objects'],
    ['<c8', 'complex'],
    ['<U12', 'text'],
    ['|V8', 'raw bytes'],
    ['<m8[ns]', 'time spans'],
    ['F', 'complex'],
    ['f5', 'a type that is not read'],
    ['', 'a type that is not read'],
    ['>', 'a type that is not read'],
    ['>>f4', 'a type that is not read'],
  ])('names the dtype %j as %s', (descr, kind) => {
    const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (3,), }`;
    expect(() => readNpy(npyBytes({ ...COMMON, header }))).toThrow(kind);
  });

  test('does not copy the values in the common case', () => {
    for (const descr of ['|u1', '<i2', '<f4', '<f8']) {
      const bytes = npyBytes({ ...COMMON, descr });
      expect(readNpy(bytes).data.buffer).toBe(bytes.buffer);
    }
  });

  test('reads bytes that are a part of a larger buffer, from a Buffer or shared memory', () => {
    const bytes = npyBytes(COMMON);
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 7);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const views = [
      larger.subarray(7, 7 + bytes.length),
      Buffer.from(larger.buffer, 7, bytes.length),
      Buffer.from(bytes),
      shared,
    ];
    for (const view of views) expect(Array.from(readNpy(view).data)).toEqual(COMMON.values);
    expect(larger.subarray(7, 7 + bytes.length)).toEqual(bytes);
  });

  test('leaves the bytes it was given as they were', () => {
    for (const descr of ['>f4', '>i2', '|b1']) {
      const bytes = npyBytes({ ...COMMON, descr, values: COMMON.values.map((_, i) => i) });
      const before = bytes.slice();
      readNpy(bytes);
      expect(bytes).toEqual(before);
    }
  });

  test('reads any byte but 0 of a boolean as 1', () => {
    const bytes = npyBytes({ descr: '|b1', shape: [3], values: [0, 7, 255] });
    expect(Array.from(readNpy(bytes).data)).toEqual([0, 1, 1]);
  });

  test('decodes all 65,536 halves', () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const bytes = npyBytes({ descr: '<f2', shape: [65536], values: new Array(65536).fill(0) });
    bytes.set(new Uint8Array(bits.buffer), bytes.length - 2 * 65536);
    const { data } = readNpy(bytes);
    // A half's bits are those of a float32 whose exponent is counted from 15 instead of 127.
    const float = new Float32Array(1);
    const word = new Uint32Array(float.buffer);
    let wrong = 0;
    for (let i = 0; i < 65536; i++) {
      word[0] = (i & 0x7fff) << 13;
      const size = (i & 0x7c00) === 0x7c00 ? (i & 0x3ff ? Number.NaN : Infinity) : float[0] * 2 ** 112;
      if (!Object.is(data[i], i & 0x8000 ? -size : size)) wrong++;
    }
    expect(wrong).toBe(0);
  });

  test.each([
    ['<u8', 2n ** 53n + 1n],
    ['>u8', 2n ** 64n - 1n],
    ['<i8', 2n ** 53n + 1n],
    ['<i8', -(2n ** 53n) - 1n],
    ['>i8', -(2n ** 63n)],
  ])('refuses the %s value %s, which float64 cannot hold', (descr, value) => {
    const bytes = npyBytes({ descr, shape: [3], values: [0n, 1n, value] });
    expect(() => readNpy(bytes)).toThrow(`value number 2 in the file is ${value}, expected -2^53 to 2^53`);
  });

  test('reads Fortran order of one dimension, of none, of length-1 dimensions and of no values', () => {
    for (const shape of [
      [24],
      [24, 1],
      [1, 24, 1, 1],
      [1, 2, 1, 12],
      [2, 1, 3, 2, 1, 2],
      [0, 5],
      [2 ** 50, 0],
    ]) {
      const values = Array.from({ length: sizeOf(shape) }, (_, i) => i);
      const read = readNpy(npyBytes({ descr: '|u1', shape, values, fortranOrder: true }));
      expect(read.shape).toEqual(shape);
      expect(Array.from(read.data)).toEqual(values);
    }
    const scalar = npyBytes({ descr: '<f4', shape: [], values: [5], fortranOrder: true });
    expect(Array.from(readNpy(scalar).data)).toEqual([5]);
  });

  test('refuses every truncation, and a byte too many', () => {
    for (const version of [1, 2]) {
      const bytes = npyBytes({ ...COMMON, version });
      for (let length = 0; length < bytes.length; length++) {
        expect(() => readNpy(bytes.subarray(0, length))).toThrow(FormatError);
      }
      expect(() => readNpy(Uint8Array.from([...bytes, 0]))).toThrow(FormatError);
    }
  });
});

describe('parseNpyHeader', () => {
  test('needs only the beginning of a file', () => {
    const bytes = npyBytes({ ...COMMON, shape: [60000, 224, 224, 3], values: [] });
    const fileSize = bytes.length + 60000 * 224 * 224 * 3 * 4;
    expect(parseNpyHeader(bytes, fileSize)).toEqual({
      descr: '<f4',
      spelling: '<f4',
      dtype: 'f4',
      fortranOrder: false,
      shape: [60000, 224, 224, 3],
      dataOffset: bytes.length,
    });
  });

  test('says how many bytes the header and the file speak of', () => {
    const bytes = npyBytes(COMMON);
    expect(() => parseNpyHeader(bytes, bytes.length - 8)).toThrow(
      'the header says 3x4 f4 = 48 bytes of data, the file holds 40.',
    );
  });

  test('refuses a header that is longer than the beginning that is read', () => {
    const bytes = npyBytes({ ...COMMON, version: 2, alignment: 2 * NPY_HEAD_LENGTH });
    expect(() => readNpy(bytes)).toThrow('the header has 131072 bytes, expected at most 65536.');
  });

  test('refuses Fortran order of more values than can be viewed by strides', () => {
    const bytes = npyBytes({
      ...COMMON,
      values: [],
      header: "{'descr': '|u1', 'fortran_order': True, 'shape': (65536, 32768), }",
    });
    const header = parseNpyHeader(bytes, bytes.length + 2 ** 31);
    expect(() => requireStrides(header)).toThrow('np.ascontiguousarray');
  });

  test.each([
    ["{'shape': (3, 4), 'fortran_order': False, 'descr': '<f4'}", 'another order of keys'],
    ["{'descr':'<f4','fortran_order':False,'shape':(3,4)}", 'no spaces'],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (3L, 4L), }", "Python 2's long numbers"],
    ["{ 'descr' :\n'<f4' , 'fortran_order' : False , 'shape' : ( 3 , 4 , ) , } ", 'spaces everywhere'],
  ])('accepts %s: %s', (header) => {
    expect(readNpy(npyBytes({ ...COMMON, header })).shape).toEqual([3, 4]);
  });

  test.each([
    '',
    '{}',
    'hello',
    "{'descr': '<f4', 'fortran_order': False, }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), 'shape': (3, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), 'more': True, }",
    "{'descr': '<f4', 'fortran_order': False, 'form': (3, 4), }",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (3, 4), }",
    "{'descr': '<f4', 'fortran_order': (), 'shape': (3, 4), }",
    "{'descr': True, 'fortran_order': False, 'shape': (3, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': [3, 4], }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': '(3, 4)', }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3,, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-3, -4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3.0, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (03, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (12), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3,\u00a04), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }\u000b",
    "\ufeff{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), ",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } # more",
    '{"descr": "<f4", "fortran_order": False, "shape": (3, 4), }',
    "{'descr': '<f4', 'fortran_order': False 'shape': (3, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999999999999999, 0), }",
    `{'descr': '<f4', 'fortran_order': False, 'shape': (${'1, '.repeat(65)}12), }`,
    `{'descr': '<f4', 'fortran_order': False, 'shape': (${'9007199254740991, '.repeat(30)}0), }`,
  ])('refuses the header %s', (header) => {
    expect(() => readNpy(npyBytes({ ...COMMON, header }))).toThrow(FormatError);
  });

  test.each([
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 4), }",
      '4x4 f4 = 64 bytes of data, the file holds 48',
    ],
    [
      "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }",
      '3x4 f8 = 96 bytes of data, the file holds 48',
    ],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
      'one f4 = 4 bytes of data, the file holds 48',
    ],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (9007199254740991,), }", 'the file holds 48'],
  ])('finds out the lie %s', (header, reason) => {
    expect(() => readNpy(npyBytes({ ...COMMON, header }))).toThrow(reason);
  });

  test('says what is wrong with magic and version', () => {
    const bytes = npyBytes(COMMON);
    const changed = (at: number, byte: number) => bytes.map((old, i) => (i === at ? byte : old));
    expect(() => readNpy(changed(0, 0x50))).toThrow('not an .npy file');
    expect(() => readNpy(new Uint8Array())).toThrow('not an .npy file but an empty file');
    expect(() => readNpy(changed(6, 9))).toThrow('the .npy version is 9.0');
    expect(() => readNpy(changed(7, 1))).toThrow('the .npy version is 1.1');
  });
});

describe('writeNpy', () => {
  test('writes what readNpy reads back, bit for bit, for every typed array and any shape', () => {
    const array = fc.oneof<fc.Arbitrary<SampleArray>[]>(
      fc.uint8Array(),
      fc.int8Array(),
      fc.uint16Array(),
      fc.int16Array(),
      fc.uint32Array(),
      fc.int32Array(),
      fc.float32Array(),
      fc.float64Array(),
    );
    fc.assert(
      fc.property(array, fc.integer({ min: 1, max: 4 }), (data, columns) => {
        const whole = data.subarray(0, data.length - (data.length % columns));
        const shape = [whole.length / columns, columns];
        const read = readNpy(writeNpy({ shape, data: whole }));
        expect(read.shape).toEqual(shape);
        expect(read.data[Symbol.toStringTag]).toBe(whole[Symbol.toStringTag]);
        expect(Array.from(read.data)).toEqual(Array.from(whole));
      }),
      { numRuns: 200 },
    );
  });

  test('writes version 1, its header padded so that the values are aligned to 8 bytes', () => {
    const bytes = writeNpy({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    expect(Array.from(bytes.subarray(0, 8))).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
    const end = 10 + bytes[8] + 256 * bytes[9];
    expect(end % 8).toBe(0);
    expect(new TextDecoder().decode(bytes.subarray(10, end))).toMatch(
      /^\{'descr':'<f4','fortran_order':False,'shape':\(2,3\)\} *\n$/,
    );
    expect(bytes.length).toBe(end + 24);
  });

  test('writes a scalar, a vector and no values', () => {
    for (const [shape, length] of [
      [[], 1],
      [[3], 3],
      [[0, 28, 28], 0],
    ] as const) {
      expect(readNpy(writeNpy({ shape, data: new Uint8Array(length) })).shape).toEqual(shape);
    }
  });

  test('refuses a shape that is not the shape of the data', () => {
    const data = new Float32Array(12);
    expect(() => writeNpy({ shape: [3, 5], data })).toThrow(ShapeError);
    expect(() => writeNpy({ shape: [3, 5], data })).toThrow(
      'shape [3, 5] needs 15 values, the array holds 12.',
    );
    expect(() => writeNpy({ shape: [-3, -4], data })).toThrow('expected up to 64 integers >= 0');
    expect(() => writeNpy({ shape: [1.5, 8], data })).toThrow(ShapeError);
    expect(() => writeNpy({ shape: [...new Array(64).fill(1), 12], data })).toThrow(ShapeError);
  });
});

describe('npyHeader', () => {
  test.each([[[3]], [[0, 5]], [[2, 3]], [[1, 28, 28, 1]], [new Array(64).fill(1)]])(
    'begins a file as NumPy does, of shape %p',
    (shape) => {
      const values = Array.from({ length: sizeOf(shape) }, (_, i) => i / 4);
      const bytes = new Uint8Array(Float32Array.from(values).buffer);
      const head = npyHeader('<f4', shape);
      const file = new Uint8Array([...head, ...bytes]);
      expect(file).toEqual(npyBytes({ descr: '<f4', shape, values }));
      expect(readNpy(file)).toEqual({ shape, data: Float32Array.from(values), dtype: 'f4' });
    },
  );
});
