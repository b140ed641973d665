/** Activations, losses and optimizer updates in SIMD: the formulas of activations.ts, losses.ts and updates.ts. */

import { emitLog1p, emitLogistic, emitTanh } from './exp.ts';
import type { FunctionBuilder, Local, V128 } from './instructions.ts';
import { constant, elementwise, reduction } from './vectors.ts';

// --- Activations

export const relu = elementwise({
  name: 'relu',
  arrays: { x: 'in', y: 'out' },
  body: (f, { x, y }) => {
    const { local, f32x4 } = f;
    // `x < 0 ? 0 : x` lets NaN through; -0 + 0 = 0, as Math.max has it.
    const positive = f32x4.pmax(local.get(x), constant(f, 0));
    local.set(y, f32x4.add(positive, constant(f, 0)));
  },
});

export const reluBackward = elementwise({
  name: 'reluBackward',
  arrays: { y: 'in', dY: 'in', dX: 'out' },
  body: (f, { y, dY, dX }) => {
    const { local, v128, f32x4 } = f;
    local.set(dX, v128.and(local.get(dY), f32x4.gt(local.get(y), constant(f, 0))));
  },
});

export const leakyRelu = elementwise({
  name: 'leakyRelu',
  arrays: { x: 'in', y: 'out' },
  scalars: { slope: 'f32' },
  body: (f, { x, y }, { slope }) => {
    const { local, v128, f32x4 } = f;
    const scaled = f32x4.mul(local.get(slope), local.get(x));
    local.set(y, v128.bitselect(scaled, local.get(x), f32x4.lt(local.get(x), constant(f, 0))));
  },
});

export const leakyReluBackward = elementwise({
  name: 'leakyReluBackward',
  arrays: { y: 'in', dY: 'in', dX: 'out' },
  scalars: { slope: 'f32' },
  body: (f, { y, dY, dX }, { slope }) => {
    const { local, v128, f32x4 } = f;
    const same = local.get(dY);
    const scaled = f32x4.mul(local.get(slope), local.get(dY));
    local.set(dX, v128.bitselect(same, scaled, f32x4.gt(local.get(y), constant(f, 0))));
  },
});

export const sigmoid = elementwise({
  name: 'sigmoid',
  arrays: { x: 'in', y: 'out' },
  body: (f, { x, y }) => {
    f.local.set(y, emitLogistic(f, x).value());
  },
});

export const sigmoidBackward = elementwise({
  name: 'sigmoidBackward',
  arrays: { y: 'in', dY: 'in', dX: 'out' },
  body: (f, { y, dY, dX }) => {
    const { local, f32x4 } = f;
    const product = f32x4.mul(local.get(dY), local.get(y));
    local.set(dX, f32x4.mul(product, f32x4.sub(constant(f, 1), local.get(y))));
  },
});

export const tanh = elementwise({
  name: 'tanh',
  arrays: { x: 'in', y: 'out' },
  body: (f, { x, y }) => emitTanh(f, y, x),
});

export const tanhBackward = elementwise({
  name: 'tanhBackward',
  arrays: { y: 'in', dY: 'in', dX: 'out' },
  body: (f, { y, dY, dX }) => {
    const { local, f32x4 } = f;
    const gradient = local.get(dY);
    const square = f32x4.sub(constant(f, 1), f32x4.mul(local.get(y), local.get(y)));
    local.set(dX, f32x4.mul(gradient, square));
  },
});

export const silu = elementwise({
  name: 'silu',
  arrays: { x: 'in', y: 'out' },
  body: (f, { x, y }) => {
    const { local, f32x4 } = f;
    const { value } = emitLogistic(f, x);
    local.set(y, f32x4.mul(local.get(x), value()));
  },
});

export const siluBackward = elementwise({
  name: 'siluBackward',
  arrays: { x: 'in', dY: 'in', dX: 'out' },
  body: (f, { x, dY, dX }) => {
    const { local, f32x4 } = f;
    const { value, complement } = emitLogistic(f, x);
    // dY σ(x) (1 + x (1 - σ(x)))
    const product = f32x4.mul(local.get(dY), value());
    const slope = f32x4.add(constant(f, 1), f32x4.mul(local.get(x), complement()));
    local.set(dX, f32x4.mul(product, slope));
  },
});

// --- Losses: the gradient, and the sum that the mean is made of. `factor` is 2/n or 1/n.

const LOSS_ARRAYS = { prediction: 'in', target: 'in', dPrediction: 'out' } as const;

function difference({ local, f32x4 }: FunctionBuilder, a: Local<'v128'>, b: Local<'v128'>): V128 {
  return f32x4.sub(local.get(a), local.get(b));
}

