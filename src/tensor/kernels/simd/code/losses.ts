/**
 * Losses in SIMD: the gradient of each element, and the sum of the terms, from which the caller makes the mean. `factor`
 * is 2/n or 1/n. The formulas are those of ../../naive.ts. Read elementwise.ts first.
 */

import { f32x4, v128 } from '../wasm/instructions.ts';
import { constant, reduction } from './elementwise.ts';
import { emitLog1p, emitLogistic } from './exp.ts';

const LOSS_ARRAYS = [
  ['prediction', 'in'],
  ['target', 'in'],
  ['dPrediction', 'out'],
] as const;

export const meanSquaredError = reduction('squares of terms', {
  arrays: LOSS_ARRAYS,
  scalars: ['factor'],
  body: (f, { prediction, target, dPrediction }, { factor }, term) => {
    f.set(term, f32x4.sub(prediction, target));
    f.set(dPrediction, f32x4.mul(term, factor));
  },
});

export const meanAbsoluteError = reduction('terms', {
  arrays: LOSS_ARRAYS,
  scalars: ['factor'],
  body: (f, { prediction, target, dPrediction }, { factor }, term) => {
    const error = f.variable('v128');
    f.set(error, f32x4.sub(prediction, target));
    f.set(term, f32x4.abs(error));
    // The factor with the sign of the error. Where the error is ±0 or NaN, so is the gradient.
    const signed = v128.or(factor, v128.and(error, constant(-0)));
    const isNotZero = f32x4.ne(f32x4.abs(error), constant(0));
    f.set(dPrediction, v128.bitselect(signed, error, isNotZero));
    f.set(dPrediction, v128.or(dPrediction, f32x4.ne(error, error)));
  },
});

// mean max(z, 0) - z t + log(1 + e^-|z|)            gradient (sigmoid(z) - t) / n
export const binaryCrossEntropy = reduction('terms', {
  arrays: LOSS_ARRAYS,
  scalars: ['factor'],
  body: (f, { prediction: z, target: t, dPrediction }, { factor }, term) => {
    const { value, exponential } = emitLogistic(f, z);
    const logarithm = f.variable('v128');
    emitLog1p(f, logarithm, exponential);
    const positive = f32x4.pmax(z, constant(0));
    const linear = f32x4.sub(positive, f32x4.mul(z, t));
    f.set(term, f32x4.add(linear, logarithm));
    f.set(dPrediction, f32x4.mul(f32x4.sub(value, t), factor));
  },
});
