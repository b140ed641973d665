import { describe, expect, test } from '@jest/globals';
import {
  chooseNormalization,
  describeNormalization,
  normalize,
  type ScaleBy,
} from '../../src/data/normalization.ts';
import {
  DataError,
  type DType,
  type FeatureNormalization,
  isByFeature,
  NO_NORMALIZATION,
  type Normalization,
  type NumericArray,
  type SampleArray,
} from '../../src/data/samples.ts';
import { requireScaling, transform } from '../../src/data/transform.ts';

function arrayOf(dtype: DType, data: SampleArray, shape: readonly number[] = [data.length]): NumericArray {
  return { shape, data, dtype };
}

/** Zeros and ones, in the array that a file of this type becomes. */
function maskOf(dtype: DType): SampleArray {
  const arrays = {
    u1: Uint8Array,
    i1: Int8Array,
    u2: Uint16Array,
    i2: Int16Array,
    u4: Uint32Array,
    i4: Int32Array,
  };
  return (arrays[dtype as keyof typeof arrays] ?? Float64Array).from([0, 1, 1]);
}

const DIVIDED: Normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };
const UNCHANGED: Normalization = { kind: 'none', dtype: 'f4', shift: 0, scale: 1 };

/** How a model that was trained with `trained` reads this array. */
const normalizationFor = (trained: Normalization, array: NumericArray) =>
  transform(array, trained).normalization;

describe("chooseNormalization 'auto'", () => {
  test.each<[DType, SampleArray, number]>([
    ['u1', Uint8Array.of(0, 2), 255],
    ['u2', Uint16Array.of(0, 255), 255],
    ['u2', Uint16Array.of(0, 256), 65535],
    ['i1', Int8Array.of(0, 127), 127],
    ['i2', Int16Array.of(0, 255), 255],
    ['i2', Int16Array.of(0, 256), 32767],
    ['u4', Uint32Array.of(0, 255), 255],
    ['i4', Int32Array.of(0, 256), 65535],
    ['u8', Float64Array.of(3, 255), 255],
    ['i8', Float64Array.of(0, 65535), 65535],
  ])('divides %s %j by %d', (dtype, data, scale) => {
    expect(chooseNormalization(arrayOf(dtype, data), 'auto')).toEqual({
      kind: 'divide',
      dtype,
      shift: 0,
      scale,
    });
  });

  test.each<[DType, SampleArray]>([
    ['b1', Uint8Array.of(0, 1)],
    ...(['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8'] as const).map((dtype): [DType, SampleArray] => [
      dtype,
      maskOf(dtype),
    ]),
    ['f2', Float32Array.of(0, 1)],
    ['f4', Float32Array.of(0.25, 0.5)],
    ['f8', Float64Array.of(-0, 1)],
  ])('leaves %s %j as they are', (dtype, data) => {
    expect(chooseNormalization(arrayOf(dtype, data), 'auto')).toEqual({
      kind: 'none',
      dtype,
      shift: 0,
      scale: 1,
    });
  });

  test.each<[DType, SampleArray, string]>([
    ['f4', Float32Array.of(0, 200), 'floats from 0 to 200, expected [0, 1]'],
    ['f8', Float64Array.of(-0.5, 1), 'floats from -0.5 to 1, expected [0, 1]'],
    ['f8', Float64Array.of(0, 1.000001), 'floats from 0 to 1.000001, expected [0, 1]'],
    ['i1', Int8Array.of(-1, 1), 'integers from -1 to 1, expected none below 0'],
    ['i8', Float64Array.of(-5, 255), 'integers from -5 to 255'],
    ['u4', Uint32Array.of(0, 65536), 'integers from 0 to 65536, expected at most 65535'],
  ])('refuses %s %j and asks for a mode', (dtype, data, reason) => {
    const choose = () => chooseNormalization(arrayOf(dtype, data), 'auto');
    expect(choose).toThrow(DataError);
    expect(choose).toThrow(reason);
    expect(choose).toThrow("normalize(samples, 'minmax') or normalize(samples, 'standard') scales it");
  });

  test('says that pixels kept as floats could be saved as uint8', () => {
    expect(() => chooseNormalization(arrayOf('f4', Float32Array.of(0, 255)), 'auto')).toThrow(
      'saved as uint8',
    );
  });
});

