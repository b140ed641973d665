import { describe, expect, test } from '@jest/globals';
import { readModel, writeModel } from '../../src/io/model.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import type { BatchRecord, FitOptions } from '../../src/training/fitOptions.ts';
import { addNoise, type Noise } from '../../src/training/noise.ts';
import { storedSamples } from '../helpers/storedSamples.ts';
import { asInputs, toyImages, toyModel } from './toy.ts';

const HALVES = new Tensor(new Float32Array(100_000).fill(0.5), [100, 1000]);

function corrupted(noise: Noise, seed = 1, x = HALVES): Float32Array {
  return addNoise(x, noise, new Random(seed)).data;
}

const share = (values: Float32Array, which: (value: number) => boolean) =>
  values.filter(which).length / values.length;

/** Five standard deviations of the share among 100,000 draws of this probability: 1 in 1,700,000 is outside. */
const fiveSigmas = (p: number) => 5 * Math.sqrt((p * (1 - p)) / HALVES.size);

describe('noise', () => {
  test('gaussian adds numbers of mean 0 and standard deviation `amount`, and clamps nothing', () => {
    const added = corrupted({ kind: 'gaussian', amount: 0.4 }).map((value) => value - 0.5);
    const mean = added.reduce((sum, value) => sum + value, 0) / added.length;
    const deviation = Math.sqrt(added.reduce((sum, value) => sum + value * value, 0) / added.length);
    expect(Math.abs(mean)).toBeLessThan((5 * 0.4) / Math.sqrt(HALVES.size));
    expect(Math.abs(deviation - 0.4)).toBeLessThan((5 * 0.4) / Math.sqrt(2 * HALVES.size));
    expect(share(added, (value) => value < -0.5)).toBeGreaterThan(0.05); // below black: 10.6 %
  });

  test('mask sets its share to 0 and leaves the rest alone', () => {
    const values = corrupted({ kind: 'mask', amount: 0.3 });
    expect(Math.abs(share(values, (value) => value === 0) - 0.3)).toBeLessThan(fiveSigmas(0.3));
    expect(values.every((value) => value === 0 || value === 0.5)).toBe(true);
  });

  test('salt sets half of its share to 0, half to 1, and leaves the rest alone', () => {
    const values = corrupted({ kind: 'salt', amount: 0.1 });
    for (const extreme of [0, 1]) {
      expect(Math.abs(share(values, (value) => value === extreme) - 0.05)).toBeLessThan(fiveSigmas(0.05));
    }
    expect(share(values, (value) => value === 0.5)).toBeGreaterThan(0.89);
    expect(values.every((value) => value === 0 || value === 0.5 || value === 1)).toBe(true);
  });

  test.each<Noise['kind']>(['gaussian', 'mask', 'salt'])('%s: the same seed, the same bits', (kind) => {
    const noise = { kind, amount: 0.2 };
    expect(corrupted(noise, 3)).toEqual(corrupted(noise, 3));
    expect(corrupted(noise, 3)).not.toEqual(corrupted(noise, 4));
  });

  test('is written into the given tensor, whatever that holds', () => {
    const noise = { kind: 'salt', amount: 0.2 } as const;
    const out = new Tensor(
      HALVES.data.map(() => Number.NaN),
      HALVES.shape,
    );
    expect(addNoise(HALVES, noise, new Random(3), out)).toBe(out);
    expect(out.data).toEqual(corrupted(noise, 3));
  });

  test('leaves the clean samples alone', () => {
    const x = asInputs(toyImages(3));
    const before = x.data.slice();
    corrupted({ kind: 'gaussian', amount: 1 }, 1, x);
    expect(x.data).toEqual(before);
  });

  test.each<[Noise, string]>([
    [{ kind: 'gaussian', amount: 0 }, 'noise: the amount of gaussian is 0, expected a finite number > 0.'],
    [
      { kind: 'gaussian', amount: Infinity },
      'noise: the amount of gaussian is Infinity, expected a finite number > 0.',
    ],
    [{ kind: 'mask', amount: 1 }, 'noise: the amount of mask is 1, expected a probability above 0, below 1.'],
    [
      { kind: 'salt', amount: Number.NaN },
      'noise: the amount of salt is NaN, expected a probability above 0, below 1.',
    ],
    [
      { kind: 'pepper' as 'salt', amount: 0.1 },
      "noise: the kind is 'pepper', expected one of: gaussian, mask, salt.",
    ],
  ])('%p is refused by addNoise, by fit before anything changes, and by evaluate', async (noise, message) => {
    const model = toyModel();
    const before = model.parameters.values.slice();
    await expect(model.fit(toyImages(9), { noise })).rejects.toThrow(new RangeError(message));
    await expect(model.evaluate(toyImages(9), { noise })).rejects.toThrow(new RangeError(message));
    expect(() => corrupted(noise)).toThrow(new RangeError(message));
    expect(model.parameters.values).toEqual(before);
  });
});

