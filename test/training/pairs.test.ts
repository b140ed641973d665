/** Training on pairs: the network gets a row of the samples and learns to answer with the same row of a target. */

import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { normalize } from '../../src/data/normalization.ts';
import { DataError, type Samples, type StoredSamples } from '../../src/data/samples.ts';
import { transform } from '../../src/data/transform.ts';
import { writeModel } from '../../src/io/model.ts';
import { Adam } from '../../src/optim/adam.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import type { FitOptions } from '../../src/training/fitOptions.ts';
import { addNoise } from '../../src/training/noise.ts';
import { VariationalAutoencoder } from '../../src/vae/variationalAutoencoder.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { storedSamples } from '../helpers/storedSamples.ts';
import { asInputs, FEATURES, toyImages, toyModel } from './toy.ts';

const CLEAN = toyImages(40);
const NOISY = addNoise(asInputs(CLEAN), { kind: 'mask', amount: 0.3 }, new Random(5));
const TEST_CLEAN = toyImages(9, 2);
const TEST_NOISY = addNoise(asInputs(TEST_CLEAN), { kind: 'mask', amount: 0.3 }, new Random(6));

const copyOf = ({ shape, data, normalization }: Samples): Samples => ({
  shape,
  data: data.slice(),
  ...(normalization && { normalization }),
});

async function trained(samples: Samples | StoredSamples, options: FitOptions, model = toyModel()) {
  const history = await model.fit(samples, { epochs: 3, batchSize: 8, ...options });
  return { history, bytes: writeModel(model) };
}

/** 16-12-3-12-16 */
const toyVae = () =>
  new VariationalAutoencoder({ inputShape: [4, 4], hidden: [12], encodingDim: 3, seed: 7 });

describeEachKernels('pairs', () => {
  test.each<[string, FitOptions]>([
    ['no validation', {}],
    ['a split', { validationSplit: 0.25 }],
    ['noise and a start at the mean', { noise: { kind: 'gaussian', amount: 0.2 }, start: 'mean' }],
  ])('a target that equals the samples changes no bit: %s', async (_, options) => {
    const plain = await trained(CLEAN, options);
    expect(await trained(CLEAN, { ...options, target: CLEAN })).toEqual(plain);
    expect(await trained(CLEAN, { ...options, target: copyOf(CLEAN) })).toEqual(plain);
    const vae = await trained(CLEAN, options, toyVae());
    expect(await trained(CLEAN, { ...options, target: copyOf(CLEAN) }, toyVae())).toEqual(vae);
    // Negative control: another target is another training.
    expect((await trained(CLEAN, { ...options, target: toyImages(40, 9) })).bytes).not.toEqual(plain.bytes);
  });

  test('stored or in memory, in any combination: the same bits', async () => {
    const other = { validationData: TEST_NOISY, validationTarget: TEST_CLEAN };
    const inMemory = await trained(NOISY, { target: CLEAN, ...other });
    const stored = {
      validationData: storedSamples(TEST_NOISY),
      validationTarget: storedSamples(TEST_CLEAN),
    };
    expect(await trained(storedSamples(NOISY), { target: CLEAN, ...other })).toEqual(inMemory);
    expect(await trained(NOISY, { target: storedSamples(CLEAN), ...other })).toEqual(inMemory);
    expect(await trained(storedSamples(NOISY), { target: storedSamples(CLEAN), ...stored })).toEqual(
      inMemory,
    );
    const split = await trained(NOISY, { target: CLEAN, validationSplit: 0.3 });
    expect(
      await trained(storedSamples(NOISY), { target: storedSamples(CLEAN), validationSplit: 0.3 }),
    ).toEqual(split);
  });

  test('evaluate compares with the target', async () => {
    const model = toyModel();
    await model.fit(NOISY, { target: CLEAN, epochs: 2 });
    const outputs = model.predict(TEST_NOISY).data;
    const clean = asInputs(TEST_CLEAN).data;
    const errors = Array.from(outputs, (y, i) => y - clean[i]);
    const { mse, mae } = await model.evaluate(TEST_NOISY, { target: TEST_CLEAN });
    expect(mse).toBeCloseTo(errors.reduce((sum, e) => sum + e * e, 0) / errors.length, 12);
    expect(mae).toBeCloseTo(errors.reduce((sum, e) => sum + Math.abs(e), 0) / errors.length, 12);
    const stored = { target: storedSamples(TEST_CLEAN) };
    expect(await model.evaluate(storedSamples(TEST_NOISY), stored)).toEqual(
      await model.evaluate(TEST_NOISY, { target: TEST_CLEAN }),
    );
    expect((await model.evaluate(TEST_NOISY)).mse).not.toBe(mse);
    // Some rows of both, and noise on what the network gets.
    const rows = Uint32Array.of(7, 2);
    const pick = ({ data }: Tensor, row: number) => data.subarray(row * FEATURES, (row + 1) * FEATURES);
    const some = new Tensor(Float32Array.from([...pick(TEST_NOISY, 7), ...pick(TEST_NOISY, 2)]), [
      2,
      FEATURES,
    ]);
    const answers = new Tensor(
      Float32Array.from([...pick(asInputs(TEST_CLEAN), 7), ...pick(asInputs(TEST_CLEAN), 2)]),
      [2, FEATURES],
    );
    const noise = { kind: 'gaussian', amount: 0.1 } as const;
    expect(await model.evaluate(TEST_NOISY, { target: TEST_CLEAN, rows, noise })).toEqual(
      await model.evaluate(some, { target: answers, noise }),
    );
  });
});

