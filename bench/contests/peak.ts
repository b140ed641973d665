/**
 * How fast this machine computes with 128-bit vectors at best: a loop of independent multiplications and additions that
 * loads nothing. No product in WebAssembly can be faster, so its share of this says how much is left to gain.
 * Read src/tensor/kernels/simd/wasm/assembler.ts first.
 */

import { ModuleBuilder } from '../../src/tensor/kernels/simd/wasm/assembler.ts';
import { f32, f32x4, f64x2, i32, tee } from '../../src/tensor/kernels/simd/wasm/instructions.ts';

const LANES = 4;

/**
 * Multiplies `chains` vectors by the factor and adds the addend to as many others, `iterations` times. Of each kind they
 * start at 1, 2, 3, … in all lanes. Returns the sum of all of them at the end, of one lane.
 */
export type PeakLoop = (iterations: number, factor: number, addend: number) => number;

export function createPeakLoop(chains: number): PeakLoop {
  const module = new ModuleBuilder();
  const parameters = { iterations: 'i32', factor: 'f32', addend: 'f32' } as const;
  module.function('peak', parameters, (f, { iterations, factor, addend }) => {
    const products = f.variables(chains, 'v128');
    const sums = f.variables(chains, 'v128');
    const [factors, addends, total] = f.variables(3, 'v128');
    // Different starts, so that no compiler can make one chain of two.
    for (const [i, chain] of [...products, ...sums].entries()) {
      f.set(chain, f32x4.splat(f32.const((i % chains) + 1)));
    }
    f.set(factors, f32x4.splat(factor));
    f.set(addends, f32x4.splat(addend));
    f.loop((again) => {
      for (let i = 0; i < chains; i++) {
        f.set(products[i], f32x4.mul(products[i], factors));
        f.set(sums[i], f32x4.add(sums[i], addends));
      }
      f.br_if(again, tee(iterations, i32.sub(iterations, 1)));
    });
    for (const chain of [...products, ...sums]) {
      f.set(total, f32x4.add(total, chain));
    }
    return f64x2.extract_lane(0, f64x2.promote_low_f32x4(total));
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()));
  return exports.peak as PeakLoop;
}

/** The number of iterations that are `flops` floating-point operations. */
export function iterationsFor(flops: number, chains: number): number {
  return Math.round(flops / (2 * chains * LANES));
}

/** The numbers of chains that are tried: with too few the processor waits for results, too many exceed its 16 registers. */
const CHAINS = [4, 5, 6, 7, 8];
const TRIALS = 10;
const TRIAL_FLOPS = 2e7; // 0.3 ms

/** A loop; `run` does the requested number of operations in one call. */
export interface Peak {
  readonly chains: number;
  readonly run: () => unknown;
}

/**
 * The fastest of these loops on this machine, found by trying them in turns.
 *
 * @param flops - How many operations `run` does.
 */
export function fastestPeak(flops: number, clock = () => performance.now()): Peak {
  const loops = CHAINS.map((chains) => ({ chains, loop: createPeakLoop(chains), ms: Infinity }));
  for (let trial = 0; trial < TRIALS; trial++) {
    for (const one of loops) {
      const start = clock();
      one.loop(iterationsFor(TRIAL_FLOPS, one.chains), 1, 1);
      one.ms = Math.min(one.ms, clock() - start);
    }
  }
  const { chains, loop } = loops.reduce((best, one) => (one.ms < best.ms ? one : best));
  const iterations = iterationsFor(flops, chains);
  return { chains, run: () => loop(iterations, 1, 1) };
}
