/** A variational autoencoder in training: its records, and what the loop does for every model. */

import { describe, expect, test } from '@jest/globals';
import { writeModel } from '../../src/io/model.ts';
import { Adam } from '../../src/optim/adam.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import type { FitOptions } from '../../src/training/fitOptions.ts';
import {
  VariationalAutoencoder,
  type VariationalAutoencoderOptions,
  type VariationalCompileOptions,
} from '../../src/vae/variationalAutoencoder.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { storedSamples } from '../helpers/storedSamples.ts';
import { asInputs, toyImages } from '../training/toy.ts';
import { meanOf } from './reference.ts';

const IMAGES = toyImages(60);

function toyVae(options: Partial<VariationalAutoencoderOptions> = {}): VariationalAutoencoder {
  return new VariationalAutoencoder({
    inputShape: [4, 4],
    hidden: [12],
    encodingDim: 3,
    seed: 7,
    ...options,
  });
}

async function trained(fit: FitOptions = {}, compile: VariationalCompileOptions = {}, samples = IMAGES) {
  const vae = toyVae();
  vae.compile(compile);
  const history = await vae.fit(samples, { epochs: 2, batchSize: 8, ...fit });
  return { vae, history, values: vae.parameters.values };
}

describeEachKernels('records', () => {
  test.each([0, 1, 3])('loss = reconstruction + beta KL, in each of them, with beta %d', async (beta) => {
    const batches: unknown[] = [];
    const sumOf = ({ reconstruction, kl }: Readonly<Record<string, number>>) => reconstruction + beta * kl;
    const { history } = await trained(
      {
        validationSplit: 0.2,
        onBatchEnd: ({ loss, parts = {} }) => batches.push(loss / sumOf(parts)),
      },
      { beta, betaWarmUpSteps: 5 },
    );
    expect(batches).toHaveLength(12);
    for (const ratio of batches) expect(ratio).toBeCloseTo(1, 12);
    for (const { loss, parts = {}, validationLoss, validationParts = {} } of history.epochs) {
      expect(loss / sumOf(parts)).toBeCloseTo(1, 12);
      expect((validationLoss ?? 0) / sumOf(validationParts)).toBeCloseTo(1, 12);
    }
  });
});

describe('beta', () => {
  test('in a warm-up of 4 steps the first step is that of a quarter of beta, and the losses are those of all of it', async () => {
    const one = (compile: VariationalCompileOptions) => {
      const optimizer = new SGD({ learningRate: 0.01 });
      return trained({ epochs: 1, batchSize: 60 }, { ...compile, optimizer });
    };
    const [warming, quarter, whole] = [
      await one({ beta: 2, betaWarmUpSteps: 4 }),
      await one({ beta: 0.5 }),
      await one({ beta: 2 }),
    ];
    expect(warming.values).toEqual(quarter.values);
    expect(warming.values).not.toEqual(whole.values);
    expect(warming.history.epochs).toEqual(whole.history.epochs);
    expect(warming.history.epochs[0].loss).not.toBe(quarter.history.epochs[0].loss);
  });

  test('a larger one ends with a smaller KL divergence and a worse reconstruction', async () => {
    const ends = [];
    for (const beta of [0.1, 4]) {
      const optimizer = new Adam({ learningRate: 0.01 });
      const { vae } = await trained({ epochs: 30 }, { beta, optimizer });
      const { reconstruction, kl } = await vae.negativeElbo(IMAGES);
      ends.push({ reconstruction: meanOf(reconstruction), kl: meanOf(kl) });
    }
    expect(ends[1].kl).toBeLessThan(ends[0].kl / 2);
    expect(ends[1].reconstruction).toBeGreaterThan(ends[0].reconstruction);
  });
});

describe('the same bits', () => {
  test('for the same seed, and others for another seed', async () => {
    const bytes = async (seed: number) => {
      const vae = toyVae({ seed });
      await vae.fit(IMAGES, { epochs: 2, batchSize: 8 });
      return writeModel(vae);
    };
    const once = await bytes(7);
    expect(await bytes(7)).toEqual(once);
    expect(await bytes(8)).not.toEqual(once);
  });

  test('for stored samples', async () => {
    const options = { validationSplit: 0.2 };
    const [inMemory, stored] = [toyVae(), toyVae()];
    const history = await inMemory.fit(IMAGES, { epochs: 2, ...options });
    expect(await stored.fit(storedSamples(IMAGES), { epochs: 2, ...options })).toEqual(history);
    expect(writeModel(stored)).toEqual(writeModel(inMemory));
  });
});