describe.each(['auto', 'minmax', 'standard'] as const)('chooseNormalization %j', (mode) => {
  test('counts NaN and infinity and says where the first one is', () => {
    const data = new Float32Array(24).fill(0.5);
    data[17] = Number.NaN;
    data[20] = Number.POSITIVE_INFINITY;
    data[23] = Number.NEGATIVE_INFINITY;
    expect(() => chooseNormalization(arrayOf('f4', data, [2, 3, 4]), mode)).toThrow(
      'the data holds NaN or infinity 3 times, first at [1, 1, 1]',
    );
  });

  test('refuses no values', () => {
    expect(() => chooseNormalization(arrayOf('u1', new Uint8Array(), [0, 28, 28]), mode)).toThrow(
      '[0, 28, 28]',
    );
  });
});

describe("chooseNormalization 'minmax' and 'standard'", () => {
  test('minmax takes the minimum to 0 and the maximum to 1', () => {
    const data = Int16Array.of(-30, 10, 70);
    expect(chooseNormalization(arrayOf('i2', data), 'minmax')).toEqual({
      kind: 'minmax',
      dtype: 'i2',
      shift: -30,
      scale: 100,
    });
  });

  test('standard takes mean and population standard deviation', () => {
    const data = Float32Array.of(2, 4, 4, 4, 5, 5, 7, 9);
    expect(chooseNormalization(arrayOf('f4', data), 'standard')).toEqual({
      kind: 'standard',
      dtype: 'f4',
      shift: 5,
      scale: 2,
    });
  });

  test('standard does not lose a small spread around a large mean, as a one-pass formula would', () => {
    const data = Float64Array.from({ length: 1000 }, (_, i) => 1e9 + (i % 2));
    const { shift, scale } = chooseNormalization(arrayOf('f8', data), 'standard');
    expect(shift).toBe(1e9 + 0.5);
    expect(scale).toBe(0.5);
  });

  test.each(['minmax', 'standard'] as const)(
    '%s refuses constant data, and a range beyond float64',
    (mode) => {
      const constant = arrayOf('f8', new Float64Array(10).fill(0.1));
      expect(() => chooseNormalization(constant, mode)).toThrow(
        `all values of the data are 0.1, normalize(samples, '${mode}')`,
      );
      const huge = arrayOf('f8', Float64Array.of(-1.7e308, 1.7e308));
      expect(() => chooseNormalization(huge, mode)).toThrow(DataError);
    },
  );
});

/** Three columns of very different units, and one that is constant. */
const TABLE = arrayOf('f8', Float64Array.of(1e9, 0.1, 5, 2, 1e9 + 1, 0.1, 7, 4, 1e9 + 2, 0.1, 6, 9), [3, 4]);

