/**
 * A product as jobs of the engine: pack A, cut C into blocks, multiply. What gemm.ts does with one block is the same for
 * any cut. Read gemm.ts and engine.ts first.
 */

import type { Kernels } from '../kernels.ts';
import { B_COLUMNS, B_IN_PLACE, B_ROWS, MAX_DEPTH } from './code/gemm.ts';
import { KERNELS } from './code/module.ts';
import { TILE_COLUMNS, TILE_ROWS } from './code/tile.ts';
import type { Engine } from './engine.ts';
import { ZEROS } from './sharedPage.ts';
import type { Staging } from './staging.ts';

// About how long things take, in nanoseconds: they decide how work is cut, never what is computed.
const NS_PER_MULTIPLY_ADD = 1 / 22;
const NS_PER_PACKED_NUMBER = 0.25;

/** So long a piece should take at least, and so many there should be for each thread. */
const PIECE_NS = 4_000;
const LEAST_PER_THREAD = 4;
const MOST_PER_THREAD = 8;

/** Rows of A that a piece goes over again and again: 256 rows, 512 deep, are half of a second-level cache of 1 MB. */
const MAX_ROWS_PER_PIECE = 256;
/** Packed panels of A at a time, so that the workspace, which only grows, stays small however large A is. */
const MAX_PACKED_BYTES = 2 ** 23;
/** Numbers of A that are packed in one piece. */
const PACKED_PER_PIECE = 4096;
/** For so few rows of C, packing B costs more than it saves; so does packing a transposed A that is so short. */
const FEW_ROWS = 32;
const FEW_STEPS = 64;

// Read once: products of some 8x8x8 are faster for it.
const slot = KERNELS.multiply.slots;
/** The same for packColumns. */
const packSlot = KERNELS.packRows.slots;

export type Form = 'matmul' | 'matmulTransposeA' | 'matmulTransposeB';

interface Product {
  readonly form: Form;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Addresses. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** Where the sums start from: C, n numbers of bias, or zeros. */
  readonly accumulate: boolean;
  readonly bias: number | undefined;
}

