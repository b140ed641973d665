/** The bytes of encode.ts, read back by a decoder that knows nothing of it. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Bytes,
  bytesOf,
  type Code,
  code,
  float32Bytes,
  HEADER,
  SECTION,
  section,
  signedLeb128,
  sized,
  unsignedLeb128,
  vector,
} from '../../../../../src/tensor/kernels/simd/wasm/encode.ts';

/** As numbers, taken from the characters one by one. */
function numbers(text: Code): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/** Specification, section 5.2.2, read from its text: each byte is worth 128 times the one before it. */
function decodeLeb128(bytes: Bytes, isSigned: boolean): number {
  let value = 0;
  let weight = 1;
  for (const [i, byte] of bytes.entries()) {
    const isLast = i === bytes.length - 1;
    if (isLast !== byte < 0x80) throw new Error(`byte ${i} of ${bytes.length} is ${byte}`);
    value += (byte % 128) * weight;
    weight *= 128;
  }
  const isNegative = isSigned && bytes[bytes.length - 1] % 128 >= 64;
  return isNegative ? value - weight : value;
}

/** How many bytes are needed: 7 bits each, one of them for the sign if there is one. */
function shortest(value: number, isSigned: boolean): number {
  let bytes = 1;
  const fits = () =>
    isSigned ? value >= -(2 ** (7 * bytes - 1)) && value < 2 ** (7 * bytes - 1) : value < 2 ** (7 * bytes);
  while (!fits()) bytes++;
  return bytes;
}

function unsignedProblem(encode: (value: number) => Code, value: number): string | undefined {
  const bytes = numbers(encode(value));
  const got = decodeLeb128(bytes, false);
  if (got !== value) return `${value} became ${got}`;
  return bytes.length === shortest(value, false) ? undefined : `${value} takes ${bytes.length} bytes`;
}

function signedProblem(encode: (value: number) => Code, value: number): string | undefined {
  const bytes = numbers(encode(value));
  const got = decodeLeb128(bytes, true);
  if (got !== value) return `${value} became ${got}`;
  return bytes.length === shortest(value, true) ? undefined : `${value} takes ${bytes.length} bytes`;
}

/** Where a byte more is needed, and one to each side of it. */
const EDGES = [0, 63, 64, 127, 128, 2 ** 13, 2 ** 14, 2 ** 20, 2 ** 21, 2 ** 27, 2 ** 28, 2 ** 31]
  .flatMap((edge) => [edge - 1, edge, edge + 1])
  .concat(2 ** 32 - 1);

describe('LEB128', () => {
  test('unsigned numbers are right and as short as can be at every edge from 0 to 2^32 - 1', () => {
    const values = EDGES.filter((value) => value >= 0);
    expect(values.map((value) => unsignedProblem(unsignedLeb128, value))).toEqual(
      values.map(() => undefined),
    );
  });

  test('signed numbers are right and as short as can be at every edge from -2^31 to 2^31 - 1', () => {
    const values = EDGES.flatMap((value) => [value, -value]).filter((v) => v >= -(2 ** 31) && v < 2 ** 31);
    expect(values).toContain(-65);
    expect(values).toContain(-(2 ** 31));
    expect(values.map((value) => signedProblem(signedLeb128, value))).toEqual(values.map(() => undefined));
  });

  test('numbers have the bytes that the specification gives them', () => {
    // 624485 = 0x26 · 2^14 + 0x0e · 2^7 + 0x65; -123456 = -8 · 2^14 + 0x3b · 2^7 + 0x40; and both ends.
    expect(numbers(unsignedLeb128(624485))).toEqual([0xe5, 0x8e, 0x26]);
    expect(numbers(unsignedLeb128(2 ** 32 - 1))).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
    expect(numbers(signedLeb128(-123456))).toEqual([0xc0, 0xbb, 0x78]);
    expect(numbers(signedLeb128(-(2 ** 31)))).toEqual([0x80, 0x80, 0x80, 0x80, 0x78]);
    expect(numbers(signedLeb128(64))).toEqual([0xc0, 0x00]);
    expect(numbers(signedLeb128(-64))).toEqual([0x40]);
  });

  test('any number comes back', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const inRange = value % 2 ** 32;
        expect(unsignedProblem(unsignedLeb128, inRange)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.integer(), (value) => expect(signedProblem(signedLeb128, value)).toBeUndefined()),
    );
  });

  test('negative control: an encoder that forgets the sign bit is found at 64, a long one at 0', () => {
    expect(signedProblem(unsignedLeb128, 63)).toBeUndefined();
    expect(signedProblem(unsignedLeb128, 64)).toBe('64 became -64');
    expect(unsignedProblem(() => '\x80\0', 0)).toBe('0 takes 2 bytes');
    expect(() => decodeLeb128([0x80], false)).toThrow('byte 0 of 1 is 128');
  });
});

describe('float bytes', () => {
  test('are those of IEEE 754, the lowest first', () => {
    expect(numbers(float32Bytes(1))).toEqual([0, 0, 0x80, 0x3f]);
    expect(numbers(float32Bytes(-0))).toEqual([0, 0, 0, 0x80]);
    expect(numbers(float32Bytes(2 ** -149))).toEqual([1, 0, 0, 0]);
  });

  test('any number comes back, float32 rounded to the nearest', () => {
    const { fround } = Math;
    fc.assert(
      fc.property(fc.double(), (value) => {
        const read = (bytes: Code) => new DataView(bytesOf(bytes).buffer);
        expect(read(float32Bytes(value)).getFloat32(0, true)).toBe(fround(value));
      }),
    );
  });
});

describe('code', () => {
  test('is one character for each byte, and becomes the bytes again', () => {
    const all = Array.from({ length: 256 }, (_, byte) => byte);
    expect(numbers(code(...all))).toEqual(all);
    expect(bytesOf(code(...all) + code(7))).toEqual(Uint8Array.from([...all, 7]));
    expect(bytesOf('')).toEqual(new Uint8Array(0));
  });
});

describe('vectors and sections', () => {
  test('a vector is the count of its items, then the items', () => {
    expect(numbers(vector([]))).toEqual([0]);
    expect(numbers(vector([code(1, 2), code(3), '']))).toEqual([3, 1, 2, 3]);
    const many = numbers(vector(Array.from({ length: 200 }, () => code(9))));
    expect(many.slice(0, 3)).toEqual([0xc8, 0x01, 9]);
    expect(many.length).toBe(202);
  });

  test('sized bytes have their length in front, also where it takes two bytes', () => {
    expect(numbers(sized(''))).toEqual([0]);
    expect(numbers(sized(code(7, 8)))).toEqual([2, 7, 8]);
    expect(numbers(sized(code(5).repeat(128))).slice(0, 3)).toEqual([0x80, 0x01, 5]);
  });

  test('a name is its length and its letters', () => {
    expect(numbers(sized('add'))).toEqual([3, 97, 100, 100]);
  });

  test('a section is its number, its length in bytes, its items; without items it is left out', () => {
    expect(numbers(section(SECTION.export, [code(1, 2), code(3)]))).toEqual([7, 4, 2, 1, 2, 3]);
    expect(section(SECTION.code, [])).toBe('');
  });

  test('the header alone is a module, and nothing shorter is', () => {
    expect(WebAssembly.validate(bytesOf(HEADER))).toBe(true);
    expect(WebAssembly.validate(bytesOf(HEADER.slice(0, 7)))).toBe(false);
  });
});
