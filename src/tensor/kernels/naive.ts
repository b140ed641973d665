/**
 * The definition of every kernel: the plainest loop that computes it. The tests compare all other sets with this one, so
 * it is never tuned. docs/math.md derives the formulas.
 *
 * Sums run in JavaScript's float64 numbers and are rounded to float32 once, when they are stored.
 */

import type { Kernels, StoredNumbers } from './kernels.ts';

// Module constants: some hosts look up each use of a global (jest runs code in a vm context: 40 times slower).
const { abs, exp, log1p, max, PI, sign, sqrt, tanh: hyperbolicTangent } = Math;

/** 1 / (1 + e^-x). For x < -709.8 the exponential is infinite and the quotient 0, as it should be. */
function logistic(x: number): number {
  return 1 / (1 + exp(-x));
}

/** φ(x) = e^(-x²/2) / √(2π), the density of the normal distribution. */
function normalDensity(x: number): number {
  return exp((-x * x) / 2) / sqrt(2 * PI);
}

/**
 * Φ(x) = (1 + erf(x/√2)) / 2, the part of the normal distribution below x, to 12 digits. Far to the left the sum of 1 and erf
 * would have none of them: there it is erfc(-x/√2) / 2, by Laplace's continued fraction.
 */
function normalDistribution(x: number): number {
  if (abs(x) < 3) {
    // 1/2 + φ(x) (x + x³/3 + x⁵/(3·5) + …): all terms have the sign of x.
    let sum = x;
    for (let term = x, k = 3; sum + term !== sum; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return 0.5 + normalDensity(x) * sum;
  }
  // φ(x) / (a + 1/(a + 2/(a + 3/(a + …)))) with a = |x|, from its 60th term up.
  const a = abs(x);
  let fraction = a;
  for (let k = 60; k > 0; k--) fraction = a + k / fraction;
  const tail = normalDensity(x) / fraction;
  return x < 0 ? tail : 1 - tail;
}

export const naive: Kernels = {
  name: 'naive',

  // --- Products: c[i, j] = sum over p of a[i, p] b[p, j]        section 2.1

  matmul(m, n, k, a, b, accumulate, c) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = accumulate ? c[i * n + j] : 0;
        for (let p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j];
        c[i * n + j] = sum;
      }
    }
  },

  matmulTransposeA(m, n, k, a, b, accumulate, c) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = accumulate ? c[i * n + j] : 0;
        for (let p = 0; p < k; p++) sum += a[p * m + i] * b[p * n + j];
        c[i * n + j] = sum;
      }
    }
  },

  matmulTransposeB(m, n, k, a, b, accumulate, c) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = accumulate ? c[i * n + j] : 0;
        for (let p = 0; p < k; p++) sum += a[i * k + p] * b[j * k + p];
        c[i * n + j] = sum;
      }
    }
  },

  matmulBias(m, n, k, a, b, bias, c) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = bias[j];
        for (let p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j];
        c[i * n + j] = sum;
      }
    }
  },

  // --- Rows and columns

  gather(features, rows, data, shift, scale, out) {
    for (let i = 0; i < rows.length; i++) {
      const from = rows[i] * features;
      const to = i * features;
      if (shift === 0 && scale === 1) {
        out.set(data.subarray(from, from + features), to);
      } else {
        for (let j = 0; j < features; j++) out[to + j] = (data[from + j] - shift) / scale;
      }
    }
  },

  addColumnSums(m, n, x, sums) {
    for (let j = 0; j < n; j++) {
      let sum = sums[j];
      for (let i = 0; i < m; i++) sum += x[i * n + j];
      sums[j] = sum;
    }
  },

  // --- Activations        section 3.3

  relu(n, x, y) {
    // Math.max lets NaN through; `x > 0 ? x : 0` would hide it, and a diverging network would look healthy.
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

  gelu(n, x, y) {
    for (let i = 0; i < n; i++) y[i] = x[i] * normalDistribution(x[i]);
  },
  geluBackward(n, x, dY, dX) {
    for (let i = 0; i < n; i++) dX[i] = dY[i] * (normalDistribution(x[i]) + x[i] * normalDensity(x[i]));
  },

  // --- Losses: the mean over all elements, and its gradient        section 4

  // mean (p - t)²            gradient 2 (p - t) / n
  meanSquaredError(n, prediction, target, dPrediction) {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const error = prediction[i] - target[i];
      sum += error * error;
      dPrediction[i] = (2 * error) / n;
    }
    return sum / n;
  },

  // mean |p - t|             gradient sign(p - t) / n
  meanAbsoluteError(n, prediction, target, dPrediction) {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const error = prediction[i] - target[i];
      sum += abs(error);
      dPrediction[i] = sign(error) / n;
    }
    return sum / n;
  },

  // mean max(z, 0) - z t + log(1 + e^-|z|), z the logit            gradient (sigmoid(z) - t) / n
  binaryCrossEntropy(n, prediction, target, dPrediction) {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const z = prediction[i];
      const t = target[i];
      sum += max(z, 0) - z * t + log1p(exp(-abs(z)));
      dPrediction[i] = (logistic(z) - t) / n;
    }
    return sum / n;
  },

  // --- Optimizer updates, in place        section 5

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

  // Kingma & Ba 2015, Algorithm 1, with both bias corrections folded into stepSize and epsilon (section 5.2)
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
};

/**
 * `gather` with one shift and scale for each feature, for all sets of kernels. A kernel of SIMD would save less than a
 * tenth of a small network's epoch: 10,000 samples of 784 float32 take this loop 14 ms (AMD EPYC).
 *
 * @param shifts - `[features]`, as are `scales`.
 */
export function gatherByFeature(
  features: number,
  rows: ArrayLike<number>,
  data: StoredNumbers,
  shifts: Float64Array,
  scales: Float64Array,
  out: Float32Array,
): void {
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i] * features;
    const to = i * features;
    for (let j = 0; j < features; j++) out[to + j] = (data[from + j] - shifts[j]) / scales[j];
  }
}
