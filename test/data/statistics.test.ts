import { describe, expect, test } from '@jest/globals';
import { chooseNormalization, normalizationFrom, statisticsFor } from '../../src/data/normalization.ts';
import { type DType, isByFeature, type NumericArray, type SampleArray } from '../../src/data/samples.ts';
import { statisticsOf, statisticsOfStored } from '../../src/data/statistics.ts';
import { normalizationForTransform, transform } from '../../src/data/transform.ts';
import { Random } from '../../src/tensor/random.ts';
import { storedSamples } from '../helpers/storedSamples.ts';

/** 3 million values: several reads. Sums of fractions depend on the order in which they are added. */
const SHAPE = [3001, 1000];
const random = new Random(5);
const FRACTIONS = Float64Array.from({ length: 3_001_000 }, () => random.uniform(-1, 3) ** 5);

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

const arrayOf = (data: SampleArray, dtype: DType): NumericArray => ({ shape: SHAPE, data, dtype });

describe.each<[string, NumericArray]>([
  ['float64', arrayOf(FRACTIONS, 'f8')],
  ['float32', arrayOf(Float32Array.from(FRACTIONS), 'f4')],
  ['uint8', arrayOf(Uint8Array.from(FRACTIONS, Math.abs), 'u1')],
])('statistics of %s', (_name, array) => {
  test.each([false, true])(
    'are the same bits from memory and piece by piece, moments: %s',
    async (moments) => {
      const inMemory = statisticsOf(array.data, { moments });
      expect(await statisticsOfStored(storedSamples(array), { moments })).toEqual(inMemory);
      expect(Number.isNaN(inMemory.mean)).toBe(!moments);
      expect(Number.isNaN(inMemory.standardDeviation)).toBe(!moments);
    },
  );

  test('are what their definitions say', () => {
    const { minimum, maximum, mean, standardDeviation } = statisticsOf(array.data, { moments: true });
    const sorted = array.data.slice().sort();
    expect([minimum, maximum]).toEqual([sorted[0], sorted.at(-1)]);
    const values = Array.from(array.data);
    const expected = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBe(expected);
    const squares = values.reduce((sum, value) => sum + (value - expected) ** 2, 0);
    expect(standardDeviation).toBe(Math.sqrt(squares / values.length));
  });

  test('are those of each column, the same bits from memory and piece by piece', async () => {
    const options = { moments: true, features: SHAPE[1] };
    const { features } = statisticsOf(array.data, options);
    const stored = await statisticsOfStored(storedSamples(array), options);
    expect(stored.features).toEqual(features);
    // Together with those of all values, with which the notes of `train` compare them.
    expect(stored).toMatchObject(statisticsOf(array.data, { moments: true }));
    for (const j of [0, 1, 999]) {
      const column = Array.from({ length: SHAPE[0] }, (_, i) => array.data[i * SHAPE[1] + j]);
      const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
      const squares = column.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      expect({
        minimum: features?.minimum[j],
        maximum: features?.maximum[j],
        mean: features?.mean[j],
        standardDeviation: features?.standardDeviation[j],
      }).toEqual({
        minimum: Math.min(...column),
        maximum: Math.max(...column),
        mean,
        standardDeviation: Math.sqrt(squares / column.length),
      });
    }
  });

  test.each([
    ['minmax', 'feature'],
    ['minmax', 'all'],
    ['standard', 'feature'],
    ['standard', 'all'],
  ] as const)('lead to the same normalization %s by %s', async (mode, scaleBy) => {
    const options = statisticsFor(SHAPE, mode, { scaleBy });
    const statistics = await statisticsOfStored(storedSamples(array), options);
    const normalization = chooseNormalization(array, mode, { scaleBy });
    expect(isByFeature(normalization)).toBe(scaleBy === 'feature');
    expect(normalizationFrom(array, statistics, mode)).toEqual(normalization);
    expect(normalizationForTransform(normalization, array, statistics)).toEqual(
      transform(array, normalization).normalization,
    );
  });
});

test('the first value that is not finite is found in any piece', async () => {
  const data = Float32Array.from(FRACTIONS);
  data.set([Number.NaN, Infinity, Number.NaN], 2_500_123);
  const array = arrayOf(data, 'f4');
  const statistics = await statisticsOfStored(storedSamples(array));
  expect(statistics).toEqual(statisticsOf(data));
  const message = 'the data holds NaN or infinity 3 times, first at [2500, 123]: remove or replace them.';
  expect(() => normalizationFrom(array, statistics, 'auto')).toThrow(message);
  expect(() => chooseNormalization(array, 'auto')).toThrow(message);
});

test('onValues is given all values once, in their order', async () => {
  const pieces: Float64Array[] = [];
  const array = arrayOf(FRACTIONS, 'f8');
  await statisticsOfStored(storedSamples(array), {
    moments: true,
    onValues: (values) => pieces.push(Float64Array.from(values)),
  });
  expect(pieces.length).toBeGreaterThan(2);
  // Not by toEqual, which takes seconds here.
  expect(Buffer.concat(pieces.map(bytesOf)).equals(bytesOf(FRACTIONS))).toBe(true);
});

test('a read that fails ends the statistics', async () => {
  const onRead = (rows: Uint32Array) => {
    if (rows[0] > 1000) throw new Error('the file is gone');
  };
  const stored = storedSamples(arrayOf(FRACTIONS, 'f8'), { onRead });
  await expect(statisticsOfStored(stored)).rejects.toThrow('the file is gone');
});
