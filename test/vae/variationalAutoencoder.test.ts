/** The variational autoencoder from the outside: what it is made of, what it measures, what it samples, its files. */

import { describe, expect, jest, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/io/checkpoint.ts';
import { FormatError } from '../../src/io/errors.ts';
import { readModel, writeModel } from '../../src/io/model.ts';
import { standardNormal } from '../../src/latent/gaussian.ts';
import type { GaussianCode } from '../../src/layers/gaussianCode.ts';
import { Arena } from '../../src/tensor/kernels/memory.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { EVALUATION_NOISE_SEED } from '../../src/training/noise.ts';
import { describeVariationalAutoencoder } from '../../src/vae/spec.ts';
import {
  VariationalAutoencoder,
  type VariationalAutoencoderOptions,
  type VariationalCompileOptions,
} from '../../src/vae/variationalAutoencoder.ts';
import { firstOutside } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { tolerance } from '../helpers/gradientCheck.ts';
import { resealed } from '../helpers/mutations/resealed.ts';
import { storedSamples } from '../helpers/storedSamples.ts';
import { asInputs, FEATURES, toyImages } from '../training/toy.ts';
import { meanOf, referenceElbo, valuesOf } from './reference.ts';

const SIZES = { features: FEATURES, hidden: 12, code: 3 };

function toyVae(options: Partial<VariationalAutoencoderOptions> = {}): VariationalAutoencoder {
  const { hidden, code } = SIZES;
  const shape = { inputShape: [4, 4, 1], hidden: [hidden], encodingDim: code };
  return new VariationalAutoencoder({ ...shape, activation: 'tanh', seed: 7, ...options });
}

async function trainedVae(options: Partial<VariationalAutoencoderOptions> = {}) {
  const vae = toyVae(options);
  const history = await vae.fit(toyImages(40), { epochs: 3, batchSize: 8 });
  return { vae, history };
}

describe('what it is made of', () => {
  test('by default 784-400-20-400-784 with a sigmoid at the end', () => {
    const spec = describeVariationalAutoencoder({ inputShape: [28, 28] });
    const dense = (inFeatures: number, outFeatures: number) =>
      ({ type: 'dense', inFeatures, outFeatures, bias: true }) as const;
    expect(spec).toEqual({
      type: 'vae',
      inputShape: [28, 28],
      encoder: [
        dense(784, 400),
        { type: 'relu' },
        { type: 'gaussianCode', inFeatures: 400, outFeatures: 20 },
      ],
      decoder: [dense(20, 400), { type: 'relu' }, dense(400, 784), { type: 'sigmoid' }],
    });
    expect(new VariationalAutoencoder({ spec }).spec()).toEqual(spec);
  });

  test('the decoder may have other widths, and there need be no hidden layer', () => {
    const vae = toyVae({ hidden: [], decoderHidden: [5], outputActivation: 'linear' });
    expect(vae.spec()).toMatchObject({
      encoder: [{ type: 'gaussianCode', inFeatures: 16, outFeatures: 3 }],
      decoder: [{ outFeatures: 5 }, { type: 'tanh' }, { outFeatures: 16 }],
    });
  });

  test('its parameters have names, the two heads side by side', () => {
    const { hidden, code } = SIZES;
    const named = toyVae().namedParameters();
    expect(named.map(([name, { value }]) => `${name} ${value.shape}`)).toEqual([
      `encoder.0.weight ${FEATURES},${hidden}`,
      `encoder.0.bias ${hidden}`,
      `encoder.2.mean.weight ${hidden},${code}`,
      `encoder.2.mean.bias ${code}`,
      `encoder.2.logVariance.weight ${hidden},${code}`,
      `encoder.2.logVariance.bias ${code}`,
      `decoder.0.weight ${code},${hidden}`,
      `decoder.0.bias ${hidden}`,
      `decoder.2.weight ${hidden},${FEATURES}`,
      `decoder.2.bias ${FEATURES}`,
    ]);
    expect(toyVae().summary()).toContain('Total');
  });

  test('encode gives the mean, and is the same each time', async () => {
    const { vae } = await trainedVae();
    const inputs = asInputs(toyImages(5, 2));
    const code = vae.encoder.layers.at(-1) as GaussianCode;
    const codes = vae.encode(inputs);
    expect(vae.encode(inputs).data).toEqual(codes.data);
    const hidden = vae.encoder.layers
      .slice(0, -1)
      .reduce((x, layer) => layer.forward(x), inputs.reshape([5, 16]));
    expect(codes.data).toEqual(code.mean.forward(hidden).data);
    expect(vae.predict(inputs).data).toEqual(vae.decode(codes).data);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'a spec without a mean and a variance',
      () => new VariationalAutoencoder({ spec: plain() }),
      /^VariationalAutoencoder: the encoder doesn't end with a layer 'gaussianCode'/,
    ],
    [
      'another output activation',
      () => toyVae({ outputActivation: 'tanh' as 'linear' }),
      /^VariationalAutoencoder: the output activation is 'tanh'/,
    ],
    ['tied weights', () => toyVae({ tied: true } as object), /tied is true, expected no tied weights/],
    [
      'an empty code',
      () => toyVae({ encodingDim: 0 }),
      /^VariationalAutoencoder: encodingDim is 0, expected an integer >= 1\.$/,
    ],
    ['a seed below 0', () => toyVae({ seed: -1 }), /^Random: the seed is -1/],
  ])('%s is refused', (_, make, message) => {
    expect(make).toThrow(RangeError);
    expect(make).toThrow(message);
  });
});

