import { describe, expect, test } from '@jest/globals';
import { ErrorDistribution, isAbove } from '../../src/evaluation/errorDistribution.ts';
import { Random } from '../../src/tensor/random.ts';

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** 1 to n, in no order. */
function upTo(n: number): number[] {
  const values = Array.from({ length: n }, (_, i) => i + 1);
  new Random(1).shuffle(values);
  return values;
}

/** The share of smaller errors in percent, by definition. */
function naivePercentile(errors: readonly number[], x: number): number {
  return (100 * errors.filter((error) => error < x).length) / errors.length;
}

describe('percentileOf', () => {
  test('is the share of smaller errors, ties included, if all are kept', () => {
    const random = new Random(2);
    const errors = Array.from({ length: 1001 }, () => Math.round(random.uniform(0, 1) * 40) / 8);
    const distribution = ErrorDistribution.of(errors);
    expect(distribution.points).toHaveLength(1001);
    for (const x of [-1, 0, 0.125, 0.1, 2.5, 2.51, 4.9, 5, 6]) {
      expect(distribution.percentileOf(x)).toBeCloseTo(naivePercentile(errors, x), 12);
    }
    expect(ErrorDistribution.of([1, 2, 3, 4]).percentileOf(2.5)).toBe(50);
    expect(ErrorDistribution.of([1, 2, 3, 4]).percentileOf(2)).toBe(25);
    expect(ErrorDistribution.of([7]).percentileOf(7)).toBe(0);
    expect(ErrorDistribution.of([7]).percentileOf(7.1)).toBe(100);
  });

  test('is off by 0.1 at most if there are more', () => {
    const random = new Random(3);
    const errors = Array.from({ length: 50_000 }, () => random.normal() ** 2);
    const distribution = ErrorDistribution.of(errors);
    expect(distribution).toMatchObject({ count: 50_000 });
    expect(distribution.points).toHaveLength(1001);
    for (const x of [0, 0.001, 0.1, 1, 4, 9, 20, 100]) {
      expect(Math.abs(distribution.percentileOf(x) - naivePercentile(errors, x))).toBeLessThanOrEqual(0.1);
    }
  });

  test('an error is compared as float32, as it is kept', () => {
    expect(ErrorDistribution.of([0.1, 0.2]).percentileOf(0.1)).toBe(0);
    expect(ErrorDistribution.of([0.1]).percentileOf(0.100000001)).toBe(0);
  });
});

describe('threshold', () => {
  test('is the ⌈(n + 1) level⌉-th smallest error', () => {
    expect(ErrorDistribution.of(upTo(100)).threshold(0.99)).toEqual({ value: 100, tooFew: false });
    expect(ErrorDistribution.of(upTo(199)).threshold(0.99)).toEqual({ value: 198, tooFew: false });
    expect(ErrorDistribution.of(upTo(200)).threshold(0.99)).toEqual({ value: 199, tooFew: false });
    expect(ErrorDistribution.of(upTo(1000)).threshold(0.995)).toEqual({ value: 996, tooFew: false });
    expect(ErrorDistribution.of(upTo(9)).threshold(0.5)).toEqual({ value: 5, tooFew: false });
  });

  test('of 99 errors the largest is p99; fewer are too few', () => {
    expect(ErrorDistribution.of(upTo(99)).threshold(0.99)).toEqual({ value: 99, tooFew: false });
    expect(ErrorDistribution.of(upTo(98)).threshold(0.99)).toEqual({ value: 98, tooFew: true });
    expect(ErrorDistribution.of([3]).threshold(0.99)).toEqual({ value: 3, tooFew: true });
  });

  test('of more errors than are kept it is the next kept one above', () => {
    for (const n of [1002, 5000, 54_321]) {
      const exact = Math.ceil((n + 1) * 0.99 - 1e-9);
      const { value } = ErrorDistribution.of(upTo(n)).threshold(0.99);
      expect(value).toBeGreaterThanOrEqual(exact);
      expect(value - exact).toBeLessThanOrEqual(n / 1000);
    }
  });

  test('at most 1 % of other samples lie above p99, where np.quantile lets 2 % pass', () => {
    const random = new Random(4);
    let [above, aboveQuantile] = [0, 0];
    const rounds = 4000;
    for (let round = 0; round < rounds; round++) {
      const errors = Array.from({ length: 100 }, () => random.uniform(0, 1));
      const other = random.uniform(0, 1);
      if (isAbove(other, ErrorDistribution.of(errors).threshold(0.99).value)) above++;
      errors.sort((a, b) => a - b);
      if (other > errors[98] + 0.01 * (errors[99] - errors[98])) aboveQuantile++; // np.quantile(errors, 0.99)
    }
    // The share is 1/101; four standard deviations are 0.6 %.
    expect(Math.abs(above / rounds - 1 / 101)).toBeLessThan(0.0063);
    expect(aboveQuantile / rounds).toBeGreaterThan(0.0135);
  });
});

test('errors that overflow count as the largest float32, and lie above every threshold', () => {
  const distribution = ErrorDistribution.of([1, Number.NaN, 2, Infinity, 1e60]);
  expect([...distribution.points]).toEqual([1, 2, ...Array.from({ length: 3 }, () => LARGEST_FLOAT32)]);
  expect(distribution.percentileOf(Number.NaN)).toBe(40);
  for (const error of [Number.NaN, Infinity, -Infinity]) expect(isAbove(error, LARGEST_FLOAT32)).toBe(true);
  expect(isAbove(LARGEST_FLOAT32, LARGEST_FLOAT32)).toBe(false);
  expect(isAbove(0.1, Math.fround(0.1))).toBe(false);
  expect(isAbove(0.11, 0.1)).toBe(true);
});

test('the order of the errors does not matter, and they are not changed', () => {
  const errors = Float64Array.of(3, 1, 2);
  expect([...ErrorDistribution.of(errors).points]).toEqual([1, 2, 3]);
  expect([...errors]).toEqual([3, 1, 2]);
});

test.each([
  [() => ErrorDistribution.of([]), 'ErrorDistribution.of: got no errors, expected at least one.'],
  [
    () => new ErrorDistribution(3, Float32Array.of(1, 2)),
    'ErrorDistribution: got 2 points of 3 errors, expected all of them, or 1001 of more.',
  ],
  [
    () => new ErrorDistribution(Number.NaN, Float32Array.of(1)),
    'ErrorDistribution: got 1 point of NaN errors, ',
  ],
  [
    () => new ErrorDistribution(2, Float32Array.of(2, 1)),
    'ErrorDistribution: the points are not finite numbers in ascending order.',
  ],
  [
    () => ErrorDistribution.of([1]).threshold(99),
    'ErrorDistribution.threshold: the level is 99, expected a number between 0 and 1.',
  ],
])('refuses with a sentence', (call, says) => {
  expect(call).toThrow(RangeError);
  expect(call).toThrow(says);
});
