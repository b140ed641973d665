/** Column sums in SIMD. Read kernelCode.ts first. */

import { f32x4, type I32, i32, v128 } from '../wasm/instructions.ts';
import { constant } from './elementwise.ts';
import { forRange, kernelCode, rangeOfPiece } from './kernelCode.ts';

/** Columns at a time: they fill a cache line, so that each line of x is loaded once. */
const COLUMNS = 16;

/**
 * sums `[n]` = the column sums of x `[m, n]`, or += with `accumulate`. A piece is `columnsPerPiece` columns, a multiple of 16.
 * At the right edge the last lanes sum what follows the row; they go to scratch memory, from where only the others are copied.
 */
export const addColumnSums = kernelCode({
  argumentTypes: { m: 'i32', n: 'i32', x: 'i32', sums: 'i32', accumulate: 'i32', columnsPerPiece: 'i32' },
  emit(f, piece, { m, n, x, sums, accumulate, columnsPerPiece }, scratch) {
    const [first, column, end, row, from, to, width, lane] = f.variables(8, 'i32');
    const totals = f.variables(COLUMNS / 4, 'v128');
    const bytes = (numbers: I32) => i32.shl(numbers, 2);
    rangeOfPiece(f, [first, end], piece, columnsPerPiece, n);
    forRange(f, column, first, end, COLUMNS, () => {
      f.set(to, i32.add(sums, bytes(column)));
      f.set(from, i32.add(x, bytes(column)));
      for (const total of totals) f.set(total, constant(0));
      f.if(accumulate, () => {
        for (const [i, total] of totals.entries()) f.set(total, v128.load(to, 16 * i));
      });
      forRange(f, row, 0, m, 1, () => {
        for (const [i, total] of totals.entries()) {
          f.set(total, f32x4.add(total, v128.load(from, 16 * i)));
        }
        f.increase(from, bytes(n));
      });
      f.set(width, i32.sub(end, column));
      const store = (at: I32) => {
        for (const [i, total] of totals.entries()) f.store(at, total, 16 * i);
      };
      f.if(
        i32.ge_u(width, COLUMNS),
        () => store(to),
        () => {
          store(scratch);
          const place = (start: I32) => i32.add(start, bytes(lane));
          forRange(f, lane, 0, width, 1, () => f.store(place(to), i32.load(place(scratch))));
        },
      );
    });
  },
});
