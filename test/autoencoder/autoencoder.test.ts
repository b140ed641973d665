import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { normalize } from '../../src/data/normalization.ts';
import type { SampleArray, Samples } from '../../src/data/samples.ts';
import { transform } from '../../src/data/transform.ts';
import { psnr } from '../../src/evaluation/metrics.ts';
import '../../src/layers/convolutions.ts';
import type { LayerSpec } from '../../src/layers/spec.ts';
import { zeros } from '../../src/tensor/initializers.ts';
import { ShapeError, sizeOf } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside, gamma, scaleOf } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { referenceDense } from '../helpers/naive/reference.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';
import { asInputs, DIVIDED_BY_255, FEATURES, toyImages, toyModel } from '../training/toy.ts';

// More than one batch of inference (256); the last one is smaller.
const COUNT = 300;

describe("the article's model", () => {
  const autoencoder = new Autoencoder({ inputShape: [28, 28, 1], seed: 42 });

  test('has 107,504 parameters in one array, named by layer', () => {
    expect(autoencoder.parameters.size).toBe(107_504);
    expect(autoencoder.namedParameters().map(([name, { value }]) => [name, value.shape])).toEqual([
      ['encoder.0.weight', [784, 64]],
      ['encoder.0.bias', [64]],
      ['encoder.2.weight', [64, 32]],
      ['encoder.2.bias', [32]],
      ['encoder.4.weight', [32, 32]],
      ['encoder.4.bias', [32]],
      ['decoder.0.weight', [32, 32]],
      ['decoder.0.bias', [32]],
      ['decoder.2.weight', [32, 64]],
      ['decoder.2.bias', [64]],
      ['decoder.4.weight', [64, 784]],
      ['decoder.4.bias', [784]],
    ]);
    expect(autoencoder.encodingDim).toBe(32);
    expect(autoencoder.inputShape).toEqual([28, 28, 1]);
  });

  test('turns images into codes and codes into images', () => {
    const images = uniformTensor([3, 28, 28, 1], 1, 0, 1);
    const codes = autoencoder.encode(images);
    expect(codes.shape).toEqual([3, 32]);
    expect(autoencoder.decode(codes).shape).toEqual([3, 28, 28, 1]);
    expect(autoencoder.predict(images).shape).toEqual([3, 28, 28, 1]);
  });
});

describe('weights', () => {
  test('depend on the seed', () => {
    expect(toyModel({ seed: 3 }).parameters.values).toEqual(toyModel({ seed: 3 }).parameters.values);
    expect(toyModel({ seed: 4 }).parameters.values).not.toEqual(toyModel({ seed: 3 }).parameters.values);
    expect(toyModel({ seed: 0 }).parameters.values).toEqual(
      new Autoencoder({ inputShape: [4, 4, 1], encodingDim: 3, hidden: [12] }).parameters.values,
    );
  });

  test('start in ±sqrt(6 / (in + out)), biases at zero', () => {
    for (const [name, { value }] of toyModel().namedParameters()) {
      if (name.endsWith('bias')) {
        expect(scaleOf(value.data)).toBe(0);
      } else {
        const limit = Math.sqrt(6 / (value.shape[0] + value.shape[1]));
        expect(scaleOf(value.data)).toBeLessThanOrEqual(limit);
        expect(scaleOf(value.data)).toBeGreaterThan(0.8 * limit);
      }
    }
  });

  test('come from the initializer that is given', () => {
    expect(scaleOf(toyModel({ initializer: zeros }).parameters.values)).toBe(0);
  });
});

describe('a model made from a spec', () => {
  test('is the same model: spec, summary and, with the same seed, weights', () => {
    const first = toyModel({ activation: 'leakyRelu', outputActivation: 'sigmoid' });
    const spec = JSON.parse(JSON.stringify(first.spec()));
    const second = new Autoencoder({ spec, seed: 7 });
    expect(second.spec()).toEqual(first.spec());
    expect(second.summary()).toBe(first.summary());
    expect(second.parameters.values).toEqual(first.parameters.values);
  });

  const dense = (inFeatures: number, outFeatures: number): LayerSpec => ({
    type: 'dense',
    inFeatures,
    outFeatures,
    bias: true,
  });

  test.each<[string, number[], LayerSpec[], LayerSpec[], RegExp]>([
    ['a decoder that ends with another width', [6], [dense(6, 2)], [dense(2, 5)], /5 features, expected 6/],
    ['a decoder that takes no code', [6], [dense(6, 2)], [dense(3, 6)], /has 2 features, expected 3/],
    ['an encoder that takes no sample', [6], [dense(5, 2)], [dense(2, 6)], /has 6 features, expected 5/],
    ['layers that do not fit', [6], [dense(6, 4), dense(3, 2)], [dense(2, 6)], /has 4 features, expected 3/],
    [
      'an encoder that forgets to flatten its images',
      [6],
      [{ type: 'reshape', shape: [2, 3, 1] }],
      [dense(6, 6)],
      /^Autoencoder: the encoder ends with \[2, 3, 1\] for each sample, expected a flatten layer behind it\.$/,
    ],
    [
      'a decoder that does',
      [6],
      [dense(6, 2)],
      [dense(2, 6), { type: 'reshape', shape: [2, 3, 1] }],
      /^Autoencoder: the decoder ends with \[2, 3, 1\] for each sample/,
    ],
    ['negative lengths', [-2, -3], [dense(6, 2)], [dense(2, 6)], /-2, -3/],
  ])('is refused with %s', (_what, inputShape, encoder, decoder, message) => {
    const make = () => new Autoencoder({ spec: { type: 'autoencoder', inputShape, encoder, decoder } });
    expect(make).toThrow(ShapeError);
    expect(make).toThrow(message);
  });
});

