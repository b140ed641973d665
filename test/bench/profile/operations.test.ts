import { expect, test } from '@jest/globals';
import { kernelNames } from '../../../bench/profile/instrument.ts';
import { describeCall } from '../../../bench/profile/operations.ts';
import { naive } from '../../../src/tensor/kernels/naive.ts';

const array = new Float32Array(0);

test.each([
  [
    'matmulBias',
    [32, 64, 784, array, array, array, array],
    'matmulBias 32x64x784',
    2 * 32 * 64 * 784,
    'FLOP',
  ],
  [
    'matmulTransposeA',
    [784, 64, 32, array, array, true, array],
    'matmulTransposeA 784x64x32',
    3_211_264,
    'FLOP',
  ],
  ['gather', [784, [1, 2], new Uint8Array(0), 0, 255, array], 'gather 2x784', 2 * 784 * (1 + 4), 'B'],
  ['gather', [784, [1, 2], new Float64Array(0), 0, 1, array], 'gather 2x784', 2 * 784 * (8 + 4), 'B'],
  // x once; the sums read and written
  ['addColumnSums', [32, 64, array, array], 'addColumnSums 32x64', 4 * (32 * 64 + 2 * 64), 'B'],
  ['leakyReluBackward', [100, 0.01, array, array, array], 'leakyReluBackward 100', 1200, 'B'],
  ['adam', [100], 'adam 100', 2800, 'B'], // gradient; m, v and the values twice
  ['zero', [100, array], 'zero 100', 400, 'B'],
] as const)('%s is described by its sizes', (kernel, given, label, amount, unit) => {
  expect(describeCall(kernel, given)).toEqual({ label, work: { amount, unit } });
});

test('every kernel has its work', () => {
  for (const kernel of kernelNames(naive)) {
    const given = kernel === 'gather' ? [3, [0], array] : [3, 3, 3];
    const { label, work } = describeCall(kernel, given);
    expect(label).toContain(`${kernel} `);
    expect(work.amount).toBeGreaterThan(0);
  }
});
