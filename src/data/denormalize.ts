/** From a network's outputs back to the units and the type of the data. Read samples.ts first. */

import { ShapeError } from '../tensor/shape.ts';
import { inWords, plural } from '../tensor/words.ts';
import { requireNormalization } from './requireSamples.ts';
import { DataError, type DType, type Normalization, type SampleArray, scalingOf } from './samples.ts';

const { floor, max, min, round } = Math;

/**
 * Turns a network's outputs back into the units of the data, in its type: `value = output * scale + shift`.
 *
 * - Integers are rounded and clamped: for `divide` and `none` to [0, scale], for `minmax` and `standard` to the range of
 *   their type.
 * - 64-bit integers become int32 for `divide` and `none`. For `minmax` and `standard` they become integers in a float64
 *   array, as float32 would have steps of 128 seconds between the timestamps of today.
 * - bool becomes uint8, 0 or 1.
 * - float64 stays float64, other floats become float32.
 *
 * @param values - The outputs. If each feature was scaled on its own: of whole samples, one after the other.
 * @param normalization - The model's: `model.normalization`.
 * @returns `data`: as many values, in the same order; `dtype`: their type.
 * @throws {TypeError} If they are not numbers one after the other, such as a Tensor instead of its data.
 * @throws {DataError} If an output that becomes an integer is NaN.
 * @throws {ShapeError} If the last sample is incomplete.
 * @example
 * const table = normalize({ shape: [2, 1], data: Float64Array.of(10, 20) }, 'minmax');
 * denormalize(Float32Array.of(0, 0.5), table.normalization).data; // [10, 15]
 */
export function denormalize(
  values: Float32Array,
  normalization: Normalization,
): { data: SampleArray; dtype: DType } {
  if (!ArrayBuffer.isView(values) && !Array.isArray(values)) {
    throw new TypeError(
      `denormalize: the values are ${inWords(values)}, expected numbers: denormalize(tensor.data, normalization).`,
    );
  }
  requireNormalization(normalization, 'denormalize');
  const { shifts, scales } = scalingOf(normalization);
  if (values.length % scales.length !== 0) {
    throw new ShapeError(
      `denormalize: got ${plural(values.length, 'value')}, expected whole samples of ${plural(scales.length, 'feature')}.`,
    );
  }
  const { dtype, bounds } = outputType(normalization);
  const data = emptyOf(dtype, values.length);
  const isWide = dtype === 'f8';
  let feature = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] * scales[feature] + shifts[feature];
    if (++feature === scales.length) feature = 0;
    if (bounds === undefined) {
      data[i] = value;
    } else {
      // A typed array would silently store NaN as 0.
      if (Number.isNaN(value)) throw new DataError(`output number ${i} is NaN, expected a number.`);
      const inRange = min(max(value, bounds[0]), bounds[1]);
      // Math.round takes three times as long, since its branches can't be predicted. This is the same up to 2^52.
      data[i] = isWide ? round(inRange) + 0 : floor((floor(2 * inRange) + 1) / 2); // + 0: -0 becomes 0
    }
  }
  return { data, dtype };
}

/** The type in which outputs are written, and for integers the range to which they are clamped. */
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

/** The same for 64-bit integers. The maximum is the largest float64 that the type can hold. */
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
