import { describe, expect, test } from '@jest/globals';
import { TileBlender, TileGrid } from '../../src/data/tiles.ts';
import { Random } from '../../src/tensor/random.ts';

type Case = readonly [picture: [number, number], tile: [number, number], overlap: number];

const CASES: readonly Case[] = [
  [[8, 8], [8, 8], 0],
  [[8, 8], [8, 8], 4],
  [[9, 8], [8, 8], 2],
  [[16, 24], [8, 8], 0],
  [[17, 23], [8, 8], 0],
  [[31, 50], [8, 8], 1],
  [[31, 50], [8, 8], 4],
  [[40, 29], [5, 7], 2],
  [[29, 40], [7, 5], 2],
  [[13, 9], [1, 1], 0],
];

const wrong = (value: unknown) => value as never;

const bytes = (length: number, seed = 1) => {
  const random = new Random(seed);
  return Uint8Array.from({ length }, () => random.integer(256));
};

/** Pixel by pixel, from the words of docs/isth.md. */
function blended(
  { picture, tile, rows, columns }: TileGrid,
  tiles: Uint8Array,
  channels: number,
): Uint8Array {
  const out = new Uint8Array(picture[0] * picture[1] * channels);
  for (let i = 0; i < out.length; i++) {
    const [y, x, c] = [
      Math.floor(i / channels / picture[1]),
      Math.floor(i / channels) % picture[1],
      i % channels,
    ];
    let [sum, total, k] = [0, 0, 0];
    for (const top of rows) {
      for (const left of columns) {
        const [v, h] = [y - top, x - left];
        if (v >= 0 && v < tile[0] && h >= 0 && h < tile[1]) {
          const weight = Math.min(v + 1, tile[0] - v) * Math.min(h + 1, tile[1] - h);
          sum += weight * tiles[((k * tile[0] + v) * tile[1] + h) * channels + c];
          total += weight;
        }
        k++;
      }
    }
    out[i] = Math.floor(sum / total + 0.5);
  }
  return out;
}

describe.each(CASES)('a picture of %j in tiles of %j that overlap by %d', (picture, tile, overlap) => {
  const grid = new TileGrid(picture, tile, overlap);

  test('has tiles from edge to edge, which overlap by at least that, and no more of them than needed', () => {
    for (const [axis, starts] of [grid.rows, grid.columns].entries()) {
      expect([starts[0], starts.at(-1)]).toEqual([0, picture[axis] - tile[axis]]);
      const steps = starts.slice(1).map((start, i) => start - starts[i]);
      for (const step of steps) expect(step).toBeLessThanOrEqual(tile[axis] - overlap);
      expect((starts.length - 2) * (tile[axis] - overlap)).toBeLessThan(
        Math.max(1, picture[axis] - tile[axis]),
      );
    }
    expect(grid.count).toBe(grid.rows.length * grid.columns.length);
  });

  test.each([1, 3])('is what its own tiles are blended to (%d channels)', (channels) => {
    const pixels = bytes(picture[0] * picture[1] * channels);
    const tiles = grid.cut(pixels);
    expect(tiles).toHaveLength(grid.count * tile[0] * tile[1] * channels);
    expect(grid.blend(tiles)).toEqual(pixels);
  });

  test('is the weighted mean of tiles that disagree, added all at once or one by one', () => {
    const size = tile[0] * tile[1] * 3;
    const tiles = bytes(grid.count * size, 2);
    expect(grid.blend(tiles)).toEqual(blended(grid, tiles, 3));
    const blender = new TileBlender(grid, 3);
    for (let at = 0; at < tiles.length; at += size) blender.add(tiles.subarray(at, at + size));
    expect(blender.picture).toEqual(grid.blend(tiles));
  });
});

test('tiles are spread evenly, each start rounded down, as docs/isth.md says', () => {
  const { rows, columns } = new TileGrid([31, 50], [8, 8], 4);
  expect(rows).toEqual([0, 3, 7, 11, 15, 19, 23]);
  expect(columns).toEqual([0, 3, 7, 11, 15, 19, 22, 26, 30, 34, 38, 42]);
});

test('one tile passes into the next without a step', () => {
  const grid = new TileGrid([1, 28], [1, 16], 0);
  expect(grid.columns).toEqual([0, 12]);
  const wide = new TileGrid([16, 28], [16, 16], 4);
  const tiles = new Uint8Array(2 * 256).fill(200, 256);
  expect([...wide.blend(tiles).subarray(0, 28)]).toEqual([
    ...Array(12).fill(0),
    40,
    80,
    120,
    160,
    ...Array(12).fill(200),
  ]);
});

test.each<[string, () => unknown]>([
  ['a side of the picture is 7, expected an integer >= 8', () => new TileGrid([7, 8], [8, 8], 0)],
  ['the overlap is 5, expected an integer from 0 to 4', () => new TileGrid([9, 9], [8, 8], 5)],
  ['a side of a tile is 0, expected an integer >= 1', () => new TileGrid([9, 9], [0, 8], 0)],
  ['the overlap is 3, expected an integer from 0 to 2', () => new TileGrid([9, 9], [5, 7], 3)],
  ['the overlap is 1.5, expected an integer from 0 to 4', () => new TileGrid([9, 9], [8, 8], 1.5)],
  ['the overlap is -1, expected an integer from 0 to 4', () => new TileGrid([9, 9], [8, 8], -1)],
  [
    'the tile is missing, expected [height, width] in pixels.',
    () => new TileGrid([9, 9], wrong(undefined), 0),
  ],
  [
    'the picture is [9, 9, 3], expected [height, width] in pixels.',
    () => new TileGrid(wrong([9, 9, 3]), [8, 8], 0),
  ],
  ['the values are [1], expected a Uint8Array.', () => new TileGrid([8, 8], [8, 8], 0).cut(wrong([1]))],
  [
    'the values are a Float32Array, expected a Uint8Array.',
    () => new TileGrid([8, 8], [8, 8], 0).blend(wrong(new Float32Array(64))),
  ],
  ['got 63 values, expected those of [8, 8]', () => new TileGrid([8, 8], [8, 8], 0).cut(new Uint8Array(63))],
  [
    'got 128 values, expected those of [8, 8], or 3 times as many.',
    () => new TileGrid([8, 8], [8, 8], 0).cut(new Uint8Array(128)),
  ],
  [
    'got 5 values, expected those of [2, 8, 8]',
    () => new TileGrid([8, 9], [8, 8], 0).blend(new Uint8Array(5)),
  ],
])('refuses: %s', (words, work) => {
  expect(work).toThrow(words);
});
