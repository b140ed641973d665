import { setImmediate as hostTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { BatchReader } from '../../src/data/batches.ts';
import type { Samples } from '../../src/data/samples.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { storedSamples } from '../helpers/storedSamples.ts';
import { DIVIDED_BY_255 } from '../training/toy.ts';

const FEATURES = 1000;
const COUNT = 5000;
/** 5 MB of values: several reads. */
const SAMPLES: Samples = {
  shape: [COUNT, FEATURES],
  data: Uint8Array.from({ length: COUNT * FEATURES }, (_, i) => (i * 2654435761) >>> 13),
  normalization: DIVIDED_BY_255,
};
/** In a mixed order, each once. */
const ROWS = Uint32Array.from({ length: COUNT }, (_, i) => (i * 1237) % COUNT);

const readerOf = (samples: ConstructorParameters<typeof BatchReader>[0]) =>
  new BatchReader(samples, [FEATURES], 'test');

async function readAll(
  reader: BatchReader,
  rows: Uint32Array,
  batchSize: number,
  firstBatch = 0,
): Promise<Float32Array> {
  const all = new Float32Array((rows.length - firstBatch * batchSize) * FEATURES);
  const stream = reader.stream(rows, batchSize, firstBatch);
  for (let at = 0; at < all.length; at += batchSize * FEATURES) {
    const out = all.subarray(at, at + batchSize * FEATURES);
    const arriving = stream.next(out);
    if (arriving) await arriving;
  }
  await stream.close();
  return all;
}

/** Until reads that nothing holds up have arrived: they take a turn of the host each, however long that is. */
async function arrival(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await hostTurn();
}

describeEachKernels('a stream of batches', () => {
  test.each([
    [32, 0],
    [32, 7],
    [2000, 0],
    [2000, 2],
    [COUNT, 0],
    [COUNT + 1, 0],
  ])('batches of %d from number %d on are those of memory, bit for bit', async (batchSize, firstBatch) => {
    const expected = new Float32Array((COUNT - firstBatch * batchSize) * FEATURES);
    readerOf(SAMPLES).read(ROWS.subarray(firstBatch * batchSize), expected);
    for (const samples of [SAMPLES, storedSamples(SAMPLES)]) {
      const read = await readAll(readerOf(samples), ROWS, batchSize, firstBatch);
      expect(Buffer.from(read.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
    }
  });
});

test('samples in memory are there at once', () => {
  const stream = readerOf(SAMPLES).stream(ROWS, 32);
  expect(stream.next(new Float32Array(32 * FEATURES))).toBeUndefined();
});

test('stored samples make nobody wait once they have arrived', async () => {
  const stream = readerOf(storedSamples(SAMPLES)).stream(ROWS, 32);
  const out = new Float32Array(32 * FEATURES);
  await arrival();
  for (let batch = 0; batch < 40; batch++) expect(stream.next(out)).toBeUndefined();
  await stream.close();
});

test('two reads are under way, and no third until one is used', async () => {
  let reads = 0;
  const onRead = () => {
    reads++;
  };
  const stream = readerOf(storedSamples(SAMPLES, { onRead })).stream(ROWS, 1000);
  const out = new Float32Array(1000 * FEATURES);
  await arrival();
  expect(reads).toBe(2);
  await stream.next(out);
  expect(reads).toBe(3);
  await stream.close();
});

test('a read that fails is told where its batch is asked for, not before', async () => {
  let reads = 0;
  const onRead = () => {
    if (++reads === 2) throw new Error('the file is gone');
  };
  const stream = readerOf(storedSamples(SAMPLES, { onRead })).stream(ROWS, 2000);
  const out = new Float32Array(2000 * FEATURES);
  await stream.next(out);
  await arrival();
  expect(() => stream.next(out)).toThrow('the file is gone');
  await stream.close();
});

test('a read that fails while it is waited for rejects', async () => {
  const onRead = async () => {
    await arrival();
    throw new Error('the file is gone');
  };
  const stream = readerOf(storedSamples(SAMPLES, { onRead })).stream(ROWS, 2000);
  await expect(stream.next(new Float32Array(2000 * FEATURES))).rejects.toThrow('the file is gone');
  await stream.close();
});

test('closing waits for the reads under way, and nobody hears of their errors', async () => {
  let ended = 0;
  const onRead = async () => {
    await arrival();
    ended++;
    throw new Error('the file is gone');
  };
  const stream = readerOf(storedSamples(SAMPLES, { onRead })).stream(ROWS, 1000);
  await stream.close();
  expect(ended).toBe(2);
});

test('rows that come back in another number are refused', async () => {
  const stored = { ...storedSamples(SAMPLES), read: async () => new Uint8Array(7) };
  const stream = readerOf(stored).stream(ROWS, 2);
  await expect(stream.next(new Float32Array(2 * FEATURES))).rejects.toThrow(
    'StoredSamples.read: got 7 numbers, expected 1050000 for rows of shape [1050, 1000].',
  );
});

test('there is no batch after the last', async () => {
  const stream = readerOf(storedSamples(SAMPLES)).stream(ROWS.subarray(0, 3), 3);
  const out = new Float32Array(3 * FEATURES);
  await stream.next(out);
  expect(() => stream.next(out)).toThrow(new RangeError('BatchStream.next: there are no more batches.'));
});