export function createProducts(engine: Engine, staging: Staging) {
  const { memory } = engine;

  function multiply(
    product: Product,
    row: number,
    rows: number,
    panels: readonly [start: number, step: number, stepOfA: number],
  ): void {
    const { form, m, n, k, b, c, accumulate, bias } = product;
    const { ints } = engine;
    const { rowsPerPiece, columnsPerPiece, pieces } = cutIntoPieces(rows, n, k, engine.threads);
    ints[slot.m] = rows;
    ints[slot.n] = n;
    ints[slot.k] = k;
    ints[slot.a] = panels[0];
    ints[slot.panelOfA] = panels[1];
    ints[slot.stepOfA] = panels[2];
    ints[slot.b] = b;
    ints[slot.layoutOfB] = form === 'matmulTransposeB' ? B_COLUMNS : m <= FEW_ROWS ? B_IN_PLACE : B_ROWS;
    ints[slot.c] = c + 4 * row * n;
    ints[slot.accumulate] = accumulate ? 1 : 0;
    ints[slot.start] = bias ?? ZEROS;
    ints[slot.startStep] = bias === undefined ? 0 : 4;
    ints[slot.depth] = depthOf(k);
    ints[slot.rowsPerPiece] = rowsPerPiece;
    ints[slot.columnsPerPiece] = columnsPerPiece;
    engine.run(KERNELS.multiply.number, pieces, rows * n * k * NS_PER_MULTIPLY_ADD);
  }

  /** Packs rows of op(A) into panels at `to`. */
  function pack({ form, m, k, a }: Product, row: number, rows: number, to: number): void {
    const { ints } = engine;
    const isTransposed = form === 'matmulTransposeA';
    const rowsPerPiece = roundUp(Math.ceil(PACKED_PER_PIECE / Math.max(k, 1)), TILE_ROWS);
    const kernel = isTransposed ? KERNELS.packColumns : KERNELS.packRows;
    ints[packSlot.a] = a + 4 * row * (isTransposed ? 1 : k);
    ints[packSlot.stride] = 4 * (isTransposed ? m : k);
    ints[packSlot.m] = rows;
    ints[packSlot.k] = k;
    ints[packSlot.to] = to;
    ints[packSlot.rowsPerPiece] = rowsPerPiece;
    engine.run(kernel.number, Math.ceil(rows / rowsPerPiece), rows * k * NS_PER_PACKED_NUMBER);
  }

  function compute(product: Product): void {
    const { form, m, n, k, a } = product;
    if (m === 0 || n === 0) return;
    if (form === 'matmulTransposeA' && k <= FEW_STEPS) {
      multiply(product, 0, m, [a, 4 * TILE_ROWS, 4 * m]);
      return;
    }
    const rowsAtATime = rowsInWorkspace(k);
    const packed = memory.workspace(4 * k * roundUp(Math.min(m, rowsAtATime), TILE_ROWS));
    for (let row = 0; row < m; row += rowsAtATime) {
      const rows = Math.min(rowsAtATime, m - row);
      pack(product, row, rows, packed);
      multiply(product, row, rows, [packed, 4 * TILE_ROWS * k, 4 * TILE_ROWS]);
    }
  }

  const plain =
    (form: Form): Kernels['matmul'] =>
    (m, n, k, arrayA, arrayB, accumulate, arrayC) => {
      const arrays = [arrayA, arrayB, arrayC];
      staging.begin(arrays);
      const [a, b, c] = [staging.place(arrayA), staging.place(arrayB), staging.place(arrayC)];
      compute({ form, m, n, k, a, b, c, accumulate, bias: undefined });
      staging.end(arrays, 2);
    };

  const matmulBias: Kernels['matmulBias'] = (m, n, k, arrayA, arrayB, bias, arrayC) => {
    const arrays = [arrayA, arrayB, bias, arrayC];
    staging.begin(arrays);
    const [a, b] = [staging.place(arrayA), staging.place(arrayB)];
    const [start, c] = [staging.place(bias), staging.place(arrayC)];
    compute({ form: 'matmul', m, n, k, a, b, c, accumulate: false, bias: start });
    staging.end(arrays, 3);
  };

  return {
    matmul: plain('matmul'),
    matmulTransposeA: plain('matmulTransposeA'),
    matmulTransposeB: plain('matmulTransposeB'),
    matmulBias,
  };
}

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;
const clamp = (value: number, minimum: number, most: number): number =>
  Math.max(minimum, Math.min(value, most));

/** The steps along k in equal parts of at most MAX_DEPTH. */
function depthOf(k: number): number {
  return Math.ceil(k / Math.max(1, Math.ceil(k / MAX_DEPTH)));
}

function rowsInWorkspace(k: number): number {
  const rows = Math.floor(MAX_PACKED_BYTES / Math.max(4 * k, 1));
  // Whole blocks of rows, unless they are so long that fewer fit.
  const multiple = rows >= MAX_ROWS_PER_PIECE ? MAX_ROWS_PER_PIECE : TILE_ROWS;
  return Math.max(TILE_ROWS, rows - (rows % multiple));
}

/**
 * Blocks of C for so many threads: enough that the last to finish is not waited for long, none too small. Columns are cut
 * first, since pieces that share columns pack the same panels of B.
 */
function cutIntoPieces(m: number, n: number, k: number, threads: number) {
  const ns = m * n * k * NS_PER_MULTIPLY_ADD;
  const wanted = threads === 1 ? 1 : Math.min(MOST_PER_THREAD * threads, Math.floor(ns / PIECE_NS));
  const rowBlocks = Math.ceil(m / MAX_ROWS_PER_PIECE);
  const columnBlocks = clamp(Math.ceil(wanted / rowBlocks), 1, Math.ceil(n / TILE_COLUMNS));
  const isEnough = rowBlocks * columnBlocks >= Math.min(wanted, LEAST_PER_THREAD * threads);
  const moreRowBlocks = isEnough ? rowBlocks : Math.ceil(wanted / columnBlocks);
  const columnsPerPiece = roundUp(Math.ceil(n / columnBlocks), TILE_COLUMNS);
  const rowsPerPiece = roundUp(Math.ceil(m / moreRowBlocks), TILE_ROWS);
  const pieces = Math.ceil(m / rowsPerPiece) * Math.ceil(n / columnsPerPiece);
  return { rowsPerPiece, columnsPerPiece, pieces };
}
