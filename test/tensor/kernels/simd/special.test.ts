/**
 * NaN, infinities, both zeros and subnormal numbers in every SIMD kernel, in every lane and in every place of an incomplete
 * vector: the results are of the same kind as with naive.ts.
 */

import { describe, expect, test } from '@jest/globals';
import type { Kernels } from '../../../../src/tensor/kernels/kernels.ts';
import { naive } from '../../../../src/tensor/kernels/naive.ts';
import { Engine } from '../../../../src/tensor/kernels/simd/engine.ts';
import { createSimdKernels } from '../../../../src/tensor/kernels/simd/kernels.ts';
import { gamma, SMALLEST_FLOAT32 } from '../../../helpers/bounds.ts';

const { abs, fround, max } = Math;
const { is } = Object;
const { isFinite: isNumber, NaN: notANumber, POSITIVE_INFINITY: infinity } = Number;

const simd = createSimdKernels(new Engine());

const SUBNORMAL = fround(1e-40);
const SMALLEST_NORMAL = 2 ** -126;
const ANY = [notANumber, infinity, -infinity, 0, -0, SMALLEST_FLOAT32, -SUBNORMAL, 1.5, -1.5, 1000, -1000];
/** Values of targets, outputs of sigmoid and second moments. */
const NOT_NEGATIVE = [notANumber, infinity, 0, SMALLEST_FLOAT32, SUBNORMAL, 0.25, 1];

interface Case {
  /** The values that each array takes, in all combinations. */
  readonly inputs: readonly (readonly number[])[];
  /** Beside the inputs, which may be changed, there is room for an output. */
  readonly run: (set: Kernels, n: number, arrays: readonly Float32Array[], out: Float32Array) => unknown;
  /** Whether a moment that is subnormal becomes 0 (code/updates.ts): then all numbers of that size are alike. */
  readonly dropsSubnormals?: boolean;
}

const ONE: Case['inputs'] = [ANY];
const TWO: Case['inputs'] = [ANY, ANY];

const activation = (name: 'relu' | 'sigmoid' | 'tanh' | 'silu' | 'gelu'): Case => ({
  inputs: ONE,
  run: (set, n, [x], out) => set[name](n, x, out),
});
const backward = (name: 'relu' | 'sigmoid' | 'tanh' | 'silu' | 'gelu'): Case => ({
  inputs: TWO,
  run: (set, n, [y, dY], out) => set[`${name}Backward`](n, y, dY, out),
});
const loss = (name: 'meanSquaredError' | 'meanAbsoluteError' | 'binaryCrossEntropy'): Case => ({
  inputs: [ANY, NOT_NEGATIVE],
  run: (set, n, [prediction, target], out) => set[name](n, prediction, target, out),
});
const momentum = (nesterov: boolean): Case => ({
  inputs: [ANY, ANY, ANY],
  run: (set, n, [gradient, velocity, value]) =>
    set.momentum(n, 0.125, 0.5, nesterov, gradient, velocity, value),
  dropsSubnormals: true,
});

const CASES: Readonly<Record<string, Case>> = {
  relu: activation('relu'),
  sigmoid: activation('sigmoid'),
  tanh: activation('tanh'),
  silu: activation('silu'),
  gelu: activation('gelu'),
  reluBackward: backward('relu'),
  sigmoidBackward: backward('sigmoid'),
  tanhBackward: backward('tanh'),
  siluBackward: backward('silu'),
  geluBackward: backward('gelu'),
  leakyRelu: { inputs: ONE, run: (set, n, [x], out) => set.leakyRelu(n, 0.125, x, out) },
  leakyReluBackward: {
    inputs: TWO,
    run: (set, n, [y, dY], out) => set.leakyReluBackward(n, 0.125, y, dY, out),
  },
  meanSquaredError: loss('meanSquaredError'),
  meanAbsoluteError: loss('meanAbsoluteError'),
  binaryCrossEntropy: loss('binaryCrossEntropy'),
  sgd: { inputs: TWO, run: (set, n, [gradient, value]) => set.sgd(n, 0.125, gradient, value) },
  momentum: momentum(false),
  nesterov: momentum(true),
  adam: {
    inputs: [ANY, ANY, NOT_NEGATIVE, [1.5, -0, infinity, notANumber]],
    // A large epsilon: an ordinary one makes the last bit of a subnormal moment a million times larger.
    run: (set, n, [g, m, v, value]) => set.adam(n, 0.125, 0.5, 0.75, 0.5, 1, g, m, v, value),
    dropsSubnormals: true,
  },
  zero: { inputs: ONE, run: (set, n, [x]) => set.zero(n, x) },
  sumOfSquares: { inputs: ONE, run: (set, n, [x]) => set.sumOfSquares(n, x) },
  scale: { inputs: ONE, run: (set, n, [x]) => set.scale(n, -0.5, x) },
  addColumnSums: {
    inputs: [ANY, ANY, ANY],
    run: (set, n, [above, below, sums]) => {
      const x = new Float32Array(2 * n);
      x.set(above);
      x.set(below, n);
      set.addColumnSums(2, n, x, sums);
    },
  },
};

