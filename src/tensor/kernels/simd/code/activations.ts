/** Activations and their derivatives in SIMD: the formulas of ../../naive.ts. Read elementwise.ts first. */

import { f32x4, v128 } from '../wasm/instructions.ts';
import { constant, elementwise } from './elementwise.ts';
import { emitLogistic, emitNormalTail, emitTanh } from './exp.ts';

const FORWARD = [
  ['x', 'in'],
  ['y', 'out'],
] as const;

/** From y, where the derivative can be had from it. */
const BACKWARD = [
  ['y', 'in'],
  ['dY', 'in'],
  ['dX', 'out'],
] as const;

const BACKWARD_FROM_X = [
  ['x', 'in'],
  ['dY', 'in'],
  ['dX', 'out'],
] as const;

export const relu = elementwise({
  arrays: FORWARD,
  body: (f, { x, y }) => {
    // pmax, `x < 0 ? 0 : x`, keeps NaN; adding 0 turns -0 into 0, as Math.max does.
    const positive = f32x4.pmax(x, constant(0));
    f.set(y, f32x4.add(positive, constant(0)));
  },
});

export const reluBackward = elementwise({
  arrays: BACKWARD,
  body: (f, { y, dY, dX }) => {
    f.set(dX, v128.and(dY, f32x4.gt(y, constant(0))));
  },
});

export const leakyRelu = elementwise({
  arrays: FORWARD,
  scalars: ['slope'],
  body: (f, { x, y }, { slope }) => {
    const scaled = f32x4.mul(slope, x);
    f.set(y, v128.bitselect(scaled, x, f32x4.lt(x, constant(0))));
  },
});

export const leakyReluBackward = elementwise({
  arrays: BACKWARD,
  scalars: ['slope'],
  body: (f, { y, dY, dX }, { slope }) => {
    const scaled = f32x4.mul(slope, dY);
    f.set(dX, v128.bitselect(dY, scaled, f32x4.gt(y, constant(0))));
  },
});

export const sigmoid = elementwise({
  arrays: FORWARD,
  body: (f, { x, y }) => {
    f.set(y, emitLogistic(f, x).value);
  },
});

export const sigmoidBackward = elementwise({
  arrays: BACKWARD,
  body: (f, { y, dY, dX }) => {
    const product = f32x4.mul(dY, y);
    f.set(dX, f32x4.mul(product, f32x4.sub(constant(1), y)));
  },
});

export const tanh = elementwise({
  arrays: FORWARD,
  body: (f, { x, y }) => emitTanh(f, y, x),
});

export const tanhBackward = elementwise({
  arrays: BACKWARD,
  body: (f, { y, dY, dX }) => {
    const slope = f32x4.sub(constant(1), f32x4.mul(y, y));
    f.set(dX, f32x4.mul(dY, slope));
  },
});

export const silu = elementwise({
  arrays: FORWARD,
  body: (f, { x, y }) => {
    const { value } = emitLogistic(f, x);
    f.set(y, f32x4.mul(x, value));
  },
});

export const siluBackward = elementwise({
  arrays: BACKWARD_FROM_X,
  body: (f, { x, dY, dX }) => {
    const { value, complement } = emitLogistic(f, x);
    // dY σ(x) (1 + x (1 - σ(x)))
    const product = f32x4.mul(dY, value);
    const slope = f32x4.add(constant(1), f32x4.mul(x, complement));
    f.set(dX, f32x4.mul(product, slope));
  },
});

export const gelu = elementwise({
  arrays: FORWARD,
  body: (f, { x, y }) => {
    const product = f.variable('v128');
    const { ratio, part, scale } = emitNormalTail(f, x);
    f.set(product, f32x4.mul(ratio, part));
    // x Φ(x), where Φ(x) is Q(|x|) for x < 0, else 1 - Q(x): so small results keep their digits.
    const left = f32x4.mul(f32x4.mul(x, product), scale);
    const right = f32x4.mul(x, f32x4.sub(constant(1), f32x4.mul(product, scale)));
    f.set(y, v128.bitselect(left, right, f32x4.lt(x, constant(0))));
  },
});

const DENSITY_AT_0 = 1 / Math.sqrt(2 * Math.PI);

export const geluBackward = elementwise({
  arrays: BACKWARD_FROM_X,
  body: (f, { x, dY, dX }) => {
    const excess = f.variable('v128');
    const { ratio, part, scale } = emitNormalTail(f, x);
    // dY (Φ(x) + x φ(x)): with |x| φ(x) - Q(|x|) as `excess`, the slope is 0 - excess for x < 0, else 1 + excess.
    const density = f32x4.mul(f32x4.abs(x), constant(DENSITY_AT_0));
    f.set(excess, f32x4.mul(f32x4.mul(f32x4.sub(density, ratio), part), scale));
    const left = f32x4.sub(constant(0), excess);
    const right = f32x4.add(constant(1), excess);
    f.set(dX, f32x4.mul(dY, v128.bitselect(left, right, f32x4.lt(x, constant(0)))));
  },
});
