/** The floating-point types of safetensors as float32: the shorter ones without a change, float64 rounded. */

import { FormatError } from './errors.ts';

/** A type by its name in safetensors. */
export type FloatType = keyof typeof FLOAT_TYPES;

interface Decoder {
  /** The name that people know. */
  readonly name: string;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function float16(view: DataView, at: number): number {
  const bits = view.getUint16(at, true);
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits >> 15 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24; // subnormal: no leading 1
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function bfloat16(view: DataView, at: number): number {
  scratch.setUint32(0, view.getUint16(at, true) * 2 ** 16);
  return scratch.getFloat32(0);
}

export const FLOAT_TYPES = {
  F32: { name: 'float32', bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { name: 'float16', bytes: 2, read: float16 },
  BF16: { name: 'bfloat16', bytes: 2, read: bfloat16 },
  F64: { name: 'float64', bytes: 8, read: (view, at) => view.getFloat64(at, true) },
} as const satisfies Record<string, Decoder>;

/**
 * Values, little-endian, as float32. Each is the nearest float32: float16 and bfloat16 keep theirs, float64 is rounded.
 * Infinities and NaN stay.
 *
 * @throws {FormatError} If a finite number is beyond float32.
 */
export function toFloat32(type: FloatType, bytes: Uint8Array): Float32Array {
  const { bytes: size, read } = FLOAT_TYPES[type];
  const values = new Float32Array(bytes.length / size);
  if (type === 'F32') {
    new Uint8Array(values.buffer).set(bytes);
    return values;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < values.length; i++) {
    const value = read(view, i * size);
    values[i] = value;
    if (!Number.isFinite(values[i]) && Number.isFinite(value)) {
      throw new FormatError(`holds ${value}, which is beyond float32, expected at most 3.4e38.`);
    }
  }
  return values;
}
