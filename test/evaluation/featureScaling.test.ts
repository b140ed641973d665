import { expect, test } from '@jest/globals';
import { FeatureScaling } from '../../src/evaluation/featureScaling.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

test('gives each feature mean 0 and standard deviation 1', () => {
  const x = uniformTensor([50, 3], 1);
  for (let i = 0; i < 50; i++) x.data[3 * i + 1] = 1000 + 20 * x.data[3 * i + 1];
  const { data } = FeatureScaling.fit(x).transform(x);
  for (let j = 0; j < 3; j++) {
    const column = Array.from({ length: 50 }, (_, i) => data[3 * i + j]);
    const mean = column.reduce((a, b) => a + b) / 50;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 50;
    // Each number is rounded to float32 once, at sizes up to 2.
    expect(Math.abs(mean)).toBeLessThan(2 ** -23);
    expect(Math.abs(variance - 1)).toBeLessThan(2 ** -21);
  }
});

test('scales other samples like those it was fitted to', () => {
  const scaling = FeatureScaling.fit(Tensor.from([0, 10, 4, 30], [2, 2]));
  expect(Array.from(scaling.transform(Tensor.from([2, 20, 6, 0], [2, 2])).data)).toEqual([0, 0, 2, -2]);
});

test('makes a constant feature 0', () => {
  const x = new Tensor(new Float32Array(21).fill(0.1), [21, 1]);
  const scaling = FeatureScaling.fit(x);
  expect(Array.from(scaling.deviation)).toEqual([1]);
  expect(scaling.transform(x).data.every((value) => value === 0)).toBe(true);
});

test.each([[[4]], [[0, 3]], [[2, 3, 1]]])('refuses features of shape %p', (shape) => {
  expect(() => FeatureScaling.fit(Tensor.zeros(shape))).toThrow(ShapeError);
});

test('refuses another number of features', () => {
  const scaling = FeatureScaling.fit(uniformTensor([4, 3], 1));
  expect(() => scaling.transform(Tensor.zeros([4, 2]))).toThrow(
    'FeatureScaling.transform: the features are [4, 2], expected [samples, 3].',
  );
});
