/** What an optimizer does to all parameters in one pass. docs/math.md, section 5. */

import type { Kernels } from './kernels.ts';

const { sqrt } = Math;

export const updateKernels = {
  sgd(n, learningRate, gradient, value) {
    for (let i = 0; i < n; i++) value[i] -= learningRate * gradient[i];
  },

  // v = mu v + g;  w -= lr v, or with Nesterov  w -= lr (g + mu v)
  momentum(n, learningRate, momentum, nesterov, gradient, velocity, value) {
    for (let i = 0; i < n; i++) {
      const g = gradient[i];
      const v = momentum * velocity[i] + g;
      velocity[i] = v;
      value[i] -= learningRate * (nesterov ? g + momentum * v : v);
    }
  },

  // Kingma & Ba 2015, Algorithm 1, both bias corrections folded into stepSize and epsilon (section 5.2)
  adam(n, stepSize, beta1, beta2, epsilon, decay, gradient, m, v, value) {
    for (let i = 0; i < n; i++) {
      const g = gradient[i];
      const mi = beta1 * m[i] + (1 - beta1) * g;
      const vi = beta2 * v[i] + (1 - beta2) * g * g;
      m[i] = mi;
      v[i] = vi;
      value[i] = decay * value[i] - (stepSize * mi) / (sqrt(vi) + epsilon);
    }
  },

  zero(n, x) {
    for (let i = 0; i < n; i++) x[i] = 0;
  },

  sumOfSquares(n, x) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += x[i] * x[i];
    return sum;
  },

  scale(n, factor, x) {
    for (let i = 0; i < n; i++) x[i] *= factor;
  },
} satisfies Partial<Kernels>;
