/**
 * A `.npy` file in Fortran order, as MATLAB and Julia write them, as one in C order. In Fortran order the first dimension
 * varies fastest: the values of a row are scattered over the file, and each column (each number of a sample) lies in one
 * piece. It is copied once, a block at a time.
 */

import { itemSizeOf, type NpyHeader } from '../../../io/numpy/npyHeader.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { readRuns } from './readRuns.ts';
import { type OpenNpy, TemporaryNpy } from './temporaryNpy.ts';

/** So many bytes are taken at a time, */
const BLOCK_BYTES = 2 ** 24;
/** or so many that what is read or written in one piece is a page of the disk, up to this. */
const LARGEST_BLOCK_BYTES = 2 ** 27;
const PAGE_BYTES = 4096;

/** Whether the values lie in another order than that of C: an axis of length 1 has no order. */
export function isScattered({ fortranOrder, shape }: NpyHeader): boolean {
  return fortranOrder && shape.filter((length) => length !== 1).length > 1 && sizeOf(shape) > 0;
}

/**
 * Copies a file in Fortran order into a temporary one in C order. The values keep their type and byte order.
 *
 * @param path - Named in errors.
 * @throws {FileError} If the file can't be read, or the copy not be written; then no copy is left.
 */
export async function copyInCOrder(path: string, npy: OpenNpy): Promise<OpenNpy> {
  const { descr, dtype } = npy.header;
  const [count, ...shape] = npy.header.shape;
  const places = placesInRow(shape);
  const copy = await TemporaryNpy.create(path);
  try {
    if (places.length <= count) await copyRows(path, npy, copy, places);
    else {
      await copyColumns(path, npy, copy, places.length);
      if (shape.length > 1) await reorderRows(copy, count, places, itemSizeOf(dtype));
    }
    return copy.opened(count, { descr, dtype, shape });
  } catch (error) {
    await copy.close();
    throw error;
  }
}

/** For each number of a sample in Fortran order, its place in C order. */
function placesInRow(shape: Shape): Uint32Array {
  const places = new Uint32Array(sizeOf(shape));
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  for (let i = 0; i < places.length; i++) {
    places[i] = index.reduce((sum, at, axis) => sum + at * strides[axis], 0);
    // The next one: the first index counts fastest.
    for (let axis = 0; axis < shape.length && ++index[axis] === shape[axis]; axis++) index[axis] = 0;
  }
  return places;
}

/** How many of the lines that a block is made of fit into it, if each of them is of so many items, in so many pieces. */
function linesAtOnce(pieces: number, lineBytes: number): number {
  const wanted = Math.max(BLOCK_BYTES, Math.min(LARGEST_BLOCK_BYTES, PAGE_BYTES * pieces));
  return Math.max(1, Math.floor(wanted / lineBytes));
}

/** Some rows at a time, of which each column gives a piece. */
async function copyRows(path: string, { file, header }: OpenNpy, copy: TemporaryNpy, places: Uint32Array) {
  const itemSize = itemSizeOf(header.dtype);
  const [count] = header.shape;
  const step = linesAtOnce(places.length, places.length * itemSize);
  for (let start = 0; start < count; start += step) {
    const rows = Math.min(step, count - start);
    const block = new Uint8Array(rows * places.length * itemSize);
    const runs = Array.from(places, (_, column) => ({
      position: header.dataOffset + (column * count + start) * itemSize,
      target: block.subarray(column * rows * itemSize, (column + 1) * rows * itemSize),
    }));
    await readRuns(path, file, runs);
    await copy.append(transposed(block, rows, places, itemSize));
  }
}

/** Of few long rows: some columns at a time, which give each row a piece. The columns keep their order. */
async function copyColumns(path: string, { file, header }: OpenNpy, copy: TemporaryNpy, width: number) {
  const itemSize = itemSizeOf(header.dtype);
  const [count] = header.shape;
  const step = linesAtOnce(count, count * itemSize);
  for (let start = 0; start < width; start += step) {
    const columns = Math.min(step, width - start);
    const block = new Uint8Array(columns * count * itemSize);
    await readRuns(path, file, [{ position: header.dataOffset + start * count * itemSize, target: block }]);
    const inOrder = Uint32Array.from({ length: columns }, (_, column) => column);
    const rows = transposed(block, count, inOrder, itemSize);
    for (let row = 0; row < count; row++) {
      const piece = rows.subarray(row * columns * itemSize, (row + 1) * columns * itemSize);
      await copy.write(piece, (row * width + start) * itemSize);
    }
  }
}

/** Brings the numbers of each row into C order. */
async function reorderRows(copy: TemporaryNpy, count: number, places: Uint32Array, itemSize: number) {
  const rowBytes = places.length * itemSize;
  for (let row = 0; row < count; row++) {
    const numbers = await copy.read(new Uint8Array(rowBytes), row * rowBytes);
    await copy.write(transposed(numbers, 1, places, itemSize), row * rowBytes);
  }
}

/** Of a processor's cache. */
const TILE_BYTES = 2 ** 17;

/** Items of 8 bytes are moved as two of 4: as numbers, some NaNs would not keep their bits. */
const WORDS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

/**
 * @param block - Columns, one after the other, of `rows` items each.
 * @param places - Where each column stands in a row.
 */
function transposed(
  block: Uint8Array<ArrayBuffer>,
  rows: number,
  places: Uint32Array,
  itemSize: number,
): Uint8Array<ArrayBuffer> {
  const Words = WORDS[Math.min(itemSize, 4) as keyof typeof WORDS];
  const from = new Words(block.buffer);
  const to = new Words(from.length);
  const parts = Math.max(1, itemSize / 4);
  const width = places.length * parts;
  // A few rows at a time: they stay in the processor's cache until all columns have come.
  const tile = Math.max(1, Math.floor(TILE_BYTES / (places.length * itemSize)));
  for (let start = 0; start < rows; start += tile) {
    const end = Math.min(rows, start + tile);
    for (let column = 0; column < places.length; column++) {
      for (let part = 0; part < parts; part++) {
        let source = (column * rows + start) * parts + part;
        let target = start * width + places[column] * parts + part;
        for (let row = start; row < end; row++) {
          to[target] = from[source];
          source += parts;
          target += width;
        }
      }
    }
  }
  return new Uint8Array(to.buffer);
}
