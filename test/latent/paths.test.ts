import { describe, expect, test } from '@jest/globals';
import { GaussianDistribution, standardNormal } from '../../src/latent/gaussian.ts';
import { normalQuantile } from '../../src/latent/normalQuantile.ts';
import { type Interpolation, interpolateCodes, manifoldCodes, traverseCode } from '../../src/latent/paths.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

const { abs, cos, hypot, PI, sin } = Math;

const rowsOf = (codes: Tensor): number[][] =>
  Array.from({ length: codes.shape[0] }, (_, i) => Array.from(codes.rows(i, i + 1).data));

const code = (...values: number[]): Tensor => Tensor.from(values);

describe('interpolateCodes', () => {
  const [a, b] = [1, 2].map((seed) => standardNormal(1, 8, { seed }).reshape([8]));

  test.each(['linear', 'spherical'] as const)(
    '%s begins and ends with the two codes, bit for bit',
    (kind) => {
      const codes = rowsOf(interpolateCodes(a, b, 5, kind));
      expect(codes).toHaveLength(5);
      expect([codes[0], codes[4]]).toEqual([a, b].map(({ data }) => Array.from(data)));
    },
  );

  test('linear goes along the straight line in equal steps', () => {
    const codes = rowsOf(interpolateCodes(code(0, 4), code(8, 0), 5, 'linear'));
    expect(codes).toEqual([
      [0, 4],
      [2, 3],
      [4, 2],
      [6, 1],
      [8, 0],
    ]);
  });

  test('spherical goes along the circle in equal angles, where linear comes closer to zero', () => {
    const [from, to] = [code(3, 0), code(0, 3)];
    const arc = rowsOf(interpolateCodes(from, to, 7, 'spherical'));
    arc.forEach(([x, y], step) => {
      const angle = (step / 6) * (PI / 2);
      expect(abs(x - 3 * cos(angle))).toBeLessThan(1e-6);
      expect(abs(y - 3 * sin(angle))).toBeLessThan(1e-6);
    });
    const middle = rowsOf(interpolateCodes(from, to, 7, 'linear'))[3];
    expect(hypot(...middle)).toBeCloseTo(3 / Math.SQRT2, 6);
  });

  test('spherical keeps random codes as long as they are, in the plane of the two', () => {
    const codes = rowsOf(interpolateCodes(a, b, 9, 'spherical'));
    const lengths = codes.map((each) => hypot(...each));
    const shorter = Math.min(lengths[0], lengths[8]);
    expect(Math.min(...lengths)).toBeGreaterThan(0.95 * shorter);
    const straight = rowsOf(interpolateCodes(a, b, 9, 'linear'));
    expect(hypot(...straight[4])).toBeLessThan(0.9 * shorter);
  });

  test.each<[what: string, from: Tensor, to: Tensor]>([
    ['the same code', code(1, 2), code(1, 2)],
    ['the same direction', code(1, 2), code(2, 4)],
    ['opposite directions', code(1, 2), code(-2, -4)],
    ['zero', code(0, 0), code(1, 3)],
  ])('spherical is linear for %s', (_, from, to) => {
    const codes = interpolateCodes(from, to, 4, 'spherical');
    expect(rowsOf(codes)).toEqual(rowsOf(interpolateCodes(from, to, 4, 'linear')));
    expect(codes.data.every(Number.isFinite)).toBe(true);
  });

  test('refuses codes that do not belong together', () => {
    expect(() => interpolateCodes(code(1, 2), code(1), 3, 'linear')).toThrow(
      new ShapeError('interpolateCodes: the codes are [2] and [1], expected [d] and [d].'),
    );
    const matrix = Tensor.zeros([1, 2]);
    expect(() => interpolateCodes(matrix, matrix, 3, 'linear')).toThrow(ShapeError);
  });

  test.each([1, 0, 2.5, Number.NaN])('refuses %p steps', (steps) => {
    expect(() => interpolateCodes(a, b, steps, 'linear')).toThrow(
      new RangeError(`interpolateCodes: the number of steps is ${steps}, expected an integer >= 2.`),
    );
  });

  test('refuses another kind', () => {
    expect(() => interpolateCodes(a, b, 3, 'round' as Interpolation)).toThrow(
      new RangeError("interpolateCodes: the kind is 'round', expected 'linear' or 'spherical'."),
    );
  });
});

describe('manifoldCodes', () => {
  test('are quantiles, the first number to the right and the second one upwards', () => {
    const q = Math.fround(normalQuantile(5 / 6)); // of sixths 1, 3 and 5
    expect(rowsOf(manifoldCodes(GaussianDistribution.standard(2), 3))).toEqual([
      [-q, q],
      [0, q],
      [q, q],
      [-q, 0],
      [0, 0],
      [q, 0],
      [-q, -q],
      [0, -q],
      [q, -q],
    ]);
  });

  test('follow the distribution of the codes', () => {
    const distribution = new GaussianDistribution(code(10, 20), Tensor.from([2, 0, 1, 3], [2, 2]));
    const q = normalQuantile(0.75);
    const expected = [
      [-q, q],
      [q, q],
      [-q, -q],
      [q, -q],
    ].map(([x, y]) => [10 + 2 * x, 20 + x + 3 * y]);
    const codes = rowsOf(manifoldCodes(distribution, 2));
    expect(codes.flat().every((value, i) => abs(value - expected.flat()[i]) < 1e-5)).toBe(true);
  });

  test('of size 1 is the mean', () => {
    const distribution = GaussianDistribution.fit(Tensor.from([1, 2, 3, 6], [2, 2]));
    expect(rowsOf(manifoldCodes(distribution, 1))).toEqual([[2, 4]]);
  });

  test('refuse codes of another length, and a size that is none', () => {
    expect(() => manifoldCodes(GaussianDistribution.standard(3), 4)).toThrow(
      new ShapeError('manifoldCodes: the codes have 3 numbers, expected 2: a plane.'),
    );
    expect(() => manifoldCodes(GaussianDistribution.standard(2), 0)).toThrow(
      new RangeError('manifoldCodes: the size is 0, expected an integer >= 1.'),
    );
  });
});

describe('traverseCode', () => {
  test('moves one number around its value and leaves the others', () => {
    const start = code(1, 2, 4);
    expect(rowsOf(traverseCode(start, 1, 3, 5))).toEqual([
      [1, -1, 4],
      [1, 0.5, 4],
      [1, 2, 4],
      [1, 3.5, 4],
      [1, 5, 4],
    ]);
    expect(Array.from(start.data)).toEqual([1, 2, 4]);
  });

  test('refuses what is no code, no number of it, no reach, or no number of steps', () => {
    expect(() => traverseCode(Tensor.zeros([1, 2]), 0, 3, 5)).toThrow(
      new ShapeError('traverseCode: the code is [1, 2], expected [d].'),
    );
    for (const index of [-1, 2, 0.5]) {
      expect(() => traverseCode(code(1, 2), index, 3, 5)).toThrow(
        new RangeError(`traverseCode: the index is ${index}, expected an integer from 0 to 1.`),
      );
    }
    expect(() => traverseCode(code(1, 2), 0, Number.NaN, 5)).toThrow(
      new RangeError('traverseCode: the reach is NaN, expected a finite number.'),
    );
    expect(() => traverseCode(code(1, 2), 0, 3, 1)).toThrow(
      new RangeError('traverseCode: the number of steps is 1, expected an integer >= 2.'),
    );
  });
});
