/** Training and evaluation on samples that are read piece by piece, compared with the same samples in memory. */

import { expect, test } from '@jest/globals';
import type { Samples, StoredSamples } from '../../src/data/samples.ts';
import { writeModel } from '../../src/io/model.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import type { FitOptions } from '../../src/training/fitOptions.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { storedSamples } from '../helpers/storedSamples.ts';
import { toyImages, toyModel } from './toy.ts';

const IMAGES = toyImages(300);
const OTHERS = toyImages(70, 2);

async function trained(samples: Samples | StoredSamples, options: FitOptions) {
  const model = toyModel();
  const history = await model.fit(samples, { epochs: 3, batchSize: 8, ...options });
  return { history, bytes: writeModel(model) };
}

describeEachKernels('stored samples', () => {
  test('train the same model, bit for bit, with the same history', async () => {
    expect(await trained(storedSamples(IMAGES), {})).toEqual(await trained(IMAGES, {}));
    const split = { validationSplit: 0.3 };
    expect(await trained(storedSamples(IMAGES), split)).toEqual(await trained(IMAGES, split));
    const inMemory = await trained(IMAGES, { validationData: OTHERS });
    const stored = { validationData: storedSamples(OTHERS) };
    expect(await trained(storedSamples(IMAGES), stored)).toEqual(inMemory);
    expect(await trained(IMAGES, stored)).toEqual(inMemory);
  });

  test('have the same evaluation, all or some of them', async () => {
    const model = toyModel();
    const all = await model.evaluate(IMAGES);
    expect(await model.evaluate(storedSamples(IMAGES))).toEqual(all);
    const every = Uint32Array.from({ length: 300 }, (_, i) => i);
    expect(await model.evaluate(IMAGES, { rows: every })).toEqual(all);
    const rows = Uint32Array.from({ length: 280 }, (_, i) => (i * 7) % 300);
    const some = await model.evaluate(IMAGES, { rows });
    expect(await model.evaluate(storedSamples(IMAGES), { rows })).toEqual(some);
    expect(some).not.toEqual(all);
  });
});

test('rows that do not exist, and no rows, are refused', async () => {
  const model = toyModel();
  const evaluate = (...rows: number[]) => model.evaluate(IMAGES, { rows: Uint32Array.from(rows) });
  await expect(evaluate()).rejects.toThrow(
    new RangeError('Autoencoder.evaluate: got no rows, expected rows from 0 to 299.'),
  );
  await expect(evaluate(0, 300)).rejects.toThrow(
    new RangeError('Autoencoder.evaluate: got row 300, expected rows from 0 to 299.'),
  );
});

test('stored samples that do not fit are refused before anything is read', async () => {
  let reads = 0;
  const stored = storedSamples(numbered([9, 5]), { onRead: () => void reads++ });
  await expect(toyModel().fit(stored)).rejects.toThrow(
    new ShapeError('fit: the samples are [9, 5], expected [n, 4, 4, 1].'),
  );
  await expect(toyModel().evaluate(stored)).rejects.toThrow(ShapeError);
  expect(reads).toBe(0);
});

function numbered(shape: readonly number[]): Samples {
  return { shape, data: new Float32Array(shape.reduce((size, length) => size * length, 1)) };
}

test('binary cross-entropy refuses an input outside of 0 to 1, wherever it is stored', async () => {
  const data = Float32Array.from({ length: 30 * 16 }, (_, i) => (i === 333 ? 1.5 : 0.5));
  const model = toyModel({ outputActivation: 'sigmoid' });
  model.compile({ loss: 'bce' });
  const message = 'input number 333 is 1.5, binary cross-entropy takes 0 to 1.';
  const bad = { shape: [30, 16], data };
  await expect(model.fit(storedSamples(bad))).rejects.toThrow(new RangeError(`fit: ${message}`));
  const good = { shape: [30, 16], data: data.map(() => 0.5) };
  await expect(model.fit(good, { validationData: storedSamples(bad) })).rejects.toThrow(
    new RangeError(`fit, validationData: ${message}`),
  );
  await model.fit(storedSamples(good), { epochs: 1 }); // and it can be used after that
});

/** Samples that take several reads. Reads fail from this number on. */
function failing(from: number) {
  const log = { started: 0, ended: 0 };
  const onRead = async () => {
    const number = log.started++;
    await new Promise((resolve) => setTimeout(resolve, 2));
    log.ended++;
    if (number >= from) throw new Error('the file is gone');
  };
  // 16 numbers a sample: 65,536 samples a read.
  const count = 200_000;
  const data = new Uint8Array(count * 16).fill(100);
  const normalization = IMAGES.normalization as NonNullable<Samples['normalization']>;
  return { stored: storedSamples({ shape: [count, 4, 4], data, normalization }, { onRead }), log };
}

test('a read that fails ends training and evaluation, after the reads in progress', async () => {
  for (const run of [
    (stored: StoredSamples) => toyModel().fit(stored, { epochs: 1, batchSize: 5000 }),
    (stored: StoredSamples) => toyModel().evaluate(stored),
  ]) {
    const { stored, log } = failing(1);
    await expect(run(stored)).rejects.toThrow('the file is gone');
    expect(log.started).toBeGreaterThanOrEqual(2);
    expect(log.ended).toBe(log.started);
  }
});

test('a signal ends training after the reads in progress', async () => {
  const { stored, log } = failing(Number.POSITIVE_INFINITY);
  const interruption = new AbortController();
  const history = await toyModel().fit(stored, {
    batchSize: 5000,
    signal: interruption.signal,
    onBatchEnd: () => interruption.abort(),
  });
  expect(history.stopped).toBe('signal');
  expect(log.ended).toBe(log.started);
  expect(log.started).toBeLessThan(4);
});
