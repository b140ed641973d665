/**
 * A `.npy` file in Fortran order, as MATLAB and Julia write them, as one in C order. In Fortran order the first dimension
 * varies fastest: the values of a row are scattered over the file. It is copied once, a block of rows at a time.
 */

import { itemSizeOf, type NpyHeader } from '../../../io/numpy/npyHeader.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { readRuns } from './readRuns.ts';
import { type OpenNpy, TemporaryNpy } from './temporaryNpy.ts';

/** So many bytes are taken at a time, */
const BLOCK_BYTES = 2 ** 24;
/** or, of very long rows, so many that a run of the file is a page of its disk, up to this. */
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
export async function copyInCOrder(path: string, { file, header }: OpenNpy): Promise<OpenNpy> {
  const { descr, dtype, dataOffset } = header;
  const [count, ...shape] = header.shape;
  const itemSize = itemSizeOf(dtype);
  const places = placesInRow(shape);
  const wanted = Math.max(BLOCK_BYTES, Math.min(LARGEST_BLOCK_BYTES, PAGE_BYTES * places.length));
  const rowsAtOnce = Math.max(1, Math.floor(wanted / (places.length * itemSize)));
  const copy = await TemporaryNpy.create(path);
  try {
    for (let start = 0; start < count; start += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, count - start);
      const block = new Uint8Array(rows * places.length * itemSize);
      const runs = Array.from(places, (_, column) => ({
        position: dataOffset + (column * count + start) * itemSize,
        target: block.subarray(column * rows * itemSize, (column + 1) * rows * itemSize),
      }));
      await readRuns(path, file, runs);
      await copy.append(transposed(block, rows, places, itemSize));
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
): Uint8Array {
  const Words = WORDS[Math.min(itemSize, 4) as keyof typeof WORDS];
  const from = new Words(block.buffer);
  const to = new Words(from.length);
  const parts = Math.max(1, itemSize / 4);
  const width = places.length * parts;
  for (let column = 0; column < places.length; column++) {
    for (let part = 0; part < parts; part++) {
      let source = column * rows * parts + part;
      let target = places[column] * parts + part;
      for (let row = 0; row < rows; row++) {
        to[target] = from[source];
        source += parts;
        target += width;
      }
    }
  }
  return new Uint8Array(to.buffer);
}
