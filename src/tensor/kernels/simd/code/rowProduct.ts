/**
 * The product of a single row, as in the forward pass of one sample: c `[n]` = a `[k]` · B `[k, n]`, plus a bias. Read
 * tile.ts first.
 *
 * A tile of gemm.ts would compute four rows of which three are thrown away. Here one element of A meets 32 of B at a time:
 * eight sums in registers, enough that no addition waits for the one before. Each sum is added up in the order of k, as in a
 * tile, so a sample has the same bits alone and in a batch.
 */

import { i32, v128 } from '../wasm/instructions.ts';
import { constant } from './elementwise.ts';
import { kernelCode } from './kernelCode.ts';

/** Columns at a time, and at least: where fewer are left, the last ones are computed again. */
export const ROW_COLUMNS = 32;

const ARGUMENTS = {
  n: 'i32',
  k: 'i32',
  a: 'i32',
  b: 'i32',
  c: 'i32',
  /** The address of n numbers that the sums start from; 0 for zeros. */
  bias: 'i32',
} as const;

export const multiplyRow = kernelCode({
  argumentTypes: ARGUMENTS,
  emit(f, _piece, { n, k, a, b, c, bias }, _scratch, multiplyAdd) {
    const [column, offset, ofA, ofB, left, stride] = f.variables(6, 'i32');
    const sums = f.variables(ROW_COLUMNS / 4, 'v128');
    const factor = f.variable('v128');
    f.set(stride, i32.shl(n, 2));
    f.until(i32.ge_u(column, n), () => {
      f.if(i32.gt_u(i32.add(column, ROW_COLUMNS), n), () => f.set(column, i32.sub(n, ROW_COLUMNS)));
      f.set(offset, i32.shl(column, 2));
      for (const sum of sums) f.set(sum, constant(0));
      f.if(bias, () => {
        for (const [v, sum] of sums.entries()) f.set(sum, v128.load(i32.add(bias, offset), 16 * v));
      });
      f.set(ofA, a);
      f.set(ofB, i32.add(b, offset));
      f.set(left, k);
      f.until(i32.eqz(left), () => {
        f.set(factor, v128.load32_splat(ofA));
        for (const [v, sum] of sums.entries()) {
          f.set(sum, multiplyAdd(factor, v128.load(ofB, 16 * v), sum));
        }
        f.increase(ofA, 4);
        f.increase(ofB, stride);
        f.set(left, i32.sub(left, 1));
      });
      for (const [v, sum] of sums.entries()) f.store(i32.add(c, offset), sum, 16 * v);
      f.increase(column, ROW_COLUMNS);
    });
  },
});
