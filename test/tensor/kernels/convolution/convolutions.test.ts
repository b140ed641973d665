/**
 * All kernels for images in one table, of every set, at 163 combinations of sizes (in `npm run test:all` 298), against sums
 * in float64 within the summation bound. Any order of summation stays within it, so it needs no exceptions. (Winograd's
 * products of sums would not.)
 */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kernels, setKernels, supportedKernels } from '../../../../src/tensor/kernels/active.ts';
import { convolutionKernels } from '../../../../src/tensor/kernels/convolution/active.ts';
import type { ConvolutionKernels } from '../../../../src/tensor/kernels/convolution/kernels.ts';
import { naiveConvolutions } from '../../../../src/tensor/kernels/convolution/naive.ts';
import { firstOtherBits } from '../../../helpers/bits.ts';
import { firstOutside, gamma } from '../../../helpers/bounds.ts';
import { ordinary } from '../../../helpers/randomArrays.ts';
import { casesOf, firstMismatch, memoryOf, mismatch, run } from './check.ts';
import { type KernelName, makeCase, NAMES, SIZES, type Sizes, sizesOf, TABLE } from './table.ts';

const { NaN: notANumber } = Number;

const SETS = supportedKernels();

/** 100,352 pixels: blocks of 672, of which a chunk of 41 images has 48, and 4 chunks (docs/math.md, section 3.9). */
const LONG = sizesOf(128, [28, 28], [4, 8], [1, 1, 0]);
const SHORT_SUMS = 672 + 48 + 4;

describe.each(SETS)('the kernels for images of the $name set', (set) => {
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

  test('its arrays lie in its own memory, if it has one', () => {
    expect(inMemory !== undefined).toBe(set.name.startsWith('simd'));
  });

  test.each(NAMES)('%s agrees with the reference at all sizes', (name) => {
    expect(firstMismatch(images, name, inMemory)).toBeUndefined();
  });

  test('the gradient of the weight stays within the bound of short sums, where one long sum does not', () => {
    const one = makeCase('addWeightGradient', LONG, (name, values) => values.fill(name === 'x' ? 0.1 : 1));
    const bounds = one.expected.map((sum) => gamma(SHORT_SUMS) * (Math.abs(sum) + 1));
    const { output } = run(images, 'addWeightGradient', one, ordinary);
    expect(firstOutside(output, one.expected, bounds)).toBeUndefined();
    const long = one.start.map((start) => {
      let sum = 0;
      for (let i = 0; i < LONG.batch * 28 * 28; i++) sum = Math.fround(sum + one.inputs[0][0]);
      return start + sum;
    });
    expect(firstOutside(long, one.expected, bounds)).toMatch(/^element 0 is/);
  });

  test.each(NAMES)('%s has the same bits from arrays that lie elsewhere', (name) => {
    for (const one of casesOf(name).filter((_, i) => i % 10 === 0)) {
      const there = run(images, name, one, inMemory?.() ?? ordinary);
      const elsewhere = run(images, name, one, ordinary);
      expect(elsewhere.damage).toBeUndefined();
      expect(firstOtherBits(elsewhere.output, there.output)).toBeUndefined();
    }
  });
});

describe('the table', () => {
  test('has strides, kernels, padding, rows that no window sees, and every number of channels to 33', () => {
    expect(SIZES.length).toBeGreaterThan(160);
    const values = (of: (sizes: Sizes) => number) => [...new Set(SIZES.map(of))].sort((a, b) => a - b);
    expect(values(({ kernelSize }) => kernelSize)).toEqual([1, 2, 3, 4, 5]);
    expect(values(({ stride }) => stride)).toEqual([1, 2, 3]);
    expect(values(({ padding }) => padding)).toEqual([0, 1, 2, 3, 4]);
    const to33 = Array.from({ length: 33 }, (_, i) => i + 1);
    expect(values(({ channels }) => channels)).toEqual(to33);
    expect(values(({ outChannels }) => outChannels)).toEqual(to33);
    const unseen = ({ height, outHeight, kernelSize, stride, padding }: Sizes) =>
      height + 2 * padding - kernelSize - (outHeight - 1) * stride;
    expect(values(unseen)).toEqual([0, 1, 2]);
  });
});

