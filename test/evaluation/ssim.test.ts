import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { structuralSimilarity } from '../../src/evaluation/ssim.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { uniformArray } from '../helpers/randomArrays.ts';

interface GoldenSsim {
  readonly name: string;
  readonly shape: readonly number[];
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly ssim: number;
}

const golden: { readonly cases: readonly GoldenSsim[] } = JSON.parse(
  readFileSync(new URL('../golden/quality/ssim.json', import.meta.url), 'utf8'),
);

const image = (pixels: readonly number[]) => Float32Array.from(pixels, (value) => value / 255);

// Both computed in float64 from the same float32 values; docs/math.md, section 4.4, on what cancels. Seen: 4e-15.
const BOUND = 1e-12;

describe('structuralSimilarity', () => {
  test.each(golden.cases)('agrees with NumPy: $name', ({ shape, a, b, ssim }) => {
    expect(Math.abs(structuralSimilarity(image(a), image(b), shape)! - ssim)).toBeLessThan(BOUND);
  });

  test('negative control: one pixel off by 1 shows', () => {
    const { shape, a, b, ssim } = golden.cases[0];
    const off = a.map((value, i) => (i === 400 ? value ^ 1 : value));
    expect(Math.abs(structuralSimilarity(image(off), image(b), shape)! - ssim)).toBeGreaterThan(1e-6);
  });

  test('negative control: height and width are not interchangeable', () => {
    const { a, b, ssim } = golden.cases[3];
    expect(Math.abs(structuralSimilarity(image(a), image(b), [17, 12])! - ssim)).toBeGreaterThan(1e-3);
  });

  test('flat images of 0.5 and 0.6: the example of docs/math.md, section 4.4', () => {
    const similarity = structuralSimilarity(
      new Float32Array(784).fill(0.5),
      new Float32Array(784).fill(0.6),
      [28, 28],
    );
    // 0.6 is rounded to float32, 4e-8 off.
    expect(similarity).toBeCloseTo(0.6001 / 0.6101, 7);
  });

  test.each([[[11, 11]], [[28, 28, 1]], [[13, 12, 3]]])(
    'equal images of shape %j have exactly 1',
    (shape) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const x = uniformArray(size, new Random(1), 0, 1);
      expect(structuralSimilarity(x, x.slice(), shape)).toBe(1);
    },
  );

  test('is symmetric, and does not change the images', () => {
    const a = uniformArray(300, new Random(1), 0, 1);
    const b = uniformArray(300, new Random(2), 0, 1);
    const [keptA, keptB] = [a.slice(), b.slice()];
    expect(structuralSimilarity(a, b, [15, 20])).toBeCloseTo(structuralSimilarity(b, a, [15, 20])!, 14);
    expect([a, b]).toEqual([keptA, keptB]);
  });

  test('a last dimension of 1 changes nothing', () => {
    const a = uniformArray(300, new Random(1), 0, 1);
    const b = uniformArray(300, new Random(2), 0, 1);
    expect(structuralSimilarity(a, b, [15, 20, 1])).toBe(structuralSimilarity(a, b, [15, 20]));
  });

  test('an image in colour has the mean of its channels', () => {
    const size = 12 * 13;
    const planes = [1, 2, 3].map((seed) => uniformArray(size, new Random(seed), 0, 1));
    const others = [4, 5, 6].map((seed) => uniformArray(size, new Random(seed), 0, 1));
    const interleave = (all: Float32Array[]) =>
      Float32Array.from({ length: 3 * size }, (_, i) => all[i % 3][Math.floor(i / 3)]);
    const each = planes.map((plane, i) => structuralSimilarity(plane, others[i], [12, 13])!);
    const mean = (each[0] + each[1] + each[2]) / 3;
    expect(structuralSimilarity(interleave(planes), interleave(others), [12, 13, 3])).toBeCloseTo(mean, 14);
  });

  test.each([[[784]], [[10, 28]], [[28, 10]], [[3, 32, 32]], [[28, 28, 1, 1]], [[28, 28, 0]], [[]]])(
    'is undefined for shape %j',
    (shape) => {
      const size = shape.reduce((product, length) => product * length, 1);
      expect(structuralSimilarity(new Float32Array(size), new Float32Array(size), shape)).toBeUndefined();
    },
  );

  test('arrays that are longer or shorter than the shape says are refused', () => {
    expect(() => structuralSimilarity(new Float32Array(784), new Float32Array(783), [28, 28])).toThrow(
      new ShapeError('structuralSimilarity: the images have 784 and 783 numbers, shape [28, 28] needs 784.'),
    );
  });
});
