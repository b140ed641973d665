/**
 * Packing: copies an operand into panels, in the order in which the inner loop of tile.ts reads it. Read kernelCode.ts
 * first.
 *
 * A panel holds some neighbouring lines interleaved: their first elements, then their second, and so on. Lines of A are
 * rows, four to a panel; lines of B are columns, eight to a panel. If the elements of a line are neighbours in memory,
 * packing transposes them (emitPackLines); if the lines are, it copies a step along k at a time (emitPackSteps).
 */

import type { FunctionBuilder, I32, Local } from '../wasm/instructions.ts';
import { type ArgumentLocals, atMost, forRange, kernelCode } from './kernelCode.ts';
import { TILE_ROWS } from './tile.ts';

// For `i8x16.shuffle`: four lanes of 32 bits out of the eight of two operands.
const lanes = (...numbers: number[]) =>
  numbers.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));
const INTERLEAVE_LOW = lanes(0, 4, 1, 5);
const INTERLEAVE_HIGH = lanes(2, 6, 3, 7);
const LOW_HALVES = lanes(0, 1, 4, 5);
const HIGH_HALVES = lanes(2, 3, 6, 7);

/** Transposes four rows of four elements, in place. */
function transpose4(f: FunctionBuilder, rows: readonly Local<'v128'>[]): void {
  const { local, i8x16 } = f;
  const halves = f.variables(4, 'v128');
  const shuffle = (to: Local<'v128'>, bytes: number[], a: Local<'v128'>, b: Local<'v128'>) =>
    local.set(to, i8x16.shuffle(bytes, local.get(a), local.get(b)));
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
  readonly from: () => I32;
  /** How many lines there are from there on, at least one. The last one is repeated in place of missing ones. */
  readonly lines: () => I32;
  /** Bytes from one line to the next. */
  readonly stride: () => I32;
  /** How many elements of each line to pack. */
  readonly count: () => I32;
  readonly to: () => I32;
}

/** Interleaves `width` lines (4 or 8): their first elements, then their second, and so on. */
export function emitPackLines(f: FunctionBuilder, width: number, given: PackLines): void {
  const { local, i32, v128 } = f;
  const pointers = f.variables(width, 'i32');
  const rows = f.variables(4, 'v128');
  const [to, left] = f.variables(2, 'i32');
  local.set(pointers[0], given.from());
  for (let line = 1; line < width; line++) {
    local.set(pointers[line], local.get(pointers[line - 1]));
    f.if(i32.gt_u(given.lines(), i32.const(line)), () =>
      local.set(pointers[line], i32.add(local.get(pointers[line]), given.stride())),
    );
  }
  local.set(to, given.to());
  local.set(left, given.count());
  const advance = (elements: number) => {
    for (const pointer of pointers) local.set(pointer, i32.add(local.get(pointer), i32.const(4 * elements)));
    local.set(to, i32.add(local.get(to), i32.const(4 * width * elements)));
    local.set(left, i32.sub(local.get(left), i32.const(elements)));
  };
  f.block((end) => {
    f.loop((again) => {
      f.br_if(end, i32.lt_u(local.get(left), i32.const(4)));
      for (let group = 0; group < width; group += 4) {
        for (let line = 0; line < 4; line++) {
          local.set(rows[line], v128.load(local.get(pointers[group + line])));
        }
        transpose4(f, rows);
        for (let p = 0; p < 4; p++) v128.store(local.get(to), local.get(rows[p]), 4 * (p * width + group));
      }
      advance(4);
      f.br(again);
    });
  });
  f.block((end) => {
    f.loop((again) => {
      f.br_if(end, i32.eqz(local.get(left)));
      for (let line = 0; line < width; line++) {
        i32.store(local.get(to), i32.load(local.get(pointers[line])), 4 * line);
      }
      advance(1);
      f.br(again);
    });
  });
}

interface PackSteps {
  readonly from: () => I32;
  /** Bytes from one step along k to the next. */
  readonly stride: () => I32;
  readonly count: () => I32;
  readonly to: () => I32;
}

/** Copies `width` neighbours (4 or 8) of each step to the panel. At the right edge some of them are beyond the row: unused. */
export function emitPackSteps(
  f: FunctionBuilder,
  width: number,
  { from, stride, count, to }: PackSteps,
): void {
  const { local, i32, v128 } = f;
  const [pointer, target, left] = f.variables(3, 'i32');
  local.set(pointer, from());
  local.set(target, to());
  local.set(left, count());
  f.block((end) => {
    f.loop((again) => {
      f.br_if(end, i32.eqz(local.get(left)));
      for (let lane = 0; lane < width; lane += 4) {
        v128.store(local.get(target), v128.load(local.get(pointer), 4 * lane), 4 * lane);
      }
      local.set(pointer, i32.add(local.get(pointer), stride()));
      local.set(target, i32.add(local.get(target), i32.const(4 * width)));
      local.set(left, i32.sub(local.get(left), i32.const(1)));
      f.br(again);
    });
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
  pack: (row: Local<'i32'>, target: () => I32) => void,
): void {
  const { local, i32 } = f;
  const [row, first, end] = f.variables(3, 'i32');
  local.set(first, i32.mul(local.get(piece), local.get(rowsPerPiece)));
  local.set(end, i32.add(local.get(first), local.get(rowsPerPiece)));
  atMost(f, end, m);
  const target = () => i32.add(local.get(to), i32.shl(i32.mul(local.get(row), local.get(k)), i32.const(2)));
  forRange(f, row, first, end, TILE_ROWS, () => pack(row, target));
}

/** Packs rows of A `[m, k]` into panels of 4, one after the other. */
export const packRows = kernelCode({
  name: 'packRows',
  argumentTypes: PACK_ARGUMENTS,
  emit(f, piece, given) {
    const { local, i32 } = f;
    const { a, m, k, stride } = given;
    emitPanels(f, piece, given, (row, target) =>
      emitPackLines(f, TILE_ROWS, {
        from: () => i32.add(local.get(a), i32.mul(local.get(row), local.get(stride))),
        lines: () => i32.sub(local.get(m), local.get(row)),
        stride: () => local.get(stride),
        count: () => local.get(k),
        to: target,
      }),
    );
  },
});

/** Packs columns of A `[k, m]`, the rows of its transpose, into panels of 4, one after the other. */
export const packColumns = kernelCode({
  name: 'packColumns',
  argumentTypes: PACK_ARGUMENTS,
  emit(f, piece, given) {
    const { local, i32 } = f;
    const { a, k, stride } = given;
    emitPanels(f, piece, given, (row, target) =>
      emitPackSteps(f, TILE_ROWS, {
        from: () => i32.add(local.get(a), i32.shl(local.get(row), i32.const(2))),
        stride: () => local.get(stride),
        count: () => local.get(k),
        to: target,
      }),
    );
  },
});
