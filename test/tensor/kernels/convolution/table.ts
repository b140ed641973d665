/**
 * The table of the kernels for images: for each of them its arrays, what they should hold afterwards by
 * helpers/naive/referenceConvolutions.ts, and how far they may be from it. Several tests go through it.
 */

import type {
  ConvolutionKernels,
  ConvolutionSizes,
} from '../../../../src/tensor/kernels/convolution/kernels.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { summationBound } from '../../../helpers/bounds.ts';
import { isAll } from '../../../helpers/cases.ts';
import {
  referenceConvolution,
  referenceMaxPooling,
  referenceMaxPoolingGradient,
  referenceTransposedConvolution,
  referenceUpsampling,
  referenceUpsamplingGradient,
  referenceWeightGradient,
} from '../../../helpers/naive/referenceConvolutions.ts';
import { uniformArray } from '../../../helpers/randomArrays.ts';

/** What one call of a kernel is about. Upsampling takes the stride for its factor. */
export interface Sizes extends ConvolutionSizes {
  readonly hasBias: boolean;
}

type Numbers = readonly number[] | Float32Array;

export interface Row {
  /** What is read, by name; weights and biases are the same for all images. */
  readonly inputs: (sizes: Sizes) => Readonly<Record<string, number>>;
  /** How long the array is that is written. */
  readonly outputLength: (sizes: Sizes) => number;
  /** Whether the result is added to what the output holds; else it is overwritten. */
  readonly isAdded?: boolean;
  /** At most so many products, or numbers, are added up. */
  readonly terms: (sizes: Sizes) => number;
  readonly run: (
    kernels: ConvolutionKernels,
    sizes: Sizes,
    inputs: readonly Float32Array[],
    output: Float32Array,
  ) => void;
  readonly reference: (sizes: Sizes, inputs: readonly Numbers[]) => number[];
  /** The same with the absolute values of all products, for the bound: by default the reference of absolute values. */
  readonly absolute?: (sizes: Sizes, inputs: readonly Numbers[]) => number[];
}

const large = ({ batch, height, width, channels }: Sizes) => batch * height * width * channels;
const small = ({ batch, outHeight, outWidth, outChannels }: Sizes) =>
  batch * outHeight * outWidth * outChannels;
const pooled = ({ batch, outHeight, outWidth, channels }: Sizes) => batch * outHeight * outWidth * channels;
const weight = ({ kernelSize, channels, outChannels }: Sizes) => kernelSize ** 2 * channels * outChannels;
const bias = (length: number, { hasBias }: Sizes) => (hasBias ? { bias: length } : undefined);
const upsampled = (sizes: Sizes) => large(sizes) * sizes.stride ** 2;
const withFactor = (sizes: Sizes) => ({ ...sizes, factor: sizes.stride });
/** How many windows see a pixel in one direction, at most. */
const overlap = ({ kernelSize, stride }: Sizes) => Math.ceil(kernelSize / stride);

export const TABLE: Readonly<Record<keyof ConvolutionKernels, Row>> = {
  convolve: {
    inputs: (sizes) => ({ x: large(sizes), weight: weight(sizes), ...bias(sizes.outChannels, sizes) }),
    outputLength: small,
    terms: ({ kernelSize, channels }) => kernelSize ** 2 * channels,
    run: (kernels, sizes, [x, w, b], y) => kernels.convolve(sizes, x, w, b, y),
    reference: (sizes, [x, w, b]) => referenceConvolution(sizes, x, w, b),
  },
  convolveTransposed: {
    inputs: (sizes) => ({ y: small(sizes), weight: weight(sizes), ...bias(sizes.channels, sizes) }),
    outputLength: large,
    terms: (sizes) => overlap(sizes) ** 2 * sizes.outChannels,
    run: (kernels, sizes, [y, w, b], x) => kernels.convolveTransposed(sizes, y, w, b, x),
    reference: (sizes, [y, w, b]) => referenceTransposedConvolution(sizes, y, w, b),
  },
  addWeightGradient: {
    inputs: (sizes) => ({ x: large(sizes), dY: small(sizes) }),
    outputLength: weight,
    isAdded: true,
    terms: ({ batch, outHeight, outWidth }) => batch * outHeight * outWidth,
    run: (kernels, sizes, [x, dY], dWeight) => kernels.addWeightGradient(sizes, x, dY, dWeight),
    reference: (sizes, [x, dY]) => referenceWeightGradient(sizes, x, dY),
  },
  // A largest number is one of them: nothing is rounded.
  maxPool: {
    inputs: (sizes) => ({ x: large(sizes) }),
    outputLength: pooled,
    terms: () => 0,
    run: (kernels, sizes, [x], y) => kernels.maxPool(sizes, x, y),
    reference: (sizes, [x]) => referenceMaxPooling(sizes, x),
    absolute: (sizes) => new Array<number>(pooled(sizes)).fill(0),
  },
  maxPoolBackward: {
    inputs: (sizes) => ({ x: large(sizes), dY: pooled(sizes) }),
    outputLength: large,
    terms: (sizes) => overlap(sizes) ** 2,
    run: (kernels, sizes, [x, dY], dX) => kernels.maxPoolBackward(sizes, x, dY, dX),
    reference: (sizes, [x, dY]) => referenceMaxPoolingGradient(sizes, x, dY),
    absolute: (sizes, [x, dY]) =>
      referenceMaxPoolingGradient(
        sizes,
        x,
        Array.from(dY, (value) => Math.abs(value)),
      ),
  },
  upsample: {
    inputs: (sizes) => ({ x: large(sizes) }),
    outputLength: upsampled,
    terms: () => 0,
    run: (kernels, sizes, [x], y) => kernels.upsample(withFactor(sizes), x, y),
    reference: (sizes, [x]) => referenceUpsampling(withFactor(sizes), x),
    absolute: (sizes) => new Array<number>(upsampled(sizes)).fill(0),
  },
  upsampleBackward: {
    inputs: (sizes) => ({ dY: upsampled(sizes) }),
    outputLength: large,
    terms: ({ stride }) => stride ** 2,
    run: (kernels, sizes, [dY], dX) => kernels.upsampleBackward(withFactor(sizes), dY, dX),
    reference: (sizes, [dY]) => referenceUpsamplingGradient(withFactor(sizes), dY),
  },
};

