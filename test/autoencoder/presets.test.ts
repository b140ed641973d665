import { expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import '../../src/layers/convolutions.ts';
import { PRESETS, type PresetName, preset } from '../../src/autoencoder/presets.ts';
import { generateDigits } from '../../src/data/digits.ts';
import { normalize } from '../../src/data/normalization.ts';
import { writeModel } from '../../src/io/model.ts';
import { Adam, AdamW } from '../../src/optim/adam.ts';
import { toyImages } from '../training/toy.ts';

const NAMES = Object.keys(PRESETS) as PresetName[];

/** The learning rate of the first step. */
const firstRate = (name: PresetName, count: number) => preset(name, count).optimizer.learningRate;

test('article gives the same model as no preset, byte for byte', async () => {
  const images = toyImages(40);
  const plain = new Autoencoder({ inputShape: [4, 4], encodingDim: 3 });
  await plain.fit(images);
  const { architecture, optimizer, fit } = preset('article', 40);
  const article = new Autoencoder({ inputShape: [4, 4], encodingDim: 3, ...architecture });
  article.compile({ optimizer });
  await article.fit(images, fit);
  expect(writeModel(article)).toEqual(writeModel(plain));
});

test.each(NAMES)('%s: the architecture has its layers, and makes a model', (name) => {
  const { conv, hidden, decoderHidden, activation } = PRESETS[name];
  const { architecture } = preset(name, 100);
  expect(architecture).toEqual({ conv, hidden, decoderHidden, activation });
  const { encoder, decoder } = new Autoencoder({ inputShape: [12, 12], ...architecture }).spec();
  expect([...encoder, ...decoder].filter(({ type }) => /^conv/.test(type))).toHaveLength(
    2 * (conv?.length ?? 0),
  );
});

test('small has the layers of article, best has other layers; both have other settings', () => {
  expect(preset('small', 100).architecture).toEqual({ hidden: [64, 32], activation: 'silu' });
  expect(preset('best', 100).architecture).toMatchObject({ decoderHidden: PRESETS.best.decoderHidden });
  expect(preset('article', 100).optimizer.constructor).toBe(Adam);
  for (const name of ['small', 'best'] as const) {
    const { optimizer, fit } = preset(name, 100);
    expect(optimizer).toBeInstanceOf(AdamW);
    const { epochs, batchSize } = PRESETS[name];
    expect(fit).toEqual({ epochs, batchSize, start: 'mean' });
  }
});

test.each(['small', 'best'] as const)(
  'the learning rate of %s climbs for an epoch, then falls to 0 with the last step',
  (name) => {
    const { batchSize, learningRate, epochs } = PRESETS[name];
    const count = 10 * batchSize - 1; // 10 steps an epoch
    const { optimizer } = preset(name, count);
    const network = new Autoencoder({ inputShape: [2], hidden: [], encodingDim: 1 }).parameters;
    const rates = Array.from({ length: 10 * epochs + 1 }, () => {
      const rate = optimizer.learningRate;
      optimizer.step(network);
      return rate;
    });
    expect(rates[0]).toBeCloseTo(learningRate / 10, 12);
    expect(rates[9]).toBeCloseTo(learningRate, 12);
    expect(Math.max(...rates)).toBe(rates[9]);
    expect(rates.at(-2)).toBeCloseTo(learningRate / (10 * (epochs - 1)), 12);
    expect(rates.at(-1)).toBe(0);
  },
);

test('with fewer samples than a batch an epoch is one step', () => {
  for (const name of NAMES) expect(firstRate(name, 1)).toBe(PRESETS[name].learningRate);
});

test('an unknown name and a bad count are refused', () => {
  expect(() => preset('worst' as PresetName, 10)).toThrow(
    new RangeError(
      "preset: 'worst' is not a preset, expected one of: article, small, best, conv-small, conv-best.",
    ),
  );
  expect(() => preset('toString' as PresetName, 10)).toThrow(/'toString' is not a preset/);
  for (const count of [0, -1, 1.5, Number.NaN]) {
    expect(() => preset('best', count)).toThrow(
      new RangeError(`preset: the number of samples is ${count}, expected an integer >= 1.`),
    );
  }
});

test('after ten epochs small has a lower error on digits than article', async () => {
  const images = normalize(generateDigits({ count: 400, seed: 1 }));
  const others = normalize(generateDigits({ count: 100, seed: 2 }));
  const trained = async (name: PresetName, epochs: number) => {
    const { architecture, optimizer, fit } = preset(name, 400);
    const autoencoder = new Autoencoder({ inputShape: [28, 28], ...architecture });
    autoencoder.compile({ optimizer });
    await autoencoder.fit(images, { ...fit, epochs });
    return (await autoencoder.evaluate(others)).mse;
  };
  expect(await trained('small', 10)).toBeLessThan(await trained('article', 10));
});
