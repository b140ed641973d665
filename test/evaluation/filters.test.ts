import { describe, expect, test } from '@jest/globals';
import { gaussianFilter, medianFilter } from '../../src/evaluation/filters.ts';
import { Random } from '../../src/tensor/random.ts';
import { type Shape, ShapeError } from '../../src/tensor/shape.ts';

function randomImage(shape: Shape, seed = 1): Float32Array {
  const image = new Float32Array(shape.reduce((a, b) => a * b, 1));
  new Random(seed).fillUniform(image, 0, 1);
  return image;
}

/** Mirrors until the index is inside: -1 becomes 0, n becomes n - 1. */
function mirror(i: number, n: number): number {
  if (i < 0) return mirror(-1 - i, n);
  return i >= n ? mirror(2 * n - 1 - i, n) : i;
}

/** All numbers of a window, straight from the definition. */
function windowOf(
  image: Float32Array,
  [h, w, c = 1]: Shape,
  y: number,
  x: number,
  channel: number,
  radius: number,
) {
  const found: { dy: number; dx: number; value: number }[] = [];
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      found.push({ dy, dx, value: image[(mirror(y + dy, h) * w + mirror(x + dx, w)) * c + channel] });
    }
  }
  return found;
}

function eachPixel(
  [h, w, c = 1]: Shape,
  valueAt: (y: number, x: number, channel: number) => number,
): number[] {
  const values: number[] = [];
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++)
      for (let channel = 0; channel < c; channel++) values.push(valueAt(y, x, channel));
  }
  return values;
}

const SHAPES: readonly Shape[] = [
  [5, 7],
  [7, 5, 1],
  [6, 4, 3],
  [1, 1],
  [2, 9],
  [1, 6, 3],
];

describe('medianFilter', () => {
  test.each(SHAPES.flatMap((shape) => [1, 3, 5].map((side) => [shape, side] as const)))(
    'of %p by %i is the median of every window',
    (shape, side) => {
      const image = randomImage(shape);
      const middle = (values: number[]) => values.sort((a, b) => a - b)[(values.length - 1) / 2];
      const expected = eachPixel(shape, (...at) =>
        middle(windowOf(image, shape, ...at, (side - 1) / 2).map(({ value }) => value)),
      );
      expect(Array.from(medianFilter(shape, side)(image))).toEqual(expected);
    },
  );

  test('removes a single bright pixel', () => {
    const image = new Float32Array(25);
    image[12] = 1;
    expect(medianFilter([5, 5], 3)(image)).toEqual(new Float32Array(25));
  });

  test.each([0, 2, -1, 1.5, Number.NaN])('refuses a window of %p', (side) => {
    expect(() => medianFilter([4, 4], side)).toThrow(
      new RangeError(`medianFilter: the side of the window is ${side}, expected an odd number.`),
    );
  });
});

describe('gaussianFilter', () => {
  test.each(SHAPES.flatMap((shape) => [0.3, 1, 2.5].map((sigma) => [shape, sigma] as const)))(
    'of %p, sigma %p, is the weighted mean of every window',
    (shape, sigma) => {
      const image = randomImage(shape);
      const expected = eachPixel(shape, (...at) => {
        const around = windowOf(image, shape, ...at, Math.ceil(4 * sigma));
        const weights = around.map(({ dy, dx }) => Math.exp(-(dy * dy + dx * dx) / (2 * sigma * sigma)));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        return around.reduce((sum, { value }, i) => sum + weights[i] * value, 0) / total;
      });
      const got = gaussianFilter(shape, sigma)(image);
      // Values from 0 to 1, rounded to float32 after each direction.
      expected.forEach((value, i) => {
        expect(Math.abs(got[i] - value)).toBeLessThanOrEqual(2 ** -23);
      });
    },
  );

  test('leaves an even picture even', () => {
    const got = gaussianFilter([6, 6], 1.3)(new Float32Array(36).fill(0.25));
    expect(got.every((value) => Math.abs(value - 0.25) < 2 ** -24)).toBe(true);
  });

  test.each([0, -1, Infinity, Number.NaN])('refuses sigma %p', (sigma) => {
    expect(() => gaussianFilter([4, 4], sigma)).toThrow(
      new RangeError(`gaussianFilter: sigma is ${sigma}, expected a number above 0.`),
    );
  });
});

test.each<Shape>([[4], [2, 2, 2, 2], [0, 4]])('both refuse the shape %p', (...shape) => {
  const flat = shape.flat();
  expect(() => medianFilter(flat, 3)).toThrow(ShapeError);
  expect(() => gaussianFilter(flat, 1)).toThrow(ShapeError);
});