describe('scaling by feature', () => {
  test('is what vectors get: every column has mean 0 and standard deviation 1', () => {
    const { kind, shift, scale } = chooseNormalization(TABLE, 'standard');
    expect([kind, shift]).toEqual(['standard', [1e9 + 1, 0.1, 6, 5]]);
    expect(scale).toEqual([Math.sqrt(2 / 3), 1, Math.sqrt(2 / 3), Math.sqrt(26 / 3)]);
  });

  test('takes the minimum of every column to 0, the maximum to 1', () => {
    const { kind, shift, scale } = chooseNormalization(TABLE, 'minmax');
    expect({ kind, shift, scale }).toEqual({ kind: 'minmax', shift: [1e9, 0.1, 5, 2], scale: [2, 1, 2, 7] });
  });

  test.each(['minmax', 'standard'] as const)('%s leaves a constant column at exactly 0', (mode) => {
    // The mean of ten times 0.1 is not 0.1 in float64.
    const data = Float64Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 0.1 : i));
    const { shift, scale } = chooseNormalization(arrayOf('f8', data, [10, 2]), mode) as FeatureNormalization;
    expect([shift[0], scale[0]]).toEqual([0.1, 1]);
  });

  const twoColumns = (dtype: DType, column: (i: number) => number, n = 1000): NumericArray => {
    const values = Array.from({ length: 2 * n }, (_, i) => (i % 2 ? column((i - 1) / 2) : i));
    return arrayOf(dtype, dtype === 'f8' ? Float64Array.from(values) : Float32Array.from(values), [n, 2]);
  };
  const next = Math.fround(3.3) + 2 ** -22; // the neighbour of 3.3 in float32

  test.each<[string, NumericArray, boolean, boolean]>([
    // The last two columns: whether minmax and standard take the second feature to be constant.
    ['0.3 and 0.1 + 0.2', twoColumns('f8', (i) => (i % 2 ? 0.3 : 0.1 + 0.2)), true, true],
    ['-0.3 and -0.1 - 0.2', twoColumns('f8', (i) => (i % 2 ? -0.3 : -0.1 - 0.2)), true, true],
    ['1e9, some roundings apart', twoColumns('f8', (i) => 1e9 + (i % 4) * 2 ** -23), true, true],
    ['1e9, a thousand roundings apart', twoColumns('f8', (i) => 1e9 + (i % 2) * 2 ** -14), false, true],
    ['the same of few samples', twoColumns('f8', (i) => 1e9 + (i % 2) * 2 ** -14, 4), false, false],
    ['1.6e9, seconds apart', twoColumns('f8', (i) => 1.6e9 + 3 * (i % 2)), false, false],
    [
      '1e-300 and twice that, whose squares are 0',
      twoColumns('f8', (i) => (1 + (i % 2)) * 1e-300),
      false,
      true,
    ],
    ['0 and 1e-16', twoColumns('f8', (i) => (i % 2) * 1e-16), false, false],
    ['two neighbours of float32', twoColumns('f4', (i) => (i % 2 ? 3.3 : next)), true, true],
    ['float32, but three values', twoColumns('f4', (i) => 3.3 + (i % 3) * 2 ** -22), false, false],
    ['the same as float64', twoColumns('f8', (i) => (i % 2 ? 3.3 : next)), false, false],
    ['two neighbours of float16', twoColumns('f2', (i) => 1 + (i % 2) * 2 ** -10), false, false],
  ])('constant but for rounding: %s', (_, array, byMinmax, byStandard) => {
    const [minmax, standard] = (['minmax', 'standard'] as const).map(
      (mode) => chooseNormalization(array, mode) as FeatureNormalization,
    );
    expect([minmax.scale[1] === 1, standard.scale[1] === 1]).toEqual([byMinmax, byStandard]);
    expect([minmax.scale[0], standard.scale[0]].every((scale) => scale > 1)).toBe(true);
    if (byStandard) {
      expect(standard.shift[1]).toBe(Math.min(...Array.from(array.data).filter((_, i) => i % 2 === 1)));
    }
  });

  test.each<[readonly number[], ScaleBy | undefined, boolean]>([
    [[6, 2], undefined, true],
    [[2, 6, 1], undefined, true],
    [[2, 1, 6], undefined, true],
    [[2, 2, 3], undefined, false],
    [[12, 1], undefined, false],
    [[12], undefined, false],
    [[6, 2], 'all', false],
    [[2, 2, 3], 'feature', true],
    [[12, 1], 'feature', true],
  ])('of %j by %j: %s', (shape, scaleBy, expected) => {
    for (const mode of ['minmax', 'standard'] as const) {
      const normalization = chooseNormalization({ ...TABLE, shape }, mode, { scaleBy });
      expect(isByFeature(normalization)).toBe(expected);
    }
  });

  test('does not apply to data that is divided or stays as it is', () => {
    const array = arrayOf('u1', Uint8Array.of(1, 2, 3, 4), [2, 2]);
    expect(chooseNormalization(array, 'auto', { scaleBy: 'feature' })).toEqual({ ...DIVIDED, table: true });
  });

  test.each(['minmax', 'standard'] as const)('%s refuses data whose samples are all the same', (mode) => {
    for (const count of [1, 3]) {
      const data = Float64Array.from({ length: 2 * count }, (_, i) => i % 2);
      expect(() => chooseNormalization(arrayOf('f8', data, [count, 2]), mode)).toThrow(
        `${count === 1 ? 'the data is one sample' : 'all samples of the data are the same'}, the normalization '${mode}' needs different ones.`,
      );
    }
  });

  test('names the feature whose range is too large', () => {
    const data = Float64Array.of(1, -1.7e308, 2, 1.7e308);
    for (const mode of ['minmax', 'standard'] as const) {
      expect(() => chooseNormalization(arrayOf('f8', data, [2, 2]), mode)).toThrow(
        'feature 1 of the data goes from -1.7e+308 to 1.7e+308, beyond what',
      );
    }
  });

  const trained: Normalization = { kind: 'standard', dtype: 'f8', shift: [1e20, 0], scale: [1e20, 1e-30] };

  test('is kept for new data, whatever its range', () => {
    const array = arrayOf('f4', Float32Array.of(-3e20, 1e-30, 5e20, 2e-29), [2, 2]);
    expect(normalizationFor(trained, array)).toEqual({ ...trained, dtype: 'f4' });
  });

  test('refuses new data that would be beyond float32, and data of other features', () => {
    const array = arrayOf('f4', Float32Array.of(1, 0, 1, 1e9), [2, 2]);
    expect(() => normalizationFor(trained, array)).toThrow(
      'feature 1 of the data goes from 0 to 1000000000, too far for float32 after (x - 0) / 1e-30.',
    );
    expect(() => normalizationFor(trained, { ...array, shape: [1, 4] })).toThrow(
      'the data has 4 features, the model scales 2.',
    );
  });
});

