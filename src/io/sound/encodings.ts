/** How WAV files store the values of sound: as integers of some width, or as floats. All little-endian. */

/** What a WAV file's format says of its values: integers (pulse code modulation), or floats. */
export const PCM = 1;
export const FLOAT = 3;

/** How a WAV file stores a value: `s16` is a signed integer of 16 bits, `f32` a float. */
export type SoundEncoding = 'u8' | 's16' | 's24' | 's32' | 'f32';

export interface Encoding {
  readonly bytes: number;
  /** Whether values are floats, which WAV says in the format's tag. */
  readonly isFloat: boolean;
  /** The value at a byte: of integers from -1 to 1, of floats as it is. */
  readonly read: (view: DataView, at: number) => number;
  /** Writes a value; integers are rounded, and clamped to their range. */
  readonly write: (view: DataView, at: number, value: number) => void;
}

/** The nearest integer that so many bits hold to a value from -1 to 1. */
function integerOf(value: number, bits: number): number {
  const scale = 2 ** (bits - 1);
  return Math.min(scale - 1, Math.max(-scale, Math.round(value * scale)));
}

/** Zero is 128, as WAV has no signed bytes. */
const ZERO_OF_U8 = 128;

export const ENCODINGS: Readonly<Record<SoundEncoding, Encoding>> = {
  u8: {
    bytes: 1,
    isFloat: false,
    read: (view, at) => (view.getUint8(at) - ZERO_OF_U8) / 128,
    write: (view, at, value) => view.setUint8(at, integerOf(value, 8) + ZERO_OF_U8),
  },
  s16: {
    bytes: 2,
    isFloat: false,
    read: (view, at) => view.getInt16(at, true) / 2 ** 15,
    write: (view, at, value) => view.setInt16(at, integerOf(value, 16), true),
  },
  s24: {
    bytes: 3,
    isFloat: false,
    read: (view, at) => (view.getUint16(at, true) + 2 ** 16 * view.getInt8(at + 2)) / 2 ** 23,
    write: (view, at, value) => {
      const integer = integerOf(value, 24);
      view.setUint16(at, integer & 0xffff, true);
      view.setInt8(at + 2, integer >> 16);
    },
  },
  s32: {
    bytes: 4,
    isFloat: false,
    read: (view, at) => view.getInt32(at, true) / 2 ** 31,
    write: (view, at, value) => view.setInt32(at, integerOf(value, 32), true),
  },
  f32: {
    bytes: 4,
    isFloat: true,
    read: (view, at) => view.getFloat32(at, true),
    write: (view, at, value) => view.setFloat32(at, value, true),
  },
};
