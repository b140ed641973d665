/**
 * The kernels of a convolution against im2col: copying each window into a row of a matrix, so that a convolution becomes a
 * product of matrices. Read harness/contest.ts and matmul.ts first; docs/kernels.md, section 12.
 */

import { setKernels } from '../../src/tensor/kernels/active.ts';
import { convolutionKernels } from '../../src/tensor/kernels/convolution/active.ts';
import type { ConvolutionKernels, ConvolutionSizes } from '../../src/tensor/kernels/convolution/kernels.ts';
import { naiveConvolutions } from '../../src/tensor/kernels/convolution/naive.ts';
import { Arena } from '../../src/tensor/kernels/memory.ts';
import { Random } from '../../src/tensor/random.ts';
import type { Contest, Measured, Timed } from '../harness/contest.ts';
import { ONE_THREAD, use } from '../harness/setting.ts';
import { im2colKernels } from './im2col.ts';
import { fillUniform } from './matmul.ts';
import { requireClose } from './verify.ts';

/** What a layer needs: forward, the gradients of its input and of its weight. The transposed layer has the first two swapped. */
const OPERATIONS = ['convolution', 'convolution dX', 'convolution dW'] as const;
export type Operation = (typeof OPERATIONS)[number];

type Kernels = Pick<ConvolutionKernels, 'convolve' | 'convolveTransposed' | 'addWeightGradient'>;

const image = (size: number, channels: number, outChannels: number, stride: number, batch: number) => ({
  batch,
  height: size,
  width: size,
  channels,
  outHeight: size / stride,
  outWidth: size / stride,
  outChannels,
  kernelSize: 3,
  stride,
  padding: 1,
});

const SIZES: readonly ConvolutionSizes[] = [
  image(28, 1, 16, 2, 16), // both stages of a small autoencoder for 28 x 28 pixels
  image(14, 16, 32, 2, 16),
  image(28, 16, 8, 1, 2), // a layer of Keras's tutorial
  image(96, 3, 16, 1, 1), // colour
];

export function convolutionContests(): Contest[] {
  return SIZES.flatMap((sizes) => OPERATIONS.map((operation) => convolutionContest(operation, sizes)));
}

/** @param direct - The kernels that are compared with im2col. */
export function convolutionContest(
  operation: Operation,
  sizes: ConvolutionSizes,
  direct: () => Kernels = convolutionKernels,
): Contest {
  const baseline = convolution('im2col', operation, sizes, () => im2colKernels(sizes, true));
  const simd = convolution('simd', operation, sizes, direct);
  const { batch, outHeight, outWidth, kernelSize, channels, outChannels } = sizes;
  const multiplyAdds = batch * outHeight * outWidth * kernelSize ** 2 * channels * outChannels;
  return {
    what: operation,
    shape: `${sizes.height}x${sizes.width}x${channels}-${outChannels}`,
    work: { amount: (2 * multiplyAdds) / 1e9, unit: 'GFLOP' },
    baseline,
    contestants: [
      // How long im2col would take if copies took no time.
      convolution('product', operation, sizes, () => im2colKernels(sizes, false)),
      simd,
      naiveLoops(operation, sizes),
    ],
    verify: () => verifyConvolutions(operation, sizes, [baseline, simd]),
  };
}

interface Convolving extends Timed {
  readonly prepare: () => Promise<void>;
  /** What `run` writes. */
  readonly result: Float32Array;
}

/** The same operands for all, in the memory of the SIMD kernels. */
function convolution(
  name: string,
  operation: Operation,
  sizes: ConvolutionSizes,
  choose: () => Kernels,
  change: (array: Float32Array) => Float32Array = (array) => array,
): Convolving {
  const { batch, height, width, channels, outHeight, outWidth, outChannels, kernelSize } = sizes;
  setKernels(ONE_THREAD.kernels); // so that the arrays lie where these kernels want them
  const [arena, random] = [new Arena(), new Random(1)];
  const create = (length: number) => change(fillUniform(arena.allocate(length), random));
  const x = create(batch * height * width * channels);
  const y = create(batch * outHeight * outWidth * outChannels);
  const weight = create(kernelSize ** 2 * channels * outChannels);
  const [result, compute] = {
    convolution: [y, (kernels: Kernels) => kernels.convolve(sizes, x, weight, undefined, y)],
    'convolution dX': [x, (kernels: Kernels) => kernels.convolveTransposed(sizes, y, weight, undefined, x)],
    'convolution dW': [
      weight,
      (kernels: Kernels) => {
        weight.fill(0);
        kernels.addWeightGradient(sizes, x, y, weight);
      },
    ],
  }[operation] as [Float32Array, (kernels: Kernels) => void];
  let kernels: Kernels | undefined;
  const run = () => {
    kernels ??= choose();
    compute(kernels);
  };
  return { name, prepare: () => use(ONE_THREAD), run, result };
}

/** The naive loops run for milliseconds, in which other programs have their turns: only this process's time counts. */
function naiveLoops(operation: Operation, sizes: ConvolutionSizes): Measured {
  const { name, prepare, run } = convolution('naive', operation, sizes, () => naiveConvolutions);
  const measure = () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  return { name, prepare, measure };
}

/** How many products a number of the result is a sum of, at most. */
function termsOf(operation: Operation, sizes: ConvolutionSizes): number {
  const { batch, outHeight, outWidth, channels, outChannels, kernelSize, stride } = sizes;
  if (operation === 'convolution') return kernelSize ** 2 * channels;
  if (operation === 'convolution dX') return Math.ceil(kernelSize / stride) ** 2 * outChannels;
  return batch * outHeight * outWidth;
}

/** @throws {VerificationError} At the first number that is further from naive's than rounding explains. */
async function verifyConvolutions(
  operation: Operation,
  sizes: ConvolutionSizes,
  all: readonly Convolving[],
): Promise<void> {
  await use(ONE_THREAD);
  const naive = (change?: (array: Float32Array) => Float32Array) => {
    const one = convolution('naive', operation, sizes, () => naiveConvolutions, change);
    one.run();
    return one.result;
  };
  const [expected, magnitude] = [naive(), naive((array) => array.map(Math.abs))];
  for (const { name, run, result } of all) {
    if (operation !== 'convolution dW') result.fill(Number.NaN); // so that what is not written shows
    run();
    const who = `${operation} ${sizes.height}x${sizes.width}x${sizes.channels}-${sizes.outChannels}, ${name}`;
    // One rounding more than terms for the contestant, one of naive's result, one of the magnitude.
    requireClose(who, result, expected, magnitude, termsOf(operation, sizes) + 3);
  }
}
