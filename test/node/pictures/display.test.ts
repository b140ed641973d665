import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { type Normalization, type Samples, sliceSamples } from '../../../src/data/samples.ts';
import { pixelErrors, predictPictures, rangeOf, toPictures } from '../../../src/node/pictures/display.ts';
import { ShapeError } from '../../../src/tensor/shape.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { DIVIDED } from '../cli/fixtures.ts';

const STANDARD: Normalization = { kind: 'standard', dtype: 'f4', shift: 10, scale: 2 };

describe('toPictures', () => {
  test('leaves pixels as they are and gives them the shape of pictures', () => {
    const [picture] = toPictures([Tensor.from([0, 0.5, 1, 2, 0, 0, 0, 0], [2, 4])], DIVIDED);
    expect(picture.shape).toEqual([2, 2, 2]);
    expect(Array.from(picture.data)).toEqual([0, 0.5, 1, 2, 0, 0, 0, 0]);
  });

  test('stretches other units by the range of the first tensor, the same for all', () => {
    const originals = Tensor.from([-2, 0, 2, 1], [1, 4]);
    const others = Tensor.from([-2, 2, 4, 0], [1, 4]);
    const [first, second] = toPictures([originals, others], STANDARD);
    expect(Array.from(first.data)).toEqual([0, 0.5, 1, 0.75]);
    expect(Array.from(second.data)).toEqual([0, 1, 1.5, 0.5]);
  });

  test('makes equal values black, not NaN', () => {
    const [picture] = toPictures([Tensor.from([7, 7, 7, 7], [1, 4])], STANDARD);
    expect(Array.from(picture.data)).toEqual([0, 0, 0, 0]);
  });

  test('refuses what is no picture', () => {
    expect(() => toPictures([Tensor.zeros([2, 10])], undefined)).toThrow(
      new ShapeError('toPictures: the samples are [10], expected pictures.'),
    );
  });
});

describe('pixelErrors', () => {
  const errors = (sample: readonly number[], originals: readonly number[], restored: readonly number[]) => {
    const shape = [originals.length / sample.reduce((size, length) => size * length, 1), ...sample];
    return pixelErrors(Tensor.from(originals, shape), Tensor.from(restored, shape));
  };

  test('are absolute differences, one for each pixel', () => {
    for (const sample of [[2, 2], [4], [2, 2, 1]]) {
      const { shape, data } = errors(sample, [0, 1, 2, 3, 4, 5, 6, 7], [0, 3, 0, 3, 4, 5, 7, NaN]);
      expect(shape).toEqual([2, 2, 2]);
      expect(Array.from(data)).toEqual([0, 2, 2, 0, 0, 0, 1, NaN]);
    }
  });

  test('are means over the channels of colour, in which errors of opposite signs add up', () => {
    const originals = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3];
    const { shape, data } = errors([2, 2, 3], originals, [3, -3, 0, 1, 1, 7, 2, 2, 2, 0, 0, 0]);
    expect(shape).toEqual([1, 2, 2]);
    expect(Array.from(data)).toEqual([2, 2, 0, 3]);
  });

  test('refuses what is no picture', () => {
    expect(() => errors([10], new Array(10).fill(0), new Array(10).fill(0))).toThrow(
      new ShapeError('pixelErrors: the samples are [10], expected pictures.'),
    );
  });
});

test('predictPictures restores the noisy pictures that it shows', () => {
  const autoencoder = new Autoencoder({ inputShape: [2, 2], encodingDim: 2, hidden: [] });
  const samples = Tensor.from([0.1, 0.2, 0.3, 0.4], [1, 2, 2]);
  const { originals, noisy, reconstructions } = predictPictures(autoencoder, samples, {
    noise: { kind: 'gaussian', amount: 1 },
  })!;
  expect(originals.data).toEqual(samples.data);
  expect(noisy?.data).not.toEqual(samples.data);
  expect(reconstructions.data).toEqual(autoencoder.predict(noisy as Tensor).data);
});

test('predictPictures shows at most 20 originals and what the model makes of them', () => {
  const autoencoder = new Autoencoder({ inputShape: [2, 2], hidden: [], encodingDim: 2, seed: 1 });
  const data = Uint8Array.from({ length: 100 }, (_, i) => i * 2);
  const samples: Samples = { shape: [25, 2, 2], data, normalization: DIVIDED };
  const { originals, reconstructions } = predictPictures(autoencoder, samples)!;
  expect([originals.shape, reconstructions.shape]).toEqual(Array(2).fill([20, 2, 2]));
  expect(Array.from(originals.data)).toEqual(
    Array.from({ length: 80 }, (_, i) => Math.fround((i * 2) / 255)),
  );
  expect(Array.from(reconstructions.data)).toEqual(
    Array.from(autoencoder.predict(sliceSamples(samples, 0, 20)).data),
  );
});

test('predictPictures has nothing to show of samples that are no pictures', () => {
  const autoencoder = new Autoencoder({ inputShape: [10], hidden: [], encodingDim: 2 });
  expect(predictPictures(autoencoder, Tensor.zeros([3, 10]))).toBeUndefined();
});

test('rangeOf finds the minimum and the maximum', () => {
  expect(rangeOf([3, -1, 7, 0])).toEqual([-1, 7]);
  expect(rangeOf([5])).toEqual([5, 5]);
  expect(rangeOf([])).toEqual([Infinity, -Infinity]);
});
