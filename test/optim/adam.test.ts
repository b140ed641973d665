import { describe, expect, test } from '@jest/globals';
import { Dense } from '../../src/layers/dense.ts';
import { Adam, type AdamOptions, AdamW } from '../../src/optim/adam.ts';
import { FlatParameters } from '../../src/tensor/flatParameters.ts';
import { Parameter } from '../../src/tensor/parameter.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside, UNIT_ROUNDOFF as u } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';

const parameters = (values: number[], gradients: number[] = values.map(() => 0)) =>
  new FlatParameters([new Parameter('weight', Tensor.from(values), Tensor.from(gradients))]);

/** The weight after each step, one step for each gradient. */
function trace(optimizer: Adam, value: number, gradients: readonly number[]): number[] {
  const flat = parameters([value]);
  return gradients.map((gradient) => {
    flat.gradients[0] = gradient;
    optimizer.step(flat);
    return flat.values[0];
  });
}

interface Algorithm1Options {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
}

/** The weight after each step, word for word from Kingma & Ba 2015, in float64; decay as in Loshchilov & Hutter 2019. */
function algorithm1(value: number, gradients: readonly number[], options: Algorithm1Options): number[] {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, weightDecay = 0 } = options;
  const learningRate = 1e-3;
  let [w, m, v] = [value, 0, 0];
  return gradients.map((g, step) => {
    const t = step + 1;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const mHat = m / (1 - beta1 ** t);
    const vHat = v / (1 - beta2 ** t);
    w = w - learningRate * weightDecay * w - (learningRate * mHat) / (Math.sqrt(vHat) + epsilon);
    return w;
  });
}

