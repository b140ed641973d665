/** The Fréchet distance against figures of NumPy (test/golden/make_golden.py) and against what is known in closed form. */

import { describe, expect, test } from '@jest/globals';
import { frechetDistance } from '../../src/evaluation/frechet.ts';
import { Moments } from '../../src/tensor/moments.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { goldenTensor, readGolden } from '../helpers/golden.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

const { cases } = readGolden('frechet');

/**
 * Relative to the trace of both covariances. A matrix of rank below d has eigenvalues of rounding, 1e-16 of the largest: up
 * to d of them in the distance, each as its square root. Else only float64 rounding is left (seen: 3e-16).
 */
const SINGULAR = 6 * 2 * 1e-8;
const REGULAR = 1e-14;

function momentsOf(set: Tensor): Moments {
  const moments = new Moments(set.shape[1]);
  moments.add(set);
  return moments;
}

const traces = (...sets: Tensor[]) =>
  sets
    .map((set) => {
      const [n, d] = set.shape;
      const covariance = momentsOf(set).covariance(n - 1);
      return covariance.filter((_, i) => i % (d + 1) === 0).reduce((sum, value) => sum + value, 0);
    })
    .reduce((sum, trace) => sum + trace, 0);

const map = ({ data, shape }: Tensor, f: (value: number, column: number) => number) =>
  Tensor.from(
    data.map((value, i) => f(value, i % shape[1])),
    shape,
  );

describe('frechetDistance', () => {
  test.each(cases.map((golden) => [golden.name, golden] as const))(
    '%s: as NumPy computes it',
    (name, golden) => {
      const [a, b] = [goldenTensor(golden.a), goldenTensor(golden.b)];
      const bound = (name === 'full rank' ? REGULAR : SINGULAR) * traces(a, b);
      expect(Math.abs(frechetDistance(a, b) - golden.distance)).toBeLessThan(bound);
      expect(Math.abs(frechetDistance(b, a) - golden.distance)).toBeLessThan(bound);
    },
  );

  test('negative control: one feature of one sample that is off by 1e-6 is outside of the bound', () => {
    const { a, b, distance } = cases[0];
    const moved = goldenTensor(b);
    moved.data[0] += 1e-6;
    const bound = REGULAR * traces(goldenTensor(a), moved);
    expect(Math.abs(frechetDistance(goldenTensor(a), moved) - distance)).toBeGreaterThan(bound);
  });

  // Integers and powers of two, so that shifting and scaling round nothing.
  const random = new Random(3);
  const set = Tensor.from(
    Array.from({ length: 50 * 8 }, () => Math.round(100 * random.normal())),
    [50, 8],
  );
  const trace = traces(set);

  test('of a set from itself is 0', () => {
    expect(frechetDistance(set, set)).toBeLessThan(REGULAR * 2 * trace);
  });

  test('of a shifted set is the square of the shift', () => {
    const shifted = map(set, (value, column) => value + column);
    expect(Math.abs(frechetDistance(set, shifted) - 140)).toBeLessThan(REGULAR * 2 * trace); // 0² + 1² + … + 7²
  });

  test('of a set scaled by 4 is (4 - 1)² times its trace, and that of its means', () => {
    const means = momentsOf(set)
      .mean()
      .reduce((sum, value) => sum + (3 * value) ** 2, 0);
    const scaled = map(set, (value) => 4 * value);
    expect(Math.abs(frechetDistance(set, scaled) - (9 * trace + means))).toBeLessThan(REGULAR * 17 * trace);
  });

  test('of 96 features from 40 samples, some dead: Jacobi ends, and equal sets have no distance', () => {
    const features = map(uniformTensor([40, 96], 5, -1, 1), (value, column) =>
      column % 8 === 0 ? 0 : Math.max(value, 0),
    );
    // 96 - 39 eigenvalues are rounding, each by its square root.
    expect(frechetDistance(features, features)).toBeLessThan(96 * 2 * 1e-8 * traces(features));
  });

  test.each<[string, Tensor, Tensor, string]>([
    [
      'other widths',
      Tensor.zeros([3, 4]),
      Tensor.zeros([3, 5]),
      'the features are [3, 5], expected [samples, 4].',
    ],
    [
      'images',
      Tensor.zeros([3, 4, 4]),
      Tensor.zeros([3, 4, 4]),
      'the features are [3, 4, 4], expected [samples, features].',
    ],
    [
      'one sample',
      Tensor.zeros([3, 4]),
      Tensor.zeros([1, 4]),
      'the features are of one sample, expected at least two.',
    ],
  ])('refuses %s', (_name, a, b, message) => {
    expect(() => frechetDistance(a, b)).toThrow(new ShapeError(`frechetDistance: ${message}`));
  });

  test.each([Number.NaN, Infinity])('refuses a feature that is %p', (value) => {
    const a = Tensor.zeros([3, 4]);
    a.data[5] = value;
    expect(() => frechetDistance(Tensor.zeros([3, 4]), a)).toThrow(
      new RangeError('frechetDistance: a feature is NaN or infinite, expected finite numbers.'),
    );
  });
});