test('the losses are those of answers compared with targets, on the rows that the split chooses', async () => {
  // A learning rate of 0: the losses of an untrained network, which can be computed by hand.
  const model = toyModel();
  model.compile({ optimizer: new Adam({ learningRate: { at: () => 0 } }) });
  const answers = model.predict(NOISY).data;
  const clean = asInputs(CLEAN).data;
  const errorOf = (row: number) => {
    let sum = 0;
    for (let j = row * FEATURES; j < (row + 1) * FEATURES; j++) sum += (answers[j] - clean[j]) ** 2;
    return sum / FEATURES;
  };
  const seed = 7;
  const order = Uint32Array.from({ length: 40 }, (_, i) => i);
  new Random(seed).shuffle(order);
  const kept = [...order.subarray(0, 10)];
  const meanOf = (rows: number[]) => rows.reduce((sum, row) => sum + errorOf(row), 0) / rows.length;
  const { epochs } = await model.fit(NOISY, { target: CLEAN, epochs: 1, validationSplit: 0.25 });
  expect(epochs[0].validationLoss).toBeCloseTo(meanOf(kept), 6);
  expect(epochs[0].loss).toBeCloseTo(meanOf([...order.subarray(10)]), 6);
});

test('a linear network learns a linear map', async () => {
  // y = A x, with A of [6, 6] and rank 3: a code of 3 numbers is enough.
  const random = new Random(3);
  const draw = (size: number) => Float64Array.from({ length: size }, () => random.uniform(-1, 1));
  const [left, right] = [draw(18), draw(18)];
  const map = (x: Float32Array) =>
    Array.from({ length: 6 }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < 3; k++) {
        for (let j = 0; j < 6; j++) sum += left[3 * i + k] * right[6 * k + j] * x[j];
      }
      return sum;
    });
  const pairs = (count: number) => {
    const x = Tensor.from([...draw(count * 6)], [count, 6]);
    const rows = Array.from({ length: count }, (_, i) => map(x.data.subarray(6 * i, 6 * i + 6)));
    return { x, y: Tensor.from(rows.flat(), [count, 6]) };
  };
  const [learned, unseen] = [pairs(400), pairs(50)];
  const model = new Autoencoder({ inputShape: [6], encodingDim: 3, hidden: [], seed: 1 });
  model.compile({ optimizer: new Adam({ learningRate: 0.01 }) });
  await model.fit(learned.x, { target: learned.y, epochs: 60 });
  expect((await model.evaluate(unseen.x, { target: unseen.y })).mse).toBeLessThan(1e-8);
  // Negative control: what it restores is the target, not the input.
  expect((await model.evaluate(unseen.x)).mse).toBeGreaterThan(0.1);
});

