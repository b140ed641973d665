/**
 * A picture of any size as tiles of one size that overlap, and such tiles blended to a picture again.
 *
 * A pixel of the picture is the mean of those tiles that cover it, each weighted by how far the pixel is from the edges of
 * that tile: there a network knows least of what is around. All sums are of integers, so they are exact, and each value is
 * rounded once.
 */

import { requireInteger, requireNumber } from '../tensor/options.ts';
import { formatShape, ShapeError } from '../tensor/shape.ts';
import { inWords } from '../tensor/words.ts';

const { ceil, floor, min, round } = Math;

/** Height and width in pixels. */
export type PixelSize = readonly [height: number, width: number];

/** Where the tiles of an axis begin, and the sum of their weights at each pixel. */
interface Axis {
  readonly starts: readonly number[];
  readonly totals: Float64Array;
}

/**
 * Where the tiles of a picture lie: as few as possible that overlap by at least so many pixels, evenly spread, from edge to
 * edge. They go row by row.
 *
 * @example
 * const grid = new TileGrid([100, 50], [28, 28], 7);
 * grid.rows; // [0, 18, 36, 54, 72]
 * grid.count; // 15
 * const picture = new Uint8Array(100 * 50).fill(7);
 * grid.blend(grid.cut(picture)); // the picture
 */
export class TileGrid {
  readonly picture: PixelSize;
  readonly tile: PixelSize;
  /** By how many pixels neighbours overlap at least. */
  readonly overlap: number;
  readonly #down: Axis;
  readonly #across: Axis;

  /**
   * @param picture - Height and width of the picture.
   * @param tile - Height and width of a tile.
   * @param overlap - From 0 to half of the tile's shorter side.
   * @throws {TypeError} If a size is no list of height and width.
   * @throws {RangeError} If a length is not an integer >= 1, the picture is smaller than a tile, or the overlap is too large.
   */
  constructor(picture: PixelSize, tile: PixelSize, overlap: number) {
    for (const [what, size] of Object.entries({ picture, tile })) {
      if (Array.isArray(size) && size.length === 2) continue;
      throw new TypeError(`TileGrid: the ${what} is ${inWords(size)}, expected [height, width] in pixels.`);
    }
    picture.forEach((length, i) => {
      requireInteger('TileGrid', 'a side of a tile', tile[i], 1);
      requireInteger('TileGrid', 'a side of the picture', length, tile[i]);
    });
    const half = floor(min(...tile) / 2);
    const isInRange = (value: number) => Number.isInteger(value) && value >= 0 && value <= half;
    requireNumber('TileGrid', 'the overlap', overlap, `an integer from 0 to ${half}`, isInRange);
    this.picture = picture;
    this.tile = tile;
    this.overlap = overlap;
    [this.#down, this.#across] = picture.map((length, i) => axis(length, tile[i], overlap));
  }

  /** The first row of pixels of each row of tiles. */
  get rows(): readonly number[] {
    return this.#down.starts;
  }

  /** The first column of pixels of each column of tiles. */
  get columns(): readonly number[] {
    return this.#across.starts;
  }

  /** The number of tiles. */
  get count(): number {
    return this.rows.length * this.columns.length;
  }

  /**
   * The tiles of a picture.
   *
   * @param picture - Row-major, `[height, width]` or `[height, width, channels]`.
   * @returns `[count, ...tile]`, likewise.
   * @throws {TypeError} If they are no bytes.
   * @throws {ShapeError} If the picture has another number of values.
   */
  cut(picture: Uint8Array): Uint8Array {
    const channels = this.#channelsOf(picture, this.picture);
    const [height, width] = [this.tile[0], this.tile[1] * channels];
    const tiles = new Uint8Array(this.count * height * width);
    let at = 0;
    for (const top of this.rows) {
      for (const left of this.columns) {
        for (let y = top; y < top + height; y++, at += width) {
          const start = (y * this.picture[1] + left) * channels;
          tiles.set(picture.subarray(start, start + width), at);
        }
      }
    }
    return tiles;
  }

  /**
   * The picture that tiles make.
   *
   * @param tiles - All of them, as of {@link cut}.
   * @throws {TypeError} If they are no bytes.
   * @throws {ShapeError} If they have another number of values.
   */
  blend(tiles: Uint8Array): Uint8Array {
    const blender = new TileBlender(this, this.#channelsOf(tiles, [this.count, ...this.tile]));
    blender.add(tiles);
    return blender.picture;
  }

  /** The sum of all weights at a pixel. */
  total(y: number, x: number): number {
    return this.#down.totals[y] * this.#across.totals[x];
  }

  /** How many values a pixel has, of values of this shape. */
  #channelsOf(values: Uint8Array, shape: readonly number[]): number {
    if (!ArrayBuffer.isView(values) || values.BYTES_PER_ELEMENT !== 1) {
      throw new TypeError(`TileGrid: the values are ${inWords(values)}, expected a Uint8Array.`);
    }
    const { length } = values;
    const channels = length / shape.reduce((size, side) => size * side, 1);
    if (channels === 1 || channels === 3) return channels;
    throw new ShapeError(
      `TileGrid: got ${length} values, expected those of ${formatShape(shape)}, or 3 times as many.`,
    );
  }
}

function axis(length: number, tile: number, overlap: number): Axis {
  const steps = ceil((length - tile) / (tile - overlap));
  const starts = Array.from({ length: steps + 1 }, (_, i) =>
    i === 0 ? 0 : floor((i * (length - tile)) / steps),
  );
  const totals = new Float64Array(length);
  for (const start of starts) for (let i = 0; i < tile; i++) totals[start + i] += weight(i, tile);
  return { starts, totals };
}

/** 1 at the edges of a tile, more and more towards its middle. */
function weight(i: number, length: number): number {
  return min(i + 1, length - i);
}

/** Blends tiles as they come. Beside the picture, it holds as many rows of sums as a tile has. */
export class TileBlender {
  /** The picture; complete when all tiles were added. */
  readonly picture: Uint8Array;
  readonly #grid: TileGrid;
  readonly #channels: number;
  /** Row y of the picture is row y modulo the height of a tile. */
  readonly #sums: Float64Array;
  #tiles = 0;
  /** Rows above are finished. */
  #finished = 0;

