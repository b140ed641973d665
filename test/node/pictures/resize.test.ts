import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toGray } from '../../../src/node/pictures/picture.ts';
import type { PixelImage } from '../../../src/node/pictures/png.ts';
import { centreCrop, resize } from '../../../src/node/pictures/resize.ts';
import { naiveCrop, naiveResize, type Plane } from '../../helpers/naive/naiveResize.ts';

interface GoldenCase {
  readonly shape: readonly [height: number, width: number, channels: 1 | 3];
  readonly data: readonly number[];
  readonly size: readonly [height: number, width: number];
  /** Not rounded. */
  readonly values: readonly number[];
}

const GOLDEN: readonly GoldenCase[] = JSON.parse(
  readFileSync(new URL('../../golden/resize/resize.json', import.meta.url), 'utf8'),
);

const image = (height: number, width: number, channels: 1 | 3, data: readonly number[]): PixelImage => ({
  width,
  height,
  channels,
  data: Uint8Array.from(data),
});

const pictures = fc
  .tuple(
    fc.integer({ min: 1, max: 24 }),
    fc.integer({ min: 1, max: 24 }),
    fc.constantFrom(1 as const, 3 as const),
  )
  .chain(([height, width, channels]) =>
    fc
      .array(fc.nat({ max: 255 }), {
        minLength: height * width * channels,
        maxLength: height * width * channels,
      })
      .map((data) => image(height, width, channels, data)),
  );
const sizes = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }));

function planesOf({ width, height, channels, data }: PixelImage): Plane[] {
  return Array.from({ length: channels }, (_, channel) =>
    Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => data[(y * width + x) * channels + channel]),
    ),
  );
}

/** Each value is the nearest whole number, or one of the two nearest where the twin's own error can't tell. */
function requireRounded(actual: Iterable<number>, exact: readonly number[]): void {
  const values = [...actual];
  expect(values.length).toBe(exact.length);
  const worst = Math.max(...values.map((value, i) => Math.abs(value - exact[i])));
  expect(worst).toBeLessThanOrEqual(0.5 + 1e-9);
}

test.each(GOLDEN)(
  'is what PyTorch makes of $shape in the size $size, rounded',
  ({ shape, data, size, values }) => {
    const [height, width, channels] = shape;
    const resized = resize(image(height, width, channels, data), size);
    expect(resized).toMatchObject({ height: size[0], width: size[1], channels });
    requireRounded(resized.data, values);
  },
);

test('is what a naive twin makes of any picture, within the rounding', () => {
  fc.assert(
    fc.property(pictures, sizes, (picture, size) => {
      const planes = planesOf(picture).map((plane) => naiveResize(naiveCrop(plane, size), size));
      const exact = planes[0].flatMap((row, y) => row.flatMap((_, x) => planes.map((plane) => plane[y][x])));
      requireRounded(resize(picture, size).data, exact);
    }),
    { numRuns: 300 },
  );
});

test('keeps a picture of one value, and one that has the size', () => {
  fc.assert(
    fc.property(pictures, sizes, fc.nat({ max: 255 }), (picture, size, value) => {
      const constant = { ...picture, data: new Uint8Array(picture.data.length).fill(value) };
      expect(new Set(resize(constant, size).data)).toEqual(new Set([value]));
      expect(resize(picture, [picture.height, picture.width])).toEqual(picture);
    }),
  );
});

test('keeps the mean where it shrinks by whole numbers', () => {
  const picture = image(
    4,
    6,
    1,
    [0, 2, 4, 6, 8, 10, 2, 4, 6, 8, 10, 12, 4, 6, 8, 10, 12, 14, 6, 8, 10, 12, 14, 16],
  );
  expect([...resize(picture, [2, 3]).data]).toEqual([2, 6, 10, 6, 10, 14]);
});

test('rounds once: halves go up, also where a third of the sums is no number of binary digits', () => {
  expect([...resize(image(2, 2, 1, [0, 1, 1, 0]), [1, 1]).data]).toEqual([1]);
  // 6 * 24 ones and 6 * 24 zeros in areas of 12 x 12.
  const half = image(
    24,
    24,
    1,
    Array.from({ length: 576 }, (_, i) => i % 2),
  );
  expect(new Set(resize(half, [2, 2]).data)).toEqual(new Set([1]));
});

describe('in gray', () => {
  test('brightness is 0.299 red + 0.587 green + 0.114 blue, rounded', () => {
    const colors = image(1, 6, 3, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 10, 20, 30, 0, 0, 0]);
    expect([...toGray(colors).data]).toEqual([76, 150, 29, 255, 18, 0]);
  });

  test('is rounded after the resizing, not before', () => {
    fc.assert(
      fc.property(pictures, sizes, (picture, size) => {
        const planes = planesOf(picture).map((plane) => naiveResize(naiveCrop(plane, size), size));
        const weights = picture.channels === 1 ? [1] : [0.299, 0.587, 0.114];
        const exact = planes[0].flatMap((row, y) =>
          row.map((_, x) => planes.reduce((sum, plane, channel) => sum + weights[channel] * plane[y][x], 0)),
        );
        const { channels, data } = resize(picture, size, true);
        expect(channels).toBe(1);
        requireRounded(data, exact);
      }),
    );
  });
});

test('the crop is in the middle, one pixel less before than behind it', () => {
  expect(centreCrop({ width: 100, height: 75 }, [28, 28])).toEqual({
    columns: { start: 12, length: 75 },
    rows: { start: 0, length: 75 },
  });
  expect(centreCrop({ width: 10, height: 1000 }, [1, 2])).toMatchObject({ rows: { start: 497, length: 5 } });
  expect(centreCrop({ width: 1, height: 1000 }, [1, 1000])).toMatchObject({
    rows: { start: 499, length: 1 },
  });
});
