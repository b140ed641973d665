/**
 * A product as jobs of the engine: pack A into panels, cut C into blocks, multiply. However C is cut, the result is the
 * same. Read code/gemm.ts and engine.ts first.
 */

import type { Kernels } from '../kernels.ts';
import { B_COLUMNS, B_IN_PLACE, B_ROWS, MAX_DEPTH } from './code/gemm.ts';
import { KERNELS } from './code/module.ts';
import { ROW_COLUMNS } from './code/rowProduct.ts';
import { TILE_COLUMNS, TILE_ROWS } from './code/tile.ts';
import type { Engine } from './engine.ts';
import { InnerLoopChoice } from './innerLoopChoice.ts';
import type { Access, RowCut } from './recording.ts';
import { NEVER_ASKS, ZEROS } from './sharedPage.ts';
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
const rowSlot = KERNELS.multiplyRow.slots;
/** Of packRows and packColumns, which have the same arguments. */
const packSlot = KERNELS.packRows.slots;

type Form = 'matmul' | 'matmulTransposeA' | 'matmulTransposeB';

interface Arrays {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly bias?: Float32Array;
  readonly c: Float32Array;
}

interface Product {
  readonly form: Form;
  /** Undefined for a product that is not to be recorded. */
  readonly arrays: Arrays | undefined;
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

export function createProducts(engine: Engine, staging: Staging, innerLoop: InnerLoopChoice) {
  const finish = (m: number, n: number, k: number) => {
    if (!engine.recording) innerLoop.record(m * n * k * NS_PER_MULTIPLY_ADD);
  };

  const plain =
    (form: Form): Kernels['matmul'] =>
    (m, n, k, arrayA, arrayB, accumulate, arrayC) => {
      const list = [arrayA, arrayB, arrayC];
      staging.begin(list);
      const [a, b, c] = [staging.place(arrayA), staging.place(arrayB), staging.place(arrayC)];
      const arrays = { a: arrayA, b: arrayB, c: arrayC };
      compute(engine, { form, arrays, m, n, k, a, b, c, accumulate, bias: undefined });
      staging.end(list, 2);
      finish(m, n, k);
    };

  const matmulBias: Kernels['matmulBias'] = (m, n, k, arrayA, arrayB, bias, arrayC) => {
    const list = [arrayA, arrayB, bias, arrayC];
    staging.begin(list);
    const [a, b] = [staging.place(arrayA), staging.place(arrayB)];
    const [start, c] = [staging.place(bias), staging.place(arrayC)];
    const arrays = { a: arrayA, b: arrayB, bias, c: arrayC };
    compute(engine, { form: 'matmul', arrays, m, n, k, a, b, c, accumulate: false, bias: start });
    staging.end(list, 3);
    finish(m, n, k);
  };

  return {
    matmul: plain('matmul'),
    matmulTransposeA: plain('matmulTransposeA'),
    matmulTransposeB: plain('matmulTransposeB'),
    matmulBias,
  };
}

/** Chooses the inner loop by a product of whatever lies in the memory for copies. */
export function createInnerLoopChoice(engine: Engine): InnerLoopChoice {
  const neverAsks = new Int32Array(engine.memory.memory.buffer, NEVER_ASKS, 1);
  const useNeverAsking = (use: boolean) => {
    neverAsks[0] = use ? 1 : 0;
  };
  return new InnerLoopChoice(useNeverAsking, () => {
    const [m, n, k] = [32, 64, 784];
    const a = engine.memory.staging(4 * (m * k + k * n + m * n));
    const [b, c] = [a + 4 * m * k, a + 4 * (m * k + k * n)];
    compute(engine, {
      form: 'matmul',
      m,
      n,
      k,
      a,
      b,
      c,
      accumulate: false,
      bias: undefined,
      arrays: undefined,
    });
  });
}

/** Packs and multiplies as many rows of A at a time as the workspace holds. */
function compute(engine: Engine, product: Product): void {
  const { form, m, n, k, a } = product;
  if (m === 0 || n === 0) return;
  if (m === 1 && form === 'matmul' && !product.accumulate && n >= ROW_COLUMNS) {
    multiplyOneRow(engine, product);
    return;
  }
  if (form === 'matmulTransposeA' && k <= FEW_STEPS) {
    multiply(engine, product, 0, m, a, 4 * TILE_ROWS, 4 * m);
    recordProduct(engine, product, undefined);
    return;
  }
  const rowsAtATime = rowsInWorkspace(k);
  const size = k * roundUp(Math.min(m, rowsAtATime), TILE_ROWS);
  const panels = m <= rowsAtATime ? engine.recording?.allocate(size) : undefined;
  const packed = panels?.byteOffset ?? engine.memory.workspace(4 * size);
  for (let row = 0; row < m; row += rowsAtATime) {
    const rows = Math.min(rowsAtATime, m - row);
    pack(engine, product, row, rows, packed);
    if (panels) recordPacking(engine, product, panels);
    multiply(engine, product, row, rows, packed, 4 * TILE_ROWS * k, 4 * TILE_ROWS);
    if (panels) recordProduct(engine, product, panels);
  }
}

/** A product of a single row: read in place, by this thread alone. */
function multiplyOneRow(engine: Engine, product: Product): void {
  const { n, k, a, b, c, bias = 0 } = product;
  const { ints } = engine;
  ints[rowSlot.n] = n;
  ints[rowSlot.k] = k;
  ints[rowSlot.a] = a;
  ints[rowSlot.b] = b;
  ints[rowSlot.c] = c;
  ints[rowSlot.bias] = bias;
  engine.run(KERNELS.multiplyRow.number, 1, n * k * NS_PER_MULTIPLY_ADD);
  if (product.arrays) engine.recording?.add(accessOf(product.arrays));
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

/** Records packing, which has just run. */
function recordPacking(engine: Engine, { form, m, arrays }: Product, panels: Float32Array): void {
  if (!arrays) return;
  const isTransposed = form === 'matmulTransposeA';
  engine.recording?.add({
    reads: isTransposed ? [] : [arrays.a],
    readsWhole: isTransposed ? [arrays.a] : [],
    writes: [panels],
    rowCut: rowCut(form, m, (given, rowsPerPiece) => {
      given[packSlot.rowsPerPiece] = rowsPerPiece;
    }),
  });
}

/** Records a product, which has just run. */
function recordProduct(
  engine: Engine,
  { form, m, n, arrays, accumulate }: Product,
  panels: Float32Array | undefined,
): void {
  if (!arrays) return;
  const overwrite = (given: Int32Array) => {
    given[slot.accumulate] = 0;
  };
  engine.recording?.add({
    ...accessOf(arrays, panels),
    rowCut: rowCut(form, m, (given, rowsPerPiece) => {
      given[slot.rowsPerPiece] = rowsPerPiece;
      given[slot.columnsPerPiece] = roundUp(n, TILE_COLUMNS);
    }),
    overwrite: accumulate ? overwrite : undefined,
  });
}

/** @param panels - A, packed; undefined: it is read in place. */
function accessOf({ a, b, bias, c }: Arrays, panels?: Float32Array): Access {
  const readsWhole = [b, ...(bias ? [bias] : []), ...(panels ? [] : [a])];
  return { reads: panels ? [panels] : [], readsWhole, writes: [c] };
}

/** The rows of a transposed A are no samples: to compute some of them takes all samples. */
function rowCut(form: Form, m: number, apply: RowCut['apply']): RowCut | undefined {
  return form === 'matmulTransposeA' ? undefined : { rows: m, apply };
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
