import { describe, expect, test } from '@jest/globals';
import { GaussianDistribution, standardNormal } from '../../src/latent/gaussian.ts';
import { Moments } from '../../src/tensor/moments.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOtherBits } from '../helpers/bits.ts';

const { abs, sqrt } = Math;

const GOLDEN = [-3.076296091079712, -1.1781737804412842, 1.4190006256103516];

interface Sums {
  readonly mean: number[];
  /** `[d, d]`, row-major, divided by n. */
  readonly covariance: number[];
}

/** In two passes, as the definition says. */
function momentsOf({ shape: [n, d], data }: Tensor): Sums {
  const indices = Array.from({ length: d }, (_, j) => j);
  const average = (of: (row: number) => number) =>
    Array.from({ length: n }, (_, i) => of(i)).reduce((sum, value) => sum + value, 0) / n;
  const mean = indices.map((j) => average((i) => data[i * d + j]));
  const covariance = indices.flatMap((j) =>
    indices.map((k) => average((i) => (data[i * d + j] - mean[j]) * (data[i * d + k] - mean[k]))),
  );
  return { mean, covariance };
}

/** L Lᵀ */
function covarianceOf({ factor: { data }, mean: { size: d } }: GaussianDistribution): number[] {
  const indices = Array.from({ length: d }, (_, j) => j);
  return indices.flatMap((j) =>
    indices.map((k) => indices.reduce((sum, i) => sum + data[j * d + i] * data[k * d + i], 0)),
  );
}

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(expected.length);
  const far = Array.from(got).filter((value, i) => !(abs(value - expected[i]) <= tolerance));
  expect(far).toEqual([]);
}

/** Codes whose numbers depend on one another. */
function mixedCodes(count: number): Tensor {
  const codes = standardNormal(count, 3, { seed: 5 });
  for (let i = 0; i < codes.size; i += 3) {
    const [x, y, z] = codes.data.subarray(i, i + 3);
    codes.data.set([10 + 2 * x, -3 + x + 0.5 * y, x - y + 0.1 * z], i);
  }
  return codes;
}

describe('standardNormal', () => {
  test('has mean 0, variance 1 and independent numbers', () => {
    const n = 40_000;
    const { mean, covariance } = momentsOf(standardNormal(n, 3, { seed: 1 }));
    // Each is the mean of n numbers with a variance of at most 2: five standard deviations.
    const tolerance = 5 * sqrt(2 / n);
    expectClose(mean, [0, 0, 0], tolerance);
    expectClose(covariance, [1, 0, 0, 0, 1, 0, 0, 0, 1], tolerance);
  });

  test('gives the same bits for a seed, others for another, and begins alike with a larger count', () => {
    const codes = standardNormal(5, 3, { seed: 7 });
    expect(firstOtherBits(standardNormal(5, 3, { seed: 7 }).data, codes.data)).toBeUndefined();
    expect(firstOtherBits(standardNormal(8, 3, { seed: 7 }).rows(0, 5).data, codes.data)).toBeUndefined();
    expect(firstOtherBits(standardNormal(5, 3, { seed: 8 }).data, codes.data)).toBeDefined();
    // What models and files of other machines rely on.
    expect(Array.from(standardNormal(1, 3, { seed: 42 }).data)).toEqual(GOLDEN);
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses the count %p', (count) => {
    expect(() => standardNormal(count, 2)).toThrow(
      new RangeError(`sample: the count is ${count}, expected an integer >= 1.`),
    );
  });

  test('refuses a seed that is none', () => {
    expect(() => standardNormal(1, 2, { seed: -1 })).toThrow(/^Random: the seed is -1, expected an integer/);
  });
});

