import { describe, expect, test } from '@jest/globals';
import { glorotUniform, heUniform, type Initializer, zeros } from '../../src/tensor/initializers.ts';
import { Random } from '../../src/tensor/random.ts';
import { scaleOf, UNIT_ROUNDOFF } from '../helpers/bounds.ts';

const SHAPE = [200, 300] as const;
const COUNT = 200 * 300;

describe.each<[string, Initializer, number]>([
  ['glorotUniform', glorotUniform, Math.sqrt(6 / 500)],
  ['heUniform', heUniform, Math.sqrt(6 / 200)],
])('%s', (_name, initializer, limit) => {
  const weight = initializer(SHAPE, new Random(1));

  test('fills a weight of the shape that is asked for', () => {
    expect(weight.shape).toEqual([200, 300]);
  });

  test('reaches up to its limit and not beyond', () => {
    // The numbers are rounded to float32 when they are stored.
    expect(scaleOf(weight.data)).toBeLessThanOrEqual(limit * (1 + UNIT_ROUNDOFF));
    // 60,000 numbers all below 0.999 of it: once in e^60.
    expect(scaleOf(weight.data)).toBeGreaterThan(0.999 * limit);
  });

  test('has mean 0 and variance limit² / 3, within 5 standard errors', () => {
    const mean = weight.data.reduce((sum, w) => sum + w, 0) / COUNT;
    const variance = weight.data.reduce((sum, w) => sum + w * w, 0) / COUNT;
    expect(Math.abs(mean)).toBeLessThan((5 * limit) / Math.sqrt(3 * COUNT));
    // Var(w²) = limit⁴ (1/5 - 1/9)
    expect(Math.abs(variance - limit ** 2 / 3)).toBeLessThan(5 * limit ** 2 * Math.sqrt(4 / 45 / COUNT));
  });

  test('gives the same weight for the same seed, another for another', () => {
    expect(initializer(SHAPE, new Random(1))).toEqual(weight);
    expect(initializer(SHAPE, new Random(2))).not.toEqual(weight);
  });

  test('draws on: two weights from one generator differ', () => {
    const random = new Random(1);
    expect(initializer(SHAPE, random)).not.toEqual(initializer(SHAPE, random));
  });
});

test('the two limits differ where fan-in and fan-out do: 784 to 64 has 0.0841 and 0.0875', () => {
  expect(scaleOf(glorotUniform([784, 64], new Random(3)).data)).toBeCloseTo(0.0841, 4);
  expect(scaleOf(heUniform([784, 64], new Random(3)).data)).toBeCloseTo(0.0875, 4);
});

test('zeros are zeros and draw nothing', () => {
  const random = new Random(4);
  const before = random.state();
  expect(zeros([2, 3], random).data).toEqual(new Float32Array(6));
  expect(random.state()).toEqual(before);
});
