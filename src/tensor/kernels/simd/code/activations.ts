/** Activations and their derivatives in SIMD: the formulas of ../../naive.ts. Read elementwise.ts first. */

import { f32x4, v128 } from '../wasm/instructions.ts';
import { constant, elementwise } from './elementwise.ts';
import { emitLogistic, emitTanh } from './exp.ts';

const FORWARD = [
  ['x', 'in'],
  ['y', 'out'],
] as const;

/** From y: only SiLU's derivative needs x. */
const BACKWARD = [
  ['y', 'in'],
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
  arrays: [
    ['x', 'in'],
    ['dY', 'in'],
    ['dX', 'out'],
  ],
  body: (f, { x, dY, dX }) => {
    const { value, complement } = emitLogistic(f, x);
    // dY σ(x) (1 + x (1 - σ(x)))
    const product = f32x4.mul(dY, value);
    const slope = f32x4.add(constant(1), f32x4.mul(x, complement));
    f.set(dX, f32x4.mul(product, slope));
  },
});