test.each([
  ['a seed below 0', { seed: -1 }],
  ['a broken seed', { seed: 0.5 }],
  ['a code of no numbers', { encodingDim: 0 }],
  ['a code of 1.5 numbers', { encodingDim: 1.5 }],
  ['a hidden layer of no units', { hidden: [0] }],
  ['a hidden layer of NaN units', { hidden: [8, Number.NaN] }],
  ['an unknown activation', { activation: 'step' as 'relu' }],
])('%s is refused', (_what, options) => {
  expect(() => toyModel(options)).toThrow(RangeError);
});

describeEachKernels('encode, decode, predict, evaluate', () => {
  const images = toyImages(COUNT);
  const model = toyModel();

  test('predict gives the same bits as encode, then decode', () => {
    const predicted = model.predict(images);
    const decoded = model.decode(model.encode(images));
    expect(predicted.shape).toEqual([COUNT, 4, 4, 1]);
    expect(decoded.shape).toEqual(predicted.shape);
    expect(decoded.data).toEqual(predicted.data);
  });

  test('encode agrees with the formulas in float64', () => {
    const [weight0, bias0, weight2, bias2] = model.encoder
      .parameters()
      .map(({ value }) => Array.from(value.data));
    const hidden = referenceDense(COUNT, FEATURES, 12, Array.from(asInputs(images).data), weight0, bias0).map(
      (value) => Math.max(value, 0),
    );
    const codes = referenceDense(COUNT, 12, 3, hidden, weight2, bias2);
    // Two products, of 16 and 12 terms: γ(17) + γ(13) of the sums of absolute values, which are less than 16 x 1 x 0.5
    // for the hidden layer and 12 x 8 x 0.7 for the code.
    expect(firstOutside(model.encode(images).data, codes, gamma(30) * 12 * 8 * 0.7)).toBeUndefined();
  });

  test('a sample has the same code alone and among others', () => {
    const codes = model.encode(images);
    const inputs = asInputs(images);
    for (const row of [0, 1, 255, 256, COUNT - 1]) {
      const alone = model.encode(inputs.rows(row, row + 1));
      // Each within γ(30) of the exact code, as above.
      const bound = 2 * gamma(30) * 12 * 8 * 0.7;
      expect(firstOutside(alone.data, codes.rows(row, row + 1).data, bound)).toBeUndefined();
    }
  });

  test('evaluate is the mean over all elements, in float64', async () => {
    const inputs = asInputs(images).data;
    const outputs = model.predict(images).data;
    let squares = 0;
    let absolutes = 0;
    for (let i = 0; i < inputs.length; i++) {
      squares += (outputs[i] - inputs[i]) ** 2;
      absolutes += Math.abs(outputs[i] - inputs[i]);
    }
    const { mse, mae, psnr: decibels } = await model.evaluate(images);
    // 4800 float64 roundings of 1.1e-16.
    expect(Math.abs(mse / (squares / inputs.length) - 1)).toBeLessThan(1e-12);
    expect(Math.abs(mae / (absolutes / inputs.length) - 1)).toBeLessThan(1e-12);
    expect(decibels).toBe(psnr(mse));
  });

  test('uint8 with its normalization and the same numbers as floats give the same bits', async () => {
    const inputs = asInputs(images);
    expect(model.encode(images).data).toEqual(model.encode(inputs).data);
    expect(model.predict(images).data).toEqual(model.predict(inputs).data);
    expect(await model.evaluate(images)).toEqual(await model.evaluate(inputs));
  });

  test.each([[[COUNT, 16]], [[COUNT, 4, 4]], [[COUNT, 4, 4, 1]], [[COUNT, 1, 4, 4]]])(
    'samples of shape %j are the same samples',
    (shape) => {
      expect(model.encode({ ...images, shape }).data).toEqual(model.encode(images).data);
    },
  );
});

