/** Losses and their gradients in one pass: the mean over all elements. docs/math.md, section 4. */

import type { Kernels } from './kernels.ts';

const { abs, exp, log1p, max, sign } = Math;

export const lossKernels = {
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
      dPrediction[i] = (1 / (1 + exp(-z)) - t) / n;
    }
    return sum / n;
  },
} satisfies Partial<Kernels>;