/** All combinations: the i-th array's values at the places of all arrays. */
function combinations(inputs: Case['inputs']): Float32Array[] {
  const total = inputs.reduce((product, { length }) => product * length, 1);
  let repeat = total;
  return inputs.map((values) => {
    const block = (repeat /= values.length);
    return Float32Array.from({ length: total }, (_, i) => values[Math.floor(i / block) % values.length]);
  });
}

/**
 * Of the same kind, and as near as eight roundings of the numbers that went in allow. Of a product of subnormal numbers,
 * float64 keeps the sign that float32 may lose in a difference from 0.
 */
function isLike(got: number, expected: number, scale: number, isSubnormal: boolean): boolean {
  if (expected === 0 && isSubnormal) return got === 0;
  if (!isNumber(expected) || expected === 0) return is(got, expected);
  return abs(got - expected) <= gamma(8) * max(abs(expected), scale) + 8 * SMALLEST_FLOAT32;
}

/** The maximum of what is finite, where products of two such numbers may have been added up. */
function scaleAt(i: number, inputs: readonly Float32Array[]): number {
  const finite = inputs.map((array) => abs(array[i])).filter(isNumber);
  const most = max(0, ...finite);
  return most < 1e-30 ? most : most * max(1, most);
}

const named = (value: number) => (is(value, -0) ? '-0' : String(value));

/** What is different with these numbers, as a sentence. */
function mismatch(
  set: Kernels,
  { run, dropsSubnormals = false }: Case,
  inputs: readonly Float32Array[],
): string | undefined {
  const n = inputs[0].length;
  const outcome = (kernels: Kernels) => {
    const arrays = inputs.map((array) => array.slice());
    const out = new Float32Array(n).fill(77);
    return { value: run(kernels, n, arrays, out), arrays: [...arrays, out] };
  };
  const [got, expected] = [outcome(set), outcome(naive)];
  const numbers = (i: number) => inputs.map((array) => named(array[i])).join(', ');
  for (const [a, array] of expected.arrays.entries()) {
    for (let i = 0; i < n; i++) {
      const value = got.arrays[a][i];
      const isSubnormal = inputs.some((input) => input[i] !== 0 && abs(input[i]) < SMALLEST_NORMAL);
      if (dropsSubnormals && abs(value) < SMALLEST_NORMAL && abs(array[i]) < SMALLEST_NORMAL) continue;
      if (!isLike(value, array[i], scaleAt(i, inputs), isSubnormal)) {
        return `array ${a}, element ${i} of ${n} (${numbers(i)}): ${named(value)}, expected ${named(array[i])}`;
      }
    }
  }
  if (expected.value === undefined) return undefined;
  const [sum, wanted] = [got.value as number, expected.value as number];
  const all = Array.from({ length: n }, (_, i) => numbers(i)).join('; ');
  return isLike(sum, wanted, 0, false) ? undefined : `returned (${all}): ${sum}, expected ${wanted}`;
}

