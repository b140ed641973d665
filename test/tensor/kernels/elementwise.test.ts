/**
 * All kernels but the products: every set against naive.ts at the edge sizes, and with NaN, infinities and large numbers.
 * That naive.ts itself is right is shown by test/golden.test.ts and the gradient checks in test/layers and test/losses.
 */

import { describe, expect, test } from '@jest/globals';
import { supportedKernels } from '../../../src/tensor/kernels/active.ts';
import type { Kernels } from '../../../src/tensor/kernels/kernels.ts';
import { naive } from '../../../src/tensor/kernels/naive.ts';
import { Random } from '../../../src/tensor/random.ts';
import { firstOutside, gamma, scaleOf } from '../../helpers/bounds.ts';
import { guarded, uniformArray } from '../../helpers/randomArrays.ts';

const { NaN: notANumber, POSITIVE_INFINITY: infinity } = Number;
/** Around a vector's 4 and a cache line's 16, and around the 4,096 numbers that are one piece of work for SIMD. */
const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 64, 65, 1000, 4095, 4096, 4097, 10_001];

type Argument = number | boolean | Float32Array;
type KernelName = Exclude<
  keyof Kernels,
  'name' | 'memory' | 'capture' | 'matmul' | 'matmulTransposeA' | 'matmulTransposeB' | 'matmulBias' | 'gather'
>;

/** Arguments for a kernel on n elements; the same each time. The last array is the output, or updated in place. */
const ARGUMENTS: Readonly<Record<KernelName, (n: number, random: Random) => Argument[]>> = {
  addColumnSums: (n, random) => [7, n, uniformArray(7 * n, random), uniformArray(n, random)],
  relu: (n, random) => [n, signed(n, random), signed(n, random)],
  reluBackward: (n, random) => [n, signed(n, random).map(positivePart), signed(n, random), signed(n, random)],
  leakyRelu: (n, random) => [n, 0.2, signed(n, random), signed(n, random)],
  leakyReluBackward: (n, random) => [n, 0.2, signed(n, random), signed(n, random), signed(n, random)],
  sigmoid: (n, random) => [n, signed(n, random), signed(n, random)],
  sigmoidBackward: (n, random) => [n, unit(n, random), signed(n, random), signed(n, random)],
  tanh: (n, random) => [n, signed(n, random), signed(n, random)],
  tanhBackward: (n, random) => [n, uniformArray(n, random), signed(n, random), signed(n, random)],
  silu: (n, random) => [n, signed(n, random), signed(n, random)],
  siluBackward: (n, random) => [n, signed(n, random), signed(n, random), signed(n, random)],
  gelu: (n, random) => [n, signed(n, random), signed(n, random)],
  geluBackward: (n, random) => [n, signed(n, random), signed(n, random), signed(n, random)],
  meanSquaredError: (n, random) => [n, signed(n, random), unit(n, random), signed(n, random)],
  meanAbsoluteError: (n, random) => [n, signed(n, random), unit(n, random), signed(n, random)],
  binaryCrossEntropy: (n, random) => [n, signed(n, random), unit(n, random), signed(n, random)],
  sgd: (n, random) => [n, 0.1, signed(n, random), signed(n, random)],
  // Nesterov's at odd sizes.
  momentum: (n, random) => [
    n,
    0.1,
    0.9,
    n % 2 === 1,
    signed(n, random),
    signed(n, random),
    signed(n, random),
  ],
  adam: (n, random) => [
    ...[n, 0.003, 0.9, 0.999, 1e-8, 0.99],
    ...[signed(n, random), signed(n, random), unit(n, random), signed(n, random)],
  ],
  zero: (n, random) => [n, signed(n, random)],
  sumOfSquares: (n, random) => [n, signed(n, random)],
  scale: (n, random) => [n, 0.3, signed(n, random)],
};
const NAMES = Object.keys(ARGUMENTS) as KernelName[];

const signed = (n: number, random: Random) => uniformArray(n, random, -3, 3);
const unit = (n: number, random: Random) => uniformArray(n, random, 0, 1);
const positivePart = (x: number) => Math.max(x, 0);

interface Outcome {
  /** What the kernel returned, if it did. */
  readonly value: number | undefined;
  /** All arrays after the call. */
  readonly arrays: readonly Float32Array[];
  readonly intact: boolean;
}

function run(kernels: Kernels, name: KernelName, n: number, change = (x: number) => x): Outcome {
  const guards = ARGUMENTS[name](n, new Random(n)).map((given) =>
    typeof given === 'object' ? guarded(given.map(change)) : given,
  );
  const given = guards.map((argument) => (typeof argument === 'object' ? argument.array : argument));
  const value = (kernels[name] as (...given: Argument[]) => number | undefined)(...given);
  return {
    value,
    arrays: given.filter((argument) => typeof argument === 'object'),
    intact: guards.every((argument) => typeof argument !== 'object' || argument.intact()),
  };
}

/**
 * Elements may differ by 8 u of the largest: each is a handful of roundings, and exponentials may be computed in float32.
 * A column sum of 8 numbers may differ by γ(8) times the sum of their absolute values, and a mean or sum of n terms >= 0 by
 * γ(n + 8) times itself: in any order of summation.
 */