test('one sample, or one code, by itself gives what it gives among others', () => {
  const model = toyModel();
  const all = toyImages(1);
  const one = { ...all, shape: [4, 4] };
  const codes = model.encode(one);
  expect(codes.shape).toEqual([1, 3]);
  expect(codes.data).toEqual(model.encode(all).data);
  expect(model.predict(one).shape).toEqual([1, 4, 4, 1]);
  const code = { shape: [3], data: codes.data };
  expect(model.decode(code).data).toEqual(model.decode(codes).data);
});

describe('samples that were normalized on their own', () => {
  const training = { shape: [4, 16], data: Float32Array.from({ length: 64 }, (_, i) => i % 13) };
  const others = { shape: [2, 16], data: Float32Array.from({ length: 32 }, (_, i) => i % 11) };
  const trained = async () => {
    const model = toyModel();
    await model.fit(normalize(training, 'standard', { scaleBy: 'all' }), { epochs: 1 });
    return model;
  };

  test.each(['encode', 'predict', 'evaluate', 'codeDistribution', 'encodeBatches'] as const)(
    '%s refuses them, and takes what the message says',
    async (name) => {
      const model = await trained();
      const call = async (samples: Samples) => {
        if (name !== 'encodeBatches') return model[name](samples);
        for await (const _ of model.encodeBatches(samples));
        return undefined;
      };
      const message = new RegExp(
        `^Autoencoder.${name === 'codeDistribution' ? 'encodeBatches' : name}: the samples have a normalization of their own \\(.*\\), expected that of the training data: transform\\(samples, model\\.normalization\\)\\.$`,
      );
      const samples = normalize(others, 'standard', { scaleBy: 'all' });
      await expect(call(samples)).rejects.toThrow(message);
      await call(transform(samples, model.normalization));
    },
  );

  test('fit refuses them as validation data, and takes what the message says', async () => {
    const samples = normalize(training, 'standard');
    const validationData = normalize(others, 'standard');
    await expect(toyModel().fit(samples, { epochs: 1, validationData })).rejects.toThrow(
      'expected that of the training data: transform(validationData, samples.normalization).',
    );
    const scaled = transform(validationData, samples.normalization);
    await toyModel().fit(samples, { epochs: 1, validationData: scaled });
  });
});

/** Rejects if the method throws, whether it is async or not. */
async function run(model: Autoencoder, name: 'encode' | 'predict' | 'evaluate', samples: Samples) {
  return model[name](samples);
}

describe('samples that do not fit', () => {
  const model = toyModel();

  test.each([[[3, 5]], [[3, 2, 8]], [[3, 4, 4, 3]], [[15]], [[16, 1]], [[]]])(
    '%j is refused by name',
    async (shape) => {
      const samples = { shape, data: new Float32Array(sizeOf(shape)) };
      for (const name of ['encode', 'predict', 'evaluate'] as const) {
        const message = `Autoencoder.${name}: the samples are [${shape.join(', ')}], expected [n, 4, 4, 1].`;
        await expect(run(model, name, samples)).rejects.toThrow(new ShapeError(message));
      }
    },
  );

  test('no samples are refused', async () => {
    for (const name of ['encode', 'predict', 'evaluate'] as const) {
      await expect(run(model, name, Tensor.zeros([0, 4, 4]))).rejects.toThrow(
        new ShapeError(`Autoencoder.${name}: got no samples, expected at least one.`),
      );
    }
  });

  test('codes of another width are refused', () => {
    expect(() => model.decode(Tensor.zeros([2, 4]))).toThrow(
      new ShapeError('Autoencoder.decode: the samples are [2, 4], expected [n, 3].'),
    );
  });

  test('a shape that does not match its array is refused', () => {
    expect(() => model.encode({ shape: [-1, 4, 4], data: new Float32Array(16) })).toThrow(ShapeError);
    expect(() => model.encode({ shape: [2, 4, 4], data: new Float32Array(16) })).toThrow(ShapeError);
  });
});