describe('transform', () => {
  test('takes the array as it is', () => {
    const array = arrayOf('u1', Uint8Array.of(1, 2, 3, 4), [2, 2]);
    const samples = transform(array, DIVIDED);
    expect(samples).toEqual({ shape: [2, 2], data: array.data, normalization: DIVIDED });
    expect(samples.data).toBe(array.data);
  });

  test('wider integers are divided by the divisor of the model if they fit', () => {
    const dark = arrayOf('i8', Float64Array.of(0, 1));
    expect(normalizationFor(DIVIDED, dark)).toMatchObject({ kind: 'divide', scale: 255 });
    expect(chooseNormalization(dark, 'auto').kind).toBe('none');
  });

  const standard: Normalization = { kind: 'standard', dtype: 'u1', shift: 70, scale: 90 };

  test('keeps shift and scale of minmax and standard, whatever the range of the new data', () => {
    const array = arrayOf('f4', Float32Array.of(-1000, 1000));
    expect(normalizationFor(standard, array)).toEqual({ ...standard, dtype: 'f4' });
  });

  test('keeps the divisor for the same type, even if the new values alone would give another', () => {
    expect(chooseNormalization(arrayOf('i8', Float64Array.of(0, 1, 1)), 'auto').kind).toBe('none');
    const trained: Normalization = { kind: 'divide', dtype: 'i8', shift: 0, scale: 65535 };
    expect(normalizationFor(trained, arrayOf('i8', Float64Array.of(0, 255)))).toEqual(trained);
    expect(normalizationFor(DIVIDED, arrayOf('u1', Uint8Array.of(9)))).toEqual(DIVIDED);
  });

  const zerosAndOnes: Normalization = { kind: 'none', dtype: 'i8', shift: 0, scale: 1 };

  test('zeros and ones of any type stay as they are for a model of zeros and ones', () => {
    for (const dtype of ['i8', 'b1'] as const) {
      const trained = { ...zerosAndOnes, dtype };
      for (const array of [
        arrayOf('b1', Uint8Array.of(0, 1)),
        arrayOf('u1', Uint8Array.of(0, 1)),
        arrayOf('u2', Uint16Array.of(0, 1)),
        arrayOf('i8', Float64Array.of(0, 1)),
      ]) {
        expect(normalizationFor(trained, array)).toEqual({ ...zerosAndOnes, dtype: array.dtype });
      }
      expect(normalizationFor(trained, arrayOf('u1', Uint8Array.of(0, 255)))).toEqual(DIVIDED);
    }
    expect(normalizationFor(UNCHANGED, arrayOf('u1', Uint8Array.of(0, 1)))).toEqual(DIVIDED);
  });

  test('keeps a divisor of floats, which only code can set', () => {
    const trained: Normalization = { ...DIVIDED, dtype: 'f4' };
    expect(normalizationFor(trained, arrayOf('f4', Float32Array.of(0, 9, 255)))).toEqual(trained);
    expect(normalizationFor(trained, arrayOf('f4', Float32Array.of(0, 0.5, 1)))).toEqual(trained);
  });

  test('follows the rule of the new type if that is another', () => {
    const sixteen = normalizationFor(DIVIDED, arrayOf('u2', Uint16Array.of(0, 65535)));
    expect(sixteen).toEqual({ kind: 'divide', dtype: 'u2', shift: 0, scale: 65535 });
    expect(normalizationFor(DIVIDED, arrayOf('f4', Float32Array.of(0, 1)))).toEqual(UNCHANGED);
    expect(normalizationFor(UNCHANGED, arrayOf('u1', Uint8Array.of(0, 7)))).toEqual(DIVIDED);
    expect(normalizationFor(UNCHANGED, arrayOf('f8', Float64Array.of(0.5)))).toEqual({
      ...UNCHANGED,
      dtype: 'f8',
    });
  });

  test('refuses data whose inputs would be outside [0, 1], and says what the model was trained on', () => {
    const wide = arrayOf('i4', Int32Array.of(0, 300));
    expect(() => normalizationFor({ ...DIVIDED, dtype: 'i4' }, wide)).toThrow(
      'the data goes from 0 to 300, the model was trained on integers from 0 to 255.',
    );
    expect(() => normalizationFor(zerosAndOnes, arrayOf('i8', Float64Array.of(0, 2)))).toThrow(
      'the data goes from 0 to 2, the model was trained on integers from 0 to 1.',
    );
    expect(() =>
      normalizationFor({ ...DIVIDED, dtype: 'i1', scale: 127 }, arrayOf('i1', Int8Array.of(-1))),
    ).toThrow(DataError);
    expect(() => normalizationFor(DIVIDED, arrayOf('f4', Float32Array.of(0, 255)))).toThrow(
      "save it as the model's training data was (uint8, divided by 255)",
    );
  });

  test('refuses NaN for minmax and standard as well', () => {
    expect(() => normalizationFor(standard, arrayOf('f4', Float32Array.of(0, Number.NaN)))).toThrow(
      'NaN or infinity once, first at [1]',
    );
  });

  test.each([[[3]], [[1, 3]], [[3, 1, 1]]])('reads %j by the scaling of each of three features', (shape) => {
    const table: Normalization = { kind: 'minmax', dtype: 'f4', shift: [1, 2, 3], scale: [1, 10, 100] };
    const row = arrayOf('f4', Float32Array.of(2, 12, 103), shape);
    const read = () => normalizationFor(table, row);
    if (shape.length < 3) expect(read()).toEqual(table);
    else expect(read).toThrow('the data has 1 feature, the model scales 3.'); // a column of three samples
  });

  test('accepts an array without values', () => {
    expect(normalizationFor(DIVIDED, arrayOf('u1', new Uint8Array(), [0, 4]))).toEqual(DIVIDED);
  });
});

