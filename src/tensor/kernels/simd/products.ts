/**
 * A product as jobs of the engine: pack A into panels, cut C into blocks, multiply. However C is cut, the result is the
 * same. Read code/gemm.ts and engine.ts first.
 */

import type { Kernels } from '../kernels.ts';
import { B_COLUMNS, B_IN_PLACE, B_ROWS, MAX_DEPTH } from './code/gemm.ts';
import { KERNELS } from './code/module.ts';
import { TILE_COLUMNS, TILE_ROWS } from './code/tile.ts';
import type { Engine } from './engine.ts';
import { ZEROS } from './sharedPage.ts';
import type { Staging } from './staging.ts';

// Rough times in nanoseconds: they decide how work is cut, never what is computed.
const NS_PER_MULTIPLY_ADD = 1 / 22;
const NS_PER_PACKED_ELEMENT = 0.25;

/** How long a piece should take at least, and how many pieces there should be for each thread. */
const MIN_PIECE_NS = 4_000;
const MIN_PER_THREAD = 4;
const MAX_PER_THREAD = 8;

/** Rows of A that a piece reads again and again: 256 rows, 512 deep, are half of a second-level cache of 1 MB. */
const MAX_ROWS_PER_PIECE = 256;
/** Packed panels of A at a time, so that the workspace, which only grows, stays small however large A is. */
const MAX_PACKED_BYTES = 2 ** 23;
/** Elements of A that one piece packs. */
const PACKED_PER_PIECE = 4096;
/** Up to this many rows of C, packing B costs more than it saves; up to this many rows of a transposed A, packing A does. */
const FEW_ROWS = 32;
const FEW_STEPS = 64;

// Read once, outside of the functions: that saves 4 % of a product of 8x8x8.
const slot = KERNELS.multiply.slots;
/** Of packRows and packColumns, which have the same arguments. */
const packSlot = KERNELS.packRows.slots;

type Form = 'matmul' | 'matmulTransposeA' | 'matmulTransposeB';

interface Product {
  readonly form: Form;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Addresses. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** The sums start from C if `accumulate` is set, else from n numbers of bias at this address, or from zeros. */
  readonly accumulate: boolean;
  readonly bias: number | undefined;
}

export function createProducts(engine: Engine, staging: Staging) {
  const plain =
    (form: Form): Kernels['matmul'] =>
    (m, n, k, arrayA, arrayB, accumulate, arrayC) => {
      const arrays = [arrayA, arrayB, arrayC];
      staging.begin(arrays);
      const [a, b, c] = [staging.place(arrayA), staging.place(arrayB), staging.place(arrayC)];
      compute(engine, { form, m, n, k, a, b, c, accumulate, bias: undefined });
      staging.end(arrays, 2);
    };

  const matmulBias: Kernels['matmulBias'] = (m, n, k, arrayA, arrayB, bias, arrayC) => {
    const arrays = [arrayA, arrayB, bias, arrayC];
    staging.begin(arrays);
    const [a, b] = [staging.place(arrayA), staging.place(arrayB)];
    const [start, c] = [staging.place(bias), staging.place(arrayC)];
    compute(engine, { form: 'matmul', m, n, k, a, b, c, accumulate: false, bias: start });
    staging.end(arrays, 3);
  };

  return {
    matmul: plain('matmul'),
    matmulTransposeA: plain('matmulTransposeA'),
    matmulTransposeB: plain('matmulTransposeB'),
    matmulBias,
  };
}

/** Packs and multiplies as many rows of A at a time as the workspace holds. */
function compute(engine: Engine, product: Product): void {
  const { form, m, n, k, a } = product;
  if (m === 0 || n === 0) return;
  if (form === 'matmulTransposeA' && k <= FEW_STEPS) {
    multiply(engine, product, 0, m, a, 4 * TILE_ROWS, 4 * m);
    return;
  }
  const rowsAtATime = rowsInWorkspace(k);
  const packed = engine.memory.workspace(4 * k * roundUp(Math.min(m, rowsAtATime), TILE_ROWS));
  for (let row = 0; row < m; row += rowsAtATime) {
    const rows = Math.min(rowsAtATime, m - row);
    pack(engine, product, row, rows, packed);
    multiply(engine, product, row, rows, packed, 4 * TILE_ROWS * k, 4 * TILE_ROWS);
  }
}

/** Packs rows of op(A) into panels at `to`. */
function pack(engine: Engine, { form, m, k, a }: Product, row: number, rows: number, to: number): void {
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
  engine.run(kernel.number, Math.ceil(rows / rowsPerPiece), rows * k * NS_PER_PACKED_ELEMENT);
}

/** Computes rows of C from panels of A: their address, bytes from one to the next, bytes from one step along k to the next. */
function multiply(
  engine: Engine,
  { form, m, n, k, b, c, accumulate, bias }: Product,
  row: number,
  rows: number,
  a: number,
  panelOfA: number,
  stepOfA: number,
): void {
  const { ints } = engine;
  const { rowsPerPiece, columnsPerPiece, pieces } = cutIntoPieces(rows, n, k, engine.threads);
  ints[slot.m] = rows;
  ints[slot.n] = n;
  ints[slot.k] = k;
  ints[slot.a] = a;
  ints[slot.panelOfA] = panelOfA;
  ints[slot.stepOfA] = stepOfA;
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

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;
const clamp = (value: number, minimum: number, maximum: number): number =>
  Math.max(minimum, Math.min(value, maximum));

/** How many steps along k a tile does at a time: k in equal parts of at most MAX_DEPTH. */
function depthOf(k: number): number {
  return Math.ceil(k / Math.max(1, Math.ceil(k / MAX_DEPTH)));
}

/** How many rows of A the workspace holds packed. */
function rowsInWorkspace(k: number): number {
  const rows = Math.floor(MAX_PACKED_BYTES / Math.max(4 * k, 1));
  // A multiple of the rows of a piece or, if they are so long that fewer fit, of the rows of a panel.
  const multiple = rows >= MAX_ROWS_PER_PIECE ? MAX_ROWS_PER_PIECE : TILE_ROWS;
  return Math.max(TILE_ROWS, rows - (rows % multiple));
}

/**
 * Cuts C into blocks for the threads: enough of them that no thread waits long for the last one, and none too small.
 * Columns are cut first, since pieces that share columns pack the same panels of B.
 */
function cutIntoPieces(m: number, n: number, k: number, threads: number) {
  const ns = m * n * k * NS_PER_MULTIPLY_ADD;
  const wanted = threads === 1 ? 1 : Math.min(MAX_PER_THREAD * threads, Math.floor(ns / MIN_PIECE_NS));
  const rowBlocks = Math.ceil(m / MAX_ROWS_PER_PIECE);
  const columnBlocks = clamp(Math.ceil(wanted / rowBlocks), 1, Math.ceil(n / TILE_COLUMNS));
  const isEnough = rowBlocks * columnBlocks >= Math.min(wanted, MIN_PER_THREAD * threads);
  const moreRowBlocks = isEnough ? rowBlocks : Math.ceil(wanted / columnBlocks);
  const columnsPerPiece = roundUp(Math.ceil(n / columnBlocks), TILE_COLUMNS);
  const rowsPerPiece = roundUp(Math.ceil(m / moreRowBlocks), TILE_ROWS);
  const pieces = Math.ceil(m / rowsPerPiece) * Math.ceil(n / columnsPerPiece);
  return { rowsPerPiece, columnsPerPiece, pieces };
}