describe('integers without a normalization', () => {
  const numbers = Array.from({ length: 2 * FEATURES }, (_, i) => i % 100);
  const message =
    'the samples are integers without a normalization, expected normalize(samples), or for a trained model transform(samples, model.normalization).';

  test.each<[string, SampleArray]>([
    ['Uint8Array', Uint8Array.from(numbers)],
    ['Int8Array', Int8Array.from(numbers)],
    ['Uint16Array', Uint16Array.from(numbers)],
    ['Int16Array', Int16Array.from(numbers)],
    ['Uint32Array', Uint32Array.from(numbers)],
    ['Int32Array', Int32Array.from(numbers)],
  ])('are refused by fit, encode, predict and evaluate: %s', async (_name, data) => {
    const model = toyModel();
    const samples = { shape: [2, 4, 4], data };
    for (const name of ['encode', 'predict', 'evaluate'] as const) {
      await expect(run(model, name, samples)).rejects.toThrow(
        new ShapeError(`Autoencoder.${name}: ${message}`),
      );
    }
    await expect(model.fit(samples)).rejects.toThrow(new ShapeError(`fit: ${message}`));
    await expect(model.fit(Tensor.zeros([2, 4, 4]), { validationData: samples })).rejects.toThrow(
      new ShapeError(`fit, validationData: ${message}`),
    );
    const normalized = { ...samples, normalization: DIVIDED_BY_255 };
    await model.fit(normalized, { epochs: 1, validationData: normalized });
    expect((await model.evaluate(normalized)).mse).toBeGreaterThan(0);
  });

  test('the advice of the message is code that runs', async () => {
    const samples = { shape: [2, 4, 4], data: Uint8Array.from(numbers), dtype: 'u1' } as const;
    const model = toyModel();
    expect(() => model.encode(samples)).toThrow(message);
    await model.fit(normalize(samples), { epochs: 1 });
    expect(model.encode(transform(samples, model.normalization)).shape).toEqual([2, 3]);
  });

  test.each<[string, SampleArray]>([
    ['Float32Array', Float32Array.from(numbers, (value) => value / 128)],
    ['Float64Array', Float64Array.from(numbers, (value) => value / 128)],
  ])('is fine for floats: %s', async (_name, data) => {
    const model = toyModel();
    const samples = { shape: [2, 4, 4], data };
    const inputs = Tensor.from([...data], samples.shape);
    expect(model.encode(samples)).toEqual(model.encode(inputs));
    expect(model.predict(samples)).toEqual(model.predict(inputs));
    expect(await model.evaluate(samples)).toEqual(await model.evaluate(inputs));
    expect((await model.fit(samples, { epochs: 1, validationData: samples })).epochs).toHaveLength(1);
  });
});

describe('results and arguments belong to the caller', () => {
  test('a result is not overwritten by the next one, and writing to it changes nothing', () => {
    const model = toyModel();
    const [first, second] = [uniformTensor([5, 4, 4], 1), uniformTensor([5, 4, 4], 2)];
    for (const name of ['encode', 'predict'] as const) {
      const result = model[name](first);
      const kept = result.copy();
      model[name](second);
      expect(result.data).toEqual(kept.data);
      result.data.fill(Number.NaN);
      expect(model[name](first).data).toEqual(kept.data);
    }
    const codes = uniformTensor([5, 3], 3);
    const decoded = model.decode(codes);
    const kept = decoded.copy();
    model.decode(uniformTensor([5, 3], 4));
    expect(decoded.data).toEqual(kept.data);
  });

  test('samples are left as they are', async () => {
    const model = toyModel();
    const images = toyImages(40);
    const inputs = asInputs(images);
    const [keptImages, keptInputs] = [images.data.slice(), inputs.copy()];
    for (const samples of [images, inputs]) {
      model.encode(samples);
      model.predict(samples);
      await model.evaluate(samples);
      await model.fit(samples, { epochs: 2, validationSplit: 0.25 });
    }
    expect(images.data).toEqual(keptImages);
    expect(inputs).toEqual(keptInputs);
  });

  test('two models of one process do not affect each other', async () => {
    const [one, other] = [toyModel({ seed: 1 }), toyModel({ seed: 2 })];
    const images = toyImages(10);
    const codes = other.encode(images);
    await one.fit(images, { epochs: 1 });
    expect(other.encode(images).data).toEqual(codes.data);
  });
});

test('a model without parameters can still be run', () => {
  const spec = {
    type: 'autoencoder',
    inputShape: [4],
    encoder: [{ type: 'relu' }],
    decoder: [{ type: 'relu' }],
  } as const;
  const model = new Autoencoder({ spec });
  expect(model.encodingDim).toBe(4);
  expect(Array.from(model.predict(Tensor.from([-1, 0, 1, 2], [1, 4])).data)).toEqual([0, 0, 1, 2]);
});

test('the normalization is none until samples with one were fitted', async () => {
  const model = toyModel();
  expect(model.normalization).toEqual({ kind: 'none', dtype: 'f4', shift: 0, scale: 1 });
  await model.fit(toyImages(4), { epochs: 1 });
  expect(model.normalization).toEqual(DIVIDED_BY_255);
  await model.fit(asInputs(toyImages(4)), { epochs: 1 });
  expect(model.normalization).toEqual({ kind: 'none', dtype: 'f4', shift: 0, scale: 1 });
});
