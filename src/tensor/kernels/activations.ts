/** Activations and their derivatives, one loop each. The formulas stand in docs/math.md, section 3.3. */

import type { Kernels } from './kernels.ts';

// Module constants: some hosts look up each use of a global (jest runs code in a vm context: 40 times slower).
const { exp, max, tanh: hyperbolicTangent } = Math;

/** 1 / (1 + e^-x). For x < -709.8 the exponential is infinite and the quotient 0, as it should be. */
function logistic(x: number): number {
  return 1 / (1 + exp(-x));
}

export const activationKernels = {
  relu(n, x, y) {
    // Math.max lets NaN through, `x > 0 ? x : 0` would not, and a diverging network would look healthy.
    for (let i = 0; i < n; i++) y[i] = max(x[i], 0);
  },
  reluBackward(n, y, dY, dX) {
    for (let i = 0; i < n; i++) dX[i] = y[i] > 0 ? dY[i] : 0;
  },

  leakyRelu(n, slope, x, y) {
    for (let i = 0; i < n; i++) y[i] = x[i] < 0 ? slope * x[i] : x[i];
  },
  leakyReluBackward(n, slope, y, dY, dX) {
    for (let i = 0; i < n; i++) dX[i] = y[i] > 0 ? dY[i] : slope * dY[i];
  },

  sigmoid(n, x, y) {
    for (let i = 0; i < n; i++) y[i] = logistic(x[i]);
  },
  sigmoidBackward(n, y, dY, dX) {
    for (let i = 0; i < n; i++) dX[i] = dY[i] * y[i] * (1 - y[i]);
  },

  tanh(n, x, y) {
    for (let i = 0; i < n; i++) y[i] = hyperbolicTangent(x[i]);
  },
  tanhBackward(n, y, dY, dX) {
    for (let i = 0; i < n; i++) dX[i] = dY[i] * (1 - y[i] * y[i]);
  },

  silu(n, x, y) {
    for (let i = 0; i < n; i++) y[i] = x[i] * logistic(x[i]);
  },
  siluBackward(n, x, dY, dX) {
    for (let i = 0; i < n; i++) {
      const s = logistic(x[i]);
      dX[i] = dY[i] * s * (1 + x[i] * (1 - s));
    }
  },
} satisfies Partial<Kernels>;
