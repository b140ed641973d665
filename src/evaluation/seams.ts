/** Whether one sees where the tiles of a picture met: what is wrong beside the borders of tiles, and everywhere else. */

import type { TileGrid } from '../data/tiles.ts';

/** Each at the borders of tiles divided by the same elsewhere: 1 without seams. Undefined if there is no border, or no error. */
export interface Seams {
  /** The mean squared error of the pixels on both sides of a border. */
  readonly error: number | undefined;
  /** The mean squared difference between the errors of two neighbours: a seam is a step that the original does not have. */
  readonly step: number | undefined;
}

/** @param original - `[height, width]` or `[height, width, channels]`, as `restored`. */
export function seamsOf(original: Uint8Array, restored: Uint8Array, grid: TileGrid): Seams {
  const [height, width] = grid.picture;
  const channels = original.length / (height * width);
  const down = bordersOf(grid.rows, grid.tile[0], height);
  const across = bordersOf(grid.columns, grid.tile[1], width);
  const error = new Means();
  const step = new Means();
  const errorAt = (i: number) => restored[i] - original[i];
  for (let i = 0; i < original.length; i++) {
    const y = Math.floor(i / (width * channels));
    const x = Math.floor(i / channels) % width;
    // A border lies before pixel y, or x: the pixels on both sides of it are beside it.
    error.add(down[y] | down[y + 1] | across[x] | across[x + 1], errorAt(i) ** 2);
    if (x > 0) step.add(across[x], (errorAt(i) - errorAt(i - channels)) ** 2);
    if (y > 0) step.add(down[y], (errorAt(i) - errorAt(i - width * channels)) ** 2);
  }
  return { error: error.ratio, step: step.ratio };
}

/** 1 where a tile begins or another has ended just before, inside of the picture. */
function bordersOf(starts: readonly number[], tile: number, length: number): Uint8Array {
  const borders = new Uint8Array(length + 1);
  for (const start of starts) for (const edge of [start, start + tile]) borders[edge] = 1;
  borders[0] = borders[length] = 0;
  return borders;
}

/** The means of numbers at borders, and of all others. */
class Means {
  readonly #sums = [0, 0];
  readonly #counts = [0, 0];

  add(isBorder: number, value: number): void {
    this.#sums[isBorder] += value;
    this.#counts[isBorder]++;
  }

  get ratio(): number | undefined {
    const [inside, border] = this.#sums.map((sum, i) => sum / this.#counts[i]);
    return border >= 0 && inside > 0 ? border / inside : undefined;
  }
}
