/** Inputs of features with one shift and scale each, compared with their definition. */

import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { BatchReader } from '../../src/data/batches.ts';
import type { FeatureNormalization, SampleArray, Samples } from '../../src/data/samples.ts';
import { Arena } from '../../src/tensor/kernels/memory.ts';
import { Random } from '../../src/tensor/random.ts';
import { plural } from '../../src/tensor/words.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { guarded } from '../helpers/randomArrays.ts';
import { storedSamples } from '../helpers/storedSamples.ts';

const COUNT = 70;
const random = new Random(3);

function normalizationOf(features: number): FeatureNormalization {
  const shift = Array.from({ length: features }, () => random.uniform(-50, 50));
  const scale = Array.from({ length: features }, () => 10 ** random.uniform(-6, 6));
  return { kind: 'standard', dtype: 'f8', shift, scale };
}

function samplesOf(features: number, dataOf: (values: readonly number[]) => SampleArray): Samples {
  const values = Array.from({ length: COUNT * features }, () => random.uniform(0, 127));
  return { shape: [COUNT, features], data: dataOf(values), normalization: normalizationOf(features) };
}

/** (x - shift) / scale in float64, rounded once. */
function inputsOf({ shape: [, features], data, normalization }: Samples, rows: readonly number[]): number[] {
  const { shift, scale } = normalization as FeatureNormalization;
  return rows.flatMap((row) =>
    Array.from({ length: features }, (_, j) => Math.fround((data[row * features + j] - shift[j]) / scale[j])),
  );
}

const TYPES: readonly [string, (values: readonly number[]) => SampleArray][] = [
  ['uint8', (values) => Uint8Array.from(values)],
  ['int16', (values) => Int16Array.from(values)],
  ['float32', (values) => Float32Array.from(values)],
  ['float64', (values) => Float64Array.from(values)],
];

describeEachKernels('gathering', () => {
  describe.each(TYPES)('%s', (_type, dataOf) => {
    test.each([1, 2, 3, 13, 16, 17])(
      '%d features: rows, ranges and streams are as defined',
      async (features) => {
        const samples = samplesOf(features, dataOf);
        const reader = new BatchReader(samples, [features], 'test');
        const rows = [69, 0, 7, 7, 33];
        const inArena = new Arena().allocate(rows.length * features);
        reader.read(rows, inArena);
        expect(Array.from(inArena)).toEqual(inputsOf(samples, rows));
        const { array, intact } = guarded(new Float32Array(3 * features));
        reader.readRange(5, 8, array);
        expect(Array.from(array)).toEqual(inputsOf(samples, [5, 6, 7]));
        expect(intact()).toBe(true);
        const stored = new BatchReader(storedSamples(samples), [features], 'test');
        for (const each of [reader, stored]) {
          const left = [rows.slice(0, 2), rows.slice(2, 4), rows.slice(4)];
          for await (const x of each.stream({ rows: Uint32Array.from(rows), batchSize: 2 })) {
            expect(Array.from(x.data)).toEqual(inputsOf(samples, left.shift() ?? []));
          }
          expect(left).toEqual([]);
        }
      },
    );
  });
});

test('a shift that belongs to its neighbour is noticed', () => {
  const samples = samplesOf(3, (values) => Float64Array.from(values));
  const { shift, ...rest } = samples.normalization as FeatureNormalization;
  const out = new Float32Array(3);
  const turned = { ...rest, shift: [...shift.slice(1), shift[0]] };
  new BatchReader({ ...samples, normalization: turned }, [3], 'test').readRange(0, 1, out);
  expect(Array.from(out)).not.toEqual(inputsOf(samples, [0]));
});

test.each([
  [[1, 2], [1, 2], 2],
  [[1, 2, 3], [1], 3],
  [[1], [1], 1],
])('shifts %j with scales %j for 3 features are refused', (shift, scale, shifts) => {
  const normalization: FeatureNormalization = { kind: 'minmax', dtype: 'f8', shift, scale };
  const samples = { shape: [2, 3], data: new Float64Array(6), normalization };
  expect(() => new BatchReader(samples, [3], 'test')).toThrow(
    `test: the normalization has ${plural(shifts, 'shift')} and ${plural(scale.length, 'scale')}, expected 3 each, one a feature.`,
  );
});

test('an input outside [0, 1] is found by the scale of its feature', async () => {
  const normalization: FeatureNormalization = { kind: 'minmax', dtype: 'f8', shift: [0, 10], scale: [1, 10] };
  const check = (data: Float64Array, stored: boolean) => {
    const samples = { shape: [2, 2], data, normalization };
    return new BatchReader(stored ? storedSamples(samples) : samples, [2], 'fit').requireUnitRange();
  };
  for (const stored of [false, true]) {
    await check(Float64Array.of(0, 20, 1, 10), stored);
    await expect(check(Float64Array.of(0, 20, 1, 25), stored)).rejects.toThrow('input number 3 is 1.5');
    await expect(check(Float64Array.of(0, 20, 10, 10), stored)).rejects.toThrow('input number 2 is 10');
  }
});

test('training gives the same bits from memory and from a file', async () => {
  const samples = samplesOf(13, (values) => Float64Array.from(values));
  const [inMemory, stored] = await Promise.all(
    [samples, storedSamples(samples)].map(async (each) => {
      const autoencoder = new Autoencoder({ inputShape: [13], hidden: [8], encodingDim: 3, seed: 5 });
      await autoencoder.fit(each, { epochs: 3, batchSize: 16, validationSplit: 0.2 });
      return { weights: autoencoder.parameters.values, evaluation: await autoencoder.evaluate(each) };
    }),
  );
  expect(stored).toEqual(inMemory);
});
