/**
 * The inner loop of a product in SIMD, built in several ways: how large its tile is, how far it is unrolled, and whether
 * it asks after every step if that was the last. docs/kernels.md compares them; simd/code/tile.ts uses one of them.
 * Both operands are packed and lie in the first cache.
 */

import { ModuleBuilder } from '../src/tensor/kernels/simd/wasm/assembler.ts';
import { f32x4, i32, tee, v128 } from '../src/tensor/kernels/simd/wasm/instructions.ts';

export interface InnerLoopOptions {
  readonly rows: number;
  /** A multiple of 4. */
  readonly columns: number;
  /** Steps before it jumps back. */
  readonly unroll: number;
  /** Whether it may end after any step; else the depth must be a multiple of `unroll`. */
  readonly asks: boolean;
}

/** c `[rows, columns]` = panel of A · panel of B, `depth` steps deep; addresses in bytes. */
export type InnerLoop = (depth: number, a: number, b: number, c: number) => void;

export function createInnerLoop(
  memory: WebAssembly.Memory,
  { rows, columns, unroll, asks }: InnerLoopOptions,
): InnerLoop {
  const module = new ModuleBuilder();
  module.importMemory('engine', 'memory', { initial: 1, maximum: 65_536, shared: true });
  const parameters = { depth: 'i32', a: 'i32', b: 'i32', c: 'i32' } as const;
  module.function('innerLoop', parameters, (f, { depth, a, b, c }) => {
    const vectors = columns / 4;
    const sums = Array.from({ length: rows }, () => f.variables(vectors, 'v128'));
    const ofB = f.variables(vectors, 'v128');
    const ofA = f.variable('v128');
    f.block((end) => {
      f.loop((again) => {
        for (let step = 0; step < unroll; step++) {
          for (const [v, vector] of ofB.entries()) f.set(vector, v128.load(b, 16 * v));
          for (const [row, ofRow] of sums.entries()) {
            f.set(ofA, v128.load32_splat(a, 4 * row));
            for (const [v, sum] of ofRow.entries()) {
              f.set(sum, f32x4.add(sum, f32x4.mul(ofA, ofB[v])));
            }
          }
          f.increase(a, 4 * rows);
          f.increase(b, 4 * columns);
          if (asks && step < unroll - 1) f.br_if(end, i32.eq(depth, step + 1));
        }
        f.br_if(again, tee(depth, i32.sub(depth, unroll)));
      });
    });
    for (const [i, sum] of sums.flat().entries()) f.store(c, sum, 16 * i);
  });
  const compiled = new WebAssembly.Module(module.toBytes());
  const { exports } = new WebAssembly.Instance(compiled, { engine: { memory } });
  return exports.innerLoop as InnerLoop;
}

/** One row of C after the other, four numbers at a time: c[i] += a[i, p] b[p]. Sizes are multiples of 4. */
export type RowProduct = (m: number, n: number, k: number, a: number, b: number, c: number) => void;

export function createRowProduct(memory: WebAssembly.Memory): RowProduct {
  const module = new ModuleBuilder();
  module.importMemory('engine', 'memory', { initial: 1, maximum: 65_536, shared: true });
  const parameters = { m: 'i32', n: 'i32', k: 'i32', a: 'i32', b: 'i32', c: 'i32' } as const;
  module.function('rowProduct', parameters, (f, { m, n, k, a, b, c }) => {
    const [step, from, to, end] = f.variables(4, 'i32');
    const factor = f.variable('v128');
    f.set(n, i32.shl(n, 2));
    f.loop((nextRow) => {
      f.set(from, b);
      f.set(step, k);
      f.set(end, i32.add(c, n));
      f.loop((nextStep) => {
        f.set(factor, v128.load32_splat(a));
        f.set(to, c);
        f.loop((nextColumns) => {
          f.store(to, f32x4.add(v128.load(to), f32x4.mul(factor, v128.load(from))));
          f.increase(from, 16);
          f.increase(to, 16);
          f.br_if(nextColumns, i32.lt_u(to, end));
        });
        f.increase(a, 4);
        f.br_if(nextStep, tee(step, i32.sub(step, 1)));
      });
      f.set(c, end);
      f.br_if(nextRow, tee(m, i32.sub(m, 1)));
    });
  });
  const compiled = new WebAssembly.Module(module.toBytes());
  const { exports } = new WebAssembly.Instance(compiled, { engine: { memory } });
  return exports.rowProduct as RowProduct;
}
