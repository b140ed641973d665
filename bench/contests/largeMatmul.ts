/**
 * The product at 512³, where the kernel itself counts: as a share of what the machine can compute at best, against
 * blocked, with fused multiply-adds, and on two threads. The products of a training step, as such a share, too.
 * Read matmul.ts and peak.ts first.
 */

import { findKernels } from '../../src/tensor/kernels/active.ts';
import { blocked } from '../../src/tensor/kernels/blocked.ts';
import type { Kernels } from '../../src/tensor/kernels/kernels.ts';
import type { Contest, Timed } from '../harness/contest.ts';
import {
  kernelsNamed,
  ONE_THREAD,
  THREADS_NEED,
  THREADS_SETTLE_MS,
  TWO_THREADS,
  use,
} from '../harness/setting.ts';
import {
  matmulContest,
  multiplication,
  type Product,
  productWork,
  type Sizes,
  verifyProducts,
} from './matmul.ts';
import { ARTICLE, FEATURES } from './models.ts';
import { createPeakLoop, fastestPeak, type Peak, type PeakLoop } from './peak.ts';
import { requireEqual } from './verify.ts';

const CUBE: Sizes = [512, 512, 512];

/** Five products of 512³ take longer than the 4 ms that the engine works alone after a change (harness/setting.ts). */
const REPEATS = 5;

/** Forward, weight gradient and, in the last, input gradient of the first layer and the last: 93 % of a step's operations. */
const OF_A_STEP: readonly (readonly [Product, Sizes])[] = (() => {
  const [narrow] = ARTICLE.hidden;
  return [
    ['matmul', [ARTICLE.batch, narrow, FEATURES]],
    ['matmulTransposeA', [FEATURES, narrow, ARTICLE.batch]],
    ['matmul', [ARTICLE.batch, FEATURES, narrow]],
    ['matmulTransposeA', [narrow, FEATURES, ARTICLE.batch]],
    ['matmulTransposeB', [ARTICLE.batch, narrow, FEATURES]],
  ] as const;
})();

export function largeMatmulContests(): Contest[] {
  return [
    peakContest(productWork(CUBE).shape, [['matmul', CUBE]]),
    peakContest(ARTICLE.name, OF_A_STEP),
    matmulContest('matmul', CUBE, [kernelsNamed('simd')], blocked),
    fusedContest(CUBE, findKernels('simd-fma')),
    threadsContest(CUBE),
  ];
}

/** The peak loop does as many operations as the products, one after the other, so the ratio is their share of the peak. */
export function peakContest(
  shape: string,
  products: readonly (readonly [Product, Sizes])[],
  create: (chains: number) => PeakLoop = createPeakLoop,
): Contest {
  const amount = products.reduce((sum, [, sizes]) => sum + productWork(sizes).work.amount, 0);
  const simd = kernelsNamed('simd');
  const all = products.map(([product, sizes]) => multiplication(simd, product, sizes));
  let peak: Peak | undefined;
  const baseline: Timed = {
    name: 'peak',
    prepare: () => {
      peak ??= fastestPeak(amount * 1e9);
    },
    run: () => peak?.run(),
  };
  const run = (): void => {
    for (const one of all) one.run();
  };
  return {
    what: 'share of peak',
    shape,
    work: { amount, unit: 'GFLOP' },
    baseline,
    contestants: [{ name: simd.name, prepare: () => use(ONE_THREAD), run }],
    verify: async () => {
      for (const [i, [product, sizes]] of products.entries()) await verifyProducts(product, sizes, [all[i]]);
      // 2 x², of that again and again: 2^7 x^8, from 1, 2 and 3 on, all exact.
      requireEqual('peak loop of 3 chains', [create(3)(3)], [2 ** 7 * (1 + 2 ** 8 + 3 ** 8)]);
    },
  };
}

/** Its floor only says that nothing is lost: what is gained depends on the processor (docs/kernels.md, section 11). */
export function fusedContest(sizes: Sizes, fused: Kernels | undefined): Contest {
  return {
    ...matmulContest('matmul', sizes, fused ? [fused] : [], kernelsNamed('simd')),
    what: 'matmul, fused',
    missing: fused ? undefined : 'relaxed SIMD',
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
