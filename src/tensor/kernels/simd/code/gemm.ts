/**
 * The three products of a dense layer in SIMD. Read packing.ts and tile.ts first; docs/kernels.md builds them up step by
 * step.
 *
 * C is computed in tiles of 4 x 8. A is packed into panels of 4 rows by a separate job (packing.ts); B is packed into
 * panels of 8 columns by each piece, just before it uses them. Where packing does not pay, the operands are read in
 * place: a short transposed A, and B for a few rows of C. The blocking follows Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication", ACM TOMS 34(3), 2008.
 */

import { NEVER_ASKS } from '../sharedPage.ts';
import type { FunctionBuilder } from '../wasm/functionBuilder.ts';
import { type I32, i32, type Local } from '../wasm/instructions.ts';
import { type ArgumentLocals, atMost, forRange, kernelCode, rangeOfPiece } from './kernelCode.ts';
import { emitPackLines, emitPackSteps } from './packing.ts';
import {
  createTile,
  emitCopyPart,
  emitInnerLoop,
  emitLoadSums,
  emitStoreSums,
  TILE_COLUMNS,
  TILE_ROWS,
} from './tile.ts';

/** Steps along k at a time, so that a panel of B (16 KB) and one of A (8 KB) stay in the first-level cache. */
export const MAX_DEPTH = 512;

/** A thread's scratch memory: a tile for the edges of C, then, from PANEL on, a panel of B. */
const PANEL = 256;
export const SCRATCH_BYTES = PANEL + MAX_DEPTH * TILE_COLUMNS * 4;

/** Layouts of B in memory, and how each is read. */
export const B_ROWS = 0; // [k, n], packed
export const B_COLUMNS = 1; // [n, k], packed transposed
export const B_IN_PLACE = 2; // [k, n], read in place: packing does not pay for a few rows of C

const ARGUMENTS = {
  m: 'i32',
  n: 'i32',
  k: 'i32',
  /** Panels of A: their address, bytes from one to the next, bytes from one step along k to the next. */
  a: 'i32',
  panelOfA: 'i32',
  stepOfA: 'i32',
  b: 'i32',
  /** B_ROWS, B_COLUMNS or B_IN_PLACE. */
  layoutOfB: 'i32',
  c: 'i32',
  /** The sums start from C itself (1), or from what lies at `start` (0): n numbers of bias, or zeros. */
  accumulate: 'i32',
  start: 'i32',
  /** Bytes from one column of `start` to the next: 4 for a bias, 0 for zeros. */
  startStep: 'i32',
  /** Steps along k that a tile does at a time. */
  depth: 'i32',
  /** Multiples of 4 and 8. */
  rowsPerPiece: 'i32',
  columnsPerPiece: 'i32',
} as const;

type Given = ArgumentLocals<typeof ARGUMENTS>;

/** A block of C: its rows and columns from the first up to, but not including, the end. */
interface Block {
  readonly firstRow: Local<'i32'>;
  readonly rowEnd: Local<'i32'>;
  readonly firstColumn: Local<'i32'>;
  readonly columnEnd: Local<'i32'>;
}

const times4 = (value: I32): I32 => i32.shl(value, 2);

/** The block of C that a piece computes: blocks are numbered row by row. */
function emitBlock(
  f: FunctionBuilder,
  piece: Local<'i32'>,
  { m, n, rowsPerPiece, columnsPerPiece }: Given,
): Block {
  const [blocks, blockRow, firstRow, rowEnd, firstColumn, columnEnd] = f.variables(6, 'i32');
  const roundedUp = i32.sub(i32.add(n, columnsPerPiece), 1);
  f.set(blocks, i32.div_u(roundedUp, columnsPerPiece));
  f.set(blockRow, i32.div_u(piece, blocks));
  rangeOfPiece(f, [firstRow, rowEnd], blockRow, rowsPerPiece, m);
  const blockColumn = i32.sub(piece, i32.mul(blockRow, blocks));
  rangeOfPiece(f, [firstColumn, columnEnd], blockColumn, columnsPerPiece, n);
  return { firstRow, rowEnd, firstColumn, columnEnd };
}

