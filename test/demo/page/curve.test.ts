import { describe, expect, test } from '@jest/globals';
import { Curve } from '../../../demo/page/lossChart.ts';

const curveOf = (count: number, value: (step: number) => number) => {
  const curve = new Curve();
  for (let step = 1; step <= count; step++) curve.add(step, value(step));
  return curve;
};

describe('a loss curve', () => {
  test('keeps every point while there are few', () => {
    expect(curveOf(500, (step) => 1 / step).points).toHaveLength(500);
    expect(curveOf(3, (step) => step).points).toEqual([
      { step: 1, value: 1 },
      { step: 2, value: 2 },
      { step: 3, value: 3 },
    ]);
  });

  test('never has more than 600 points, nor fewer than 300 once it is long', () => {
    for (const count of [600, 601, 10_000, 123_457]) {
      const { length } = curveOf(count, () => 1).points;
      expect(length).toBeLessThanOrEqual(600);
      expect(length).toBeGreaterThanOrEqual(300);
    }
  });

  test('ends where the training is, in steps that grow', () => {
    const { points } = curveOf(12_345, () => 1);
    expect(points.at(-1)?.step).toBe(12_345);
    for (let i = 1; i < points.length; i++) expect(points[i].step).toBeGreaterThan(points[i - 1].step);
  });

  test('merges points into their means', () => {
    const { points } = curveOf(9600, (step) => step);
    // The mean of consecutive numbers that end at `step` lies half their count before it.
    const size = points[1].step - points[0].step;
    expect(size).toBeGreaterThan(8);
    for (const { step, value } of points.slice(0, -1)) expect(value).toBeCloseTo(step - (size - 1) / 2, 9);
  });

  test('finds the point that is nearest to a step', () => {
    expect(curveOf(10, (step) => 10 * step).nearest(6.4)).toEqual({ step: 6, value: 60 });
    expect(new Curve().nearest(1)).toBeUndefined();
  });
});
