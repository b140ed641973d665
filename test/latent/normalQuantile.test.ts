import { describe, expect, test } from '@jest/globals';
import { normalQuantile } from '../../src/latent/normalQuantile.ts';

const { abs, exp, PI, sqrt } = Math;

describe('normalQuantile', () => {
  const density = (x: number) => exp((-x * x) / 2) / sqrt(2 * PI);

  /** The cumulative distribution function up to rounding: its Taylor series (Marsaglia, J. Stat. Softw. 11(4), 2004). */
  function cumulative(x: number): number {
    let sum = 0;
    for (let term = x, k = 1; abs(term) > 1e-18 * abs(sum); k += 2, term *= (x * x) / k) sum += term;
    return 0.5 + density(x) * sum;
  }

  /** How far x is from the quantile of p, relative to x: by one step of Newton's method, whose own error is its square. */
  const errorOf = (x: number, p: number) => abs((cumulative(x) - p) / density(x) / x);

  const probabilities = Array.from({ length: 9_999 }, (_, i) => (i + 1) / 10_000).filter((p) => p !== 0.5);
  const tails = [1e-8, 1e-7, 1e-6, 1e-5, 1 - 1e-5];

  test('is the inverse of the distribution function, with a relative error below 2e-7', () => {
    const worst = [...probabilities, ...tails].reduce(
      (max, p) => Math.max(max, errorOf(normalQuantile(p), p)),
      0,
    );
    expect(worst).toBeLessThan(2e-7);
    // The check sees an error of that size.
    expect(errorOf(normalQuantile(0.3) * (1 + 4e-7), 0.3)).toBeGreaterThan(2e-7);
  });

  test('gives the tabulated quantiles', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5);
    expect(normalQuantile(0.8)).toBeCloseTo(0.841621, 5);
    expect(normalQuantile(1e-12)).toBeCloseTo(-7.034484, 5);
    expect([0, 0.5, 1].map(normalQuantile)).toEqual([-Infinity, 0, Infinity]);
  });

  test('is antisymmetric', () => {
    // 1 - p is exact for these.
    for (const p of [1 / 1024, 1 / 16, 1 / 4, 3 / 8]) expect(normalQuantile(1 - p)).toBe(-normalQuantile(p));
  });
});
