import { expect, test } from '@jest/globals';
import { clipGradientNorm } from '../../src/optim/clip.ts';
import { FlatParameters } from '../../src/tensor/flatParameters.ts';
import { Parameter } from '../../src/tensor/parameter.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside, gamma, UNIT_ROUNDOFF as u } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { uniformArray } from '../helpers/randomArrays.ts';

/** One parameter for each list of gradients. */
function withGradients(...gradients: (readonly number[])[]): FlatParameters {
  return new FlatParameters(
    gradients.map((list, i) => new Parameter(`${i}`, Tensor.zeros([list.length]), Tensor.from(list))),
  );
}

describeEachKernels('clipGradientNorm', () => {
  test('takes the norm over all parameters together: 3 and 4 have the norm 5', () => {
    const flat = withGradients([3], [4]);
    expect(clipGradientNorm(flat, 1)).toBe(5);
    expect(firstOutside(flat.gradients, [0.6, 0.8], 2 * u)).toBeUndefined();
  });

  test.each([5, 6, Number.POSITIVE_INFINITY])('leaves a norm of 5 alone where %p is allowed', (maxNorm) => {
    const flat = withGradients([3, 0], [4]);
    expect(clipGradientNorm(flat, maxNorm)).toBe(5);
    expect([...flat.gradients]).toEqual([3, 0, 4]);
  });

  test('clips to the maximum norm, by one factor for all gradients', () => {
    const before = uniformArray(1000, new Random(1));
    const flat = withGradients([...before.subarray(0, 300)], [...before.subarray(300)]);
    const norm = clipGradientNorm(flat, 0.5);
    const exact = Math.sqrt(before.reduce((sum, g) => sum + g * g, 0));
    // Half of the error bound of a sum of 1000 squares, since the root halves relative errors, and u for the root.
    const bound = gamma(1000) / 2 + u;
    expect(firstOutside([norm], [exact], bound * exact)).toBeUndefined();
    expect(firstOutside([clipGradientNorm(flat, 0.5)], [0.5], (bound + 2 * u) * 0.5)).toBeUndefined();
    const expected = [...before].map((g) => (g * 0.5) / exact);
    const bounds = expected.map((g) => (bound + 2 * u) * Math.abs(g));
    expect(firstOutside(flat.gradients, expected, bounds)).toBeUndefined();
  });

  test('no gradient at all is no division by zero', () => {
    const flat = withGradients([0, 0]);
    expect(clipGradientNorm(flat, 1)).toBe(0);
    expect([...flat.gradients]).toEqual([0, 0]);
  });

  test('a gradient of NaN is not hidden: the norm is NaN and the gradient stays', () => {
    const flat = withGradients([Number.NaN, 1]);
    expect(clipGradientNorm(flat, 1)).toBeNaN();
    expect([...flat.gradients]).toEqual([Number.NaN, 1]);
  });

  test.each([0, -1, -Infinity, Number.NaN])('refuses a norm of %p, and changes nothing', (maxNorm) => {
    const flat = withGradients([3], [4]);
    expect(() => clipGradientNorm(flat, maxNorm)).toThrow(
      new RangeError(`clipGradientNorm: maxNorm is ${maxNorm}, expected more than 0.`),
    );
    expect([...flat.gradients]).toEqual([3, 4]);
  });

  test('the values are left alone', () => {
    const flat = withGradients([3, 4]);
    flat.values.fill(7);
    clipGradientNorm(flat, 1);
    expect([...flat.values]).toEqual([7, 7]);
  });
});
