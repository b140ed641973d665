/**
 * Optimizer updates in SIMD, in place, for all parameters of a network at once: the formulas of ../../naive.ts. Read
 * elementwise.ts first.
 */

import { constant, elementwise, reduction } from './elementwise.ts';

export const sgd = elementwise({
  name: 'sgd',
  arrays: [
    ['gradient', 'in'],
    ['value', 'inout'],
  ],
  scalars: ['learningRate'],
  body: (f, { gradient, value }, { learningRate }) => {
    const { local, f32x4 } = f;
    const before = local.get(value);
    local.set(value, f32x4.sub(before, f32x4.mul(local.get(learningRate), local.get(gradient))));
  },
});

// v = mu v + g;  w -= lr v, or with Nesterov  w -= lr (g + mu v)
const withVelocity = (name: string, isNesterov: boolean) =>
  elementwise({
    name,
    arrays: [
      ['gradient', 'in'],
      ['velocity', 'inout'],
      ['value', 'inout'],
    ],
    scalars: ['learningRate', 'mu'],
    body: (f, { gradient, velocity, value }, { learningRate, mu }) => {
      const { local, f32x4 } = f;
      const kept = () => f32x4.mul(local.get(mu), local.get(velocity));
      local.set(velocity, f32x4.add(kept(), local.get(gradient)));
      const before = local.get(value);
      const rate = local.get(learningRate);
      const direction = isNesterov ? f32x4.add(local.get(gradient), kept()) : local.get(velocity);
      local.set(value, f32x4.sub(before, f32x4.mul(rate, direction)));
    },
  });

export const momentum = withVelocity('momentum', false);
export const nesterov = withVelocity('nesterov', true);

// Kingma & Ba 2015, Algorithm 1, with both bias corrections folded into stepSize and epsilon (docs/math.md, section 5.2)
export const adam = elementwise({
  name: 'adam',
  arrays: [
    ['gradient', 'in'],
    ['m', 'inout'],
    ['v', 'inout'],
    ['value', 'inout'],
  ],
  scalars: ['stepSize', 'beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'epsilon', 'decay'],
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
  arrays: [['x', 'out']],
  body: (f, { x }) => f.local.set(x, constant(f, 0)),
});

export const sumOfSquares = reduction('squares of terms', {
  name: 'sumOfSquares',
  arrays: [['x', 'in']],
  body: (f, { x }, _scalars, term) => f.local.set(term, f.local.get(x)),
});

export const scale = elementwise({
  name: 'scale',
  arrays: [['x', 'inout']],
  scalars: ['factor'],
  body: (f, { x }, { factor }) => {
    f.local.set(x, f.f32x4.mul(f.local.get(x), f.local.get(factor)));
  },
});
