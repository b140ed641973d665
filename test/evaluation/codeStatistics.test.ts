import { expect, test } from '@jest/globals';
import { codeStatistics } from '../../src/evaluation/codeStatistics.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

test('numbers below 5 % of the largest of their own code are near zero', () => {
  const codes = Tensor.from([1, -0.049, 0.051, 0, -100, 4, 6, 0.02], [2, 4]);
  const { meanAbsolute, nearZero } = codeStatistics(codes);
  expect(meanAbsolute).toBeCloseTo((1 + 0.049 + 0.051 + 100 + 4 + 6 + 0.02) / 8, 6);
  expect(nearZero).toBe(4 / 8);
});

test('a code of zeros is all near zero', () => {
  expect(codeStatistics(Tensor.zeros([3, 2]))).toEqual({ meanAbsolute: 0, nearZero: 1 });
});

test.each([[[0, 2]], [[4]], [[2, 2, 1]]])('refuses %p', (shape) => {
  expect(() => codeStatistics(Tensor.zeros(shape))).toThrow(ShapeError);
});