describe('training with noise', () => {
  const noise: Noise = { kind: 'gaussian', amount: 0.3 };
  const lossesOf = async (
    options: FitOptions,
    samples: Parameters<typeof storedSamples>[0] = toyImages(60),
  ) => {
    const model = toyModel();
    const { epochs } = await model.fit(samples, { epochs: 4, batchSize: 8, ...options });
    return { model, epochs };
  };

  test('differs from step to step and from epoch to epoch', async () => {
    // With one batch an epoch and hardly any learning, the loss changes with the noise alone.
    const { epochs } = await lossesOf({ noise: { kind: 'gaussian', amount: 5 }, batchSize: 60, epochs: 8 });
    expect(new Set(epochs.map(({ loss }) => loss)).size).toBe(8);
  });

  test('differs between the batches of an epoch', async () => {
    // Equal samples and a model that doesn't learn: the loss of a batch depends on its noise alone.
    const images = toyImages(1);
    const equal = {
      ...images,
      shape: [6, 4, 4],
      data: Uint8Array.from({ length: 96 }, (_, i) => images.data[i % 16]),
    };
    const losses: number[] = [];
    const model = toyModel();
    model.compile({ optimizer: new SGD({ learningRate: 1e-30 }) });
    const onBatchEnd = ({ loss, batch }: BatchRecord) => losses.push(loss * batch);
    await model.fit(equal, { epochs: 2, batchSize: 2, noise, onBatchEnd });
    const each = losses.map((sum, i) => (i % 3 === 0 ? sum : sum - losses[i - 1]));
    expect(new Set(each.map((loss) => loss.toFixed(9))).size).toBe(6);
  });

  test('differs between epochs of a single sample', async () => {
    const { epochs } = await lossesOf({ noise: { kind: 'gaussian', amount: 5 } }, toyImages(1));
    expect(new Set(epochs.map(({ loss }) => loss)).size).toBe(4);
  });

  test('does not change the shuffles', async () => {
    const nothing = { kind: 'mask', amount: Number.MIN_VALUE } as const;
    expect((await lossesOf({ noise: nothing })).epochs).toEqual((await lossesOf({})).epochs);
  });

  test('learns to restore: the error is below that of the noise, and below that of a model trained without noise', async () => {
    const images = toyImages(200);
    const options = { epochs: 150, batchSize: 20 };
    const [denoiser, plain] = [
      await lossesOf({ ...options, noise }, images),
      await lossesOf(options, images),
    ];
    const restored = await denoiser.model.evaluate(toyImages(100, 9), { noise });
    expect(restored.mse).toBeLessThan(0.3 ** 2 / 2);
    expect(restored.mse).toBeLessThan((await plain.model.evaluate(toyImages(100, 9), { noise })).mse);
  });

  test('validation inputs get the same noise as those of evaluate', async () => {
    const validationData = toyImages(30, 5);
    const { model, epochs } = await lossesOf({ noise, validationData });
    const { mse } = await model.evaluate(validationData, { noise });
    expect(epochs[3].validationLoss).toBeCloseTo(mse, 6);
    expect(mse).not.toBeCloseTo((await model.evaluate(validationData)).mse, 6);
  });

  test('evaluation with noise is the same after saving and reading the model', async () => {
    const model = toyModel({ seed: 5 });
    const { autoencoder } = readModel(writeModel(model));
    const images = toyImages(20);
    expect(await autoencoder.evaluate(images, { noise })).toEqual(await model.evaluate(images, { noise }));
  });

  test('gives the same bits for samples from a file', async () => {
    const [inMemory, stored] = [
      await lossesOf({ noise }),
      await lossesOf({ noise }, storedSamples(toyImages(60)) as never),
    ];
    expect(stored.epochs).toEqual(inMemory.epochs);
    expect(stored.model.parameters.values).toEqual(inMemory.model.parameters.values);
  });
});
