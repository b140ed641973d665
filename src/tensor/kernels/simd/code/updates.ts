/**
 * Optimizer updates in SIMD, in place, for all parameters of a network at once: the formulas of ../../naive.ts. Read
 * elementwise.ts first.
 */

import { f32x4, type V128, v128 } from '../wasm/instructions.ts';
import { constant, elementwise, reduction } from './elementwise.ts';

export const sgd = elementwise({
  arrays: [
    ['gradient', 'in'],
    ['value', 'inout'],
  ],
  scalars: ['learningRate'],
  body: (f, { gradient, value }, { learningRate }) => {
    f.set(value, f32x4.sub(value, f32x4.mul(learningRate, gradient)));
  },
});

// Smaller ones are subnormal: where a gradient stays 0, a mean shrinks to them and remains there (0.9 times the smallest
// rounds to itself), and many processors take many times as long for a product with one. The step that such a mean
// would make is lost in the rounding of any weight but 0. (Adam's v comes there a hundred times as late; to ask for it, too,
// costs every step more.)
const withoutSubnormals = (mean: V128, smallest: V128): V128 =>
  v128.andnot(mean, f32x4.lt(f32x4.abs(mean), smallest));

// v = mu v + g;  w -= lr v, or with Nesterov  w -= lr (g + mu v)
const withVelocity = (isNesterov: boolean) =>
  elementwise({
    arrays: [
      ['gradient', 'in'],
      ['velocity', 'inout'],
      ['value', 'inout'],
    ],
    scalars: ['learningRate', 'mu', 'smallest'],
    body: (f, { gradient, velocity, value }, { learningRate, mu, smallest }) => {
      const kept = f32x4.mul(mu, velocity); // of the velocity before the step, then of the one after it
      f.set(velocity, f32x4.add(kept, gradient));
      f.set(velocity, withoutSubnormals(velocity, smallest));
      const direction = isNesterov ? f32x4.add(gradient, kept) : velocity;
      f.set(value, f32x4.sub(value, f32x4.mul(learningRate, direction)));
    },
  });

export const momentum = withVelocity(false);
export const nesterov = withVelocity(true);

// Kingma & Ba 2015, Algorithm 1, with both bias corrections folded into stepSize and epsilon (docs/math.md, section 5.2)
export const adam = elementwise({
  arrays: [
    ['gradient', 'in'],
    ['m', 'inout'],
    ['v', 'inout'],
    ['value', 'inout'],
  ],
  scalars: ['stepSize', 'beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2', 'epsilon', 'decay', 'smallest'],
  body: (f, { gradient: g, m, v, value }, given) => {
    const { stepSize, beta1, oneMinusBeta1, beta2, oneMinusBeta2, epsilon, decay, smallest } = given;
    const keptM = f32x4.mul(beta1, m);
    f.set(m, f32x4.add(keptM, f32x4.mul(oneMinusBeta1, g)));
    f.set(m, withoutSubnormals(m, smallest));
    const keptV = f32x4.mul(beta2, v);
    // The factor first: g² alone may overflow where (1 - β₂) g² does not.
    const part = f32x4.mul(oneMinusBeta2, g);
    f.set(v, f32x4.add(keptV, f32x4.mul(part, g)));
    const kept = f32x4.mul(decay, value);
    const step = f32x4.mul(stepSize, m);
    const divisor = f32x4.add(f32x4.sqrt(v), epsilon);
    f.set(value, f32x4.sub(kept, f32x4.div(step, divisor)));
  },
});

export const zero = elementwise({
  arrays: [['x', 'out']],
  body: (f, { x }) => f.set(x, constant(0)),
});

export const sumOfSquares = reduction('squares of terms', {
  arrays: [['x', 'in']],
  body: (f, { x }, _scalars, term) => f.set(term, x),
});

export const scale = elementwise({
  arrays: [['x', 'inout']],
  scalars: ['factor'],
  body: (f, { x }, { factor }) => {
    f.set(x, f32x4.mul(x, factor));
  },
});
