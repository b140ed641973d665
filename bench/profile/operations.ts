/** What a call of a kernel is called and how much work it is: floating-point operations of products, bytes of the rest. */

import type { StoredNumbers } from '../../src/tensor/kernels/kernels.ts';
import type { KernelName } from './instrument.ts';

export interface Operation {
  /** With sizes, as in `matmulBias 32x64x784`: m x n x k of a product, else rows x columns or the number of elements. */
  readonly label: string;
  readonly work: { readonly amount: number; readonly unit: 'FLOP' | 'B' };
}

const FLOAT_BYTES = 4;

/** How many arrays of n elements a kernel reads and writes; one that is read and written counts twice. */
const PASSES = {
  relu: 2,
  reluBackward: 3,
  leakyRelu: 2,
  leakyReluBackward: 3,
  sigmoid: 2,
  sigmoidBackward: 3,
  tanh: 2,
  tanhBackward: 3,
  silu: 2,
  siluBackward: 3,
  gelu: 2,
  geluBackward: 3,
  meanSquaredError: 3,
  meanAbsoluteError: 3,
  binaryCrossEntropy: 3,
  sgd: 3,
  momentum: 5,
  adam: 7,
  zero: 1,
  sumOfSquares: 1,
  scale: 2,
} as const satisfies Partial<Record<KernelName, number>>;

/** @param given - The kernel's arguments. */
export function describeCall(kernel: KernelName, given: readonly unknown[]): Operation {
  switch (kernel) {
    case 'matmul':
    case 'matmulBias':
    case 'matmulTransposeA':
    case 'matmulTransposeB': {
      const [m, n, k] = given as [number, number, number];
      return { label: `${kernel} ${m}x${n}x${k}`, work: { amount: 2 * m * n * k, unit: 'FLOP' } };
    }
    case 'gather': {
      const [features, rows, data] = given as [number, ArrayLike<number>, StoredNumbers];
      const amount = rows.length * features * (data.BYTES_PER_ELEMENT + FLOAT_BYTES);
      return { label: `gather ${rows.length}x${features}`, work: { amount, unit: 'B' } };
    }
    case 'addColumnSums': {
      const [m, n] = given as [number, number];
      return { label: `${kernel} ${m}x${n}`, work: { amount: FLOAT_BYTES * (m + 2) * n, unit: 'B' } };
    }
    default: {
      const [n] = given as [number];
      return { label: `${kernel} ${n}`, work: { amount: FLOAT_BYTES * PASSES[kernel] * n, unit: 'B' } };
    }
  }
}