test('a dense code is not an option: without one there would be no mean and no variance', () => {
  expect(() => toyVae({ denseCode: false } as object)).toThrow(
    /^VariationalAutoencoder: there is no option 'denseCode'/,
  );
});

const plain = () => new Autoencoder({ inputShape: [4] }).spec();

describe('compile', () => {
  test.each<[VariationalCompileOptions, RegExp]>([
    [{ beta: -0.1 }, /^VariationalAutoencoder.compile: beta is -0.1, expected a number >= 0\.$/],
    [{ beta: Number.NaN }, /beta is NaN/],
    [{ beta: Number.POSITIVE_INFINITY }, /beta is Infinity/],
    [{ betaWarmUpSteps: -1 }, /: betaWarmUpSteps is -1, expected an integer >= 0\.$/],
    [{ betaWarmUpSteps: 0.5 }, /betaWarmUpSteps is 0.5/],
    [{ loss: 'mse' } as object, /^VariationalAutoencoder.compile: got a loss, sparsity or dropout/],
    [{ dropout: 0.1 } as object, /got a loss, sparsity or dropout/],
    [{ sparsity: 0.1 } as object, /got a loss, sparsity or dropout/],
  ])('refuses %p', (options, message) => {
    const compile = () => toyVae().compile(options);
    expect(compile).toThrow(RangeError);
    expect(compile).toThrow(message);
  });

  test('takes a beta of 0, and options of a plain autoencoder that are 0', () => {
    toyVae().compile({ beta: 0, betaWarmUpSteps: 0, dropout: 0, sparsity: 0 } as VariationalCompileOptions);
  });
});

describeEachKernels('negativeElbo', () => {
  test.each(['sigmoid', 'linear'] as const)('is that of a float64 reference, output %s', async (output) => {
    const { vae } = await trainedVae({ outputActivation: output });
    const images = toyImages(9, 2);
    const epsilon = new Float32Array(9 * SIZES.code);
    new Random(EVALUATION_NOISE_SEED).fillNormal(epsilon);
    const input = [...asInputs(images).data];
    const expected = referenceElbo(SIZES, valuesOf(vae), { input, epsilon, output });
    const got = await vae.negativeElbo(images);
    for (const part of ['reconstruction', 'kl'] as const) {
      const bounds = expected[part].map((value) => tolerance() * Math.max(1, value));
      expect(firstOutside(got[part], expected[part], bounds)).toBeUndefined();
    }
    // The control: other draws are further off than that.
    const other = referenceElbo(SIZES, valuesOf(vae), { input, epsilon: epsilon.map((e) => -e), output });
    const bound = tolerance() * Math.max(1, ...other.reconstruction);
    expect(firstOutside(got.reconstruction, other.reconstruction, bound)).toBeDefined();
  });

  test('is the same for stored samples and each time, bit for bit', async () => {
    const { vae } = await trainedVae();
    const images = toyImages(300, 2); // more than one batch
    const once = await vae.negativeElbo(images);
    expect(once.kl).toHaveLength(300);
    expect(await vae.negativeElbo(images)).toEqual(once);
    expect(await vae.negativeElbo(storedSamples(images))).toEqual(once);
  });

  test('does not depend on the samples that follow', async () => {
    const { vae } = await trainedVae();
    const inputs = asInputs(toyImages(300, 2));
    const all = await vae.negativeElbo(inputs);
    for (const count of [2, 255, 257]) {
      const some = await vae.negativeElbo(Tensor.from(inputs.rows(0, count).data, [count, 4, 4]));
      // Products of another batch size may be rounded otherwise.
      for (const part of ['reconstruction', 'kl'] as const) {
        const expected = all[part].subarray(0, count);
        const bounds = Array.from(expected, (value) => tolerance() * Math.max(1, value));
        expect(firstOutside(some[part], expected, bounds)).toBeUndefined();
      }
    }
  });

  test('is the validation loss of the last epoch', async () => {
    const vae = toyVae();
    const validationData = toyImages(300, 5);
    const { epochs } = await vae.fit(toyImages(40), { epochs: 2, batchSize: 8, validationData });
    const { reconstruction, kl } = await vae.negativeElbo(validationData);
    const last = epochs.at(-1);
    expect(last?.validationParts?.kl).toBeCloseTo(meanOf(kl), 10);
    expect(last?.validationParts?.reconstruction).toBeCloseTo(meanOf(reconstruction), 4);
    expect(last?.validationLoss).toBeCloseTo(meanOf(reconstruction) + meanOf(kl), 4);
  });

  test('changes nothing of a training in whose pauses it is called', async () => {
    const { vae: alone } = await trainedVae();
    const vae = toyVae();
    const onBatchEnd = () => vae.negativeElbo(toyImages(20, 2));
    await vae.fit(toyImages(40), { epochs: 3, batchSize: 8, onBatchEnd });
    expect(vae.parameters.values).toEqual(alone.parameters.values);
  });

  test('takes nothing from the arena of the model once its layers have their arrays: what it took is freed', async () => {
    const vae = toyVae();
    const allocate = jest.spyOn(Arena.prototype, 'allocate');
    await vae.negativeElbo(toyImages(20, 2));
    expect(allocate.mock.contexts).toContain(vae.parameters.arena);
    allocate.mockClear();
    await vae.negativeElbo(toyImages(20, 2));
    expect(allocate.mock.contexts).not.toContain(vae.parameters.arena);
    expect(allocate).toHaveBeenCalled();
    allocate.mockRestore();
  });
});