describe('what the loop does for every model', () => {
  test('patience watches the validation loss, and the best weights come back', async () => {
    const validationData = toyImages(30, 9);
    const { vae, history } = await trained(
      { epochs: 200, validationData, earlyStopping: { patience: 3 } },
      { optimizer: new Adam({ learningRate: 0.03 }) },
    );
    expect(history).toMatchObject({ stopped: 'patience', restoredBestWeights: true });
    const losses = history.epochs.map(({ validationLoss }) => validationLoss as number);
    expect(history.bestEpoch).toBe(1 + losses.indexOf(Math.min(...losses)));
    expect(losses).toHaveLength((history.bestEpoch ?? 0) + 3);
    const { reconstruction, kl } = await vae.negativeElbo(validationData);
    expect(meanOf(reconstruction) + meanOf(kl)).toBeCloseTo(Math.min(...losses), 4);
  });

  test("with start: 'mean' the first answer to any code is the mean of the samples", async () => {
    const vae = toyVae();
    await vae.fit(IMAGES, { start: 'mean', signal: AbortSignal.abort() });
    const inputs = asInputs(IMAGES);
    const samples = vae.sample(5);
    for (let i = 0; i < 16; i++) {
      const mean = meanOf(inputs.data.filter((_, at) => at % 16 === i));
      for (let row = 0; row < 5; row++) expect(samples.data[row * 16 + i]).toBeCloseTo(mean, 5);
    }
    expect(new Set(toyVae().sample(5).data).size).toBeGreaterThan(16); // not so as it is made
  });

  test('noise is on the input alone: the target is the clean sample', async () => {
    // The network can't see the input: its first weights are 0. So noise changes nothing of the losses.
    const losses = async (fit: FitOptions) => {
      const vae = toyVae();
      for (const [name, { value }] of vae.namedParameters())
        if (name === 'encoder.0.weight') value.data.fill(0);
      vae.compile({ optimizer: new SGD({ learningRate: 1e-30 }) });
      return (await vae.fit(IMAGES, { epochs: 1, batchSize: 60, ...fit })).epochs[0];
    };
    const clean = await losses({});
    const noisy = await losses({ noise: { kind: 'gaussian', amount: 0.5 } });
    expect(noisy.parts?.kl).toBe(clean.parts?.kl);
    // Other codes are drawn after the noise, so only about the same.
    expect(noisy.parts?.reconstruction).not.toBe(clean.parts?.reconstruction);
    expect(
      Math.abs((noisy.parts?.reconstruction ?? 0) / (clean.parts?.reconstruction ?? 1) - 1),
    ).toBeLessThan(0.1);
    const seen = await trained({ noise: { kind: 'gaussian', amount: 0.5 } });
    expect(seen.values).not.toEqual((await trained()).values);
  });

  test('a sigmoid at the end takes inputs from 0 to 1 only, a linear output any', async () => {
    const outside = Tensor.from(
      Float32Array.from({ length: 32 }, (_, i) => i / 16),
      [2, 4, 4],
    );
    await expect(toyVae().fit(outside)).rejects.toThrow(
      new RangeError('fit: input number 17 is 1.0625, binary cross-entropy takes 0 to 1.'),
    );
    const { epochs } = await toyVae({ outputActivation: 'linear' }).fit(outside, { epochs: 1 });
    expect(epochs).toHaveLength(1);
  });

  test('a training that diverges says so', async () => {
    const diverging = trained({ epochs: 20 }, { optimizer: new SGD({ learningRate: 1e6 }) });
    await expect(diverging).rejects.toThrow(/^fit: the loss became (NaN|Infinity) in epoch \d+ of 20/);
  });
});

/** The width of a toy sample: two groups of 4 equal bits; the groups are independent. */
const [WIDTH, GROUP] = [8, 4];

function twoGroups(count: number, seed: number): Tensor {
  const random = new Random(seed);
  const bits = Array.from({ length: 2 * count }, () => (random.uniform() < 0.5 ? 0 : 1));
  return Tensor.from(
    bits.flatMap((bit) => Array<number>(GROUP).fill(bit)),
    [count, WIDTH],
  );
}

/** How often all bits of a group are equal, and how often those of the two groups are. */
function agreement({ data, shape: [count] }: Tensor) {
  const bits = Array.from(data, (value) => (value > 0.5 ? 1 : 0));
  let [within, between] = [0, 0];
  for (let i = 0; i < bits.length; i += GROUP) {
    if (new Set(bits.slice(i, i + GROUP)).size === 1) within += 1 / (2 * count);
    if (i % WIDTH === 0 && bits[i] === bits[i + GROUP]) between += 1 / count;
  }
  return { within, between };
}

test('it learns a toy distribution: new samples have what the data have in common, and not more', async () => {
  const vae = new VariationalAutoencoder({ inputShape: [WIDTH], hidden: [16], encodingDim: 2, seed: 1 });
  vae.compile({ optimizer: new Adam({ learningRate: 0.01 }) });
  const untrained = agreement(vae.sample(1000));
  await vae.fit(twoGroups(400, 1), { epochs: 40, batchSize: 32 });
  const samples = agreement(vae.sample(1000));
  // In the data 1. Between two of the four kinds of samples, the decoder is not sure of each bit alike. Seen with six seeds:
  // from 0.991 on.
  expect(samples.within).toBeGreaterThan(0.95);
  // In the data 0.5, give or take 0.05 in 400 samples (two standard errors); the rest is room for codes that are not quite
  // normal. Seen: 0.52 to 0.57.
  expect(Math.abs(samples.between - 0.5)).toBeLessThan(0.15);
  expect(untrained.within).toBeLessThan(0.5); // the control
});
