/**
 * The product at 512³, where the kernel itself counts: as a share of what the machine can compute at best, against
 * blocked, and on two threads. Read matmul.ts and peak.ts first.
 */

import { blocked } from '../../src/tensor/kernels/blocked.ts';
import type { Contest, Timed } from '../harness/contest.ts';
import {
  kernelsNamed,
  ONE_THREAD,
  THREADS_NEED,
  THREADS_SETTLE_MS,
  TWO_THREADS,
  use,
} from '../harness/setting.ts';
import { matmulContest, multiplication, productWork, type Sizes, verifyProducts } from './matmul.ts';
import { createPeakLoop, fastestPeak, type Peak, type PeakLoop } from './peak.ts';
import { requireEqual } from './verify.ts';

const CUBE: Sizes = [512, 512, 512];

/** Five products of 512³ take longer than the 4 ms that the engine works alone after a change (harness/setting.ts). */
const REPEATS = 5;

export function largeMatmulContests(): Contest[] {
  return [
    peakContest(CUBE),
    matmulContest('matmul', CUBE, [kernelsNamed('simd')], blocked),
    threadsContest(CUBE),
  ];
}

/** The peak loop does as many operations as the product, so the ratio is the product's share of the peak. */
export function peakContest(sizes: Sizes, create: (chains: number) => PeakLoop = createPeakLoop): Contest {
  const { shape, work } = productWork(sizes);
  const simd = multiplication(kernelsNamed('simd'), 'matmul', sizes);
  let peak: Peak | undefined;
  const baseline: Timed = {
    name: 'peak',
    prepare: () => {
      peak ??= fastestPeak(work.amount * 1e9);
    },
    run: () => peak?.run(),
  };
  return {
    what: 'share of peak',
    shape,
    work,
    baseline,
    contestants: [simd],
    verify: async () => {
      await verifyProducts('matmul', sizes, [simd]);
      // 1 · 2^5 and 1 + 5 · 3, and the same from 2 and 3 on: all exact.
      requireEqual('peak loop of 3 chains', [create(3)(5, 2, 3)], [6 * 2 ** 5 + 6 + 3 * 5 * 3]);
    },
  };
}

export function threadsContest(sizes: Sizes, simd = kernelsNamed('simd')): Contest {
  const one = multiplication(simd, 'matmul', sizes);
  const two = multiplication(simd, 'matmul', sizes);
  return {
    what: 'matmul, threads',
    ...productWork(sizes),
    ...THREADS_NEED,
    baseline: { ...one, name: '1 thread', prepare: () => use(ONE_THREAD) },
    contestants: [
      { ...two, name: '2 threads', prepare: () => use(TWO_THREADS), settleMs: THREADS_SETTLE_MS },
    ],
    verify: async () => {
      await verifyProducts('matmul', sizes, [one]);
      await use(TWO_THREADS);
      for (let i = 0; i < REPEATS; i++) two.run();
      requireEqual(`matmul ${sizes.join('x')}, 2 threads`, two.c, one.c);
    },
  };
}
