/**
 * The binary format of WebAssembly: numbers, vectors and sections as bytes. Read this before instructions.ts.
 *
 * A module is a header followed by sections; a section is the number of its kind, its length in bytes, and its content.
 * Nearly everything inside is a number in LEB128 (7 bits a byte, the 8th says "more follows") or a vector: a count, then
 * that many items. WebAssembly Core Specification 2.0, chapter 5, "Binary Format".
 */

export type Bytes = readonly number[];

/**
 * Bytes as a string, a character from 0 to 255 for each: `+` joins two strings without copying either, where arrays would
 * be copied at each instruction that a value passes through. The kernels are emitted at every start.
 */
export type Code = string;

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
export const HEADER: Code = '\0asm\x01\0\0\0';

/** Bytes given as numbers. */
export function code(...bytes: Bytes): Code {
  return String.fromCharCode(...bytes);
}

/** The bytes of code, for the host. */
export function bytesOf(code: Code): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(code.length);
  for (let i = 0; i < code.length; i++) bytes[i] = code.charCodeAt(i);
  return bytes;
}

/** Integers from 0 to 2^32 - 1: the lowest 7 bits first (section 5.2.2). */
export function unsignedLeb128(value: number): Code {
  let bytes = '';
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes += code((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return bytes + code(rest);
}

/** Integers from -2^31 to 2^31 - 1: as above, until only copies of the sign bit are left, which is bit 6 of the last byte. */
export function signedLeb128(value: number): Code {
  let bytes = '';
  let rest = value | 0;
  while (rest < -64 || rest > 63) {
    bytes += code((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return bytes + code(rest & 0x7f);
}

/** IEEE 754 single precision, little-endian. */
export function float32Bytes(value: number): Code {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return code(view.getUint8(0), view.getUint8(1), view.getUint8(2), view.getUint8(3));
}

/** A count, then the items. */
export function vector(items: readonly Code[]): Code {
  return unsignedLeb128(items.length) + items.join('');
}

/** Bytes with their length in front. A name in ASCII is its bytes already. */
export function sized(bytes: Code): Code {
  return unsignedLeb128(bytes.length) + bytes;
}

/** A section, or nothing if it would be empty. */
export function section(id: number, items: readonly Code[]): Code {
  return items.length === 0 ? '' : code(id) + sized(vector(items));
}
