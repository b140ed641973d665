import { describe, expect, test } from '@jest/globals';
import { convolutionContest, convolutionContests } from '../../../bench/contests/convolution.ts';
import { convolutionKernels } from '../../../src/tensor/kernels/convolution/active.ts';

/** Odd sizes, a stride that leaves a rest, and windows that reach out of the image. */
const SIZES = {
  batch: 3,
  height: 9,
  width: 8,
  channels: 5,
  outHeight: 5,
  outWidth: 4,
  outChannels: 6,
  kernelSize: 3,
  stride: 2,
  padding: 1,
};

test('im2col, its products alone, the direct kernels and the naive loops take part', () => {
  const contests = convolutionContests();
  expect(contests).toHaveLength(12);
  for (const { baseline, contestants } of contests)
    expect([baseline, ...contestants].map(({ name }) => name)).toEqual([
      'im2col',
      'product',
      'simd',
      'naive',
    ]);
});

describe.each(['convolution', 'convolution dX', 'convolution dW'] as const)('%s', (operation) => {
  test('accepts im2col and the kernels as they are', async () => {
    await convolutionContest(operation, SIZES).verify();
  });

  test.each<[string, (result: Float32Array) => void]>([
    ['is off by more than rounding', (result) => (result[7] += 1e-4)],
    ['is not a number', (result) => (result[3] = Number.NaN)],
    ['has its numbers in another order', (result) => result.reverse()],
  ])('catches a result that %s', async (_, damage) => {
    const contest = convolutionContest(operation, SIZES, () => {
      const kernels = convolutionKernels();
      return {
        convolve: (...given) => {
          kernels.convolve(...given);
          damage(given[4]);
        },
        convolveTransposed: (...given) => {
          kernels.convolveTransposed(...given);
          damage(given[4]);
        },
        addWeightGradient: (...given) => {
          kernels.addWeightGradient(...given);
          damage(given[3]);
        },
      };
    });
    await expect(contest.verify()).rejects.toThrow(`${operation} 9x8x5-6, simd: element`);
  });
});