describe('GaussianDistribution', () => {
  test('fits the mean and the covariance of codes', () => {
    const codes = mixedCodes(500);
    const { mean, covariance } = momentsOf(codes);
    const distribution = GaussianDistribution.fit(codes);
    // Float32 numbers of up to 10, and their products.
    expectClose(distribution.mean.data, mean, 1e-6);
    expectClose(covarianceOf(distribution), covariance, 4e-6);
    expectClose(
      distribution.deviations.data,
      [0, 4, 8].map((i) => sqrt(covariance[i])),
      1e-6,
    );
    expect([1, 2, 5].map((above) => distribution.factor.data[above])).toEqual([0, 0, 0]);
  });

  test('samples with the moments that it was fitted to', () => {
    const n = 40_000;
    const fitted = GaussianDistribution.fit(mixedCodes(500));
    const { mean, covariance } = momentsOf(fitted.sample(n, { seed: 3 }));
    // Variances of at most 4, those of products of at most 2 · 4²: five standard deviations.
    expectClose(mean, fitted.mean.data, 5 * sqrt(4.5 / n));
    expectClose(covariance, covarianceOf(fitted), 5 * sqrt(36 / n));
  });

  test('that is standard samples what a variational autoencoder does', () => {
    const standard = GaussianDistribution.standard(5);
    const options = { seed: 11 };
    expect(Array.from(standard.sample(7, options).data)).toEqual(
      Array.from(standardNormal(7, 5, options).data),
    );
    expect(Array.from(standard.deviations.data)).toEqual([1, 1, 1, 1, 1]);
  });

  test('leaves directions in which codes do not vary at their mean', () => {
    const codes = standardNormal(200, 4, { seed: 2 });
    for (let i = 0; i < codes.size; i += 4) {
      const [x, y] = codes.data.subarray(i, i + 2);
      codes.data.set([x, 0.25, 1 - 2 * x, y], i); // a constant, and a number that follows from another
    }
    const fitted = GaussianDistribution.fit(codes);
    expect(fitted.factor.data.every(Number.isFinite)).toBe(true);
    const samples = fitted.sample(100, { seed: 1 });
    for (let i = 0; i < samples.size; i += 4) {
      const [x, constant, dependent] = samples.data.subarray(i, i + 3);
      expect(constant).toBe(0.25);
      expect(abs(dependent - (1 - 2 * x))).toBeLessThan(1e-5);
    }
    expect(new Set(samples.data).size).toBeGreaterThan(300);
  });

  test('of a single code always gives this code', () => {
    const samples = GaussianDistribution.fit(Tensor.from([3, -4], [1, 2])).sample(3, { seed: 9 });
    expect(Array.from(samples.data)).toEqual([3, -4, 3, -4, 3, -4]);
  });

  test('is exact for codes far from zero', () => {
    // Their squares have 15 digits: sums of those around zero would leave no digit of the variance.
    const codes = Tensor.from([1e7, 1e7 + 1, 1e7 + 2, 1e7 + 3], [4, 1]);
    const { mean, deviations } = GaussianDistribution.fit(codes);
    expect(mean.data[0]).toBe(Math.fround(1e7 + 1.5));
    expectClose(deviations.data, [sqrt(1.25)], 1e-7);
  });

  test('does not read what is above the diagonal of its factor', () => {
    const mean = Tensor.from([1, 2]);
    const [lower, full] = [
      [1, 0, 0.5, 2],
      [1, 99, 0.5, 2],
    ].map((factor) => new GaussianDistribution(mean, Tensor.from(factor, [2, 2])));
    expect(Array.from(full.sample(3).data)).toEqual(Array.from(lower.sample(3).data));
    expect(Array.from(full.deviations.data)).toEqual(Array.from(lower.deviations.data));
  });

  test.each<[mean: number[], factor: number[]]>([
    [[2], [3, 3]],
    [[2], [2]],
    [
      [2, 1],
      [2, 2],
    ],
    [[2], [2, 3]],
  ])('refuses a mean %j with a factor %j', (mean, factor) => {
    expect(() => new GaussianDistribution(Tensor.zeros(mean), Tensor.zeros(factor))).toThrow(ShapeError);
  });

  test.each<number[][]>([[[4]], [[0, 2]], [[4, 0]], [[2, 2, 2]]])(
    'refuses to fit codes of shape %j',
    (shape) => {
      expect(() => GaussianDistribution.fit(Tensor.zeros(shape))).toThrow(
        new ShapeError(`GaussianDistribution.fit: the codes are [${shape.join(', ')}], expected [n, d].`),
      );
    },
  );

  test('of codes that come batch by batch is that of all codes, bit for bit', () => {
    const codes = mixedCodes(50);
    const moments = new Moments(3);
    for (const [start, end] of [
      [0, 1],
      [1, 30],
      [30, 50],
    ])
      moments.add(codes.rows(start, end));
    const { mean, factor } = GaussianDistribution.withMoments(moments);
    const whole = GaussianDistribution.fit(codes);
    expect(firstOtherBits(mean.data, whole.mean.data)).toBeUndefined();
    expect(firstOtherBits(factor.data, whole.factor.data)).toBeUndefined();
  });

  test('leaves out codes that are not finite, and refuses those that all are not', () => {
    const codes = Tensor.from([1, 2, Number.NaN, 0, 3, 4, 0, Infinity], [4, 2]);
    expect(Array.from(GaussianDistribution.fit(codes).mean.data)).toEqual([2, 3]);
    expect(() => GaussianDistribution.fit(Tensor.from([Number.NaN], [1, 1]))).toThrow(
      new RangeError('GaussianDistribution.fit: got no finite codes, expected at least one.'),
    );
  });
});
