/** The start at the mean: what the network computes before its first step. */

import { describe, expect, test } from '@jest/globals';
import type { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { describeAutoencoder } from '../../src/autoencoder/spec.ts';
import type { Samples } from '../../src/data/samples.ts';
import { writeModel } from '../../src/io/model.ts';
import { useConvolutions } from '../../src/layers/convolutions.ts';
import type { LayerSpec } from '../../src/layers/spec.ts';
import type { FitOptions } from '../../src/training/fitOptions.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { storedSamples } from '../helpers/storedSamples.ts';
import { asInputs, DIVIDED_BY_255, FEATURES, toyImages, toyModel } from './toy.ts';

useConvolutions();

const IMAGES = toyImages(300);

/** The mean input of these rows, by its definition. */
function meanOf(images: Samples, rows: readonly number[]): number[] {
  return Array.from({ length: FEATURES }, (_, j) => {
    const values = rows.map((row) => images.data[row * FEATURES + j] / 255);
    return values.reduce((sum, value) => sum + value, 0) / rows.length;
  });
}

const ALL = Array.from({ length: 300 }, (_, row) => row);
const MEAN = meanOf(IMAGES, ALL);

/** The model as it is before its first step. */
async function atStart(model: Autoencoder, options: FitOptions, samples = IMAGES): Promise<Autoencoder> {
  const stop = new AbortController();
  await model.fit(samples, { ...options, onStart: () => stop.abort(), signal: stop.signal });
  return model;
}

/** The maximum distance between the outputs of the model for all images and this answer. */
function distanceFrom(answer: readonly number[], model: Autoencoder): number {
  const { data } = model.predict(IMAGES);
  return data.reduce((most, value, i) => Math.max(most, Math.abs(value - answer[i % FEATURES])), 0);
}

describeEachKernels("the start 'mean'", () => {
  test('answers every image with the mean image, other starts do not', async () => {
    expect(distanceFrom(MEAN, await atStart(toyModel(), { start: 'mean' }))).toBeLessThan(1e-6);
    expect(distanceFrom(MEAN, await atStart(toyModel(), {}))).toBeGreaterThan(0.1);
    expect(distanceFrom(MEAN, await atStart(toyModel(), { start: 'as-is' }))).toBeGreaterThan(0.1);
  });

  test('all layers but the last keep their weights', async () => {
    const model = await atStart(toyModel(), { start: 'mean' });
    const others = (of: Autoencoder) =>
      of.namedParameters().filter(([name]) => !name.startsWith('decoder.2.'));
    const values = (of: Autoencoder) => others(of).map(([, { value }]) => [...value.data]);
    expect(others(model)).toHaveLength(6);
    expect(values(model)).toEqual(values(toyModel()));
  });

  test('tied weights stay, the last bias is the mean', async () => {
    const model = await atStart(toyModel({ tied: true }), { start: 'mean' });
    expect(model.parameters.values.some((value) => value !== 0)).toBe(true);
    const bias = model.decoder.parameters().at(-1)!.value.data;
    for (const [j, value] of bias.entries()) expect(value).toBeCloseTo(MEAN[j], 6);
  });

  test.each(['mse', 'bce'] as const)(
    'before a sigmoid, with %s, the first answer is the mean too',
    async (loss) => {
      const model = toyModel({ outputActivation: 'sigmoid' });
      model.compile({ loss });
      expect(distanceFrom(MEAN, await atStart(model, { start: 'mean' }))).toBeLessThan(1e-6);
    },
  );

  test('a mean of 0 or 1 before a sigmoid gives 0.001 or 0.999', async () => {
    const data = Uint8Array.from({ length: 5 * FEATURES }, (_, i) => (i % 2 === 0 ? 0 : 255));
    const model = toyModel({ outputActivation: 'sigmoid' });
    await atStart(model, { start: 'mean' }, { ...IMAGES, shape: [5, 4, 4], data });
    const expected = Array.from({ length: FEATURES }, (_, j) => (j % 2 === 0 ? 0.001 : 0.999));
    expect(distanceFrom(expected, model)).toBeLessThan(1e-6);
  });

  test('stored samples give the same bits', async () => {
    const bytes = async (samples: typeof IMAGES | ReturnType<typeof storedSamples>) => {
      const model = toyModel();
      await model.fit(samples, { start: 'mean', epochs: 2 });
      return writeModel(model);
    };
    expect(await bytes(storedSamples(IMAGES))).toEqual(await bytes(IMAGES));
  });
});

describe('a network that ends with a convolution', () => {
  const architecture = { inputShape: [4, 4, 3], conv: [5], encodingDim: 3 };
  const colours = { ...IMAGES, shape: [100, 4, 4, 3], normalization: DIVIDED_BY_255 };
  /** The mean of each channel. */
  const channels = [0, 1, 2].map((channel) => {
    const values = [...colours.data.subarray(0, 100 * 48)].filter((_, i) => i % 3 === channel);
    return values.reduce((sum, value) => sum + value / 255, 0) / values.length;
  });
  const samples = { ...colours, data: colours.data.subarray(0, 100 * 48) };
  const biasOf = (model: Autoencoder) => [...model.namedParameters().at(-1)![1].value.data];

  test('gets the mean of each channel as its bias and keeps its weights', async () => {
    const model = await atStart(
      toyModel({ spec: describeAutoencoder(architecture) }),
      { start: 'mean' },
      samples,
    );
    for (const [i, value] of biasOf(model).entries()) expect(value).toBeCloseTo(channels[i], 6);
    const untouched = toyModel({ spec: describeAutoencoder(architecture) });
    const weights = (of: Autoencoder) =>
      of
        .namedParameters()
        .slice(0, -1)
        .map(([, { value }]) => [...value.data]);
    expect(weights(model)).toEqual(weights(untouched));
    expect(biasOf(untouched)).toEqual([0, 0, 0]);
  });

  test('before a sigmoid, gets the logits of these means', async () => {
    const spec = describeAutoencoder({ ...architecture, outputActivation: 'sigmoid' });
    for (const loss of ['mse', 'bce'] as const) {
      const model = toyModel({ spec });
      model.compile({ loss });
      const found = biasOf(await atStart(model, { start: 'mean' }, samples));
      for (const [i, value] of found.entries())
        expect(1 / (1 + Math.exp(-value))).toBeCloseTo(channels[i], 6);
    }
  });
});

test('samples of the validation split do not count for the mean', async () => {
  // One image of 255 among zeros: the mean is 0 if and only if the split keeps that image for validation.
  const kept = await Promise.all(
    Array.from({ length: 10 }, async (_, white) => {
      const data = new Uint8Array(10 * FEATURES).fill(255, white * FEATURES, (white + 1) * FEATURES);
      const samples = { ...IMAGES, shape: [10, 4, 4], data };
      const model = await atStart(toyModel(), { start: 'mean', validationSplit: 0.5 }, samples);
      return model.predict(asInputs(toyImages(1))).data[0];
    }),
  );
  expect(kept.filter((value) => value === 0)).toHaveLength(5);
  for (const value of kept) expect([0, Math.fround(0.2)]).toContain(value);
});

test('is not repeated on resume', async () => {
  const whole = toyModel();
  await whole.fit(IMAGES, { start: 'mean', epochs: 3 });
  const first = toyModel();
  const { state } = await first.fit(IMAGES, { start: 'mean', epochs: 1 });
  const second = toyModel();
  await second.fit(IMAGES, { start: 'mean', epochs: 3, resumeFrom: state });
  expect(writeModel(second)).toEqual(writeModel(whole));
  const other = toyModel();
  await other.fit(IMAGES, { epochs: 3 });
  expect(writeModel(other)).not.toEqual(writeModel(whole));
});

test('a signal before the start takes effect after it, so that the state can be resumed', async () => {
  const whole = toyModel();
  await whole.fit(IMAGES, { start: 'mean', epochs: 1 });
  const { state } = await toyModel().fit(IMAGES, { start: 'mean', epochs: 1, signal: AbortSignal.abort() });
  const resumed = toyModel();
  await resumed.fit(IMAGES, { start: 'mean', epochs: 1, resumeFrom: state });
  expect(writeModel(resumed)).toEqual(writeModel(whole));
});

test('a network that does not end with a bias is refused before anything changes', async () => {
  const spec = describeAutoencoder({ inputShape: [4, 4], hidden: [5], encodingDim: 3 });
  const refused: LayerSpec[][] = [
    spec.decoder.map((layer, i) => (i === 2 && layer.type === 'dense' ? { ...layer, bias: false } : layer)),
    [...spec.decoder, { type: 'relu' }],
  ];
  for (const decoder of refused) {
    const model = toyModel({ spec: { ...spec, decoder } });
    const before = model.parameters.values.slice();
    await expect(model.fit(IMAGES, { start: 'mean' })).rejects.toThrow(
      new RangeError(
        "fit: the start 'mean' sets the last bias, expected a network that ends with a dense layer or a convolution that has one.",
      ),
    );
    expect(model.parameters.values).toEqual(before);
    await expect(model.fit(IMAGES, { epochs: 1 })).resolves.toBeDefined();
  }
});

test('an unknown start is refused, not ignored', async () => {
  const start = 'Mean' as 'mean';
  await expect(toyModel().fit(IMAGES, { start })).rejects.toThrow(
    new RangeError("fit: start is 'Mean', expected 'as-is' or 'mean'."),
  );
});