export const meanSquaredError = reduction('squares of terms', {
  name: 'meanSquaredError',
  arrays: LOSS_ARRAYS,
  scalars: { factor: 'f32' },
  body: (f, { prediction, target, dPrediction }, { factor }, term) => {
    const { local, f32x4 } = f;
    local.set(term, difference(f, prediction, target));
    local.set(dPrediction, f32x4.mul(local.get(term), local.get(factor)));
  },
});

export const meanAbsoluteError = reduction('terms', {
  name: 'meanAbsoluteError',
  arrays: LOSS_ARRAYS,
  scalars: { factor: 'f32' },
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
  scalars: { factor: 'f32' },
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

// --- Optimizer updates, in place

export const sgd = elementwise({
  name: 'sgd',
  arrays: { gradient: 'in', value: 'inout' },
  scalars: { learningRate: 'f32' },
  body: (f, { gradient, value }, { learningRate }) => {
    const { local, f32x4 } = f;
    const before = local.get(value);
    local.set(value, f32x4.sub(before, f32x4.mul(local.get(learningRate), local.get(gradient))));
  },
});

const MOMENTUM_ARRAYS = { gradient: 'in', velocity: 'inout', value: 'inout' } as const;
const MOMENTUM_SCALARS = { learningRate: 'f32', mu: 'f32' } as const;

/** v = mu v + g */
function emitVelocity(
  { local, f32x4 }: FunctionBuilder,
  velocity: Local<'v128'>,
  gradient: Local<'v128'>,
  mu: Local<'v128'>,
): void {
  const kept = f32x4.mul(local.get(mu), local.get(velocity));
  local.set(velocity, f32x4.add(kept, local.get(gradient)));
}

export const momentum = elementwise({
  name: 'momentum',
  arrays: MOMENTUM_ARRAYS,
  scalars: MOMENTUM_SCALARS,
  body: (f, { gradient, velocity, value }, { learningRate, mu }) => {
    const { local, f32x4 } = f;
    emitVelocity(f, velocity, gradient, mu);
    const before = local.get(value);
    local.set(value, f32x4.sub(before, f32x4.mul(local.get(learningRate), local.get(velocity))));
  },
});

export const nesterov = elementwise({
  name: 'nesterov',
  arrays: MOMENTUM_ARRAYS,
  scalars: MOMENTUM_SCALARS,
  body: (f, { gradient, velocity, value }, { learningRate, mu }) => {
    const { local, f32x4 } = f;
    emitVelocity(f, velocity, gradient, mu);
    const before = local.get(value);
    const rate = local.get(learningRate);
    const ahead = f32x4.add(local.get(gradient), f32x4.mul(local.get(mu), local.get(velocity)));
    local.set(value, f32x4.sub(before, f32x4.mul(rate, ahead)));
  },
});

// Kingma & Ba 2015, Algorithm 1, both bias corrections folded into stepSize and epsilon (docs/math.md, section 5.2)
export const adam = elementwise({
  name: 'adam',
  arrays: { gradient: 'in', m: 'inout', v: 'inout', value: 'inout' },
  scalars: {
    stepSize: 'f32',
    beta1: 'f32',
    oneMinusBeta1: 'f32',
    beta2: 'f32',
    oneMinusBeta2: 'f32',
    epsilon: 'f32',
    decay: 'f32',
  },
  body: (f, { gradient: g, m, v, value }, given) => {
    const { local, f32x4 } = f;
    const { stepSize, beta1, oneMinusBeta1, beta2, oneMinusBeta2, epsilon, decay } = given;
    const keptM = f32x4.mul(local.get(beta1), local.get(m));
    local.set(m, f32x4.add(keptM, f32x4.mul(local.get(oneMinusBeta1), local.get(g))));
    const keptV = f32x4.mul(local.get(beta2), local.get(v));
    // The factor first: g² alone may overflow where (1 - β₂) g² does not.
    const part = f32x4.mul(local.get(oneMinusBeta2), local.get(g));
    local.set(v, f32x4.add(keptV, f32x4.mul(part, local.get(g))));
    const kept = f32x4.mul(local.get(decay), local.get(value));
    const step = f32x4.mul(local.get(stepSize), local.get(m));
    const divisor = f32x4.add(f32x4.sqrt(local.get(v)), local.get(epsilon));
    local.set(value, f32x4.sub(kept, f32x4.div(step, divisor)));
  },
});

export const zero = elementwise({
  name: 'zero',
  arrays: { x: 'out' },
  body: (f, { x }) => f.local.set(x, constant(f, 0)),
});

export const sumOfSquares = reduction('squares of terms', {
  name: 'sumOfSquares',
  arrays: { x: 'in' },
  body: (f, { x }, _scalars, term) => f.local.set(term, f.local.get(x)),
});

export const scale = elementwise({
  name: 'scale',
  arrays: { x: 'inout' },
  scalars: { factor: 'f32' },
  body: (f, { x }, { factor }) => {
    f.local.set(x, f.f32x4.mul(f.local.get(x), f.local.get(factor)));
  },
});
