import { expect, test } from '@jest/globals';
import { largeMatmulContests, peakContest, threadsContest } from '../../../bench/contests/largeMatmul.ts';
import { createPeakLoop } from '../../../bench/contests/peak.ts';
import { kernelsNamed } from '../../../bench/harness/setting.ts';
import { threads } from '../../../src/tensor/kernels/active.ts';
import type { Kernels } from '../../../src/tensor/kernels/kernels.ts';

const SIZES = [64, 80, 72] as const;

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

test('the product is compared with the peak, with blocked and with itself on two threads', () => {
  const names = largeMatmulContests().map(({ baseline, contestants: [{ name }] }) => [baseline.name, name]);
  expect(names).toEqual([
    ['peak', 'simd'],
    ['blocked', 'simd'],
    ['1 thread', '2 threads'],
  ]);
});

test('accepts kernels and loop as they are', async () => {
  await peakContest(SIZES).verify();
  await threadsContest(SIZES).verify();
});

test('catches a product that is wrong', async () => {
  const contest = threadsContest(
    SIZES,
    broken((c) => c.reverse()),
  );
  await expect(contest.verify()).rejects.toThrow('matmul 64x80x72, simd: element 0 is');
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
  const contest = peakContest(SIZES, (chains) => {
    const loop = createPeakLoop(chains);
    return (iterations, factor, addend) => loop(iterations - 1, factor, addend);
  });
  await expect(contest.verify()).rejects.toThrow('peak loop of 3 chains: element 0 is 138, expected 243');
});
