/**
 * The three products of a dense layer in SIMD. Read packing.ts and tile.ts first; docs/kernels.md builds them up step by
 * step.
 *
 * C is computed in tiles of 4 x 8. A is packed into panels of 4 rows by a separate job (packing.ts); B is packed into
 * panels of 8 columns by each piece, just before it uses them. Where packing does not pay, the operands are read in
 * place: a short transposed A, and B for a few rows of C. The blocking follows Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication", ACM TOMS 34(3), 2008.
 */

import type { FunctionBuilder, Global, I32, Local } from '../wasm/instructions.ts';
import { type ArgumentLocals, atMost, forRange, kernelCode } from './kernelCode.ts';
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

const times4 = ({ i32 }: FunctionBuilder, value: I32): I32 => i32.shl(value, i32.const(2));

/** The block of C that a piece computes: blocks are numbered row by row. */
function emitBlock(
  f: FunctionBuilder,
  piece: Local<'i32'>,
  { m, n, rowsPerPiece, columnsPerPiece }: Given,
): Block {
  const { local, i32 } = f;
  const [blocks, blockRow, firstRow, rowEnd, firstColumn, columnEnd] = f.variables(6, 'i32');
  const roundedUp = i32.sub(i32.add(local.get(n), local.get(columnsPerPiece)), i32.const(1));
  local.set(blocks, i32.div_u(roundedUp, local.get(columnsPerPiece)));
  local.set(blockRow, i32.div_u(local.get(piece), local.get(blocks)));
  local.set(firstRow, i32.mul(local.get(blockRow), local.get(rowsPerPiece)));
  local.set(rowEnd, i32.add(local.get(firstRow), local.get(rowsPerPiece)));
  atMost(f, rowEnd, m);
  const blockColumn = i32.sub(local.get(piece), i32.mul(local.get(blockRow), local.get(blocks)));
  local.set(firstColumn, i32.mul(blockColumn, local.get(columnsPerPiece)));
  local.set(columnEnd, i32.add(local.get(firstColumn), local.get(columnsPerPiece)));
  atMost(f, columnEnd, n);
  return { firstRow, rowEnd, firstColumn, columnEnd };
}

