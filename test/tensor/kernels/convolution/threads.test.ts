/** The same bits with 1, 2 and 3 threads from each of the SIMD kernels for images, and the memory that they take. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ConvolutionKernels } from '../../../../src/tensor/kernels/convolution/kernels.ts';
import { createSimdConvolutions } from '../../../../src/tensor/kernels/simd/convolutions.ts';
import { Engine } from '../../../../src/tensor/kernels/simd/engine.ts';
import { createSimdKernels } from '../../../../src/tensor/kernels/simd/kernels.ts';
import { setThreads } from '../../../../src/tensor/kernels/simd/threads.ts';
import { firstOtherBits } from '../../../helpers/bits.ts';
import { firstOutside } from '../../../helpers/bounds.ts';
import { alwaysTogether, piecesDone } from '../../../helpers/together.ts';
import { type Case, type KernelName, makeCase, NAMES, type Sizes, sizesOf, TABLE } from './table.ts';

const COUNTS = [1, 2, 3];
const engines = COUNTS.map(() => new Engine());
const sets = engines.map((engine) => createSimdConvolutions(engine));

let backToTrueClock: () => void;

beforeAll(async () => {
  for (const [i, count] of COUNTS.entries()) {
    expect(await setThreads(engines[i], count)).toEqual({ threads: count });
  }
  const others = engines.map((engine) => createSimdKernels(engine));
  backToTrueClock = alwaysTogether(() => {
    for (const set of others) set.scale(100_000, 1, new Float32Array(100_000));
  });
});

afterAll(() => backToTrueClock());

/**
 * Sizes that are worth sharing, with rows that can't be dealt out evenly. The last two are worked on in several chunks, the
 * one of images, the other of rows of an image (CHUNK_BYTES).
 */
const SIZES: readonly Sizes[] = [
  sizesOf(5, [28, 28], [3, 16], [4, 2, 1]),
  sizesOf(3, [31, 17], [8, 5], [3, 2, 1]),
  sizesOf(6, [40, 40], [4, 8], [2, 2, 0]),
  sizesOf(40, [16, 15], [16, 5], [3, 1, 1]),
  sizesOf(1, [230, 160], [4, 3], [3, 1, 1]),
];

/** For each number of threads: whether the job was offered to helpers, and the result. */
function outcomes(run: (set: ConvolutionKernels) => Float32Array) {
  return engines.map((engine, i) => {
    const done = piecesDone(engine);
    done[0] = -1;
    return { result: run(sets[i]), isShared: done[0] >= 0 };
  });
}

const runner =
  (name: KernelName, { sizes, inputs, start }: Case) =>
  (set: ConvolutionKernels): Float32Array => {
    const output = start.slice();
    TABLE[name].run(set, sizes, inputs, output);
    return output;
  };

test.each(NAMES)('%s', (name) => {
  const shared = SIZES.filter((sizes) => {
    const one = makeCase(name, sizes);
    const [alone, ...others] = outcomes(runner(name, one));
    expect(firstOutside(alone.result, one.expected, one.bounds)).toBeUndefined();
    for (const { result } of others) expect(firstOtherBits(result, alone.result)).toBeUndefined();
    expect(alone.isShared).toBe(false);
    return others.every(({ isShared }) => isShared);
  });
  // The last job of a call, which may have a short rest left to do.
  expect(shared.length).toBeGreaterThanOrEqual(3);
});

test('pooling of one large image is shared, but for the gradient of windows that overlap', () => {
  const areShared = (name: KernelName, move: readonly [number, number, number]) => {
    const one = makeCase(name, sizesOf(1, [119, 90], [5, 5], move));
    const [alone, ...others] = outcomes(runner(name, one));
    expect(firstOutside(alone.result, one.expected, one.bounds)).toBeUndefined();
    for (const { result } of others) expect(firstOtherBits(result, alone.result)).toBeUndefined();
    return others.every(({ isShared }) => isShared);
  };
  expect(areShared('maxPool', [3, 2, 1])).toBe(true);
  expect(areShared('maxPoolBackward', [3, 2, 1])).toBe(false);
  expect(areShared('maxPoolBackward', [3, 3, 1])).toBe(true);
  expect(areShared('maxPoolBackward', [2, 3, 1])).toBe(true);
});

test('negative control: a small job is not shared, and a sum in another order has other bits', () => {
  const small = makeCase('convolve', sizesOf(1, [3, 3], [1, 1], [3, 1, 0]));
  expect(outcomes(runner('convolve', small)).some(({ isShared }) => isShared)).toBe(false);
  // The images in reverse order: their gradient has the same terms.
  const { sizes, inputs, start, ...rest } = makeCase('addWeightGradient', SIZES[3]);
  const reversed = inputs.map((images) => {
    const length = images.length / sizes.batch;
    return images.map((_, i) => images[(sizes.batch - 1 - Math.floor(i / length)) * length + (i % length)]);
  });
  const [first, second] = [inputs, reversed].map((images) =>
    runner('addWeightGradient', { sizes, start, inputs: images, ...rest })(sets[0]),
  );
  expect(firstOutside(second, rest.expected, rest.bounds)).toBeUndefined();
  expect(firstOtherBits(second, first)).toMatch(/^element/);
});