  constructor(grid: TileGrid, channels: number) {
    const [height, width] = grid.picture;
    this.#grid = grid;
    this.#channels = channels;
    this.picture = new Uint8Array(height * width * channels);
    this.#sums = new Float64Array(grid.tile[0] * width * channels);
  }

  /** @param tiles - The next ones, in their order. */
  add(tiles: Uint8Array): void {
    const { rows, columns, tile } = this.#grid;
    const size = tile[0] * tile[1] * this.#channels;
    for (let at = 0; at < tiles.length; at += size) {
      const row = floor(this.#tiles / columns.length);
      this.#finish(rows[row]);
      this.#addTile(tiles.subarray(at, at + size), rows[row], columns[this.#tiles % columns.length]);
      this.#tiles++;
    }
    if (this.#tiles === this.#grid.count) this.#finish(this.#grid.picture[0]);
  }

  #addTile(values: Uint8Array, top: number, left: number): void {
    const { tile, picture } = this.#grid;
    const [height, width] = tile;
    const channels = this.#channels;
    for (let y = 0, at = 0; y < height; y++) {
      let to = (((top + y) % height) * picture[1] + left) * channels;
      for (let x = 0; x < width; x++) {
        const factor = weight(y, height) * weight(x, width);
        for (let c = 0; c < channels; c++) this.#sums[to++] += factor * values[at++];
      }
    }
  }

  /** No further tile reaches rows above this one. */
  #finish(end: number): void {
    const [height] = this.#grid.tile;
    const length = this.#grid.picture[1] * this.#channels;
    for (; this.#finished < end; this.#finished++) {
      const y = this.#finished;
      const sums = this.#sums.subarray((y % height) * length, ((y % height) + 1) * length);
      for (let i = 0; i < length; i++) {
        this.picture[y * length + i] = round(sums[i] / this.#grid.total(y, floor(i / this.#channels)));
      }
      sums.fill(0);
    }
  }
}