test("a start at the mean is at the mean of the target, and the model keeps the target's normalization", async () => {
  const model = toyModel();
  model.compile({ optimizer: new Adam({ learningRate: { at: () => 0 } }) });
  await model.fit(NOISY, { target: CLEAN, epochs: 1, start: 'mean' });
  const clean = asInputs(CLEAN).data;
  const mean = Array.from({ length: FEATURES }, (_, j) => {
    let sum = 0;
    for (let row = 0; row < 40; row++) sum += clean[row * FEATURES + j];
    return sum / 40;
  });
  const [first] = [model.predict(NOISY).data.subarray(0, FEATURES)];
  for (const [j, value] of mean.entries()) expect(first[j]).toBeCloseTo(value, 6);
  expect(model.normalization).toEqual(CLEAN.normalization);
});

test('binary cross-entropy needs targets from 0 to 1, not inputs', async () => {
  const beyond = new Tensor(
    asInputs(CLEAN).data.map((value) => 3 * value - 1),
    CLEAN.shape,
  );
  const model = toyModel({ outputActivation: 'sigmoid' });
  model.compile({ loss: 'bce' });
  const { epochs } = await model.fit(beyond, { target: CLEAN, epochs: 3 });
  expect(epochs[2].loss).toBeLessThan(epochs[0].loss);
  await expect(model.fit(CLEAN, { target: beyond })).rejects.toThrow(
    /^fit, target: input number 0 is -0\.\d+, binary cross-entropy takes 0 to 1\.$/,
  );
});

describe('pairs that do not go together', () => {
  const refused = async (samples: Samples, options: FitOptions) => {
    const model = toyModel();
    const before = model.parameters.values.slice();
    let error: Error | undefined;
    await model.fit(samples, { epochs: 1, ...options }).catch((thrown: Error) => {
      error = thrown;
    });
    if (error) expect(model.parameters.values).toEqual(before);
    return error;
  };

  test('another number of them', async () => {
    expect(await refused(NOISY, { target: toyImages(39) })).toEqual(
      new ShapeError(
        'fit: got 40 samples and 39 targets, expected as many: row i of the target is the answer to row i of the samples.',
      ),
    );
    const options = { target: CLEAN, validationData: TEST_NOISY, validationTarget: toyImages(8) };
    expect((await refused(NOISY, options))?.message).toMatch(
      /^fit, validationData: got 9 samples and 8 targets,/,
    );
    await expect(toyModel().evaluate(NOISY, { target: TEST_CLEAN })).rejects.toThrow(
      /^Autoencoder\.evaluate: got 40 samples and 9 targets,/,
    );
  });

  test('another shape', async () => {
    expect(await refused(NOISY, { target: Tensor.zeros([40, 5]) })).toEqual(
      new ShapeError('fit, target: the samples are [40, 5], expected [n, 4, 4, 1].'),
    );
    await expect(toyModel().evaluate(NOISY, { target: Tensor.zeros([40, 5]) })).rejects.toThrow(
      /^Autoencoder\.evaluate, target: the samples are \[40, 5\]/,
    );
  });

  test('validation data without its target, and a target without validation data', async () => {
    expect(await refused(NOISY, { target: CLEAN, validationData: TEST_NOISY })).toEqual(
      new RangeError(
        'fit: got target and validationData, expected validationTarget, too: what the network should answer to validationData.',
      ),
    );
    expect((await refused(NOISY, { target: CLEAN, validationTarget: TEST_CLEAN }))?.message).toBe(
      'fit: got validationTarget without validationData, expected target, validationData and validationTarget together.',
    );
    const options = { validationData: TEST_NOISY, validationTarget: TEST_CLEAN };
    expect((await refused(NOISY, options))?.message).toBe(
      'fit: got validationTarget without target, expected target, validationData and validationTarget together.',
    );
  });

  test('another scaling; the advice in the message is code that runs', async () => {
    const clean = normalize({ shape: [40, 16], data: asInputs(CLEAN).data }, 'standard', { scaleBy: 'all' });
    const raw = { shape: [40, 16], data: NOISY.data };
    const noisy = normalize(raw, 'standard', { scaleBy: 'all' });
    const error = await refused(noisy, { target: clean });
    expect(error).toBeInstanceOf(DataError);
    expect(error?.message).toMatch(
      /^fit: the samples have a normalization of their own .*: transform\(samples, target\.normalization\)\.$/,
    );
    expect(await refused(transform(noisy, clean.normalization), { target: clean })).toBeUndefined();
    expect((await refused(noisy, { target: raw }))?.message).toMatch(/: none, as the target has none\.$/);
    expect(await refused(raw, { target: raw })).toBeUndefined();
  });
});
