/**
 * How fast this machine computes with 128-bit vectors at best: a loop of multiplications and additions that loads nothing.
 * No product without fused multiply-adds can be faster, so its share of this says how much is left to gain.
 * Read src/tensor/kernels/simd/wasm/assembler.ts first.
 */

import { ModuleBuilder } from '../../src/tensor/kernels/simd/wasm/assembler.ts';
import { f32, f32x4, f64x2, i32, tee } from '../../src/tensor/kernels/simd/wasm/instructions.ts';
import { median } from '../harness/contest.ts';

const LANES = 4;

/**
 * Each of the chains, a vector, is squared and then doubled, `iterations` times. They start at 1, 2, 3, … in all lanes.
 * Returns the sum of all of them at the end, of one lane. They soon are infinite, which costs no time.
 */
export type PeakLoop = (iterations: number) => number;

export function createPeakLoop(chains: number): PeakLoop {
  const module = new ModuleBuilder();
  module.function('peak', { iterations: 'i32' }, (f, { iterations }) => {
    const vectors = f.variables(chains, 'v128');
    const total = f.variable('v128');
    // Different starts, so that no compiler can make one chain of two.
    for (const [i, chain] of vectors.entries()) f.set(chain, f32x4.splat(f32.const(i + 1)));
    f.loop((again) => {
      for (const chain of vectors) f.set(chain, f32x4.mul(chain, chain));
      for (const chain of vectors) f.set(chain, f32x4.add(chain, chain));
      f.br_if(again, tee(iterations, i32.sub(iterations, 1)));
    });
    for (const chain of vectors) f.set(total, f32x4.add(total, chain));
    return f64x2.extract_lane(0, f64x2.promote_low_f32x4(total));
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()));
  return exports.peak as PeakLoop;
}

/** The number of iterations that are `flops` floating-point operations. */
export function iterationsFor(flops: number, chains: number): number {
  return Math.round(flops / (2 * chains * LANES));
}

/**
 * The numbers of chains that are tried. A processor that begins two multiplications and two additions a cycle, and takes
 * three cycles for each, needs twelve to wait for no result, and a few more so that none is late. V8 has 15 registers for
 * them on x86-64; a chain that finds none takes several times as long. ARM has 32.
 */
const CHAINS = [8, 12, 14, 15, 24];
const TRIALS = 21; // many, as the first ones run code that V8 has not optimized yet
const TRIAL_FLOPS = 2e7; // 0.3 ms

/** A loop; `run` does the requested number of operations in one call. */
export interface Peak {
  readonly chains: number;
  readonly run: () => unknown;
}

/**
 * The loop with the shortest median time on this machine, found by trying them in turns. (With 12 chains one run in ten
 * may be the fastest of all, while most of them are slower than with 14.)
 *
 * @param flops - How many operations `run` does.
 */
export function fastestPeak(flops: number, clock = () => performance.now()): Peak {
  const loops = CHAINS.map((chains) => ({ chains, loop: createPeakLoop(chains), times: [] as number[] }));
  for (let trial = 0; trial < TRIALS; trial++) {
    for (const { chains, loop, times } of loops) {
      const start = clock();
      loop(iterationsFor(TRIAL_FLOPS, chains));
      times.push(clock() - start);
    }
  }
  const { chains, loop } = loops.reduce((best, one) => (median(one.times) < median(best.times) ? one : best));
  const iterations = iterationsFor(flops, chains);
  return { chains, run: () => loop(iterations) };
}
