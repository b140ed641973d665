/** Column sums in SIMD. Read kernelCode.ts first. */

import type { I32 } from '../wasm/instructions.ts';
import { atMost, forRange, kernelCode } from './kernelCode.ts';

/** Columns at a time: they fill a cache line, so that each line of x is loaded once. */
const COLUMNS = 16;

/**
 * sums `[n]` += the column sums of x `[m, n]`. A piece is `columnsPerPiece` columns, a multiple of 16. At the right edge
 * the last lanes sum what follows the row; they go to scratch memory, from where only the others are copied.
 */
export const addColumnSums = kernelCode({
  name: 'addColumnSums',
  argumentTypes: { m: 'i32', n: 'i32', x: 'i32', sums: 'i32', columnsPerPiece: 'i32' },
  emit(f, piece, { m, n, x, sums, columnsPerPiece }, scratch) {
    const { local, i32, v128, f32x4 } = f;
    const [first, column, end, row, from, to, width, lane] = f.variables(8, 'i32');
    const totals = f.variables(COLUMNS / 4, 'v128');
    const bytes = (numbers: I32) => i32.shl(numbers, i32.const(2));
    local.set(first, i32.mul(local.get(piece), local.get(columnsPerPiece)));
    local.set(end, i32.add(local.get(first), local.get(columnsPerPiece)));
    atMost(f, end, n);
    forRange(f, column, first, end, COLUMNS, () => {
      local.set(to, i32.add(local.get(sums), bytes(local.get(column))));
      local.set(from, i32.add(local.get(x), bytes(local.get(column))));
      for (const [i, total] of totals.entries()) local.set(total, v128.load(local.get(to), 16 * i));
      forRange(f, row, 0, m, 1, () => {
        for (const [i, total] of totals.entries()) {
          local.set(total, f32x4.add(local.get(total), v128.load(local.get(from), 16 * i)));
        }
        local.set(from, i32.add(local.get(from), bytes(local.get(n))));
      });
      local.set(width, i32.sub(local.get(end), local.get(column)));
      const store = (at: () => I32) => {
        for (const [i, total] of totals.entries()) v128.store(at(), local.get(total), 16 * i);
      };
      f.if(
        i32.ge_u(local.get(width), i32.const(COLUMNS)),
        () => store(() => local.get(to)),
        () => {
          store(() => f.global.get(scratch));
          const place = (start: I32) => i32.add(start, bytes(local.get(lane)));
          forRange(f, lane, 0, width, 1, () =>
            i32.store(place(local.get(to)), i32.load(place(f.global.get(scratch)))),
          );
        },
      );
    });
  },
});
