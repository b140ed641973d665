import { describe, expect, test } from '@jest/globals';
import { formatLoss, formatTick, place, scaleOf, spanOf, ticksOf } from '../../../demo/page/scales.ts';

describe('the scale of an axis', () => {
  test('is logarithmic where positive values span much', () => {
    expect(scaleOf([0.2, 0.01]).isLog).toBe(true);
    expect(scaleOf([0.2, 0.1]).isLog).toBe(false);
    expect(scaleOf([0.2, 0]).isLog).toBe(false);
    expect(scaleOf([-1, 500]).isLog).toBe(false);
  });

  test('has room for all values, for one, and for none', () => {
    for (const values of [[3, 1, 2], [0.001, 5], [7], [0], []]) {
      const scale = scaleOf(values);
      expect(scale.high).toBeGreaterThan(scale.low);
      for (const value of values) {
        expect(place(value, scale)).toBeGreaterThan(0);
        expect(place(value, scale)).toBeLessThan(1);
      }
    }
  });

  test('leaves out what is no number', () => {
    expect(scaleOf([1, Number.NaN, 2, Infinity])).toEqual(scaleOf([1, 2]));
  });

  test('places powers at equal distances if it is logarithmic', () => {
    const scale = { low: 0.01, high: 1, isLog: true };
    expect(place(0.1, scale)).toBeCloseTo(0.5, 12);
    expect(place(0.1, { ...scale, isLog: false })).toBeCloseTo(1 / 11, 12);
  });
});

describe('ticks', () => {
  test('have an end for values that hardly differ, and for very large ones', () => {
    for (const values of [
      [1, 1 + 4e-16],
      [2 ** 200, 2 ** 200 + 2 ** 148],
      [-1, -1 - 4e-16],
    ]) {
      const ticks = ticksOf(scaleOf(values), 5);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThan(12);
      expect(new Set(ticks.map(formatTick)).size).toBe(ticks.length);
    }
    expect(formatTick(8.3e60)).toBe('8.3e+60');
  });

  test('are round numbers inside the scale', () => {
    expect(ticksOf({ low: 0, high: 6816, isLog: false }, 5)).toEqual([0, 2000, 4000, 6000]);
    expect(ticksOf({ low: -0.31, high: 0.29, isLog: false }, 6).map(formatTick)).toEqual([
      '-0.3',
      '-0.2',
      '-0.1',
      '0',
      '0.1',
      '0.2',
    ]);
    expect(ticksOf({ low: 0.014, high: 0.11, isLog: true }, 5)).toEqual([0.02, 0.03, 0.05, 0.1]);
    expect(ticksOf({ low: 1e-5, high: 1000, isLog: true }, 9)).toEqual([
      1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000,
    ]);
  });

  test('are at least two on a short logarithmic scale', () => {
    expect(ticksOf({ low: 0.0021, high: 0.0049, isLog: true }, 4).length).toBeGreaterThanOrEqual(2);
  });
});

test('numbers are as short as they may be', () => {
  expect([0, 0.05, 2000, 12_000, 1_500_000, 1e-5].map(formatTick)).toEqual([
    '0',
    '0.05',
    '2000',
    '12k',
    '1.5M',
    '1e-5',
  ]);
  expect([0.0144, 1.851, 12.34, 129.4, 0.00001, 0, -0.5].map(formatLoss)).toEqual([
    '0.0144',
    '1.85',
    '12.3',
    '129',
    '1.0e-5',
    '0.0000',
    '-0.5000',
  ]);
  expect(formatLoss(undefined)).toBe('–');
  expect(formatLoss(Number.NaN)).toBe('NaN');
});

test('a span has room for every other number, and for none', () => {
  const points = Float32Array.from([0, 10, 1, 30, 4, 20]);
  const [x, y] = [spanOf(points, 0, 2), spanOf(points, 1, 2)];
  expect([x.low, x.high]).toEqual([-0.16, 4.16]);
  expect([y.low, y.high]).toEqual([9.2, 30.8]);
  expect(spanOf(new Float32Array(0), 0, 2)).toEqual({ low: -1, high: 1, isLog: false });
  expect(spanOf(Float32Array.from([5, 5]), 0, 1)).toEqual({ low: 4, high: 6, isLog: false });
});
