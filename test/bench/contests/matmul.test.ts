import { describe, expect, test } from '@jest/globals';
import { matmulContest, matmulContests } from '../../../bench/contests/matmul.ts';
import { VerificationError } from '../../../bench/contests/verify.ts';
import { supportedKernels } from '../../../src/tensor/kernels/active.ts';
import { blocked } from '../../../src/tensor/kernels/blocked.ts';
import type { Kernels } from '../../../src/tensor/kernels/kernels.ts';
import { naive } from '../../../src/tensor/kernels/naive.ts';

const SIZES = [5, 7, 9] as const;

/** Blocked kernels whose product then changes its result. */
function broken(
  product: 'matmul' | 'matmulTransposeA' | 'matmulTransposeB',
  damage: (c: Float32Array) => void,
) {
  const kernels: Kernels = {
    ...blocked,
    [product]: (...args: Parameters<Kernels['matmul']>) => {
      blocked[product](...args);
      damage(args[6]);
    },
  };
  return kernels;
}

test('every set of kernels but naive takes part in every contest', () => {
  const others = supportedKernels()
    .map(({ name }) => name)
    .filter((name) => name !== 'naive');
  for (const { baseline, contestants } of matmulContests(supportedKernels())) {
    expect(baseline.name).toBe('naive');
    expect(contestants.map(({ name }) => name)).toEqual(others);
  }
});

describe.each(['matmul', 'matmulTransposeA', 'matmulTransposeB'] as const)('%s', (product) => {
  test('accepts the kernels as they are', async () => {
    await matmulContest(product, SIZES, supportedKernels()).verify();
  });

  test.each<[string, (c: Float32Array) => void]>([
    ['is off by more than rounding', (c) => (c[34] += 1e-5)],
    ['is not a number', (c) => (c[3] = Number.NaN)],
    ['has the rows in another order', (c) => c.reverse()],
  ])('catches a product that %s', async (_, damage) => {
    const contest = matmulContest(product, SIZES, [naive, broken(product, damage)]);
    await expect(contest.verify()).rejects.toThrow(VerificationError);
    await expect(contest.verify()).rejects.toThrow(`${product} 5x7x9, blocked: element`);
  });

  test('catches a baseline that is wrong', async () => {
    const wrong = broken(product, (c) => c.reverse());
    await expect(matmulContest(product, SIZES, [], wrong).verify()).rejects.toThrow('blocked: element');
  });

  test('catches a product that writes nothing', async () => {
    const idle: Kernels = { ...blocked, [product]: () => {} };
    await expect(matmulContest(product, SIZES, [naive, idle]).verify()).rejects.toThrow('element 0 is NaN');
  });
});