test('negativeElbo refuses samples of another shape', async () => {
  await expect(toyVae().negativeElbo(Tensor.zeros([3, 5]))).rejects.toThrow(
    new ShapeError('VariationalAutoencoder.negativeElbo: the samples are [3, 5], expected [n, 4, 4, 1].'),
  );
});

describe('sample', () => {
  test('gives the decoder’s answers to standard normal codes, the same for the same seed', async () => {
    const { vae } = await trainedVae();
    const samples = vae.sample(6, { seed: 4 });
    expect(samples.shape).toEqual([6, 4, 4, 1]);
    expect(samples.data).toEqual(vae.decode(standardNormal(6, SIZES.code, { seed: 4 })).data);
    expect(vae.sample(6, { seed: 4 }).data).toEqual(samples.data);
    expect(vae.sample(6, { seed: 5 }).data).not.toEqual(samples.data);
    expect(vae.sample(6).data).toEqual(vae.sample(6, { seed: 0 }).data);
  });

  test('refuses a count or a seed that is none', () => {
    const vae = toyVae();
    for (const count of [0, -1, 1.5, Number.NaN]) {
      expect(() => vae.sample(count)).toThrow(
        new RangeError(`sample: the count is ${count}, expected an integer >= 1.`),
      );
    }
    expect(() => vae.sample(1, { seed: -1 })).toThrow(RangeError);
  });
});

describe('its files', () => {
  test('a model file gives the same model, which samples and learns on alike', async () => {
    const { vae } = await trainedVae();
    const bytes = writeModel(vae, { training: { epochs: 3 } });
    const { autoencoder, training, codes } = readModel(bytes);
    expect(autoencoder).toBeInstanceOf(VariationalAutoencoder);
    expect([training, codes]).toEqual([{ epochs: 3 }, undefined]);
    const read = autoencoder as VariationalAutoencoder;
    expect(writeModel(read, { training: { epochs: 3 } })).toEqual(bytes);
    expect(read.normalization).toEqual(vae.normalization);
    expect(read.sample(5).data).toEqual(vae.sample(5).data);
    const images = toyImages(20, 2);
    expect(await read.negativeElbo(images)).toEqual(await vae.negativeElbo(images));
    const { epochs } = await read.fit(images, { epochs: 1 });
    expect(Object.keys(epochs[0].parts ?? {})).toEqual(['reconstruction', 'kl']);
  });

  test('a checkpoint holds the parts of the losses, in the middle of an epoch too', async () => {
    const vae = toyVae();
    const states: Uint8Array[] = [];
    await vae.fit(toyImages(40), {
      epochs: 2,
      batchSize: 8,
      validationSplit: 0.2,
      onBatchEnd: (_, state) => {
        const now = state();
        const bytes = writeCheckpoint(vae, now);
        expect(readCheckpoint(bytes).state).toEqual(now);
        expect(readCheckpoint(bytes).model).toBeInstanceOf(VariationalAutoencoder);
        states.push(bytes);
      },
    });
    const { state } = readCheckpoint(states.at(-2) as Uint8Array);
    expect(Object.keys(state.partSums ?? {})).toEqual(['reconstruction', 'kl']);
    const [record] = state.epochs;
    for (const parts of [record.parts, record.validationParts]) {
      expect(Object.keys(parts ?? {})).toEqual(['reconstruction', 'kl']);
    }
  });

  test("a file that calls a plain autoencoder 'vae' is refused", () => {
    const file = writeModel(new Autoencoder({ spec: plain() }));
    const spec = JSON.stringify({ ...plain(), type: 'vae' });
    const read = () => readModel(resealed(file, { model: spec }));
    expect(read).toThrow(FormatError);
    expect(read).toThrow(
      "the model's description can't be used: VariationalAutoencoder: the encoder doesn't end with a layer 'gaussianCode'",
    );
  });
});