describe('describeNormalization', () => {
  test.each<[Normalization, string]>([
    [DIVIDED, 'divided by 255'],
    [UNCHANGED, 'used as they are (already in [0, 1])'],
    [{ ...UNCHANGED, dtype: 'b1' }, 'used as they are (0 and 1)'],
    [
      { kind: 'standard', dtype: 'f4', shift: 12.3, scale: 45.6 },
      '(x - 12.3) / 45.6, mean 0 and standard deviation 1',
    ],
    [
      { kind: 'standard', dtype: 'f8', shift: [1, 2], scale: [1, 1] },
      'each of the 2 features to mean 0 and standard deviation 1',
    ],
    [{ kind: 'minmax', dtype: 'f8', shift: [1], scale: [1] }, 'the only feature from 0 to 1'],
    [{ kind: 'minmax', dtype: 'f8', shift: -1 / 3, scale: 2 }, '(x + 0.333333) / 2, from 0 to 1'],
  ])('says of %j: %s', (normalization, text) => {
    expect(describeNormalization(normalization)).toBe(text);
  });
});

describe('vectors are rows of a table', () => {
  const isTable = (dtype: DType, data: SampleArray, mode: 'auto' | 'minmax' = 'auto') =>
    'table' in chooseNormalization(arrayOf(dtype, data, [2, data.length / 2]), mode, { scaleBy: 'all' });
  const ramp = <T extends Uint8Array | Float32Array>(data: T): T => data.map((_, i) => i % 2) as T;

  test.each<[string, DType, SampleArray, boolean]>([
    ['64 floats', 'f4', ramp(new Float32Array(128)), true],
    ['784 floats', 'f4', ramp(new Float32Array(1568)), true],
    ['784 of uint8', 'u1', ramp(new Uint8Array(1568)), false],
    ['64 of uint8', 'u1', ramp(new Uint8Array(128)), false],
    ['49 of uint8', 'u1', ramp(new Uint8Array(98)), true],
    ['65 of uint8', 'u1', ramp(new Uint8Array(130)), true],
    ['784 of bool', 'b1', ramp(new Uint8Array(1568)), true],
  ])('%s', (_, dtype, data, expected) => {
    expect(isTable(dtype, data)).toBe(expected);
    expect(isTable(dtype, data, 'minmax')).toBe(expected);
  });

  test('[n, h, w] is none', () => {
    expect(chooseNormalization(arrayOf('f4', ramp(new Float32Array(128)), [2, 8, 8]), 'auto')).toEqual(
      UNCHANGED,
    );
  });

  test('other data for the model is one, too, whatever its type', () => {
    const trained: Normalization = { ...UNCHANGED, table: true };
    const flat = arrayOf('f4', ramp(new Float32Array(128)), [2, 64]);
    expect(normalizationFor(trained, flat)).toEqual(trained);
    expect(normalizationFor(trained, { ...flat, dtype: 'f8' })).toEqual({ ...trained, dtype: 'f8' });
    const bytes = arrayOf('u1', Uint8Array.of(0, 255), [1, 2]);
    expect(normalizationFor(trained, bytes)).toEqual({ ...DIVIDED, table: true });
  });
});

