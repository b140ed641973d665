import { expect, jest, test } from '@jest/globals';
import {
  fusedContest,
  largeMatmulContests,
  peakContest,
  threadsContest,
} from '../../../bench/contests/largeMatmul.ts';
import { createPeakLoop } from '../../../bench/contests/peak.ts';
import { kernelsNamed } from '../../../bench/harness/setting.ts';
import { findKernels, threads } from '../../../src/tensor/kernels/active.ts';
import type { Kernels } from '../../../src/tensor/kernels/kernels.ts';

const SIZES = [64, 80, 72] as const;
const PRODUCTS = [
  ['matmul', SIZES],
  ['matmulTransposeA', SIZES],
] as const;

/** The SIMD kernels with a product whose result is then changed. */
function broken(damage: (c: Float32Array) => void): Kernels {
  const simd = kernelsNamed('simd');
  return {
    ...simd,
    matmul: (...given) => {
      simd.matmul(...given);
      damage(given[6]);
    },
  };
}

test('the products are compared with the peak, with blocked, fused ones and with itself on two threads', () => {
  const names = largeMatmulContests().map(({ baseline, contestants: [one] }) => [baseline.name, one?.name]);
  expect(names).toEqual([
    ['peak', 'simd'],
    ['peak', 'simd'],
    ['blocked', 'simd'],
    ['simd', findKernels('simd-fma')?.name],
    ['1 thread', '2 threads'],
  ]);
});

test('accepts kernels and loop as they are', async () => {
  await peakContest('small', PRODUCTS).verify();
  await threadsContest(SIZES).verify();
  await fusedContest(SIZES, findKernels('simd-fma')).verify();
});

test('the contest of fused products is left out where the host has none', () => {
  expect(fusedContest(SIZES, undefined)).toMatchObject({ contestants: [], missing: 'relaxed SIMD' });
});

test('catches a product that is wrong', async () => {
  const contest = threadsContest(
    SIZES,
    broken((c) => c.reverse()),
  );
  await expect(contest.verify()).rejects.toThrow('matmul 64x80x72, simd: element 0 is');
});

test('the peak loop does as many operations as all products together', () => {
  expect(peakContest('small', PRODUCTS).work.amount).toBeCloseTo((2 * 2 * 64 * 80 * 72) / 1e9, 12);
});

test('catches a product among several that is wrong', async () => {
  const simd = kernelsNamed('simd');
  const { matmulTransposeA } = simd;
  const wrong = jest.spyOn(simd, 'matmulTransposeA').mockImplementation((...given) => {
    matmulTransposeA(...given);
    given[6].reverse();
  });
  await expect(peakContest('small', PRODUCTS).verify()).rejects.toThrow('matmulTransposeA 64x80x72, simd:');
  wrong.mockRestore();
});

test('catches a product that has other bits with two threads', async () => {
  const contest = threadsContest(
    SIZES,
    broken((c) => {
      if (threads() === 2) c[9] *= 1 + 2 ** -23;
    }),
  );
  await expect(contest.verify()).rejects.toThrow('matmul 64x80x72, 2 threads: element 9 is');
});

test('catches a peak loop that does less than it says', async () => {
  const contest = peakContest('small', PRODUCTS, (chains) => {
    const loop = createPeakLoop(chains);
    return (iterations) => loop(iterations - 1);
  });
  await expect(contest.verify()).rejects.toThrow('peak loop of 3 chains: element 0 is 784, expected 872704');
});