describeEachKernels('Adam', () => {
  // Numbers of docs/math.md, sections 5.2 and 5.3, given to 7 digits.
  test('the examples of docs/math.md', () => {
    const gradients = [0.5, -1, 0.25];
    const adam = trace(new Adam(), 1, gradients);
    expect(firstOutside(adam, [0.999, 0.9993661, 0.9995028], 1e-7)).toBeUndefined();
    const adamW = trace(new AdamW({ learningRate: 0.01, weightDecay: 0.1, epsilon: 1e-8 }), 1, gradients);
    expect(firstOutside(adamW, [0.989, 0.991672, 0.9920473], 1e-7)).toBeUndefined();
  });

  // m = 1 - β₁ᵗ and √v = √(1 - β₂ᵗ), so the bias corrections cancel exactly. w is rounded once a step, by up to u / 2
  // of at most 1; m and v carry a few u each into a move of 0.01. 20 u after 20 steps (seen: 3.2 u).
  test.each([1, -1, 1e-3, 1e4])(
    'a constant gradient of %p moves the weight by the learning rate each step',
    (gradient) => {
      const learningRate = 0.01;
      const steps = 20;
      const got = trace(
        new Adam({ learningRate, epsilon: 1e-30 }),
        0.5,
        new Array<number>(steps).fill(gradient),
      );
      const expected = got.map((_, step) => 0.5 - Math.sign(gradient) * learningRate * (step + 1));
      expect(firstOutside(got, expected, 20 * u)).toBeUndefined();
    },
  );

  test('a gradient of 0 leaves the weight unchanged', () => {
    expect(trace(new Adam(), 0.7, [0, 0, 0])).toEqual(new Array(3).fill(Math.fround(0.7)));
  });

  test('weight and bias of a layer get the same update for the same gradient', () => {
    const layer = new Dense(3, 2);
    const flat = new FlatParameters(layer.parameters());
    flat.values.fill(1);
    const optimizer = new Adam();
    for (const gradient of [0.5, -0.25, 2]) {
      flat.gradients.fill(gradient);
      optimizer.step(flat);
    }
    expect(new Set(flat.values).size).toBe(1);
    expect(layer.bias?.value.data[0]).toBe(layer.weight.value.data[0]);
    expect(layer.bias?.value.data[0]).not.toBe(1);
  });

  // Each step rounds w by up to u / 2, m and v carry a few u into a move of 0.001: √100 · u / 2 = 5 u
  // after 100 steps if the directions are random (seen: 2.7 u).
  const bound = 16 * u;
  const random = new Random(1);
  const gradients = Array.from({ length: 100 }, () => Math.fround(random.normal(0.2)));

  test.each<Algorithm1Options>([
    {},
    { beta1: 0.5, beta2: 0.9 },
    { beta1: 0 },
    { beta2: 0 },
    { epsilon: 0.1 },
  ])('100 steps are those of Algorithm 1, options %j', (options) => {
    const got = trace(new Adam(options), 0.5, gradients);
    expect(firstOutside(got, algorithm1(0.5, gradients, options), bound)).toBeUndefined();
  });

  test('100 steps of AdamW are those of Algorithm 1 beside the decay', () => {
    const got = trace(new AdamW({ weightDecay: 0.3 }), 0.5, gradients);
    expect(firstOutside(got, algorithm1(0.5, gradients, { weightDecay: 0.3 }), bound)).toBeUndefined();
    const byDefault = trace(new AdamW(), 0.5, gradients);
    expect(firstOutside(byDefault, algorithm1(0.5, gradients, { weightDecay: 0.01 }), bound)).toBeUndefined();
  });

  test('negative control: another beta, epsilon or decay is outside of the bound', () => {
    const got = trace(new Adam(), 0.5, gradients);
    for (const options of [{ beta1: 0.901 }, { beta2: 0.9991 }, { epsilon: 1e-4 }, { weightDecay: 1e-4 }]) {
      expect(firstOutside(got, algorithm1(0.5, gradients, options), bound)).toMatch(/^element/);
    }
  });

  test('epsilon is added to the corrected root, not to the plain one', () => {
    // A first gradient of 1e-6 with epsilon 1e-7 moves by lr / 1.1; the other way it would be 0.240 lr.
    const [got] = trace(new Adam({ learningRate: 1, epsilon: 1e-7 }), 0, [1e-6]);
    expect(firstOutside([got], [-1 / 1.1], 8 * u)).toBeUndefined();
  });

  test('the decay of AdamW does not go through the moments: without gradient the weight shrinks by 1 - lr λ a step', () => {
    const got = trace(new AdamW({ learningRate: 0.1, weightDecay: 0.5 }), 1, [0, 0, 0]);
    expect(firstOutside(got, [0.95, 0.95 ** 2, 0.95 ** 3], 4 * u)).toBeUndefined();
  });

  test('the decay follows the schedule', () => {
    const rates = [0.1, 0.2];
    const optimizer = new AdamW({ learningRate: { at: (step) => rates[step] }, weightDecay: 0.5 });
    expect(firstOutside(trace(optimizer, 1, [0, 0]), [0.95, 0.95 * 0.9], 4 * u)).toBeUndefined();
  });
});

describe('Adam', () => {
  test('has the defaults of its documentation', () => {
    expect(new Adam().learningRate).toBe(1e-3);
    expect(new AdamW().learningRate).toBe(1e-3);
    expect([new Adam().name, new AdamW().name]).toEqual(['adam', 'adamw']);
  });

  test.each<[AdamOptions, string]>([
    [{ beta1: 1 }, 'Adam: a beta is 1, expected 0 <= beta < 1.'],
    [{ beta2: -0.1 }, 'Adam: a beta is -0.1, expected 0 <= beta < 1.'],
    [{ beta2: Number.NaN }, 'Adam: a beta is NaN, expected 0 <= beta < 1.'],
    [{ epsilon: 0 }, 'Adam: epsilon is 0, expected more than 0.'],
    [{ epsilon: Number.NaN }, 'Adam: epsilon is NaN, expected more than 0.'],
    [{ epsilon: Infinity }, 'Adam: epsilon is Infinity, expected more than 0.'],
  ])('refuses %p', (options, message) => {
    expect(() => new Adam(options)).toThrow(new RangeError(message));
    expect(() => new AdamW(options)).toThrow(new RangeError(message));
  });

  test.each([-0.1, Number.NaN, Infinity])('AdamW refuses the weight decay %p', (weightDecay) => {
    expect(() => new AdamW({ weightDecay })).toThrow(
      new RangeError(`AdamW: the weight decay is ${weightDecay}, expected >= 0.`),
    );
  });
});
