/**
 * The inner loop of a product in SIMD, built in several ways: how large its tile is, how far it is unrolled, and whether
 * it asks after every step if that was the last. docs/kernels.md compares them; simd/code/tile.ts uses one of them.
 * Both operands are packed and lie in the first cache.
 */

import { ModuleBuilder } from '../src/tensor/kernels/simd/wasm/assembler.ts';

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
  module.function('innerLoop', parameters, undefined, (f, { depth, a, b, c }) => {
    const { local, i32, v128, f32x4 } = f;
    const vectors = columns / 4;
    const sums = Array.from({ length: rows }, () => f.variables(vectors, 'v128'));
    const ofB = f.variables(vectors, 'v128');
    const ofA = f.variable('v128');
    f.block((end) => {
      f.loop((again) => {
        for (let step = 0; step < unroll; step++) {
          for (const [v, vector] of ofB.entries()) local.set(vector, v128.load(local.get(b), 16 * v));
          for (const [row, ofRow] of sums.entries()) {
            local.set(ofA, v128.load32_splat(local.get(a), 4 * row));
            for (const [v, sum] of ofRow.entries()) {
              local.set(sum, f32x4.add(local.get(sum), f32x4.mul(local.get(ofA), local.get(ofB[v]))));
            }
          }
          local.set(a, i32.add(local.get(a), i32.const(4 * rows)));
          local.set(b, i32.add(local.get(b), i32.const(4 * columns)));
          if (asks && step < unroll - 1) f.br_if(end, i32.eq(local.get(depth), i32.const(step + 1)));
        }
        f.br_if(again, local.tee(depth, i32.sub(local.get(depth), i32.const(unroll))));
      });
    });
    for (const [i, sum] of sums.flat().entries()) v128.store(local.get(c), local.get(sum), 16 * i);
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
  module.function('rowProduct', parameters, undefined, (f, { m, n, k, a, b, c }) => {
    const { local, i32, v128, f32x4 } = f;
    const [step, from, to, end] = f.variables(4, 'i32');
    const factor = f.variable('v128');
    local.set(n, i32.shl(local.get(n), i32.const(2)));
    f.loop((nextRow) => {
      local.set(from, local.get(b));
      local.set(step, local.get(k));
      local.set(end, i32.add(local.get(c), local.get(n)));
      f.loop((nextStep) => {
        local.set(factor, v128.load32_splat(local.get(a)));
        local.set(to, local.get(c));
        f.loop((nextColumns) => {
          v128.store(
            local.get(to),
            f32x4.add(v128.load(local.get(to)), f32x4.mul(local.get(factor), v128.load(local.get(from)))),
          );
          local.set(from, i32.add(local.get(from), i32.const(16)));
          local.set(to, i32.add(local.get(to), i32.const(16)));
          f.br_if(nextColumns, i32.lt_u(local.get(to), local.get(end)));
        });
        local.set(a, i32.add(local.get(a), i32.const(4)));
        f.br_if(nextStep, local.tee(step, i32.sub(local.get(step), i32.const(1))));
      });
      local.set(c, local.get(end));
      f.br_if(nextRow, local.tee(m, i32.sub(local.get(m), i32.const(1))));
    });
  });
  const compiled = new WebAssembly.Module(module.toBytes());
  const { exports } = new WebAssembly.Instance(compiled, { engine: { memory } });
  return exports.rowProduct as RowProduct;
}
