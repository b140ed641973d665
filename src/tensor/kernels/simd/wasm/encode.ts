/**
 * The binary format of WebAssembly: numbers, vectors and sections as bytes. Read this before instructions.ts.
 *
 * A module is a header followed by sections; a section is the number of its kind, its length in bytes, and its content.
 * Nearly everything inside is a number in LEB128 (7 bits a byte, the 8th says "more follows") or a vector: a count, then
 * that many items. WebAssembly Core Specification 2.0, chapter 5, "Binary Format".
 */

export type Bytes = readonly number[];

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** Sections 5.3.1 to 5.3.4. */
export const VALUE_TYPE_CODES: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** The first byte of every SIMD instruction, and of every atomic one. */
export const SIMD = 0xfd;
export const ATOMIC = 0xfe;

/** The sections that the assembler writes, in their prescribed order (section 5.5.2). */
export const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  export: 7,
  element: 9,
  code: 10,
} as const;

/** "\0asm", version 1. */
export const HEADER: Bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** Integers from 0 to 2^32 - 1: the lowest 7 bits first (section 5.2.2). */
export function unsignedLeb128(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** Integers from -2^31 to 2^31 - 1: as above, until only copies of the sign bit are left, which is bit 6 of the last byte. */
export function signedLeb128(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  while (rest < -64 || rest > 63) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  bytes.push(rest & 0x7f);
  return bytes;
}

/** IEEE 754 single precision, little-endian. */
export function float32Bytes(value: number): number[] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return [0, 1, 2, 3].map((i) => view.getUint8(i));
}

/** A count, then the items. */
export function vector(items: readonly Bytes[]): number[] {
  return unsignedLeb128(items.length).concat(...items);
}

/** Bytes with their length in front. */
export function sized(bytes: Bytes): number[] {
  return unsignedLeb128(bytes.length).concat(bytes);
}

/** A name in UTF-8, which must be ASCII here. */
export function text(name: string): number[] {
  return sized(Array.from(name, (letter) => letter.charCodeAt(0)));
}

/** A section, or nothing if it would be empty. */
export function section(id: number, items: readonly Bytes[]): number[] {
  return items.length === 0 ? [] : [id].concat(sized(vector(items)));
}
