import { expect, test } from '@jest/globals';
import { fileContest, gatherContest, memoryContest } from '../../../bench/contests/loading.ts';
import type { NumericArray } from '../../../src/data/samples.ts';
import { readNpy, writeNpy } from '../../../src/io/numpy/npy.ts';

// 70 samples: two full batches of 32 and a part of one.
const IMAGES: NumericArray = {
  shape: [70, 2, 2],
  data: Uint8Array.from({ length: 280 }, (_, i) => (i * 37) % 256),
  dtype: 'u1',
};
const BYTES = writeNpy(IMAGES);
const SAMPLES = { ...IMAGES, normalization: { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 } } as const;

function withOneWrongByte(): NumericArray {
  const data = Uint8Array.from(IMAGES.data);
  data[279] ^= 1;
  return { ...IMAGES, data };
}

test('accepts what the readers read', async () => {
  expect(() => memoryContest(BYTES, IMAGES).verify()).not.toThrow();
  await gatherContest(SAMPLES).verify();
  await fileContest('images.npy', BYTES.length, IMAGES, async () => readNpy(BYTES)).verify();
});

test('catches a reader that gets one byte wrong', async () => {
  const message = 'element 279 is';
  expect(() => memoryContest(BYTES, IMAGES, withOneWrongByte).verify()).toThrow(message);
  const contest = fileContest('images.npy', BYTES.length, IMAGES, async () => withOneWrongByte());
  await expect(async () => contest.verify()).rejects.toThrow(message);
});

test('catches a reader that gets the shape or the type wrong', () => {
  const flat = () => ({ ...IMAGES, shape: [70, 4] });
  const signed = () => ({ ...IMAGES, dtype: 'i1' as const });
  expect(() => memoryContest(BYTES, IMAGES, flat).verify()).toThrow('got [70, 4] u1, expected [70, 2, 2] u1');
  expect(() => memoryContest(BYTES, IMAGES, signed).verify()).toThrow('got [70, 2, 2] i1');
});

test.each<[string, (value: number, row: number) => number]>([
  ['does not scale', (value) => value],
  ['multiplies by 1/255 rounded, which is not the same as dividing', (value) => value * Math.fround(1 / 255)],
  ['leaves out the last sample', (value, row) => (row === 69 ? 0 : value / 255)],
])('catches a gathering that %s', async (_, scale) => {
  const contest = gatherContest(SAMPLES, (rows, out) => {
    for (let i = 0; i < rows.length; i++) {
      for (let j = 0; j < 4; j++) out[4 * i + j] = scale(IMAGES.data[4 * rows[i] + j], rows[i]);
    }
  });
  await expect(contest.verify()).rejects.toThrow('BatchReader: element');
});
