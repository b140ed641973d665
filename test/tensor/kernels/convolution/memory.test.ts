/**
 * The memory that the SIMD kernels for images take beside their arrays: copies of images with zeros around them and packed
 * weights. im2col would hold each pixel as often as windows see it.
 */

import { expect, test } from '@jest/globals';
import type { ConvolutionKernels } from '../../../../src/tensor/kernels/convolution/kernels.ts';
import { createSimdConvolutions } from '../../../../src/tensor/kernels/simd/convolutions.ts';
import { Engine } from '../../../../src/tensor/kernels/simd/engine.ts';
import { describeSizes, NAMES, type Sizes, sizesOf, TABLE } from './table.ts';

const MOST = 32 * 2 ** 20;

/** Layers with much to copy: images in all, a large one, many channels, a stride of 1 on the way back. */
const SIZES: readonly Sizes[] = [
  sizesOf(32, [96, 96], [3, 8], [3, 1, 1]),
  sizesOf(1, [512, 512], [3, 4], [5, 1, 2]),
  sizesOf(2, [32, 32], [256, 128], [3, 1, 1]),
  sizesOf(4, [128, 128], [16, 16], [4, 2, 1]),
];

/** What im2col would hold for all images. */
const im2colBytes = ({ batch, outHeight, outWidth, kernelSize, channels }: Sizes) =>
  4 * batch * outHeight * outWidth * kernelSize ** 2 * channels;

/** How much the memory in use grows after the last array was made in it. */
function bytesTaken(
  sizes: Sizes,
  run: (set: ConvolutionKernels, allocate: (length: number) => Float32Array, engine: Engine) => void,
) {
  const engine = new Engine();
  const set = createSimdConvolutions(engine);
  const part = engine.memory.createPart()!;
  let taken = 0;
  run(
    set,
    (length) => {
      const array = part.allocate(length);
      if (!array) throw new Error(`No room for ${describeSizes(sizes)}.`);
      taken = engine.memory.used;
      return array;
    },
    engine,
  );
  return engine.memory.used - taken;
}

test.each(SIZES.map((sizes) => [describeSizes(sizes), sizes] as const))('%s', (_, sizes) => {
  expect(im2colBytes(sizes)).toBeGreaterThan(MOST / 8);
  const most = NAMES.map((name) => {
    const { inputs, outputLength, run } = TABLE[name];
    return bytesTaken(sizes, (set, allocate) => {
      const arrays = Object.values(inputs(sizes)).map(allocate);
      run(set, sizes, arrays, allocate(outputLength(sizes)));
    });
  });
  expect(Math.max(...most)).toBeLessThan(MOST);
});

test('a stride far beyond the kernel takes no weights for the pixels between', () => {
  const sizes = sizesOf(1, [28, 28], [1, 1], [3, 2000, 1]);
  const taken = bytesTaken(sizes, (set, allocate) => {
    const { inputs, outputLength, run } = TABLE.convolveTransposed;
    const arrays = Object.values(inputs(sizes)).map(allocate);
    run(set, sizes, arrays, allocate(outputLength(sizes)));
  });
  expect(taken).toBeLessThan(2 ** 20);
});

test('negative control: a workspace as im2col has it is counted', () => {
  const [sizes] = SIZES;
  const taken = bytesTaken(sizes, (_, allocate, engine) => {
    allocate(1);
    engine.memory.workspace(2 * im2colBytes(sizes));
  });
  expect(taken).toBeGreaterThan(MOST);
});
