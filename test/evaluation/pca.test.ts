import { describe, expect, test } from '@jest/globals';
import { pcaBaseline, pcaScore } from '../../src/evaluation/baselines.ts';
import { errorsOfMean, PCA } from '../../src/evaluation/pca.ts';
import { matmul } from '../../src/tensor/ops.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

/** Normally distributed along the axes (3, 4) / 5 and (4, -3) / 5, ten times as wide along the first, around (7, -2). */
function cloud(n: number): Tensor {
  const random = new Random(1);
  const x = Tensor.zeros([n, 2]);
  for (let i = 0; i < n; i++) {
    const [a, b] = [random.normal(0, 10), random.normal(0, 1)];
    x.data.set([7 + (3 * a + 4 * b) / 5, -2 + (4 * a - 3 * b) / 5], 2 * i);
  }
  return x;
}

/** Normally distributed along four random directions, along each `step` times as far as along the next. */
function ofRankFour(n: number, d: number, mean: number, step: number): Tensor {
  const random = new Random(1);
  const directions = Array.from({ length: 4 * d }, () => random.normal());
  const x = Tensor.zeros([n, d]);
  for (let i = 0; i < n; i++) {
    const z = Array.from({ length: 4 }, (_, a) => random.normal() / step ** a);
    for (let j = 0; j < d; j++) {
      x.data[i * d + j] = z.reduce((sum, value, a) => sum + value * directions[a * d + j], mean);
    }
  }
  return x;
}

describeEachKernels('PCA', () => {
  test('finds the axes with which the samples were made', () => {
    const { mean, axes, varianceShares } = PCA.fit(cloud(2000), 2);
    // 4 standard errors: 10/sqrt(2000) of the mean, 1/10/sqrt(2000) of an axis.
    expect(Math.hypot(mean[0] - 7, mean[1] + 2)).toBeLessThan(1);
    [0.6, 0.8, 0.8, -0.6].forEach((value, i) => {
      expect(Math.abs(axes.data[i] - value)).toBeLessThan(0.01);
    });
    expect(Math.abs(varianceShares[0] - 100 / 101)).toBeLessThan(0.002);
    expect(varianceShares[0] + varianceShares[1]).toBeCloseTo(1, 5);
  });

  test('gives uncorrelated scores of mean 0 with the reported variances', () => {
    const x = uniformTensor([300, 20], 3);
    const pca = PCA.fit(x, 5);
    const scores = pca.transform(x);
    expect(scores.shape).toEqual([300, 5]);
    const gram = matmul(scores, scores, { transposeA: true }).data;
    const total = Array.from({ length: 20 }, (_, j) => {
      const column = Array.from({ length: 300 }, (_, i) => x.data[20 * i + j] - pca.mean[j]);
      return column.reduce((sum, value) => sum + value * value, 0);
    }).reduce((a, b) => a + b);
    for (let i = 0; i < 5; i++) {
      const sum = Array.from({ length: 300 }, (_, row) => scores.data[5 * row + i]).reduce((a, b) => a + b);
      expect(Math.abs(sum / 300)).toBeLessThan(1e-6);
      expect(gram[6 * i] / total).toBeCloseTo(pca.varianceShares[i], 5);
      for (let j = 0; j < i; j++) expect(Math.abs(gram[5 * i + j] / total)).toBeLessThan(1e-5);
    }
  });

  test.each([
    [1000, 64, 0, 1],
    [300, 784, 0.5, 1],
    [2000, 20, 100, 1],
    [500, 5, 0, 1],
    [1000, 64, 0, 30],
    [40, 100, 3, 1],
  ])(
    'of %p samples of %p numbers around %p that vary in four directions, each %p times as far as the next, it finds four axes',
    (n, d, mean, step) => {
      const x = ofRankFour(n, d, mean, step);
      const pca = PCA.fit(x, 16);
      const width = Math.min(d, 16);
      expect(pca.rank).toBe(4);
      expect(pca.axes.shape).toEqual([d, width]);
      expect(pca.varianceShares.every((share, j) => share > 0 === j < 4)).toBe(true);
      const scores = pca.transform(x);
      expect(scores.shape).toEqual([n, width]);
      expect(scores.data.every((score, i) => i % width < 4 || score === 0)).toBe(true);
      if (d > 16) expect(pcaScore(x, 16).components).toBe(4);
    },
  );

  test('restores as well as the baseline says', () => {
    const x = uniformTensor([60, 12], 4);
    const pca = PCA.fit(x, 4);
    const restored = matmul(pca.transform(x), pca.axes, { transposeB: true }).data;
    let sum = 0;
    restored.forEach((value, i) => {
      sum += (x.data[i] - pca.mean[i % 12] - value) ** 2;
    });
    expect(Math.abs(sum / x.size / pcaBaseline(x, 4) - 1)).toBeLessThan(1e-5);
  });
});

