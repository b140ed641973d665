import { setImmediate as hostTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type BatchOptions, BatchReader } from '../../src/data/batches.ts';
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
/** Each row once, in a mixed order. */
const ROWS = Uint32Array.from({ length: COUNT }, (_, i) => (i * 1237) % COUNT);

const readerOf = (samples: ConstructorParameters<typeof BatchReader>[0]) =>
  new BatchReader(samples, [FEATURES], 'test');

async function readAll(reader: BatchReader, options: BatchOptions): Promise<Float32Array> {
  const all = new Float32Array(reader.count * FEATURES);
  let end = 0;
  for await (const { data } of reader.stream(options)) {
    all.set(data, end);
    end += data.length;
  }
  return all.slice(0, end);
}

/** Resolves when all reads that don't wait for something have arrived: each takes one turn of the host. */
async function arrival(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await hostTurn();
}

/** Whether the host had a turn while this ran. */
async function hostHadTurn(run: () => Promise<void>): Promise<boolean> {
  let hadTurn = false;
  const turn = hostTurn().then(() => {
    hadTurn = true;
  });
  await run();
  const result = hadTurn;
  await turn;
  return result;
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
      const read = await readAll(readerOf(samples), { rows: ROWS, batchSize, firstBatch });
      expect(Buffer.from(read.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
    }
  });

  test('without options they are all samples in their order, 256 at a time', async () => {
    const expected = new Float32Array(COUNT * FEATURES);
    readerOf(SAMPLES).readRange(0, COUNT, expected);
    for (const samples of [SAMPLES, storedSamples(SAMPLES)]) {
      const reader = readerOf(samples);
      const first = await reader.stream().next();
      expect(first.value?.shape).toEqual([256, FEATURES]);
      expect(Buffer.from((await readAll(reader, {})).buffer).equals(Buffer.from(expected.buffer))).toBe(true);
    }
  });
});

test('samples in memory do not wait for the host', async () => {
  const reader = readerOf(SAMPLES);
  const pass = async () => void (await readAll(reader, { rows: ROWS, batchSize: 32 }));
  expect(await hostHadTurn(pass)).toBe(false);
});

test('stored samples do not wait for the host once they have arrived', async () => {
  const batches = readerOf(storedSamples(SAMPLES)).stream({ rows: ROWS, batchSize: 32 });
  await batches.next();
  await arrival();
  const pass = async () => {
    for (let batch = 1; batch < 40; batch++) await batches.next();
  };
  expect(await hostHadTurn(pass)).toBe(false);
  await batches.return();
});

test('two reads are in progress, and no more until one is used', async () => {
  let reads = 0;
  const onRead = () => {
    reads++;
  };
  // Three batches a read.
  const batches = readerOf(storedSamples(SAMPLES, { onRead })).stream({ rows: ROWS, batchSize: 500 });
  const first = batches.next();
  expect(reads).toBe(2);
  await first;
  expect(reads).toBe(3);
  await batches.next();
  await batches.next();
  await arrival();
  expect(reads).toBe(3);
  await batches.next();
  expect(reads).toBe(4);
  await batches.return();
});

test('the error of a read is thrown when its batch is asked for, not before', async () => {
  let reads = 0;
  const onRead = () => {
    if (++reads === 2) throw new Error('the file is gone');
  };
  const batches = readerOf(storedSamples(SAMPLES, { onRead })).stream({ rows: ROWS, batchSize: 2000 });
  await batches.next();
  await arrival();
  await expect(batches.next()).rejects.toThrow('the file is gone');
});

test('a read that fails while the batch is waited for rejects', async () => {
  const onRead = async () => {
    await arrival();
    throw new Error('the file is gone');
  };
  const batches = readerOf(storedSamples(SAMPLES, { onRead })).stream({ rows: ROWS, batchSize: 2000 });
  await expect(batches.next()).rejects.toThrow('the file is gone');
});

test('ending early waits for the reads in progress and ignores their errors', async () => {
  let started = 0;
  let ended = 0;
  const onRead = async () => {
    if (started++ === 0) return;
    await arrival();
    await arrival();
    ended++;
    throw new Error('the file is gone');
  };
  const reader = readerOf(storedSamples(SAMPLES, { onRead }));
  for await (const _ of reader.stream({ rows: ROWS, batchSize: 1000 })) break;
  expect([started, ended]).toEqual([3, 2]);
});

test('a read with another number of values is refused', async () => {
  const stored = { ...storedSamples(SAMPLES), read: async () => new Uint8Array(7) };
  await expect(readerOf(stored).stream({ rows: ROWS, batchSize: 2 }).next()).rejects.toThrow(
    'StoredSamples.read: got 7 numbers, expected 1050000 for rows of shape [1050, 1000].',
  );
});

test('there is no batch after the last', async () => {
  const batches = readerOf(storedSamples(SAMPLES)).stream({ rows: ROWS.subarray(0, 3), batchSize: 3 });
  expect((await batches.next()).done).toBe(false);
  expect((await batches.next()).done).toBe(true);
});

test('stored samples have no synchronous batches', () => {
  const reader = readerOf(storedSamples(SAMPLES));
  expect(() => [...reader.batches()]).toThrow(
    new Error('test: the samples are stored, expected an array in memory.'),
  );
});
