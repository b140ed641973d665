import { describe, expect, test } from '@jest/globals';
import { imagesOf } from '../../../src/node/pictures/grid.ts';
import type { PixelImage } from '../../../src/node/pictures/png.ts';
import { scaleFor, stripSheet } from '../../../src/node/pictures/strips.ts';
import { ShapeError } from '../../../src/tensor/shape.ts';

const GAP_GRAY = 72;

/** Image i is all `values[i]`, 84x84 pixels: as large as they are drawn. */
function plain(values: readonly number[]) {
  const data = Float32Array.from(
    { length: values.length * 84 * 84 },
    (_, i) => values[Math.floor(i / 84 / 84)],
  );
  return { shape: [values.length, 84, 84], data };
}

/** Where the pixels of a row change, with the new gray. Letters are left out. */
function changesAt({ width, data }: PixelImage, y: number): [x: number, gray: number][] {
  const row = Array.from(data.subarray(y * width, (y + 1) * width));
  return row.flatMap((gray, x) => (gray === row[x - 1] ? [] : [[x, gray] as [number, number]]));
}

const LETTERS = 235;

describe('stripSheet', () => {
  test('puts a heading above each column, and gaps between the images', () => {
    const sheet = stripSheet(plain([0, 1, 1, 0]), { columnHeadings: ['a', 'b'] });
    expect(sheet).toMatchObject({ width: 2 + 2 * 86, height: 11 + 2 * 86, channels: 1 });
    expect(changesAt(sheet, 11)).toEqual([
      [0, GAP_GRAY],
      [2, 0],
      [86, GAP_GRAY],
      [88, 255],
      [172, GAP_GRAY],
    ]);
    expect(changesAt(sheet, 11 + 86)).toEqual([
      [0, GAP_GRAY],
      [2, 255],
      [86, GAP_GRAY],
      [88, 0],
      [172, GAP_GRAY],
    ]);
    const letters = Array.from(sheet.data.subarray(0, 11 * sheet.width)).flatMap((gray, i) =>
      gray === LETTERS ? [i % sheet.width] : [],
    );
    expect(letters.every((x) => (x >= 2 && x < 7) || (x >= 88 && x < 93))).toBe(true);
    expect(letters.some((x) => x < 7) && letters.some((x) => x > 87)).toBe(true);
  });

  test('sets the first and the last image apart', () => {
    const sheet = stripSheet(plain([0, 1, 1, 0]), { columnHeadings: ['', '', '', ''], endsApart: true });
    const places = changesAt(sheet, 20).map(([x]) => x);
    expect(places).toEqual([0, 2, 86, 102, 186, 188, 272, 288, 372]);
    expect(sheet.width).toBe(374);
  });

  test('puts a heading before each row', () => {
    const sheet = stripSheet(plain([0, 1]), { columnHeadings: ['x'], rowHeadings: ['1', '22'] });
    // Two letters take 11 pixels, with 6 on either side.
    expect(changesAt(sheet, 11)).toEqual([
      [0, GAP_GRAY],
      [23, 0],
      [107, GAP_GRAY],
    ]);
    expect(changesAt(sheet, 11 + 86)).toEqual([
      [0, GAP_GRAY],
      [23, 255],
      [107, GAP_GRAY],
    ]);
    const left = Array.from({ length: sheet.height }, (_, y) =>
      sheet.data.subarray(y * sheet.width, y * sheet.width + 23),
    );
    const written = left.flatMap((row, y) => (row.includes(LETTERS) ? [y] : []));
    // In the middle of each image.
    expect(Math.min(...written)).toBeGreaterThan(11 + 30);
    expect(Math.max(...written)).toBeLessThan(11 + 86 + 54);
    expect(written).toHaveLength(14);
  });

  test('leaves room for wide headings', () => {
    const sheet = stripSheet(
      { shape: [2, 84, 1], data: new Float32Array(168) },
      { columnHeadings: ['sample 3', ''] },
    );
    expect(sheet.width).toBe(2 + 2 * (47 + 4 + 2));
  });

  test('is in colour if the images are', () => {
    const data = Float32Array.from({ length: 84 * 84 * 3 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const sheet = stripSheet({ shape: [1, 84, 84, 3], data }, { columnHeadings: [''] });
    expect(Array.from(sheet.data.subarray(3 * (11 * sheet.width + 2), 3 * (11 * sheet.width + 3)))).toEqual([
      255, 0, 0,
    ]);
  });

  test('refuses what is no image', () => {
    expect(() =>
      stripSheet({ shape: [2, 3], data: new Float32Array(6) }, { columnHeadings: ['', ''] }),
    ).toThrow(ShapeError);
  });
});

test.each<[scale: number, columns: number, rows: number]>([
  [3, 11, 1],
  [3, 19, 23],
  [2, 20, 20],
  [2, 11, 32],
  [1, 57, 1],
  [1, 1000, 1],
])('28x28 is enlarged %i times in %i columns and %i rows', (scale, columns, rows) => {
  const images = imagesOf({ shape: [1, 28, 28], data: new Float32Array(784) }, 'test');
  expect(scaleFor(images, columns, rows)).toBe(scale);
});
