/**
 * The gradient of a convolution's weight in SIMD. Read convolve.ts first.
 *
 * For each place (ky, kx, c) of the kernel and each output channel o it is a sum over all pixels of all images, x · dY. A tile
 * is 4 by 8 of these sums. For the numbers of a run, which are neighbours in x, the inner loop of products does: one step is
 * one pixel. Whether the numbers of x are the rows of a tile and those of dY the columns, or the other way round, is left to the
 * caller: with one output channel, 8 columns of dY would be 7 too many.
 *
 * Some rows of the images at a time go through all tiles of a piece, so that they stay in the cache. Their sums are added to
 * those of the rows before, which lie in memory: many short sums round less than a long one. Their order does not depend on how
 * tiles are dealt out.
 */

import { NEVER_ASKS } from '../sharedPage.ts';
import { f32x4, i32, type Local, v128 } from '../wasm/instructions.ts';
import { constant } from './elementwise.ts';
import { emitRowOf } from './images.ts';
import { atMost, forRange, kernelCode, rangeOfPiece } from './kernelCode.ts';
import { createTile, emitInnerLoop, TILE_COLUMNS, TILE_ROWS } from './tile.ts';

/** A tile in memory. */
export const TILE_BYTES = 4 * TILE_ROWS * TILE_COLUMNS;

/** An operand: its first number; bytes from there to the next image, row, pixel, run; how many tiles are side by side in a run. */
const OPERANDS = {
  a: 'i32',
  imageBytesOfA: 'i32',
  rowBytesOfA: 'i32',
  pixelBytesOfA: 'i32',
  runBytesOfA: 'i32',
  tilesOfA: 'i32',
  b: 'i32',
  imageBytesOfB: 'i32',
  rowBytesOfB: 'i32',
  pixelBytesOfB: 'i32',
  runBytesOfB: 'i32',
  tilesOfB: 'i32',
} as const;

export const addWeightGradient = kernelCode({
  argumentTypes: {
    ...OPERANDS,
    /** The sums of all tiles: for each run those of all tiles of A, for each of these all tiles of B. */
    sums: 'i32',
    /** Of dY: rows of all images, rows of one, pixels of a row. */
    rows: 'i32',
    outHeight: 'i32',
    outWidth: 'i32',
    rowsAtATime: 'i32',
    /** How many tiles there are. */
    tiles: 'i32',
    tilesPerPiece: 'i32',
  },
  emit(f, piece, given, _scratch, multiplyAdd) {
    const { a, b, tilesOfA, tilesOfB, sums, rows, outHeight, outWidth } = given;
    const [firstTile, tileEnd, number, firstRow, rowEnd, rowNumber] = f.variables(6, 'i32');
    const [run, image, row, place, rest] = f.variables(5, 'i32');
    const [ofA, ofB, rowOfBlock, startOfA, startOfB, toNextA, toNextB] = f.variables(7, 'i32');
    const neverAsks = f.variable('i32');
    const tile = createTile(f);
    const vectors = tile.sums.flat();
    f.set(neverAsks, i32.load(0, NEVER_ASKS));
    f.set(tile.stepOfA, given.pixelBytesOfA);
    f.set(tile.stepOfB, given.pixelBytesOfB);
    // From the row behind the last one of an image to the first one of the next.
    f.set(toNextA, i32.sub(given.imageBytesOfA, i32.mul(outHeight, given.rowBytesOfA)));
    f.set(toNextB, i32.sub(given.imageBytesOfB, i32.mul(outHeight, given.rowBytesOfB)));
    /** Sets where the first row of a block lies. */
    const emitBlock = () => {
      emitRowOf(f, [image, rowOfBlock], firstRow, outHeight);
      const start = (first: Local<'i32'>, imageBytes: Local<'i32'>, rowBytes: Local<'i32'>) =>
        i32.add(first, i32.add(i32.mul(image, imageBytes), i32.mul(rowOfBlock, rowBytes)));
      f.set(startOfA, start(a, given.imageBytesOfA, given.rowBytesOfA));
      f.set(startOfB, start(b, given.imageBytesOfB, given.rowBytesOfB));
    };
    /** Sets where the numbers of a tile begin: tiles are numbered run by run. */
    const emitTile = () => {
      const tilesOfRun = i32.mul(tilesOfA, tilesOfB);
      f.set(run, i32.div_u(number, tilesOfRun));
      f.set(rest, i32.sub(number, i32.mul(run, tilesOfRun)));
      const rowOfTiles = i32.div_u(rest, tilesOfB);
      const columnOfTiles = i32.sub(rest, i32.mul(rowOfTiles, tilesOfB));
      const inA = i32.add(i32.mul(run, given.runBytesOfA), i32.mul(rowOfTiles, 4 * TILE_ROWS));
      const inB = i32.add(i32.mul(run, given.runBytesOfB), i32.mul(columnOfTiles, 4 * TILE_COLUMNS));
      f.set(ofA, i32.add(startOfA, inA));
      f.set(ofB, i32.add(startOfB, inB));
      f.set(row, rowOfBlock);
      f.set(place, i32.add(sums, i32.mul(number, TILE_BYTES)));
    };
    const emitNextRow = () => {
      f.increase(ofA, given.rowBytesOfA);
      f.increase(ofB, given.rowBytesOfB);
      f.increase(row, 1);
      f.if(i32.eq(row, outHeight), () => {
        f.set(row, 0);
        f.increase(ofA, toNextA);
        f.increase(ofB, toNextB);
      });
    };
    rangeOfPiece(f, [firstTile, tileEnd], piece, given.tilesPerPiece, given.tiles);
    forRange(f, number, firstTile, tileEnd, 1, () => {
      f.set(place, i32.add(sums, i32.mul(number, TILE_BYTES)));
      for (const [i] of vectors.entries()) f.store(place, constant(0), 16 * i);
    });
    f.set(firstRow, 0);
    f.until(i32.ge_u(firstRow, rows), () => {
      f.set(rowEnd, i32.add(firstRow, given.rowsAtATime));
      atMost(f, rowEnd, rows);
      emitBlock();
      forRange(f, number, firstTile, tileEnd, 1, () => {
        emitTile();
        for (const vector of vectors) f.set(vector, constant(0));
        forRange(f, rowNumber, firstRow, rowEnd, 1, () => {
          f.set(tile.a, ofA);
          f.set(tile.b, ofB);
          f.set(tile.left, outWidth);
          emitInnerLoop(f, tile, multiplyAdd, neverAsks);
          emitNextRow();
        });
        for (const [i, vector] of vectors.entries()) {
          f.store(place, f32x4.add(v128.load(place, 16 * i), vector), 16 * i);
        }
      });
      f.set(firstRow, rowEnd);
    });
  },
});
