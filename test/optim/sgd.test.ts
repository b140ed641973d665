import { describe, expect, test } from '@jest/globals';
import { SGD, type SGDOptions } from '../../src/optim/sgd.ts';
import { FlatParameters } from '../../src/tensor/flatParameters.ts';
import { Parameter } from '../../src/tensor/parameter.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside, UNIT_ROUNDOFF as u } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';

const parameters = (values: number[], gradients: number[]) =>
  new FlatParameters([new Parameter('weight', Tensor.from(values), Tensor.from(gradients))]);

/** The first weight after each of three steps with the same gradient. */
function threeSteps(options: SGDOptions, value: number, gradient: number): number[] {
  const flat = parameters([value, -value], [gradient, 0]);
  const optimizer = new SGD(options);
  return [1, 2, 3].map(() => {
    optimizer.step(flat);
    expect(flat.values[1]).toBe(-value);
    return flat.values[0];
  });
}

// Numbers of docs/math.md, section 5.1. Each step rounds v and w once, w <= 1: 3 u after three steps (seen: 1.2 u).
const BOUND = 4 * u;

describeEachKernels('SGD', () => {
  test.each<[string, SGDOptions, number[]]>([
    ['plain', { learningRate: 0.1 }, [0.9, 0.8, 0.7]],
    ['momentum', { learningRate: 0.1, momentum: 0.9 }, [0.9, 0.71, 0.439]],
    ['Nesterov', { learningRate: 0.1, momentum: 0.9, nesterov: true }, [0.81, 0.539, 0.1951]],
  ])('%s: w = 1, gradient 1; a weight with gradient 0 stays', (_name, options, expected) => {
    expect(firstOutside(threeSteps(options, 1, 1), expected, BOUND)).toBeUndefined();
  });

  test('a learning rate that changes acts at once: it stays outside of the velocity', () => {
    const rates = [0.1, 0.01];
    const flat = parameters([1], [1]);
    const optimizer = new SGD({ learningRate: { at: (step) => rates[step] }, momentum: 0.5 });
    optimizer.step(flat);
    optimizer.step(flat);
    // 1 - 0.1 · 1 - 0.01 · 1.5
    expect(firstOutside(flat.values, [0.885], BOUND)).toBeUndefined();
  });
});

describe('SGD', () => {
  test('has the learning rate 0.01 and no momentum unless they are given', () => {
    expect(new SGD().learningRate).toBe(0.01);
    expect(firstOutside(threeSteps({}, 1, 1), [0.99, 0.98, 0.97], BOUND)).toBeUndefined();
    expect(new SGD().name).toBe('sgd');
  });

  test.each<[SGDOptions, string]>([
    [{ momentum: 1 }, 'SGD: the momentum is 1, expected 0 <= momentum < 1.'],
    [{ momentum: -0.1 }, 'SGD: the momentum is -0.1, expected 0 <= momentum < 1.'],
    [{ momentum: Number.NaN }, 'SGD: the momentum is NaN, expected 0 <= momentum < 1.'],
    [{ nesterov: true }, 'SGD: nesterov needs a momentum > 0.'],
  ])('refuses %j', (options, message) => {
    expect(() => new SGD(options)).toThrow(new RangeError(message));
  });
});
