/** The GAN from the outside: what it is made of, what it samples and says of samples, what it refuses, its files. */

import { describe, expect, test } from '@jest/globals';
import { normalize } from '../../src/data/normalization.ts';
import { GAN, type GANCompileOptions, type GANFitOptions, type GANOptions } from '../../src/gan/gan.ts';
import { describeGAN } from '../../src/gan/spec.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/io/checkpoint.ts';
import { FormatError } from '../../src/io/errors.ts';
import { readAnyModel, readModel, writeModel } from '../../src/io/model.ts';
import { standardNormal } from '../../src/latent/gaussian.ts';
import { Adam } from '../../src/optim/adam.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import '../../src/layers/convolutions.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import type { FitOptions } from '../../src/training/fitOptions.ts';
import { asInputs, DIVIDED_BY_255, toyImages } from '../training/toy.ts';

const PARTS = ['generator', 'discriminator', 'accuracy', 'spread'];

function toyGAN(options: Partial<GANOptions> = {}): GAN {
  const widths = { encodingDim: 3, generatorHidden: [8], discriminatorHidden: [9] };
  return new GAN({ inputShape: [4, 4], ...widths, seed: 7, ...options });
}

async function trainedGAN() {
  const gan = toyGAN();
  const history = await gan.fit(toyImages(40), { epochs: 2, batchSize: 8 });
  return { gan, history };
}

const dense = (inFeatures: number, outFeatures: number) =>
  ({ type: 'dense', inFeatures, outFeatures, bias: true }) as const;

describe('what it is made of', () => {
  test('by default 64-128-256-784 with a sigmoid, and 784-256-128-1 with a logit', () => {
    const leaky = { type: 'leakyRelu', slope: 0.2 };
    const spec = describeGAN({ inputShape: [28, 28] });
    expect(spec).toEqual({
      type: 'gan',
      inputShape: [28, 28],
      generator: [dense(64, 128), leaky, dense(128, 256), leaky, dense(256, 784), { type: 'sigmoid' }],
      discriminator: [dense(784, 256), leaky, dense(256, 128), leaky, dense(128, 1)],
    });
    const gan = new GAN({ spec });
    expect(gan.spec()).toEqual(spec);
    expect([gan.encodingDim, gan.inputShape]).toEqual([64, [28, 28]]);
    for (const word of ['generator', 'discriminator', 'Total']) expect(gan.summary()).toContain(word);
  });

  test('with other widths and activations', () => {
    const spec = describeGAN({
      inputShape: [3],
      encodingDim: 2,
      generatorHidden: [],
      discriminatorHidden: [5],
      activation: 'silu',
      outputActivation: 'linear',
    });
    expect(spec).toMatchObject({
      generator: [dense(2, 3)],
      discriminator: [dense(3, 5), { type: 'silu' }, dense(5, 1)],
    });
  });

  test('its parameters have names', () => {
    expect(
      toyGAN()
        .namedParameters()
        .map(([name, { value }]) => `${name} ${value.shape}`),
    ).toEqual([
      'generator.0.weight 3,8',
      'generator.0.bias 8',
      'generator.2.weight 8,16',
      'generator.2.bias 16',
      'discriminator.0.weight 16,9',
      'discriminator.0.bias 9',
      'discriminator.2.weight 9,1',
      'discriminator.2.bias 1',
    ]);
  });

  const spec = toyGAN().spec();

  test.each<[string, () => unknown, string, RegExp]>([
    [
      'another output activation',
      () => toyGAN({ outputActivation: 'tanh' as 'linear' }),
      'RangeError',
      /^GAN: the output activation is 'tanh', expected 'linear' or 'sigmoid'\.$/,
    ],
    [
      'an input of nothing',
      () => toyGAN({ inputShape: [4, 0] }),
      'ShapeError',
      /^GAN: the input shape is \[4, 0\]/,
    ],
    [
      'an empty code',
      () => toyGAN({ encodingDim: 0 }),
      'RangeError',
      /^GAN: encodingDim is 0, expected an integer >= 1\.$/,
    ],
    ['a seed below 0', () => toyGAN({ seed: -1 }), 'RangeError', /^Random: the seed is -1/],
    [
      'a generator of other samples',
      () => new GAN({ spec: { ...spec, generator: [dense(3, 5)] } }),
      'ShapeError',
      /^GAN: the generator ends with 5 features and the discriminator with 1, expected 16 and 1\.$/,
    ],
    [
      'a generator that ends with images',
      () => new GAN({ spec: { ...spec, generator: [dense(3, 16), { type: 'reshape', shape: [4, 4, 1] }] } }),
      'ShapeError',
      /^GAN: the generator ends with \[4, 4, 1\] for each sample, expected a flatten layer behind it\.$/,
    ],
    [
      'a discriminator that ends with an image',
      () =>
        new GAN({ spec: { ...spec, discriminator: [dense(16, 1), { type: 'reshape', shape: [1, 1, 1] }] } }),
      'ShapeError',
      /^GAN: the discriminator ends with \[1, 1, 1\] for each sample/,
    ],
    [
      'a discriminator with two logits',
      () => new GAN({ spec: { ...spec, discriminator: [dense(16, 2)] } }),
      'ShapeError',
      /the discriminator with 2, expected 16 and 1\.$/,
    ],
    [
      'a discriminator of other samples',
      () => new GAN({ spec: { ...spec, discriminator: [dense(5, 1)] } }),
      'ShapeError',
      /^Dense: the input has 16 features, expected 5\.$/,
    ],
    [
      'a generator without a dense layer',
      () => new GAN({ spec: { ...spec, generator: [{ type: 'sigmoid' }] } }),
      'ShapeError',
      /^GAN: the generator has no dense layer/,
    ],
  ])('%s is refused', (_, make, name, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ name }));
  });
});