describe('PCA', () => {
  test('measures other samples from the mean that it was fitted to', () => {
    const pca = PCA.fit(Tensor.from([0, 0, 2, 0, 4, 0], [3, 2]), 1);
    expect(Array.from(pca.transform(Tensor.from([5, 9], [1, 2])).data)).toEqual([3]);
  });

  test('the largest number of each axis is positive, whichever way the samples lie', () => {
    const x = cloud(50);
    const turned = new Tensor(
      x.data.map((value) => -value),
      x.shape,
    );
    const [one, other] = [x, turned].map((samples) => PCA.fit(samples, 2).axes.data);
    for (const axes of [one, other]) expect(axes[2]).toBeGreaterThan(0); // 0.8 of the first
    expect(other[2]).toBeCloseTo(one[2], 5);
  });

  test.each([
    [3, 9, 5],
    [3, 2, 5],
    [1, 4, 2],
  ])(
    'of %p samples of %p numbers there are the smaller of both at most, for a count of %p',
    (n, d, count) => {
      const x = uniformTensor([n, d], 1);
      const pca = PCA.fit(x, count);
      expect(pca.axes.shape).toEqual([d, Math.min(n, d)]);
      expect(pca.transform(x).data.every(Number.isFinite)).toBe(true);
    },
  );

  test('samples that are all the same have shares of 0', () => {
    expect(PCA.fit(Tensor.zeros([5, 3]), 2).varianceShares).toEqual([0, 0]);
  });

  test('refuses samples of another size, and counts that are not integers >= 1', () => {
    const pca = PCA.fit(uniformTensor([5, 3], 1), 2);
    expect(() => pca.transform(Tensor.zeros([2, 4]))).toThrow(ShapeError);
    for (const count of [0, 1.5, Number.NaN]) {
      expect(() => PCA.fit(uniformTensor([5, 3], 1), count)).toThrow(RangeError);
    }
  });
});

describeEachKernels('the errors of baselines', () => {
  const x = uniformTensor([300, 20], 3);
  const others = uniformTensor([9, 20], 4);

  test('of PCA are those of x = mean + axes · scores', () => {
    const pca = PCA.fit(x, 5);
    const errors = pca.errors(others);
    const scores = pca.transform(others);
    expect(errors).toHaveLength(9);
    errors.forEach((error, i) => {
      let squares = 0;
      for (let j = 0; j < 20; j++) {
        let restored = pca.mean[j];
        for (let k = 0; k < 5; k++) restored += scores.data[5 * i + k] * pca.axes.data[5 * j + k];
        squares += (others.data[20 * i + j] - restored) ** 2;
      }
      expect(error).toBeCloseTo(squares / 20, 6);
    });
    // Of the samples that it was fitted to, their mean is that of the baseline.
    const mean = pca.errors(x).reduce((a, b) => a + b, 0) / 300;
    expect(mean).toBeCloseTo(pcaBaseline(x, 5), 6);
  });

  test('of the mean are the squared distances to it', () => {
    const { mean } = PCA.fit(x, 1);
    errorsOfMean(others, mean).forEach((error, i) => {
      const squares = Array.from(mean, (value, j) => (others.data[20 * i + j] - value) ** 2);
      expect(error).toBeCloseTo(squares.reduce((a, b) => a + b) / 20, 6);
    });
  });

  test('one sample may come by itself', () => {
    const pca = PCA.fit(x, 2);
    const one = Tensor.from(others.data.subarray(0, 20));
    expect(one.shape).toEqual([20]);
    expect([...pca.errors(one)]).toEqual([pca.errors(others)[0]]);
    expect([...errorsOfMean(one, pca.mean)]).toEqual([errorsOfMean(others, pca.mean)[0]]);
  });

  test('samples of another size are refused', () => {
    expect(() => PCA.fit(x, 2).errors(uniformTensor([3, 7], 1))).toThrow(
      new ShapeError('PCA.errors: the samples are [3, 7], expected [n, 20].'),
    );
    expect(() => errorsOfMean(others, new Float64Array(7))).toThrow(ShapeError);
  });
});
