import { describe, expect, test } from '@jest/globals';
import { TileGrid } from '../../src/data/tiles.ts';
import { seamsOf } from '../../src/evaluation/seams.ts';
import { Random } from '../../src/tensor/random.ts';

const GRID = new TileGrid([96, 96], [16, 16], 0);
const ORIGINAL = new Uint8Array(96 * 96).fill(100);

/** With an error at each pixel. */
const restored = (errorAt: (y: number, x: number) => number) =>
  ORIGINAL.map((value, i) => value + errorAt(Math.floor(i / 96), i % 96));

describe('seamsOf', () => {
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
