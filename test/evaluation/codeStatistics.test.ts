import { expect, test } from '@jest/globals';
import { activeUnits, codeStatistics } from '../../src/evaluation/codeStatistics.ts';
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

test('numbers of the code are in use if their variance over the codes is above 0.01, whatever their mean', () => {
  const spread = (standardDeviation: number) => [7 - standardDeviation, 7 + standardDeviation];
  const columns = [[0, 0], spread(0.099), spread(0.101), spread(2), [1e4, 1e4]];
  const codes = Tensor.from(
    [0, 1].flatMap((i) => columns.map((column) => column[i])),
    [2, 5],
  );
  expect(activeUnits(codes)).toBe(2);
  expect(activeUnits(codes.rows(0, 1))).toBe(0);
});