/** Sets `panel` to the address of 8 columns of B from column j, `steps` rows from row p: packed, or in place. */
function emitPanelOfB(
  f: FunctionBuilder,
  { n, k, b, layoutOfB }: Given,
  { p, steps, j }: { p: Local<'i32'>; steps: Local<'i32'>; j: Local<'i32'> },
  { panel, stepOfB }: { panel: Local<'i32'>; stepOfB: Local<'i32'> },
  scratch: I32,
): void {
  const place = (row: Local<'i32'>, column: Local<'i32'>, width: Local<'i32'>) =>
    i32.add(b, times4(i32.add(i32.mul(row, width), column)));
  const packed = i32.add(scratch, PANEL);
  const isLayout = (layout: number) => i32.eq(layoutOfB, layout);
  f.if(
    isLayout(B_IN_PLACE),
    () => {
      f.set(panel, place(p, j, n));
      f.set(stepOfB, times4(n));
    },
    () => {
      f.set(panel, packed);
      f.set(stepOfB, 4 * TILE_COLUMNS);
      f.if(
        isLayout(B_COLUMNS),
        () =>
          emitPackLines(f, TILE_COLUMNS, {
            from: place(j, p, k),
            lines: i32.sub(n, j),
            stride: times4(k),
            count: steps,
            to: packed,
          }),
        () =>
          emitPackSteps(f, TILE_COLUMNS, {
            from: place(p, j, n),
            stride: times4(n),
            count: steps,
            to: packed,
          }),
      );
    },
  );
}

/**
 * C = P, C += P or C = P + bias, with P = op(A) · op(B). A piece is a block of C. Every element of C is summed in the
 * order of k, so the result does not depend on how C is cut into pieces.
 */
export const multiply = kernelCode({
  argumentTypes: ARGUMENTS,
  emit(f, piece, given, scratch, multiplyAdd) {
    const { m, n, k, a, panelOfA, c, accumulate, depth } = given;
    const { firstRow, rowEnd, firstColumn, columnEnd } = emitBlock(f, piece, given);
    const [p, steps, j, columns, panel, start, strideOfC] = f.variables(7, 'i32');
    const [i, rows, corner, panelOfRows, isPart] = f.variables(5, 'i32');
    const [target, stride, row, rowStride] = f.variables(4, 'i32');
    const tile = createTile(f);
    const inC = { at: corner, stride: strideOfC };
    const inScratch = { at: target, stride: 4 * TILE_COLUMNS };
    f.set(strideOfC, times4(n));
    f.set(tile.stepOfA, given.stepOfA);

    /** Decides where the sums are stored: in C or, for a tile across its edge, in scratch memory. */
    const emitTarget = () => {
      f.set(rows, i32.sub(m, i));
      const missesRows = i32.lt_u(rows, TILE_ROWS);
      f.set(isPart, i32.add(missesRows, i32.lt_u(columns, TILE_COLUMNS)));
      f.if(
        isPart,
        () => {
          atMost(f, rows, TILE_ROWS);
          f.set(target, scratch);
          f.set(stride, 4 * TILE_COLUMNS);
          f.if(accumulate, () => emitCopyPart(f, rows, columns, inC, inScratch));
        },
        () => {
          f.set(target, corner);
          f.set(stride, strideOfC);
        },
      );
    };

    const emitTile = () => {
      emitTarget();
      f.set(row, start);
      f.set(rowStride, 0);
      f.if(accumulate, () => {
        f.set(row, target);
        f.set(rowStride, stride);
      });
      emitLoadSums(f, tile, row, rowStride);
      f.set(tile.a, panelOfRows);
      f.set(tile.b, panel);
      f.set(tile.left, steps);
      f.if(steps, () => emitInnerLoop(f, tile, multiplyAdd, i32.load(0, NEVER_ASKS)));
      f.set(row, target);
      emitStoreSums(f, tile, row, stride);
      f.if(isPart, () => emitCopyPart(f, rows, columns, inScratch, inC));
      f.increase(corner, times4(strideOfC));
      f.increase(panelOfRows, panelOfA);
    };

    /** All tiles in 8 columns of the block. */
    const emitColumns = () => {
      emitPanelOfB(f, given, { p, steps, j }, { panel, stepOfB: tile.stepOfB }, scratch);
      f.set(columns, i32.sub(n, j));
      atMost(f, columns, TILE_COLUMNS);
      const startOffset = i32.mul(j, given.startStep);
      f.set(start, i32.add(startOffset, given.start));
      const firstNumber = i32.add(i32.mul(firstRow, n), j);
      f.set(corner, i32.add(times4(firstNumber), c));
      const firstPanel = i32.mul(i32.shr_u(firstRow, 2), panelOfA);
      const firstStep = i32.mul(p, tile.stepOfA);
      f.set(panelOfRows, i32.add(i32.add(firstPanel, firstStep), a));
      forRange(f, i, firstRow, rowEnd, TILE_ROWS, emitTile);
    };

    f.loop((again) => {
      f.set(steps, i32.sub(k, p));
      atMost(f, steps, depth);
      forRange(f, j, firstColumn, columnEnd, TILE_COLUMNS, emitColumns);
      // The next steps along k add to these sums.
      f.set(accumulate, 1);
      f.increase(p, steps);
      f.br_if(again, i32.lt_u(p, k));
    });
  },
});