describe('an array without a dtype', () => {
  test.each<[SampleArray, DType]>([
    [Uint8Array.of(0, 3), 'u1'],
    [Int8Array.of(0, 3), 'i1'],
    [Uint16Array.of(0, 3), 'u2'],
    [Int16Array.of(0, 3), 'i2'],
    [Uint32Array.of(0, 3), 'u4'],
    [Int32Array.of(0, 3), 'i4'],
    [Float32Array.of(0, 1), 'f4'],
    [Float64Array.of(0, 1), 'f8'],
  ])('%p is %s', (data, dtype) => {
    const shape = [2, 1];
    const { normalization } = normalize({ shape, data });
    expect(normalization).toEqual(normalize({ shape, data, dtype }).normalization);
    expect(normalization.dtype).toBe(dtype);
    expect(transform({ shape, data }, normalization).normalization).toEqual(normalization);
  });

  test('plain arrays are refused', () => {
    const array = { shape: [2, 1], data: [0, 1] } as unknown as NumericArray;
    const message =
      'normalize: the samples are a plain object whose data is an array, expected a Tensor: Tensor.from(samples.data, samples.shape).';
    expect(() => normalize(array)).toThrow(new TypeError(message));
  });
});

describe('requireScaling', () => {
  const check = (given: Normalization | undefined, trained: Normalization) => () =>
    requireScaling(
      { shape: [1, 1], data: Float32Array.of(0), ...(given && { normalization: given }) },
      trained,
      'encode',
    );
  const standard: Normalization = { kind: 'standard', dtype: 'f4', shift: 3, scale: 2 };
  const byFeature: Normalization = { kind: 'standard', dtype: 'f4', shift: [3], scale: [2] };

  test.each([
    ['inputs', undefined, standard],
    ['the same in another type', { ...standard, dtype: 'f8' as const }, standard],
    ['the same by feature', { ...byFeature }, byFeature],
    ['floats for a model of pixels', UNCHANGED, DIVIDED],
    ['pixels for a model of floats', DIVIDED, UNCHANGED],
    ['anything before training', standard, NO_NORMALIZATION],
  ])('takes %s', (_, given, trained) => {
    expect(check(given, trained)).not.toThrow();
  });

  test.each([
    ['another mean', { ...standard, shift: 3.5 }, standard],
    ['another kind', { ...standard, kind: 'minmax' as const }, standard],
    ['features for all', byFeature, standard],
    ['unscaled values', UNCHANGED, standard],
    ['scaled values for a model of pixels', standard, DIVIDED],
  ])('refuses %s', (_, given, trained) => {
    expect(check(given, trained)).toThrow(DataError);
    expect(check(given, trained)).toThrow(
      /^encode: .* expected that of the training data: transform\(samples, model\.normalization\)\.$/,
    );
  });
});