describe('negative controls: found is', () => {
  type AnyKernel = (...given: unknown[]) => void;

  /** The naive kernels with another one in place of this. */
  const instead = (name: KernelName, kernel: AnyKernel): ConvolutionKernels => ({
    ...naiveConvolutions,
    [name]: kernel,
  });

  /** The naive kernels; behind one of them something happens to its arrays, the last of which is the output. */
  const behind = (name: KernelName, mistake: (arrays: readonly Float32Array[]) => void) =>
    instead(name, (sizes, ...arrays) => {
      (naiveConvolutions[name] as AnyKernel)(sizes, ...arrays);
      mistake(arrays.filter((array) => array instanceof Float32Array));
    });

  /** The naive kernels with other sizes than given. */
  const withSizes = (name: KernelName, change: (sizes: Sizes) => Partial<Sizes>) =>
    instead(name, (sizes, ...arrays) => {
      const changed = { ...(sizes as Sizes), ...change(sizes as Sizes) };
      (naiveConvolutions[name] as AnyKernel)(changed, ...arrays);
    });

  test.each(NAMES)('in %s, one number that is off by a part in ten thousand', (name) => {
    const off = behind(name, (arrays) => {
      const output = arrays.at(-1)!;
      const last = output.findLastIndex((value) => value !== 0);
      if (last >= 0) output[last] *= 1.0001;
    });
    expect(firstMismatch(off, name)).toMatch(/: element \d+ is/);
  });

  test.each(NAMES)('in %s, a number written before or behind the output', (name) => {
    for (const at of ['before', 'behind']) {
      const outside = behind(name, (arrays) => {
        const { buffer, byteOffset, length } = arrays.at(-1)!;
        new Float32Array(buffer)[byteOffset / 4 + (at === 'before' ? -1 : length)] = notANumber;
      });
      expect(firstMismatch(outside, name)).toMatch(/: wrote outside/);
    }
  });

  test.each(NAMES)('in %s, a number written to an input', (name) => {
    const changed = behind(name, ([x]) => {
      if (x.length > 0) x[x.length - 1] += 1;
    });
    expect(firstMismatch(changed, name)).toMatch(/: wrote to an input: element/);
  });

  test.each(NAMES)('in %s, a result that is added, or is not', (name) => {
    const wrong = instead(name, (sizes, ...arrays) => {
      const output = arrays.at(-1) as Float32Array;
      const before = output.slice();
      if (TABLE[name].isAdded) output.fill(0);
      (naiveConvolutions[name] as AnyKernel)(sizes, ...arrays);
      if (!TABLE[name].isAdded)
        output.forEach((value, i) => {
          output[i] = value + before[i];
        });
    });
    expect(firstMismatch(wrong, name)).toMatch(/: element 0 is/);
  });

  const CONVOLUTIONS = ['convolve', 'convolveTransposed', 'addWeightGradient'] as const;

  test.each([...CONVOLUTIONS, 'maxPool', 'maxPoolBackward'] as const)(
    'in %s, padding that is one less, a stride that is 1, another batch',
    (name) => {
      const changes: ((sizes: Sizes) => Partial<Sizes>)[] = [
        ({ padding }) => ({ padding: Math.max(padding - 1, 0) }),
        () => ({ stride: 1 }),
        ({ batch }) => ({ batch: Math.min(batch, 1) }),
      ];
      for (const change of changes) {
        expect(firstMismatch(withSizes(name, change), name)).toMatch(/: element \d+ is/);
      }
    },
  );

  test.each(['convolve', 'convolveTransposed'] as const)(
    'in %s, a kernel that is turned around, or whose rows are its columns',
    (name) => {
      const orders: ((tap: number, size: number) => number)[] = [
        (tap, size) => size ** 2 - 1 - tap,
        (tap, size) => (tap % size) * size + Math.floor(tap / size),
      ];
      for (const order of orders) {
        const turned = instead(name, (sizes, x, weight, ...rest) => {
          const { kernelSize, channels, outChannels } = sizes as Sizes;
          const length = channels * outChannels;
          const other = (weight as Float32Array).map((_, i, all) => {
            return all[order(Math.floor(i / length), kernelSize) * length + (i % length)];
          });
          (naiveConvolutions[name] as AnyKernel)(sizes, x, other, ...rest);
        });
        expect(firstMismatch(turned, name)).toMatch(/: element \d+ is/);
      }
    },
  );

  test('a bias that is left out', () => {
    for (const name of ['convolve', 'convolveTransposed'] as const) {
      const without = instead(name, (sizes, x, weight, _bias, y) =>
        (naiveConvolutions[name] as AnyKernel)(sizes, x, weight, undefined, y),
      );
      expect(firstMismatch(without, name)).toMatch(/bias: element 0 is/);
    }
  });

  test('pooling for which what lies around an image is 0', () => {
    const wrong = behind('maxPool', ([, y]) => {
      y.forEach((value, i) => {
        y[i] = Math.max(value, 0);
      });
    });
    expect(firstMismatch(wrong, 'maxPool')).toMatch(/: element \d+ is 0/);
  });

  test('not a sum in float32: the bound is no tighter than it promises', () => {
    const { fround } = Math;
    const inFloat32: ConvolutionKernels['convolve'] = ({ channels, outChannels }, x, weight, bias, y) => {
      for (let i = 0; i < y.length; i++) {
        const [pixel, o] = [Math.floor(i / outChannels), i % outChannels];
        let sum = bias?.[o] ?? 0;
        for (let c = 0; c < channels; c++) {
          sum = fround(sum + fround(x[pixel * channels + c] * weight[c * outChannels + o]));
        }
        y[i] = sum;
      }
    };
    const products = casesOf('convolve').filter(({ sizes }) => sizes.kernelSize * sizes.stride === 1);
    expect(products.length).toBeGreaterThanOrEqual(2);
    for (const one of products) {
      expect(mismatch({ ...naiveConvolutions, convolve: inFloat32 }, 'convolve', one)).toBeUndefined();
    }
  });
});