/** Sets `panel` to the address of 8 columns of B from column j, `steps` rows from row p: packed, or in place. */
function emitPanelOfB(
  f: FunctionBuilder,
  { n, k, b, layoutOfB }: Given,
  { p, steps, j }: { p: Local<'i32'>; steps: Local<'i32'>; j: Local<'i32'> },
  { panel, stepOfB }: { panel: Local<'i32'>; stepOfB: Local<'i32'> },
  scratch: Global,
): void {
  const { local, i32 } = f;
  const place = (row: Local<'i32'>, column: Local<'i32'>, width: Local<'i32'>) =>
    i32.add(local.get(b), times4(f, i32.add(i32.mul(local.get(row), local.get(width)), local.get(column))));
  const packed = () => i32.add(f.global.get(scratch), i32.const(PANEL));
  const isLayout = (layout: number) => i32.eq(local.get(layoutOfB), i32.const(layout));
  f.if(
    isLayout(B_IN_PLACE),
    () => {
      local.set(panel, place(p, j, n));
      local.set(stepOfB, times4(f, local.get(n)));
    },
    () => {
      local.set(panel, packed());
      local.set(stepOfB, i32.const(4 * TILE_COLUMNS));
      f.if(
        isLayout(B_COLUMNS),
        () =>
          emitPackLines(f, TILE_COLUMNS, {
            from: () => place(j, p, k),
            lines: () => i32.sub(local.get(n), local.get(j)),
            stride: () => times4(f, local.get(k)),
            count: () => local.get(steps),
            to: packed,
          }),
        () =>
          emitPackSteps(f, TILE_COLUMNS, {
            from: () => place(p, j, n),
            stride: () => times4(f, local.get(n)),
            count: () => local.get(steps),
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
  name: 'multiply',
  argumentTypes: ARGUMENTS,
  emit(f, piece, given, scratch) {
    const { local, i32 } = f;
    const { m, n, k, a, panelOfA, c, accumulate, depth } = given;
    const { firstRow, rowEnd, firstColumn, columnEnd } = emitBlock(f, piece, given);
    const [p, steps, j, columns, panel, start, strideOfC] = f.variables(7, 'i32');
    const [i, rows, corner, panelOfRows, isPart] = f.variables(5, 'i32');
    const [target, stride, row, rowStride] = f.variables(4, 'i32');
    const tile = createTile(f);
    const inC = { at: corner, stride: () => local.get(strideOfC) };
    const inScratch = { at: target, stride: () => i32.const(4 * TILE_COLUMNS) };
    local.set(strideOfC, times4(f, local.get(n)));
    local.set(tile.stepOfA, local.get(given.stepOfA));

    /** Decides where the sums are stored: in C or, for a tile across its edge, in scratch memory. */
    const emitTarget = () => {
      local.set(rows, i32.sub(local.get(m), local.get(i)));
      const missesRows = i32.lt_u(local.get(rows), i32.const(TILE_ROWS));
      local.set(isPart, i32.add(missesRows, i32.lt_u(local.get(columns), i32.const(TILE_COLUMNS))));
      f.if(
        local.get(isPart),
        () => {
          atMost(f, rows, TILE_ROWS);
          local.set(target, f.global.get(scratch));
          local.set(stride, i32.const(4 * TILE_COLUMNS));
          f.if(local.get(accumulate), () => emitCopyPart(f, rows, columns, inC, inScratch));
        },
        () => {
          local.set(target, local.get(corner));
          local.set(stride, local.get(strideOfC));
        },
      );
    };

    const emitTile = () => {
      emitTarget();
      local.set(row, local.get(start));
      local.set(rowStride, i32.const(0));
      f.if(local.get(accumulate), () => {
        local.set(row, local.get(target));
        local.set(rowStride, local.get(stride));
      });
      emitLoadSums(f, tile, row, rowStride);
      local.set(tile.a, local.get(panelOfRows));
      local.set(tile.b, local.get(panel));
      local.set(tile.left, local.get(steps));
      f.if(local.get(steps), () => emitInnerLoop(f, tile));
      local.set(row, local.get(target));
      emitStoreSums(f, tile, row, stride);
      f.if(local.get(isPart), () => emitCopyPart(f, rows, columns, inScratch, inC));
      local.set(corner, i32.add(local.get(corner), times4(f, local.get(strideOfC))));
      local.set(panelOfRows, i32.add(local.get(panelOfRows), local.get(panelOfA)));
    };

    /** All tiles in 8 columns of the block. */
    const emitColumns = () => {
      emitPanelOfB(f, given, { p, steps, j }, { panel, stepOfB: tile.stepOfB }, scratch);
      local.set(columns, i32.sub(local.get(n), local.get(j)));
      atMost(f, columns, TILE_COLUMNS);
      const startOffset = i32.mul(local.get(j), local.get(given.startStep));
      local.set(start, i32.add(startOffset, local.get(given.start)));
      const firstNumber = i32.add(i32.mul(local.get(firstRow), local.get(n)), local.get(j));
      local.set(corner, i32.add(times4(f, firstNumber), local.get(c)));
      const firstPanel = i32.mul(i32.shr_u(local.get(firstRow), i32.const(2)), local.get(panelOfA));
      const firstStep = i32.mul(local.get(p), local.get(tile.stepOfA));
      local.set(panelOfRows, i32.add(i32.add(firstPanel, firstStep), local.get(a)));
      forRange(f, i, firstRow, rowEnd, TILE_ROWS, emitTile);
    };

    f.loop((again) => {
      local.set(steps, i32.sub(local.get(k), local.get(p)));
      atMost(f, steps, depth);
      forRange(f, j, firstColumn, columnEnd, TILE_COLUMNS, emitColumns);
      // The next steps along k add to these sums.
      local.set(accumulate, i32.const(1));
      local.set(p, i32.add(local.get(p), local.get(steps)));
      f.br_if(again, i32.lt_u(local.get(p), local.get(k)));
    });
  },
});
