import { describe, expect, test } from '@jest/globals';
import { Moments } from '../../src/tensor/moments.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

function momentsOf(...batches: Tensor[]): Moments {
  const moments = new Moments(batches[0].shape[1]);
  for (const batch of batches) moments.add(batch);
  return moments;
}

describe('Moments', () => {
  const rows = Tensor.from([1, 10, 2, 20, 6, 0], [3, 2]);

  test('of three vectors, with n - 1 and with n', () => {
    const moments = momentsOf(rows);
    expect(moments.count).toBe(3);
    expect(moments.mean()).toEqual(Float64Array.of(3, 10));
    // Deviations -2 -1 3 and 0 10 -10.
    expect(moments.covariance(2)).toEqual(Float64Array.of(7, -20, -20, 100));
    expect(moments.covariance(3)).toEqual(Float64Array.of(14 / 3, -40 / 3, -40 / 3, 200 / 3));
  });

  test('of batches are those of all vectors', () => {
    const batches = momentsOf(rows.rows(0, 1), rows.rows(1, 3));
    expect(batches.mean()).toEqual(momentsOf(rows).mean());
    expect(batches.covariance(2)).toEqual(momentsOf(rows).covariance(2));
  });

  test('survive a mean that is large beside the deviations', () => {
    const moments = momentsOf(Tensor.from([2 ** 23, 2 ** 23 + 1, 2 ** 23 + 2], [3, 1]));
    expect(moments.mean()).toEqual(Float64Array.of(2 ** 23 + 1));
    expect(moments.covariance(2)).toEqual(Float64Array.of(1));
  });

  test('leave out vectors that are not finite', () => {
    const moments = momentsOf(Tensor.from([Number.NaN, 0, 1, 2, 0, -Infinity, 3, 6], [4, 2]));
    expect(moments.count).toBe(2);
    expect(moments.mean()).toEqual(Float64Array.of(2, 4));
    expect(moments.covariance(1)).toEqual(Float64Array.of(2, 4, 4, 8));
  });

  test('refuse vectors of another length', () => {
    expect(() => new Moments(3).add(Tensor.zeros([3, 2]))).toThrow(
      new ShapeError('Moments.add: the vectors are [3, 2], expected [n, 3].'),
    );
  });
});
