import { describe, expect, test } from '@jest/globals';
import { TileGrid } from '../../src/data/tiles.ts';
import { type Seams, seamsOf } from '../../src/evaluation/seams.ts';
import { Random } from '../../src/tensor/random.ts';

const GRID = new TileGrid([96, 96], [16, 16], 0);
const ORIGINAL = new Uint8Array(96 * 96).fill(100);

/** With an error at each pixel. */
const restored = (errorAt: (y: number, x: number) => number) =>
  ORIGINAL.map((value, i) => value + errorAt(Math.floor(i / 96), i % 96));

/** Value by value, from the words of the docstrings: no arrays of borders. */
function reference(original: Uint8Array, restored: Uint8Array, grid: TileGrid, channels: number): Seams {
  const [height, width] = grid.picture;
  const isBorder = (before: number, length: number, starts: readonly number[], tile: number) =>
    before > 0 && before < length && starts.some((start) => before === start || before === start + tile);
  const isRow = (y: number) => isBorder(y, height, grid.rows, grid.tile[0]);
  const isColumn = (x: number) => isBorder(x, width, grid.columns, grid.tile[1]);
  const errorAt = (y: number, x: number, c: number) => {
    const i = (y * width + x) * channels + c;
    return restored[i] - original[i];
  };
  const squares: Record<'error' | 'step', [number[], number[]]> = { error: [[], []], step: [[], []] };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const isBeside = isRow(y) || isRow(y + 1) || isColumn(x) || isColumn(x + 1);
        squares.error[isBeside ? 1 : 0].push(errorAt(y, x, c) ** 2);
        const right = errorAt(y, x + 1, c) - errorAt(y, x, c);
        const below = errorAt(y + 1, x, c) - errorAt(y, x, c);
        if (x + 1 < width) squares.step[isColumn(x + 1) ? 1 : 0].push(right ** 2);
        if (y + 1 < height) squares.step[isRow(y + 1) ? 1 : 0].push(below ** 2);
      }
    }
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value) / values.length;
  const ratio = ([inside, border]: [number[], number[]]) => mean(border) / mean(inside);
  return { error: ratio(squares.error), step: ratio(squares.step) };
}

describe('seamsOf', () => {
  // Sums of whole numbers: in whatever order, the same bits.
  test.each<[[number, number], [number, number], number, number]>([
    [[40, 29], [9, 7], 2, 1],
    [[40, 29], [9, 7], 3, 3],
    [[29, 40], [7, 9], 0, 3],
  ])(
    'is what the words say: a picture of %j in tiles of %j that overlap by %d, %d channels',
    (picture, tile, overlap, channels) => {
      const random = new Random(4);
      const bytes = () => Uint8Array.from({ length: 40 * 29 * channels }, () => random.integer(256));
      const [original, restored] = [bytes(), bytes()];
      const grid = new TileGrid(picture, tile, overlap);
      expect(seamsOf(original, restored, grid)).toEqual(reference(original, restored, grid, channels));
    },
  );

  test('is 1 for noise that does not know of tiles', () => {
    const random = new Random(1);
    const { error, step } = seamsOf(
      ORIGINAL,
      restored(() => random.integer(21) - 10),
      GRID,
    );
    // Of some 1,000 numbers at borders the mean square is known to 4 %.
    for (const ratio of [error, step]) expect(Math.abs((ratio ?? 0) - 1)).toBeLessThan(0.12);
  });

  test('finds errors beside borders', () => {
    const isBeside = (place: number) => place > 0 && place < 95 && (place % 16 === 0 || place % 16 === 15);
    const { error } = seamsOf(
      ORIGINAL,
      restored((y, x) => (isBeside(y) || isBeside(x) ? 3 : 1)),
      GRID,
    );
    expect(error).toBe(9);
  });

  test('finds tiles that are each too dark or too bright, whose errors are the same everywhere', () => {
    const random = new Random(2);
    const lightness = Array.from({ length: 36 }, () => (random.integer(2) === 0 ? 8 : -8));
    const { error, step } = seamsOf(
      ORIGINAL,
      restored((y, x) => lightness[6 * Math.floor(y / 16) + Math.floor(x / 16)] + random.integer(3) - 1),
      GRID,
    );
    expect(error).toBeCloseTo(1, 1);
    expect(step).toBeGreaterThan(10);
  });

  test('says nothing about one tile, and about no error', () => {
    expect(seamsOf(ORIGINAL, ORIGINAL, GRID)).toEqual({ error: undefined, step: undefined });
    const one = new TileGrid([96, 96], [96, 96], 0);
    expect(
      seamsOf(
        ORIGINAL,
        restored((_, x) => x % 3),
        one,
      ),
    ).toEqual({ error: undefined, step: undefined });
  });

  test('takes colours pixel by pixel', () => {
    const grid = new TileGrid([16, 32], [16, 16], 0);
    const original = new Uint8Array(16 * 32 * 3);
    const wrong = original.map((_, i) => ([15, 16].includes(Math.floor(i / 3) % 32) ? 2 : 1));
    expect(seamsOf(original, wrong, grid).error).toBe(4);
  });
});