export type KernelName = keyof ConvolutionKernels;
export const NAMES = Object.keys(TABLE) as KernelName[];

/** One call of a kernel, with its exact result. */
export interface Case {
  readonly sizes: Sizes;
  readonly inputs: readonly Float32Array[];
  /** What the output holds before: NaN where it is to be overwritten, so that 0 times what was there would show. */
  readonly start: Float32Array;
  readonly expected: readonly number[];
  readonly bounds: readonly number[];
}

/** What the numbers of a case become before it is computed. */
export type Change = (name: string, values: Float32Array) => Float32Array;

export function makeCase(name: KernelName, sizes: Sizes, change: Change = (_, values) => values): Case {
  const { inputs, outputLength, isAdded = false, reference, ...row } = TABLE[name];
  const random = new Random(sizes.channels + 100 * sizes.height);
  const lengths = Object.entries(inputs(sizes));
  const arrays = lengths.map(([input, length]) => change(input, uniformArray(length, random)));
  const start = new Float32Array(outputLength(sizes)).fill(Number.NaN);
  if (isAdded) start.set(uniformArray(start.length, random));
  const before = (i: number) => (isAdded ? start[i] : 0);
  const { absolute = (same, given) => reference(same, given.map(absoluteValues)) } = row;
  return {
    sizes,
    inputs: arrays,
    start,
    expected: reference(sizes, arrays).map((value, i) => value + before(i)),
    bounds: absolute(sizes, arrays).map((sum, i) =>
      sum === 0 && before(i) === 0 ? 0 : summationBound(row.terms(sizes), sum + Math.abs(before(i))),
    ),
  };
}

const absoluteValues = (values: Numbers) => Float32Array.from(values, Math.abs);

/** A convolution of images of this size, padded on all sides; what is left over at the bottom and the right is unused. */
export function sizesOf(
  batch: number,
  [height, width]: readonly [number, number],
  [channels, outChannels]: readonly [number, number],
  [kernelSize, stride, padding]: readonly [number, number, number],
  hasBias = true,
): Sizes {
  const out = (pixels: number) => Math.floor((pixels + 2 * padding - kernelSize) / stride) + 1;
  const outHeight = out(height);
  const outWidth = out(width);
  return {
    ...{ batch, height, width, channels, outHeight, outWidth, outChannels },
    ...{ kernelSize, stride, padding, hasBias },
  };
}

export const describeSizes = ({ hasBias, ...sizes }: Sizes): string =>
  `${Object.entries(sizes)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}${hasBias ? ', bias' : ''}`;

/** Numbers of channels around 4 and 8, the SIMD kernels' vectors, and around 16 and 32, which networks have. */
const CHANNELS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33];
const IMAGES = [
  [1, 1],
  [1, 9],
  [5, 5],
  [7, 5],
  [8, 8],
  [4, 13],
  [9, 6],
  [6, 17],
] as const;

/** How many images each way of moving a kernel meets. */
const IMAGES_OF_EACH = isAll ? 5 : 2;

/** Each kernel size with each stride and each padding, and each of them with images and channels drawn at random. */
function mixedSizes(): Sizes[] {
  const random = new Random(19);
  const drawn = <T>(values: readonly T[]) => values[Math.floor(random.uniform(0, values.length))];
  const all: Sizes[] = [];
  for (const kernelSize of [1, 2, 3, 4, 5]) {
    for (const stride of [1, 2, 3]) {
      for (let padding = 0; padding < kernelSize; padding++) {
        const fits = IMAGES.filter((image) => image.every((pixels) => pixels + 2 * padding >= kernelSize));
        for (let i = 0; i < IMAGES_OF_EACH; i++) {
          const channels = [drawn(CHANNELS), drawn(CHANNELS)] as const;
          const move = [kernelSize, stride, padding] as const;
          all.push(sizesOf(drawn([1, 2, 3, 5]), drawn(fits), channels, move, random.uniform() < 0.5));
        }
      }
    }
  }
  return all;
}

/** Every number of channels to 33 on either side, at strides 1 and 2. */
function everyChannels(): Sizes[] {
  return Array.from({ length: 33 }, (_, i) => i + 1).flatMap((channels) => {
    const others = ((channels * 7) % 33) + 1;
    return [
      sizesOf(2, [5, 4], [channels, others], [3, 1, 1], channels % 2 === 0),
      sizesOf(1, [6, 7], [others, channels], [4, 2, 1], channels % 2 === 1),
    ];
  });
}

export const SIZES: readonly Sizes[] = [
  ...mixedSizes(),
  ...everyChannels(),
  // Layers as networks have them, larger than any block in which kernels work.
  sizesOf(3, [28, 28], [1, 16], [4, 2, 1]),
  sizesOf(9, [14, 14], [16, 32], [3, 2, 1]),
  sizesOf(2, [28, 28], [16, 8], [3, 1, 1]),
  sizesOf(1, [64, 50], [3, 8], [5, 1, 2]),
  sizesOf(17, [7, 7], [31, 33], [3, 1, 1]),
  sizesOf(1, [96, 96], [3, 4], [3, 2, 1]),
  // Nothing to do: no image.
  sizesOf(0, [5, 5], [3, 4], [3, 1, 1]),
];
