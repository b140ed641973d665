/** From a network's outputs back to the units and the type of the data. Read normalization.ts first. */

import { ShapeError } from '../tensor/shape.ts';
import { DataError, type DType, type Normalization, type SampleArray, scalingOf } from './samples.ts';

const { max, min, round } = Math;

/**
 * Turns a network's outputs back into the units of the data, in its type: `value = output * scale + shift`.
 *
 * Integers are rounded and clamped: with `divide` and `none` from 0 to the scale, and with the others
 * to their type's range. 64-bit ones become int32 with the former, and integers as float64 with the latter: float32
 * would have 64 seconds between the times of today, and there is no other array type for both. bool becomes uint8, 0 and 1.
 * Of floats f8 stays float64, the others become float32.
 *
 * @param values - Of whole samples, one after another, if each feature was scaled on its own.
 * @throws {DataError} If an output that is to become an integer is NaN.
 * @throws {ShapeError} If the last sample is not whole.
 */
export function denormalize(
  values: Float32Array,
  normalization: Normalization,
): { data: SampleArray; dtype: DType } {
  const { shifts, scales } = scalingOf(normalization);
  if (values.length % scales.length !== 0) {
    throw new ShapeError(
      `denormalize: got ${values.length} values, expected whole samples of ${scales.length} features.`,
    );
  }
  const { dtype, bounds } = outputType(normalization);
  const data = emptyOf(dtype, values.length);
  let feature = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] * scales[feature] + shifts[feature];
    if (++feature === scales.length) feature = 0;
    if (bounds === undefined) {
      data[i] = value;
    } else {
      // A typed array would silently store NaN as 0.
      if (Number.isNaN(value)) throw new DataError(`output number ${i} is NaN, expected a number.`);
      data[i] = min(max(round(value), bounds[0]), bounds[1]) + 0; // -0 becomes 0
    }
  }
  return { data, dtype };
}

/** The type that outputs are written in, and for integers the range that they are clamped to. */
function outputType(normalization: Normalization): {
  dtype: DType;
  bounds?: readonly [number, number];
} {
  const { kind, dtype } = normalization;
  if (dtype === 'b1') return { dtype: 'u1', bounds: [0, 1] };
  const range = INTEGER_RANGES[dtype];
  const wideRange = FLOAT64_RANGES[dtype];
  if ((range || wideRange) && (kind === 'divide' || kind === 'none')) {
    return { dtype: range ? dtype : 'i4', bounds: [0, normalization.scale] };
  }
  if (range) return { dtype, bounds: range };
  if (wideRange) return { dtype: 'f8', bounds: wideRange };
  return { dtype: dtype === 'f8' ? dtype : 'f4' };
}

const INTEGER_RANGES: Partial<Record<DType, readonly [minimum: number, maximum: number]>> = {
  u1: [0, 255],
  i1: [-128, 127],
  u2: [0, 65535],
  i2: [-32768, 32767],
  u4: [0, 2 ** 32 - 1],
  i4: [-(2 ** 31), 2 ** 31 - 1],
};

/** The same, to the largest float64 that the type holds, too. */
const FLOAT64_RANGES: Partial<Record<DType, readonly [minimum: number, maximum: number]>> = {
  u8: [0, 2 ** 64 - 2 ** 11],
  i8: [-(2 ** 63), 2 ** 63 - 2 ** 10],
};

function emptyOf(dtype: DType, length: number): SampleArray {
  switch (dtype) {
    case 'u1':
      return new Uint8Array(length);
    case 'i1':
      return new Int8Array(length);
    case 'u2':
      return new Uint16Array(length);
    case 'i2':
      return new Int16Array(length);
    case 'u4':
      return new Uint32Array(length);
    case 'i4':
      return new Int32Array(length);
    case 'f8':
      return new Float64Array(length);
    default:
      return new Float32Array(length);
  }
}