/** All combinations in runs of n; the first `skip` numbers are left out, so that each comes to every place. */
function firstMismatch(set: Kernels, one: Case, n: number, skip = 0): string | undefined {
  const inputs = combinations(one.inputs);
  for (let start = skip; start < inputs[0].length; start += n) {
    const found = mismatch(
      set,
      one,
      inputs.map((array) => array.subarray(start, start + n)),
    );
    if (found) return found;
  }
  return undefined;
}

const NAMES = Object.keys(CASES);

describe('numbers that are not ordinary', () => {
  test.each(NAMES)('go through %s as in naive, in each of the four lanes', (name) => {
    for (const skip of [0, 1, 2, 3]) {
      expect(firstMismatch(simd, CASES[name], Number.MAX_SAFE_INTEGER, skip)).toBeUndefined();
    }
  });

  test.each(NAMES)('go through %s as in naive, in arrays of 1 to 9', (name) => {
    for (let n = 1; n <= 9; n++) expect(firstMismatch(simd, CASES[name], n)).toBeUndefined();
  });
});

test.each([
  ['momentum', (m, value) => simd.momentum(8, 0.1, 0.9, false, new Float32Array(8), m, value)],
  ['nesterov', (m, value) => simd.momentum(8, 0.1, 0.9, true, new Float32Array(8), m, value)],
  [
    'adam',
    (m, value) => {
      simd.adam(8, 0.1, 0.9, 0.999, 1e-8, 1, new Float32Array(8), m, new Float32Array(8), value);
    },
  ],
] satisfies [string, (m: Float32Array, value: Float32Array) => void][])(
  '%s: a mean of gradients that has shrunk to a subnormal number becomes 0, and all others stay',
  (_, step) => {
    const least = SMALLEST_NORMAL;
    const m = Float32Array.of(
      least,
      -least,
      SUBNORMAL,
      -SMALLEST_FLOAT32,
      2 * least,
      -2 * least,
      1,
      notANumber,
    );
    const kept = m.slice();
    step(m, new Float32Array(8));
    expect([...m]).toEqual([0, 0, 0, 0, ...[4, 5, 6, 7].map((i) => fround(fround(0.9) * kept[i]))]);
  },
);

// A gradient that explodes must be clipped, not set to 0: its norm is a float64 number.
test.each([3e19, 1e-23])('the sum of squares of numbers like %p is beyond float32, and right', (value) => {
  for (const n of [1, 4, 100, 5000]) {
    const x = new Float32Array(n).fill(value);
    const expected = naive.sumOfSquares(n, x);
    expect(abs(simd.sumOfSquares(n, x) - expected)).toBeLessThanOrEqual(gamma(n + 8) * expected);
  }
});

describe('negative controls', () => {
  test('a maximum that swallows NaN, and one that turns -0 around, are found', () => {
    const swallows: Kernels['relu'] = (n, x, y) => {
      for (let i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0;
    };
    expect(firstMismatch({ ...naive, relu: swallows }, CASES.relu, 4)).toMatch('(NaN): 0, expected NaN');
    const keepsSign: Kernels['relu'] = (n, x, y) => {
      for (let i = 0; i < n; i++) y[i] = x[i] < 0 ? 0 : x[i];
    };
    expect(firstMismatch({ ...naive, relu: keepsSign }, CASES.relu, 4)).toMatch('(-0): -0, expected 0');
  });

  test('subnormal numbers that are flushed to 0 are found', () => {
    const flushes: Kernels['scale'] = (n, factor, x) => {
      for (let i = 0; i < n; i++) x[i] = abs(x[i]) < SMALLEST_NORMAL ? 0 : factor * x[i];
    };
    expect(firstMismatch({ ...naive, scale: flushes }, CASES.scale, 4)).toMatch('expected');
  });

  test('every kernel that works element by element has a case', () => {
    const others = [
      'name',
      'memory',
      'capture',
      'matmul',
      'matmulTransposeA',
      'matmulTransposeB',
      'matmulBias',
      'gather',
    ];
    const names = Object.keys(simd).filter((name) => !others.includes(name));
    expect(NAMES.filter((name) => name !== 'nesterov').sort()).toEqual(names.sort());
  });
});
