/** NaN, infinities, equal numbers and no images at all in every kernel for images, of every set. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kernels, setKernels, supportedKernels } from '../../../../src/tensor/kernels/active.ts';
import { convolutionKernels } from '../../../../src/tensor/kernels/convolution/active.ts';
import type { ConvolutionKernels } from '../../../../src/tensor/kernels/convolution/kernels.ts';
import { naiveConvolutions } from '../../../../src/tensor/kernels/convolution/naive.ts';
import { firstOtherBits } from '../../../helpers/bits.ts';
import { firstOutside } from '../../../helpers/bounds.ts';
import { ordinary } from '../../../helpers/randomArrays.ts';
import { memoryOf, mismatch, run } from './check.ts';
import { type Change, type KernelName, makeCase, NAMES, type Sizes, sizesOf, TABLE } from './table.ts';

const { NaN: notANumber, POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minusInfinity } = Number;
const plusZero = (value: number) => value + 0;

const SETS = supportedKernels();

describe.each(SETS)('special numbers in the kernels for images of the $name set', (set) => {
  const before = kernels().name;
  const inMemory = memoryOf(set);
  let images: ConvolutionKernels;
  beforeAll(() => {
    setKernels(set.name);
    images = convolutionKernels();
  });
  afterAll(() => {
    setKernels(before);
  });

  /** Without padding, and with it and rows that no window sees: two images each. */
  const PLAIN = sizesOf(2, [6, 7], [5, 6], [3, 1, 0]);
  const PADDED = sizesOf(2, [8, 6], [5, 9], [3, 2, 1]);
  const withValue =
    (input: string, at: number, value: number): Change =>
    (name, values) =>
      name === input ? values.with(at, value) : values;

  /** One number of an input becomes this value: where that is wrong in the result. */
  function spread(name: KernelName, sizes: Sizes, input: string, at: number, value: number) {
    return mismatch(images, name, makeCase(name, sizes, withValue(input, at, value)), inMemory?.());
  }

  /** The first and the last number of an array, and some within. */
  const places = (length: number) => [0, Math.floor(length / 3), Math.floor((2 * length) / 3), length - 1];

  /** What is multiplied with zeros around an image, where the definition has no product: the result may be NaN there. */
  const meetsZeros = (name: KernelName, input: string, { padding }: Sizes) =>
    (name === 'convolveTransposed' && input === 'weight') ||
    (padding > 0 && (input === 'weight' || (name === 'addWeightGradient' && input === 'dY')));

  const INPUTS = [PLAIN, PADDED].flatMap((sizes) =>
    NAMES.flatMap((name) =>
      Object.keys(TABLE[name].inputs(sizes))
        .filter((input) => !meetsZeros(name, input, sizes))
        .map((input) => [name, input, sizes.padding, sizes] as const),
    ),
  );

  test.each(INPUTS)(
    '%s: NaN and infinities in %s, with padding %i, reach what they are a part of, nothing else',
    (name, input, _, sizes) => {
      for (const value of [notANumber, infinity, minusInfinity]) {
        for (const at of places(TABLE[name].inputs(sizes)[input])) {
          expect(spread(name, sizes, input, at, value)).toBeUndefined();
        }
      }
    },
  );

  test.each([
    ['convolve', 'weight'],
    ['convolveTransposed', 'weight'],
    ['addWeightGradient', 'dY'],
  ] as const)('%s: NaN in %s reaches all that it is a part of, also with padding', (name, input) => {
    for (const at of places(TABLE[name].inputs(PADDED)[input])) {
      const one = makeCase(name, PADDED, withValue(input, at, notANumber));
      const { output } = run(images, name, one, inMemory?.() ?? ordinary);
      const missed = one.expected.findIndex((value, i) => Number.isNaN(value) && !Number.isNaN(output[i]));
      expect(missed).toBe(-1);
      expect(one.expected.some(Number.isNaN)).toBe(true);
    }
  });

  test('the gradient of a window goes to the first of its largest numbers, whatever they are', () => {
    const sizes = sizesOf(2, [7, 5], [5, 5], [3, 2, 1]);
    for (const values of [[0], [minusInfinity], [infinity], [-3], [0, 1], [0, -0], [minusInfinity, 2]]) {
      const change: Change = (input, drawn) =>
        input === 'x' ? drawn.map((_, i) => values[((i * i) % 7) % values.length]) : drawn;
      for (const name of ['maxPool', 'maxPoolBackward'] as const) {
        // -0 is as good as 0 in y.
        const one = makeCase(name, sizes, change);
        const { output, damage } = run(images, name, one, inMemory?.() ?? ordinary);
        expect(damage).toBeUndefined();
        expect(firstOutside(output.map(plusZero), one.expected.map(plusZero), one.bounds)).toBeUndefined();
      }
    }
  });

  test.each(NAMES)(
    '%s does without a bias as with one of zeros, and without an image does nothing',
    (name) => {
      const none = sizesOf(0, [5, 5], [3, 4], [3, 1, 1]);
      expect(mismatch(images, name, makeCase(name, none))).toBeUndefined();
      const zero: Change = (input, values) => (input === 'bias' ? values.fill(0) : values);
      const outputs = [true, false].map(
        (hasBias) => run(images, name, makeCase(name, { ...PADDED, hasBias }, zero), ordinary).output,
      );
      expect(firstOtherBits(outputs[0].map(plusZero), outputs[1].map(plusZero))).toBeUndefined();
    },
  );
});

describe('negative controls: found is', () => {
  const sizes = sizesOf(2, [6, 7], [5, 6], [3, 1, 1]);
  const toNaN: Change = (input, values) => (input === 'x' ? values.with(40, notANumber) : values);
  const withoutNaN = (x: Float32Array) => x.map((value) => (Number.isNaN(value) ? minusInfinity : value));

  test.each<[string, KernelName, Partial<ConvolutionKernels>]>([
    [
      'pooling that passes over NaN',
      'maxPool',
      { maxPool: (given, x, y) => naiveConvolutions.maxPool(given, withoutNaN(x), y) },
    ],
    [
      'a gradient of pooling that passes over NaN',
      'maxPoolBackward',
      {
        maxPoolBackward: (given, x, ...rest) =>
          naiveConvolutions.maxPoolBackward(given, withoutNaN(x), ...rest),
      },
    ],
    [
      'a convolution in which NaN reaches everything',
      'convolve',
      { convolve: (_sizes, _x, _weight, _bias, y) => void y.fill(notANumber) },
    ],
    [
      'a convolution in which NaN becomes infinite',
      'convolve',
      { convolve: (given, x, ...rest) => naiveConvolutions.convolve(given, withoutNaN(x), ...rest) },
    ],
  ])('%s', (_, name, wrong) => {
    const one = makeCase(name, sizes, toNaN);
    expect(mismatch(naiveConvolutions, name, one)).toBeUndefined();
    expect(mismatch({ ...naiveConvolutions, ...wrong }, name, one)).toMatch(/: element \d+ is/);
  });
});
