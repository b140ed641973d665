/**
 * The definition of every kernel: the plainest loop that computes it. It is the oracle of the tests and is never tuned.
 *
 * Sums run in JavaScript's float64 numbers and are rounded to float32 once, when they are stored.
 */

import { activationKernels } from './activations.ts';
import { gatherNumbers } from './gather.ts';
import type { Kernels } from './kernels.ts';
import { lossKernels } from './losses.ts';
import { updateKernels } from './updates.ts';

// c[i, j] = sum over p of a[i, p] b[p, j]        docs/math.md, section 2.1
const matmul: Kernels['matmul'] = (m, n, k, a, b, accumulate, c) => {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? c[i * n + j] : 0;
      for (let p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j];
      c[i * n + j] = sum;
    }
  }
};

const matmulTransposeA: Kernels['matmulTransposeA'] = (m, n, k, a, b, accumulate, c) => {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? c[i * n + j] : 0;
      for (let p = 0; p < k; p++) sum += a[p * m + i] * b[p * n + j];
      c[i * n + j] = sum;
    }
  }
};

const matmulTransposeB: Kernels['matmulTransposeB'] = (m, n, k, a, b, accumulate, c) => {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? c[i * n + j] : 0;
      for (let p = 0; p < k; p++) sum += a[i * k + p] * b[j * k + p];
      c[i * n + j] = sum;
    }
  }
};

const matmulBias: Kernels['matmulBias'] = (m, n, k, a, b, bias, c) => {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = bias[j];
      for (let p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j];
      c[i * n + j] = sum;
    }
  }
};

const addColumnSums: Kernels['addColumnSums'] = (m, n, x, sums) => {
  for (let j = 0; j < n; j++) {
    let sum = sums[j];
    for (let i = 0; i < m; i++) sum += x[i * n + j];
    sums[j] = sum;
  }
};

export const naive: Kernels = {
  name: 'naive',
  matmul,
  matmulTransposeA,
  matmulTransposeB,
  matmulBias,
  addColumnSums,
  gather: gatherNumbers,
  ...activationKernels,
  ...lossKernels,
  ...updateKernels,
};
