/**
 * The kernels simd-fma: their products and convolutions are fused where the host fuses, and give the same bits for any number of
 * threads, captured or not. That they are right, ../matmul.test.ts says of all sets.
 */

import { afterAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../../src/autoencoder/autoencoder.ts';
import {
  findKernels,
  kernels,
  setKernels,
  threads,
  useThreads,
} from '../../../../src/tensor/kernels/active.ts';
import { convolutionKernels } from '../../../../src/tensor/kernels/convolution/active.ts';
import type { Kernels } from '../../../../src/tensor/kernels/kernels.ts';
import { naive } from '../../../../src/tensor/kernels/naive.ts';
import { f32, f32x4 } from '../../../../src/tensor/kernels/simd/wasm/instructions.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { firstOtherBits } from '../../../helpers/bits.ts';
import { instantiate } from '../../../helpers/emitted/emitted.ts';
import { uniformTensor } from '../../../helpers/randomArrays.ts';
import { alwaysTogether } from '../../../helpers/together.ts';

const isThere = findKernels('simd-fma') !== undefined;
const [simd, fused] = [findKernels('simd'), findKernels('simd-fma')] as [Kernels, Kernels]; // where they are there
const before = kernels().name;
afterAll(() => {
  setKernels(before);
});

const A = Math.fround(1 + 2 ** -12);

/** a · a - round(a · a): what the rounding of a product takes away, or 0 if the product is rounded before it is added to. */
function remainder(set: Kernels): number {
  const a = Float32Array.of(A);
  const c = Float32Array.of(-Math.fround(A * A));
  set.matmul(1, 1, 1, a, a, true, c);
  return c[0];
}

/** The same of the three kernels of a convolution of one pixel, or of two of which the first is c · 1. */
function remaindersOfConvolutions(name: 'simd' | 'simd-fma'): number[] {
  setKernels(name);
  const { convolve, convolveTransposed, addWeightGradient } = convolutionKernels();
  const pixel = { batch: 1, height: 1, width: 1, channels: 1, outHeight: 1, outWidth: 1, outChannels: 1 };
  const sizes = { ...pixel, kernelSize: 1, stride: 1, padding: 0 };
  const a = Float32Array.of(A);
  const c = Float32Array.of(-Math.fround(A * A));
  const [y, x, dWeight] = [1, 1, 1].map((length) => new Float32Array(length));
  convolve(sizes, a, a, c, y);
  convolveTransposed(sizes, a, a, c, x);
  const pixels = { ...sizes, width: 2, outWidth: 2 };
  addWeightGradient(pixels, Float32Array.of(c[0], A), Float32Array.of(1, A), dWeight);
  return [y[0], x[0], dWeight[0]];
}

/** Whether relaxed_madd rounds once on this host: JavaScript engines may choose, and Bun's does not on x64. */
function hostFuses(): boolean {
  const { view, exports } = instantiate((module) => {
    module.function('run', {}, (f) => {
      const [a, c] = [A, -Math.fround(A * A)].map((value) => f32x4.splat(f32.const(value)));
      f.store(0, f32x4.relaxed_madd(a, a, c));
    });
  });
  exports.run();
  return view.getFloat32(0, true) !== 0;
}

// Products of these are multiples of 2^-46, and sums of some of them are below 2^6: exact in float64.
const [M, N, K] = [13, 21, 40];
const numbers = (length: number, random: Random) =>
  Float32Array.from({ length }, () => Math.round(random.uniform(-1, 1) * 2 ** 23) / 2 ** 23);
const random = new Random(1);
const [a, b] = [numbers(M * K, random), numbers(K * N, random)];

/** a · b in the order of k, every sum rounded once, and with `twice` also every product. */
function chain(twice: boolean): Float32Array {
  const round = twice ? Math.fround : (x: number) => x;
  return Float32Array.from({ length: M * N }, (_, at) => {
    const [i, j] = [Math.floor(at / N), at % N];
    let sum = 0;
    for (let p = 0; p < K; p++) sum = Math.fround(round(a[i * K + p] * b[p * N + j]) + sum);
    return sum;
  });
}

function product(set: Kernels): Float32Array {
  const c = new Float32Array(M * N);
  set.matmul(M, N, K, a, b, false, c);
  return c;
}

// A host without relaxed SIMD has no such kernels; in Node 20 the tests switch it on (helpers/emitted/relaxedSimd.ts).
(isThere ? describe : describe.skip)(
  `kernels simd-fma${isThere ? '' : ' (skipped: no relaxed SIMD here)'}`,
  () => {
    describe('products', () => {
      test('round once where the host fuses, else as those of simd do', () => {
        const fuses = hostFuses();
        expect(remainder(fused)).toBe(fuses ? A * A - Math.fround(A * A) : 0);
        expect(firstOtherBits(product(fused), chain(!fuses))).toBeUndefined();
      });

      test('and those of convolutions, too', () => {
        const rest = hostFuses() ? A * A - Math.fround(A * A) : 0;
        expect(remaindersOfConvolutions('simd-fma')).toEqual([rest, rest, rest]);
        expect(remaindersOfConvolutions('simd')).toEqual([0, 0, 0]);
      });

      test('of a single row have the bits of that row among others', () => {
        const [rows, row] = [new Float32Array(2 * K), new Float32Array(K)];
        fused.matmul(2, K, N, a.subarray(0, 2 * N), b, false, rows);
        fused.matmul(1, K, N, a.subarray(0, N), b, false, row);
        expect(firstOtherBits(row, rows.subarray(0, K))).toBeUndefined();
      });

      test('negative control: those of simd round twice, those of naive in float64, and it makes a difference', () => {
        expect(remainder(simd)).toBe(0);
        expect(firstOtherBits(product(simd), chain(true))).toBeUndefined();
        expect(firstOtherBits(chain(false), chain(true))).toMatch(/^element /);
        expect(firstOtherBits(product(naive), chain(false))).toMatch(/^element /);
      });
    });

    test('they have memory and threads of their own', async () => {
      setKernels('simd');
      await useThreads(1);
      setKernels('simd-fma');
      expect(await useThreads(2)).toEqual({ threads: 2 });
      expect(threads()).toBe(2);
      expect(fused.memory).not.toBe(simd.memory);
      setKernels('simd');
      expect(threads()).toBe(1);
      setKernels('simd-fma');
      await useThreads(1);
    });

    test('a training has the same bits with 1 to 3 threads, captured or not, and others than with simd', async () => {
      const samples = uniformTensor([130, 30, 10], 1, 0, 1); // large enough for products that are worth sharing
      const train = async (set: 'simd' | 'simd-fma', count: number, capture: boolean) => {
        expect(setKernels(set, { capture })).toBe(set);
        await useThreads(count);
        const toTrueClock = alwaysTogether(() => kernels().scale(100_000, 1, new Float32Array(100_000)));
        const model = new Autoencoder({ inputShape: [30, 10], hidden: [100], seed: 3 });
        await model.fit(samples, { epochs: 2, batchSize: 50 }).finally(toTrueClock);
        await useThreads(1);
        setKernels(set, { capture: true });
        return model.parameters.values;
      };
      const expected = await train('simd-fma', 1, false);
      for (const count of [1, 2, 3]) {
        expect(firstOtherBits(await train('simd-fma', count, true), expected)).toBeUndefined();
      }
      expect(firstOtherBits(await train('simd-fma', 2, false), expected)).toBeUndefined();
      const others = firstOtherBits(await train('simd', 1, true), expected);
      if (hostFuses()) expect(others).toMatch(/^element /);
      else expect(others).toBeUndefined();
    });
  },
);