describe('refusals', () => {
  test.each<[GANCompileOptions, RegExp]>([
    [{ labelSmoothing: -0.1 }, /^GAN\.compile: labelSmoothing is -0\.1, expected 0 <= smoothing < 0\.5\.$/],
    [{ labelSmoothing: 0.5 }, /labelSmoothing is 0\.5/],
    [{ labelSmoothing: Number.NaN }, /labelSmoothing is NaN/],
    [{ dropout: 1 }, /^Dropout: the rate is 1/],
    [{ dropout: -0.5 }, /^Dropout: the rate is -0\.5/],
  ])('compile refuses %p', (options, message) => {
    const compile = () => toyGAN().compile(options);
    expect(compile).toThrow(RangeError);
    expect(compile).toThrow(message);
  });

  test('dropout needs a hidden layer', () => {
    const compile = () => toyGAN({ discriminatorHidden: [] }).compile({ dropout: 0.1 });
    expect(compile).toThrow(new RangeError('GAN.compile: dropout needs a hidden layer with an activation.'));
  });

  const VALIDATION = /^GAN\.fit: got validation, early stopping or keep: 'best', but .*\.$/;
  const RESTORING =
    /^GAN\.fit: got noise, a target or a start at the mean, which are for models that restore\.$/;

  test.each<[string, FitOptions, RegExp]>([
    ['a validation split', { validationSplit: 0.2 }, VALIDATION],
    ['validation data', { validationData: toyImages(5) }, VALIDATION],
    ['early stopping', { earlyStopping: { patience: 2 } }, VALIDATION],
    ['the best weights', { keep: 'best' }, VALIDATION],
    ['noise', { noise: { kind: 'mask', amount: 0.1 } }, RESTORING],
    ['a target', { target: toyImages(20) }, RESTORING],
    ['a start at the mean', { start: 'mean' }, RESTORING],
    ['no epochs', { epochs: 0 }, /^fit: epochs is 0/],
  ])('fit refuses %s, before anything changes', async (_, options, message) => {
    const gan = toyGAN();
    const before = writeModel(gan);
    const fit = gan.fit(toyImages(20), options as GANFitOptions);
    await expect(fit).rejects.toThrow(RangeError);
    await expect(gan.fit(toyImages(20), options as GANFitOptions)).rejects.toThrow(message);
    expect(writeModel(gan)).toEqual(before);
  });

  test('fit takes the options that are off', async () => {
    const off: FitOptions = { validationSplit: 0, keep: 'last', start: 'as-is' };
    const { stopped } = await toyGAN().fit(toyImages(20), { epochs: 1, ...off } as GANFitOptions);
    expect(stopped).toBe('epochs');
  });

  test('fit refuses samples of another shape, a second fit at the same time, the optimizer of another network', async () => {
    await expect(toyGAN().fit(Tensor.zeros([3, 5]))).rejects.toThrow(
      new ShapeError('fit: the samples are [3, 5], expected [n, 4, 4].'),
    );
    const gan = toyGAN();
    const optimizer = new Adam();
    gan.compile({ optimizer });
    const first = gan.fit(toyImages(20), { epochs: 1 });
    await expect(gan.fit(toyImages(20))).rejects.toThrow(/^GAN\.fit: called during another fit/);
    await first;
    const other = toyGAN();
    other.compile({ optimizer });
    await expect(other.fit(toyImages(20))).rejects.toThrow(/^Adam: got the parameters of another network/);
  });

  test('decode, discriminate and sample refuse what does not fit', () => {
    const gan = toyGAN();
    expect(() => gan.decode(Tensor.zeros([2, 4]))).toThrow(
      new ShapeError('GAN.decode: the samples are [2, 4], expected [n, 3].'),
    );
    expect(() => gan.discriminate(Tensor.zeros([2, 5]))).toThrow(
      new ShapeError('GAN.discriminate: the samples are [2, 5], expected [n, 4, 4].'),
    );
    expect(() => gan.sample(0)).toThrow(new RangeError('sample: the count is 0, expected an integer >= 1.'));
    expect(() => gan.sample(1, { seed: 0.5 })).toThrow(RangeError);
  });
});

