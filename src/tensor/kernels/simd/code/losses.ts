/**
 * Losses in SIMD: the gradient of each element, and the sum of the terms, from which the caller makes the mean. `factor`
 * is 2/n or 1/n. The formulas are those of ../../naive.ts. Read elementwise.ts first.
 */

import type { FunctionBuilder, Local, V128 } from '../wasm/instructions.ts';
import { constant, reduction } from './elementwise.ts';
import { emitLog1p, emitLogistic } from './exp.ts';

const LOSS_ARRAYS = [
  ['prediction', 'in'],
  ['target', 'in'],
  ['dPrediction', 'out'],
] as const;

function difference({ local, f32x4 }: FunctionBuilder, a: Local<'v128'>, b: Local<'v128'>): V128 {
  return f32x4.sub(local.get(a), local.get(b));
}

export const meanSquaredError = reduction('squares of terms', {
  name: 'meanSquaredError',
  arrays: LOSS_ARRAYS,
  scalars: ['factor'],
  body: (f, { prediction, target, dPrediction }, { factor }, term) => {
    const { local, f32x4 } = f;
    local.set(term, difference(f, prediction, target));
    local.set(dPrediction, f32x4.mul(local.get(term), local.get(factor)));
  },
});

export const meanAbsoluteError = reduction('terms', {
  name: 'meanAbsoluteError',
  arrays: LOSS_ARRAYS,
  scalars: ['factor'],
  body: (f, { prediction, target, dPrediction }, { factor }, term) => {
    const { local, v128, f32x4 } = f;
    const error = f.variable('v128');
    local.set(error, difference(f, prediction, target));
    local.set(term, f32x4.abs(local.get(error)));
    // The factor with the sign of the error. Where the error is ±0 or NaN, so is the gradient.
    const signed = v128.or(local.get(factor), v128.and(local.get(error), constant(f, -0)));
    const zero = local.get(error);
    const isNotZero = f32x4.ne(f32x4.abs(local.get(error)), constant(f, 0));
    local.set(dPrediction, v128.bitselect(signed, zero, isNotZero));
    const gradient = local.get(dPrediction);
    local.set(dPrediction, v128.or(gradient, f32x4.ne(local.get(error), local.get(error))));
  },
});

// mean max(z, 0) - z t + log(1 + e^-|z|)            gradient (sigmoid(z) - t) / n
export const binaryCrossEntropy = reduction('terms', {
  name: 'binaryCrossEntropy',
  arrays: LOSS_ARRAYS,
  scalars: ['factor'],
  body: (f, { prediction: z, target: t, dPrediction }, { factor }, term) => {
    const { local, f32x4 } = f;
    const { value, exponential } = emitLogistic(f, z);
    const logarithm = f.variable('v128');
    emitLog1p(f, logarithm, exponential);
    const positive = f32x4.pmax(local.get(z), constant(f, 0));
    const linear = f32x4.sub(positive, f32x4.mul(local.get(z), local.get(t)));
    local.set(term, f32x4.add(linear, local.get(logarithm)));
    local.set(dPrediction, f32x4.mul(f32x4.sub(value(), local.get(t)), local.get(factor)));
  },
});
