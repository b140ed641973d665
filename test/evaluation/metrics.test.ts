import { describe, expect, test } from '@jest/globals';
import { binaryEntropy, ErrorSums, psnr } from '../../src/evaluation/metrics.ts';
import { Random } from '../../src/tensor/random.ts';
import { uniformArray } from '../helpers/randomArrays.ts';

describe('psnr', () => {
  test('the examples of docs/math.md, section 4.4', () => {
    expect(psnr(0.015)).toBeCloseTo(18.24, 2);
    expect(psnr(0.01)).toBeCloseTo(20, 12);
    expect(psnr(0.005) - psnr(0.01)).toBeCloseTo(3.0103, 4);
    expect(psnr(0)).toBe(Infinity);
  });

  test('NaN stays NaN', () => {
    expect(psnr(Number.NaN)).toBeNaN();
  });
});

describe('ErrorSums', () => {
  test('mean squared and mean absolute error by hand', () => {
    const sums = new ErrorSums();
    sums.add(Float32Array.of(1, 0, 0.5), Float32Array.of(0.5, 0.25, 0.5));
    expect(sums.result()).toEqual({ mse: 0.3125 / 3, mae: 0.25, psnr: psnr(0.3125 / 3) });
  });

  test('batches count by their number of elements', () => {
    const sums = new ErrorSums();
    sums.add(Float32Array.of(0, 0, 0), Float32Array.of(1, -1, 1));
    sums.add(Float32Array.of(0), Float32Array.of(3));
    expect(sums.result()).toMatchObject({ mse: 12 / 4, mae: 6 / 4 });
  });

  test('sums in float64: a million errors of 0.1 show no rounding of float32', () => {
    const sums = new ErrorSums();
    const original = new Float32Array(1000);
    const reconstruction = original.map(() => 0.1);
    for (let batch = 0; batch < 1000; batch++) sums.add(original, reconstruction);
    const { mse, mae } = sums.result();
    // 1e6 float64 roundings of 1.1e-16 are at most 1.1e-10; a float32 sum of them is off by about 1e-3.
    expect(Math.abs(mae / Math.fround(0.1) - 1)).toBeLessThan(1e-9);
    expect(Math.abs(mse / Math.fround(0.1) ** 2 - 1)).toBeLessThan(1e-9);
  });

  test('a perfect reconstruction has no error and an infinite PSNR', () => {
    const sums = new ErrorSums();
    const x = uniformArray(50, new Random(3));
    sums.add(x, x.slice());
    expect(sums.result()).toEqual({ mse: 0, mae: 0, psnr: Infinity });
  });

  test('NaN in a reconstruction shows', () => {
    const sums = new ErrorSums();
    sums.add(Float32Array.of(1, 2), Float32Array.of(1, Number.NaN));
    expect(sums.result()).toEqual({ mse: Number.NaN, mae: Number.NaN, psnr: Number.NaN });
  });
});

test('the binary entropy is the minimum of the binary cross-entropy, 0 for black and white', () => {
  const x = [0, 1, 0.5, 0.2, 1e-12];
  const crossEntropy = (y: readonly number[]) =>
    x.reduce((sum, value, i) => {
      const [ones, zeros] = [value && value * Math.log(y[i]), 1 - value && (1 - value) * Math.log(1 - y[i])];
      return sum - ones - zeros;
    }, 0);
  expect(binaryEntropy(x)).toBeCloseTo(crossEntropy(x), 12);
  for (const change of [-0.01, 0.01]) {
    expect(crossEntropy([0, 1, 0.5 + change, 0.2, 1e-12])).toBeGreaterThan(binaryEntropy(x));
    expect(crossEntropy([0, 1, 0.5, 0.2 + change, 1e-12])).toBeGreaterThan(binaryEntropy(x));
  }
  expect(binaryEntropy([0.5])).toBeCloseTo(Math.LN2, 15);
  expect(binaryEntropy([0, 1])).toBe(0);
  for (const outside of [-0.1, 1.1, Infinity, Number.NaN]) {
    expect(binaryEntropy([0.5, outside, 0.5])).toBe(-Infinity);
  }
});
