import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { denormalize } from '../../src/data/denormalize.ts';
import { chooseNormalization } from '../../src/data/normalization.ts';
import type {
  DType,
  Normalization,
  NumericArray,
  SampleArray,
  UniformNormalization,
} from '../../src/data/samples.ts';

function arrayOf(dtype: DType, data: SampleArray, shape: readonly number[] = [data.length]): NumericArray {
  return { shape, data, dtype };
}

const DIVIDED: Normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };
const UNCHANGED: Normalization = { kind: 'none', dtype: 'f4', shift: 0, scale: 1 };

describe('denormalize', () => {
  test.each<[DType, string, number, number]>([
    ['u1', 'Uint8Array', 0, 255],
    ['i1', 'Int8Array', -128, 127],
    ['u2', 'Uint16Array', 0, 65535],
    ['i2', 'Int16Array', -32768, 32767],
    ['u4', 'Uint32Array', 0, 2 ** 32 - 1],
    ['i4', 'Int32Array', -(2 ** 31), 2 ** 31 - 1],
  ])('rounds %s and clamps it to the range of its type', (dtype, array, minimum, maximum) => {
    const outputs = Float32Array.of(
      -1e10,
      1e10,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      4.4,
      4.6,
    );
    const read = denormalize(outputs, { kind: 'minmax', dtype, shift: 2, scale: 10 });
    expect(read.dtype).toBe(dtype);
    expect(read.data[Symbol.toStringTag]).toBe(array);
    expect(Array.from(read.data)).toEqual([minimum, maximum, minimum, maximum, 46, 48]);
  });

  test.each<[DType, number[]]>([
    ['i4', [0.5, -0.5, 1.5, -1.5, 2.5, 0.5 - 2 ** -54, -0.5 - 2 ** -53, -(2 ** -60), 2 ** 31 - 1.5]],
    ['i8', [2 ** 52 + 1, -(2 ** 52) - 1, 2 ** 53 - 1, 0.5 - 2 ** -54, -0.5, 2.5]],
  ])('rounds halves up as Math.round does: %s', (dtype, numbers) => {
    const rounded = numbers.map((scale) => {
      const negative = scale < 0;
      const normalization: Normalization = { kind: 'standard', dtype, shift: 0, scale: Math.abs(scale) };
      return denormalize(Float32Array.of(negative ? -1 : 1), normalization).data[0];
    });
    expect(rounded).toEqual(numbers.map((number) => Math.round(number) + 0));
  });

  test.each<[DType, DType, string]>([
    ['f4', 'f4', 'Float32Array'],
    ['f8', 'f8', 'Float64Array'],
    ['f2', 'f4', 'Float32Array'],
  ])('gives %s as %s', (dtype, given, array) => {
    const read = denormalize(Float32Array.of(-0.5, 0.25), { kind: 'standard', dtype, shift: 3, scale: 2 });
    expect(read.dtype).toBe(given);
    expect(read.data[Symbol.toStringTag]).toBe(array);
    expect(Array.from(read.data)).toEqual([2, 3.5]);
  });

  test.each<[DType, number, number]>([
    ['i8', -(2 ** 63), 2 ** 63 - 1024],
    ['u8', 0, 2 ** 64 - 2048],
  ])('gives %s as integers in float64, which holds what float32 would round', (dtype, minimum, maximum) => {
    const normalization: Normalization = { kind: 'standard', dtype, shift: 1.6e9, scale: 20 };
    const read = denormalize(Float32Array.of(0.05, -1.02, 3e38, -3e38), normalization);
    expect(read.dtype).toBe('f8');
    expect(read.data).toEqual(Float64Array.of(1_600_000_001, 1_599_999_980, maximum, minimum));
    expect(() => denormalize(Float32Array.of(Number.NaN), normalization)).toThrow('output number 0 is NaN');
    for (const limit of [minimum, maximum]) {
      const asType = dtype === 'i8' ? BigInt.asIntN(64, BigInt(limit)) : BigInt.asUintN(64, BigInt(limit));
      expect(Number(asType)).toBe(limit);
    }
  });

  test.each<[Normalization, DType, number[]]>([
    [{ kind: 'none', dtype: 'b1', shift: 0, scale: 1 }, 'u1', [0, 0, 1, 1]],
    [{ kind: 'none', dtype: 'i4', shift: 0, scale: 1 }, 'i4', [0, 0, 1, 1]],
    [{ kind: 'none', dtype: 'i8', shift: 0, scale: 1 }, 'i4', [0, 0, 1, 1]],
    [{ kind: 'divide', dtype: 'i8', shift: 0, scale: 255 }, 'i4', [0, 51, 153, 255]],
    [{ kind: 'divide', dtype: 'i4', shift: 0, scale: 255 }, 'i4', [0, 51, 153, 255]],
    [{ kind: 'divide', dtype: 'i1', shift: 0, scale: 127 }, 'i1', [0, 25, 76, 127]],
  ])('clamps outputs of a model with %j to its range, as %s', (normalization, dtype, values) => {
    const read = denormalize(Float32Array.of(-0.5, 0.2, 0.6, 1.5), normalization);
    expect(read.dtype).toBe(dtype);
    expect(Array.from(read.data)).toEqual(values);
  });

  test('gives 0, not -0, for what rounds to 0', () => {
    const normalization: Normalization = { kind: 'minmax', dtype: 'i8', shift: 0, scale: 100 };
    expect(Object.is(denormalize(Float32Array.of(-0.001), normalization).data[0], 0)).toBe(true);
  });

  test('refuses NaN for integers, and keeps it for floats', () => {
    expect(() => denormalize(Float32Array.of(1, Number.NaN), DIVIDED)).toThrow('output number 1 is NaN');
    expect(Array.from(denormalize(Float32Array.of(Number.NaN), UNCHANGED).data)).toEqual([Number.NaN]);
  });

  test('gives back every uint8 and uint16 after normalizing it, in every mode', () => {
    const all8 = arrayOf(
      'u1',
      Uint8Array.from({ length: 256 }, (_, i) => i),
    );
    const all16 = arrayOf(
      'u2',
      Uint16Array.from({ length: 65536 }, (_, i) => i),
    );
    for (const array of [all8, all16]) {
      for (const mode of ['auto', 'minmax', 'standard'] as const) {
        const normalization = chooseNormalization(array, mode);
        const { shift, scale } = normalization as UniformNormalization;
        const inputs = Float32Array.from(array.data, (value) => (value - shift) / scale);
        expect(denormalize(inputs, normalization).data).toEqual(array.data);
      }
    }
  });

  test('undoes the scaling of each feature on its own, sample by sample', () => {
    const normalization: Normalization = {
      kind: 'standard',
      dtype: 'f8',
      shift: [1e9, -3, 0.5],
      scale: [10, 0.25, 1e-6],
    };
    const { data, dtype } = denormalize(Float32Array.of(0, 1, 2, -1, 0.5, 0), normalization);
    expect(dtype).toBe('f8');
    expect(Array.from(data)).toEqual([1e9, -2.75, 0.500002, 1e9 - 10, -2.875, 0.5]);
    const counts = denormalize(Float32Array.of(0, 1, 0.5, -1), {
      kind: 'minmax',
      dtype: 'i2',
      shift: [100, -300],
      scale: [7, 40_000],
    });
    expect(counts).toEqual({ dtype: 'i2', data: Int16Array.of(100, 32767, 104, -32768) });
    expect(() => denormalize(new Float32Array(4), normalization)).toThrow(
      'denormalize: got 4 values, expected whole samples of 3 features.',
    );
  });

  test('gives back floats to within float32 rounding', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 20 }),
        (values) => {
          fc.pre(Math.max(...values) - Math.min(...values) > 1e-3);
          const array = arrayOf('f8', Float64Array.from(values));
          for (const mode of ['minmax', 'standard'] as const) {
            const normalization = chooseNormalization(array, mode);
            const { shift, scale } = normalization as UniformNormalization;
            const inputs = Float32Array.from(values, (value) => (value - shift) / scale);
            const back = denormalize(inputs, normalization).data;
            // Rounding an input to float32 is off by at most 2^-24 of it; the rest is float64's.
            values.forEach((value, i) => {
              const bound =
                2 ** -24 * Math.abs(value - shift) + 2 ** -50 * (Math.abs(value) + Math.abs(shift));
              expect(Math.abs(back[i] - value)).toBeLessThanOrEqual(bound + scale * 2 ** -149);
            });
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