describe('what it can do', () => {
  test('sample gives the generator’s answers to standard normal codes, the same for the same seed', async () => {
    const { gan } = await trainedGAN();
    const samples = gan.sample(300, { seed: 4 });
    expect(samples.shape).toEqual([300, 4, 4]);
    const codes = standardNormal(300, 3, { seed: 4 });
    expect(gan.decode(codes).data).toEqual(samples.data);
    expect(gan.sample(300, { seed: 4 }).data).toEqual(samples.data);
    expect(gan.sample(300, { seed: 5 }).data).not.toEqual(samples.data);
    expect(gan.sample(300).data).toEqual(gan.sample(300, { seed: 0 }).data);
    expect(Math.min(...samples.data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...samples.data)).toBeLessThanOrEqual(1);
  });

  test('discriminate gives the sigmoid of each logit, and normalizes its samples', async () => {
    const { gan } = await trainedGAN();
    const images = toyImages(300, 2);
    const sure = gan.discriminate(images);
    expect(sure.shape).toEqual([300]);
    expect(gan.discriminate(asInputs(images)).data).toEqual(sure.data);
    const logits = gan.discriminator.forward(asInputs(images).reshape([300, 16]));
    for (const i of [0, 1, 299]) expect(sure.data[i]).toBeCloseTo(1 / (1 + Math.exp(-logits.data[i])), 6);
  });

  test('discriminate refuses samples that were scaled in another way than those of the training', async () => {
    const { gan } = await trainedGAN();
    expect(() => gan.discriminate(normalize(toyImages(5), 'standard'))).toThrow(
      /^GAN\.discriminate: .* expected that of the training data: transform\(samples, model\.normalization\)\.$/,
    );
  });

  test('discriminate stays within 0 and 1 for logits of any size', () => {
    const spec = {
      type: 'gan' as const,
      inputShape: [1],
      generator: [dense(1, 1)],
      discriminator: [dense(1, 1)],
    };
    const gan = new GAN({ spec });
    gan.parameters.values.set([1, 0, 1, 0]);
    expect([...gan.discriminate(Tensor.from([-1000, 0, 1000], [3, 1])).data]).toEqual([0, 0.5, 1]);
  });

  test('fit remembers the normalization', async () => {
    const { gan } = await trainedGAN();
    expect(gan.normalization).toEqual(DIVIDED_BY_255);
  });
});

describe('its files', () => {
  test('a model file gives the same model, which samples and learns on alike', async () => {
    const { gan } = await trainedGAN();
    const bytes = writeModel(gan, { training: { epochs: 2 } });
    const { model, training, codes } = readAnyModel(bytes);
    expect(model).toBeInstanceOf(GAN);
    expect([training, codes]).toEqual([{ epochs: 2 }, undefined]);
    const read = model as GAN;
    expect(writeModel(read, { training: { epochs: 2 } })).toEqual(bytes);
    expect(read.sample(5).data).toEqual(gan.sample(5).data);
    expect(read.discriminate(toyImages(5)).data).toEqual(gan.discriminate(toyImages(5)).data);
    const { epochs } = await read.fit(toyImages(20), { epochs: 1 });
    expect(Object.keys(epochs[0].parts ?? {})).toEqual(PARTS);
  });

  test('readModel refuses it, as it has no encoder', async () => {
    const { gan } = await trainedGAN();
    expect(() => readModel(writeModel(gan))).toThrow(FormatError);
    expect(() => readModel(writeModel(gan))).toThrow(/^the model is a GAN, which has no encoder/);
  });

  test('a checkpoint holds the parts of the losses, in the middle of an epoch too', async () => {
    const gan = toyGAN();
    let parts: string[] = [];
    await gan.fit(toyImages(40), {
      epochs: 2,
      batchSize: 8,
      onBatchEnd: (_, state) => {
        const now = state();
        const { model, state: read } = readCheckpoint(writeCheckpoint(gan, now, {}));
        expect(model).toBeInstanceOf(GAN);
        expect(read).toEqual(now);
        parts = Object.keys(read.partSums ?? {});
      },
    });
    expect(parts).toEqual(PARTS);
  });
});