function mismatch(kernels: Kernels, name: KernelName, n: number): string | undefined {
  const got = run(kernels, name, n);
  const expected = run(naive, name, n);
  const bounds =
    name === 'addColumnSums'
      ? run(naive, name, n, Math.abs).arrays.map((absolute) => absolute.map((sum) => gamma(8) * sum))
      : expected.arrays.map((array) => gamma(8) * scaleOf(array));
  if (!got.intact) return `n ${n}: wrote outside of an array`;
  for (const [index, array] of expected.arrays.entries()) {
    const outside = firstOutside(got.arrays[index], array, bounds[index]);
    if (outside) return `n ${n}, array ${index}: ${outside}`;
  }
  if (got.value === undefined && expected.value === undefined) return undefined;
  const [value = notANumber, wanted = notANumber] = [got.value, expected.value];
  const outside = firstOutside([value], [wanted], gamma(n + 8) * wanted);
  return outside && `n ${n}, returned: ${outside}`;
}

function firstMismatch(kernels: Kernels, name: KernelName): string | undefined {
  return SIZES.map((n) => mismatch(kernels, name, n)).find((found) => found !== undefined);
}

describe.each(supportedKernels())('the $name kernels', (kernels) => {
  test.each(NAMES)('%s agrees with naive at all sizes', (name) => {
    expect(firstMismatch(kernels, name)).toBeUndefined();
  });

  const apply = (name: 'relu' | 'sigmoid' | 'tanh' | 'silu' | 'gelu', ...x: number[]) => {
    const y = new Float32Array(x.length);
    kernels[name](x.length, Float32Array.from(x), y);
    return [...y];
  };

  test('NaN passes through every activation', () => {
    for (const name of ['relu', 'sigmoid', 'tanh', 'silu', 'gelu'] as const)
      expect(apply(name, notANumber)).toEqual([notANumber]);
    const y = new Float32Array(1);
    kernels.leakyRelu(1, 0.1, Float32Array.of(notANumber), y);
    expect(y[0]).toBeNaN();
  });

  test('infinities and numbers of size 1000 have the limits as their results', () => {
    expect(apply('relu', infinity, -infinity, 1000, -1000)).toEqual([infinity, 0, 1000, 0]);
    expect(apply('sigmoid', infinity, -infinity, 1000, -1000)).toEqual([1, 0, 1, 0]);
    expect(apply('tanh', infinity, -infinity, 1000, -1000)).toEqual([1, -1, 1, -1]);
    // -0 is as good as 0 here.
    for (const name of ['silu', 'gelu'] as const)
      expect(apply(name, infinity, 1000, -1000).map((value) => value + 0)).toEqual([infinity, 1000, 0]);
  });

  test('the derivatives at 0 are 0 for ReLU, the slope for leaky ReLU', () => {
    const dX = new Float32Array(1);
    kernels.reluBackward(1, Float32Array.of(0), Float32Array.of(5), dX);
    expect(dX[0]).toBe(0);
    kernels.leakyReluBackward(1, 0.5, Float32Array.of(0), Float32Array.of(5), dX);
    expect(dX[0]).toBe(2.5);
  });

  test('the cross-entropy of logits of size 1000 is finite, and so is its gradient', () => {
    const dPrediction = new Float32Array(4);
    const logits = Float32Array.of(1000, -1000, 1000, -1000);
    const loss = kernels.binaryCrossEntropy(4, logits, Float32Array.of(0, 0, 1, 1), dPrediction);
    expect(loss).toBe(500);
    expect([...dPrediction]).toEqual([0.25, 0, 0, -0.25]);
  });

  test('the second moment of Adam is finite where (1 - β₂) g² is, though g² is not', () => {
    const [m, v, value] = [0, 1, 2].map(() => new Float32Array(1));
    kernels.adam(1, 0.001, 0.9, 0.999, 1e-8, 1, Float32Array.of(1e20), m, v, value);
    expect(v[0] / 1e37).toBeCloseTo(1, 5);
    expect(value[0]).toBeCloseTo(-0.001 * (1e19 / Math.sqrt(1e37)), 6);
  });

  test('NaN in a prediction reaches the loss', () => {
    for (const name of ['meanSquaredError', 'meanAbsoluteError', 'binaryCrossEntropy'] as const) {
      const loss = kernels[name](
        2,
        Float32Array.of(0, notANumber),
        Float32Array.of(0, 0),
        new Float32Array(2),
      );
      expect(loss).toBeNaN();
    }
  });
});

describe('negative controls', () => {
  /** The naive kernels with the last element of the output, or else the returned number, off by a part in ten thousand. */
  function sabotaged(name: KernelName): Kernels {
    const wrong = (...given: Argument[]): number | undefined => {
      const value = (naive[name] as (...given: Argument[]) => number | undefined)(...given);
      if (name === 'sumOfSquares') return value! * 1.0001;
      const output = given.filter((argument) => typeof argument === 'object').at(-1)!;
      if (output.length > 0) output[output.length - 1] += 1e-4 * (scaleOf(output) || 1);
      return value;
    };
    return { ...naive, [name]: wrong };
  }

  test.each(NAMES)('%s with one element that is off is found', (name) => {
    expect(firstMismatch(sabotaged(name), name)).toMatch(/^n \d+, (array|returned)/);
  });

  test('a loss that is off is found', () => {
    const wrong: Kernels = {
      ...naive,
      meanSquaredError: (n, prediction, target, dPrediction) =>
        naive.meanSquaredError(n, prediction, target, dPrediction) * 1.0001,
    };
    expect(firstMismatch(wrong, 'meanSquaredError')).toMatch(/^n 1, returned/);
  });

  test('an element written behind the output is found', () => {
    const wrong: Kernels = {
      ...naive,
      scale: (n, factor, x) => naive.scale(n + 1, factor, new Float32Array(x.buffer, x.byteOffset)),
    };
    // NaN times anything is NaN, so the margin holds a number here.
    const { array, intact } = guarded([1, 2], 7);
    wrong.scale(2, 3, array);
    expect([...array]).toEqual([3, 6]);
    expect(intact()).toBe(false);
  });
});
