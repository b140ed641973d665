/** Activations and their derivatives in SIMD: the formulas of ../../naive.ts. Read elementwise.ts first. */

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
  name: 'relu',
  arrays: FORWARD,
  body: (f, { x, y }) => {
    const { local, f32x4 } = f;
    // pmax, `x < 0 ? 0 : x`, keeps NaN; adding 0 turns -0 into 0, as Math.max does.
    const positive = f32x4.pmax(local.get(x), constant(f, 0));
    local.set(y, f32x4.add(positive, constant(f, 0)));
  },
});

export const reluBackward = elementwise({
  name: 'reluBackward',
  arrays: BACKWARD,
  body: (f, { y, dY, dX }) => {
    const { local, v128, f32x4 } = f;
    local.set(dX, v128.and(local.get(dY), f32x4.gt(local.get(y), constant(f, 0))));
  },
});

export const leakyRelu = elementwise({
  name: 'leakyRelu',
  arrays: FORWARD,
  scalars: ['slope'],
  body: (f, { x, y }, { slope }) => {
    const { local, v128, f32x4 } = f;
    const scaled = f32x4.mul(local.get(slope), local.get(x));
    local.set(y, v128.bitselect(scaled, local.get(x), f32x4.lt(local.get(x), constant(f, 0))));
  },
});

export const leakyReluBackward = elementwise({
  name: 'leakyReluBackward',
  arrays: BACKWARD,
  scalars: ['slope'],
  body: (f, { y, dY, dX }, { slope }) => {
    const { local, v128, f32x4 } = f;
    const same = local.get(dY);
    const scaled = f32x4.mul(local.get(slope), local.get(dY));
    local.set(dX, v128.bitselect(same, scaled, f32x4.gt(local.get(y), constant(f, 0))));
  },
});

export const sigmoid = elementwise({
  name: 'sigmoid',
  arrays: FORWARD,
  body: (f, { x, y }) => {
    f.local.set(y, emitLogistic(f, x).value());
  },
});

export const sigmoidBackward = elementwise({
  name: 'sigmoidBackward',
  arrays: BACKWARD,
  body: (f, { y, dY, dX }) => {
    const { local, f32x4 } = f;
    const product = f32x4.mul(local.get(dY), local.get(y));
    local.set(dX, f32x4.mul(product, f32x4.sub(constant(f, 1), local.get(y))));
  },
});

export const tanh = elementwise({
  name: 'tanh',
  arrays: FORWARD,
  body: (f, { x, y }) => emitTanh(f, y, x),
});

export const tanhBackward = elementwise({
  name: 'tanhBackward',
  arrays: BACKWARD,
  body: (f, { y, dY, dX }) => {
    const { local, f32x4 } = f;
    const gradient = local.get(dY);
    const square = f32x4.sub(constant(f, 1), f32x4.mul(local.get(y), local.get(y)));
    local.set(dX, f32x4.mul(gradient, square));
  },
});

export const silu = elementwise({
  name: 'silu',
  arrays: FORWARD,
  body: (f, { x, y }) => {
    const { local, f32x4 } = f;
    const { value } = emitLogistic(f, x);
    local.set(y, f32x4.mul(local.get(x), value()));
  },
});

export const siluBackward = elementwise({
  name: 'siluBackward',
  arrays: [
    ['x', 'in'],
    ['dY', 'in'],
    ['dX', 'out'],
  ],
  body: (f, { x, dY, dX }) => {
    const { local, f32x4 } = f;
    const { value, complement } = emitLogistic(f, x);
    // dY σ(x) (1 + x (1 - σ(x)))
    const product = f32x4.mul(local.get(dY), value());
    const slope = f32x4.add(constant(f, 1), f32x4.mul(local.get(x), complement()));
    local.set(dX, f32x4.mul(product, slope));
  },
});
