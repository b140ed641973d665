/**
 * Packing: copies an operand into panels, in the order in which the inner loop of tile.ts reads it. Read kernelCode.ts
 * first.
 *
 * A panel holds some neighbouring lines interleaved: their first elements, then their second, and so on. Lines of A are
 * rows, four to a panel; lines of B are columns, eight to a panel. If the elements of a line are neighbours in memory,
 * packing transposes them (emitPackLines); if the lines are, it copies a step along k at a time (emitPackSteps).
 */

import type { FunctionBuilder } from '../wasm/functionBuilder.ts';
import { type I32, i8x16, i32, type Local, v128 } from '../wasm/instructions.ts';
import { type ArgumentLocals, forRange, kernelCode, rangeOfPiece } from './kernelCode.ts';
import { TILE_ROWS } from './tile.ts';

// For `i8x16.shuffle`: four lanes of 32 bits out of the eight of two operands.
const lanes = (...numbers: number[]) =>
  numbers.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));
const INTERLEAVE_LOW = lanes(0, 4, 1, 5);
const INTERLEAVE_HIGH = lanes(2, 6, 3, 7);
const LOW_HALVES = lanes(0, 1, 4, 5);
const HIGH_HALVES = lanes(2, 3, 6, 7);

/** Transposes four rows of four elements, in place. */
export function transpose4(f: FunctionBuilder, rows: readonly Local<'v128'>[]): void {
  const halves = f.variables(4, 'v128');
  const shuffle = (to: Local<'v128'>, bytes: number[], a: Local<'v128'>, b: Local<'v128'>) =>
    f.set(to, i8x16.shuffle(bytes, a, b));
  shuffle(halves[0], INTERLEAVE_LOW, rows[0], rows[1]);
  shuffle(halves[1], INTERLEAVE_HIGH, rows[0], rows[1]);
  shuffle(halves[2], INTERLEAVE_LOW, rows[2], rows[3]);
  shuffle(halves[3], INTERLEAVE_HIGH, rows[2], rows[3]);
  shuffle(rows[0], LOW_HALVES, halves[0], halves[2]);
  shuffle(rows[1], HIGH_HALVES, halves[0], halves[2]);
  shuffle(rows[2], LOW_HALVES, halves[1], halves[3]);
  shuffle(rows[3], HIGH_HALVES, halves[1], halves[3]);
}

interface PackLines {
  /** The address of the first line. */
  readonly from: I32;
  /** How many lines there are from there on, at least one. The last one is repeated in place of missing ones. */
  readonly lines: I32;
  /** Bytes from one line to the next. */
  readonly stride: I32;
  /** How many elements of each line to pack. */
  readonly count: I32;
  readonly to: I32;
}

/** Interleaves `width` lines (4 or 8): their first elements, then their second, and so on. */
export function emitPackLines(f: FunctionBuilder, width: number, given: PackLines): void {
  const pointers = f.variables(width, 'i32');
  const rows = f.variables(4, 'v128');
  const [to, left] = f.variables(2, 'i32');
  f.set(pointers[0], given.from);
  for (let line = 1; line < width; line++) {
    f.set(pointers[line], pointers[line - 1]);
    f.if(i32.gt_u(given.lines, line), () => f.increase(pointers[line], given.stride));
  }
  f.set(to, given.to);
  f.set(left, given.count);
  const advance = (elements: number) => {
    for (const pointer of pointers) f.increase(pointer, 4 * elements);
    f.increase(to, 4 * width * elements);
    f.set(left, i32.sub(left, elements));
  };
  f.until(i32.lt_u(left, 4), () => {
    for (let group = 0; group < width; group += 4) {
      for (let line = 0; line < 4; line++) f.set(rows[line], v128.load(pointers[group + line]));
      transpose4(f, rows);
      for (let p = 0; p < 4; p++) f.store(to, rows[p], 4 * (p * width + group));
    }
    advance(4);
  });
  f.until(i32.eqz(left), () => {
    for (let line = 0; line < width; line++) f.store(to, i32.load(pointers[line]), 4 * line);
    advance(1);
  });
}

interface PackSteps {
  readonly from: I32;
  /** Bytes from one step along k to the next. */
  readonly stride: I32;
  readonly count: I32;
  readonly to: I32;
}

/** Copies `width` neighbours (4 or 8) of each step to the panel. At the right edge some of them are beyond the row: unused. */
export function emitPackSteps(
  f: FunctionBuilder,
  width: number,
  { from, stride, count, to }: PackSteps,
): void {
  const [pointer, target, left] = f.variables(3, 'i32');
  f.set(pointer, from);
  f.set(target, to);
  f.set(left, count);
  f.until(i32.eqz(left), () => {
    for (let lane = 0; lane < width; lane += 4) f.store(target, v128.load(pointer, 4 * lane), 4 * lane);
    f.increase(pointer, stride);
    f.increase(target, 4 * width);
    f.set(left, i32.sub(left, 1));
  });
}

const PACK_ARGUMENTS = {
  a: 'i32',
  /** Bytes from one row of the matrix, as stored, to the next. */
  stride: 'i32',
  /** Rows of op(A) to pack, and their length. */
  m: 'i32',
  k: 'i32',
  to: 'i32',
  /** A multiple of 4. */
  rowsPerPiece: 'i32',
} as const;

/** Emits the loop over the panels of 4 rows that make up a piece. */
function emitPanels(
  f: FunctionBuilder,
  piece: Local<'i32'>,
  { m, k, to, rowsPerPiece }: Pick<ArgumentLocals<typeof PACK_ARGUMENTS>, 'm' | 'k' | 'to' | 'rowsPerPiece'>,
  pack: (row: Local<'i32'>, target: I32) => void,
): void {
  const [row, first, end] = f.variables(3, 'i32');
  rangeOfPiece(f, [first, end], piece, rowsPerPiece, m);
  const target = i32.add(to, i32.shl(i32.mul(row, k), 2));
  forRange(f, row, first, end, TILE_ROWS, () => pack(row, target));
}

/** Packs rows of A `[m, k]` into panels of 4, one after the other. */
export const packRows = kernelCode({
  argumentTypes: PACK_ARGUMENTS,
  emit(f, piece, given) {
    const { a, m, k, stride } = given;
    emitPanels(f, piece, given, (row, target) =>
      emitPackLines(f, TILE_ROWS, {
        from: i32.add(a, i32.mul(row, stride)),
        lines: i32.sub(m, row),
        stride,
        count: k,
        to: target,
      }),
    );
  },
});

/** Packs columns of A `[k, m]`, the rows of its transpose, into panels of 4, one after the other. */
export const packColumns = kernelCode({
  argumentTypes: PACK_ARGUMENTS,
  emit(f, piece, given) {
    const { a, k, stride } = given;
    emitPanels(f, piece, given, (row, target) =>
      emitPackSteps(f, TILE_ROWS, {
        from: i32.add(a, i32.shl(row, 2)),
        stride,
        count: k,
        to: target,
      }),
    );
  },
});
