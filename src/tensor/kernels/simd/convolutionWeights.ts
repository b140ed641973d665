/**
 * The weights of a convolution in the order in which code/convolve.ts reads them. They are few beside the pixels that they are
 * multiplied with, so this is done in JavaScript.
 */

import type { ConvolutionSizes } from '../convolution/kernels.ts';
import { TILE_COLUMNS } from './code/tile.ts';

/** Up to so many output channels are computed one by one (convolveFew). */
const FEW_CHANNELS = 4;

/** The weights that a window meets: all of a kernel, or for a transposed convolution those of one phase. */
export interface WindowWeights {
  /** How many rows a window has; the places of each are neighbours in `places`. */
  readonly runs: number;
  /** For each place of the window, in the order of the pixels, where its weights begin. */
  readonly places: readonly number[];
  /** How many numbers a pixel of the input has, and how far apart their weights lie. */
  readonly inChannels: number;
  readonly inStride: number;
  /** The same of the output. */
  readonly outChannels: number;
  readonly outStride: number;
}

/** How many numbers of the input a row of a window has. */
export function runLength({ runs, places, inChannels }: WindowWeights): number {
  return (places.length / runs) * inChannels;
}

/** Whether `convolveFew` does it. */
export function hasFewChannels(weights: WindowWeights): boolean {
  return weights.outChannels <= FEW_CHANNELS && runLength(weights) % 4 === 0;
}

/** How many numbers {@link packWeights} writes. */
export function packedSize(weights: WindowWeights): number {
  const { places, inChannels, outChannels } = weights;
  const numbers = places.length * inChannels;
  if (hasFewChannels(weights)) return outChannels * (4 + numbers);
  return Math.ceil(outChannels / TILE_COLUMNS) * TILE_COLUMNS * (1 + numbers);
}

/**
 * Writes panels of 8 output channels, or of one for `convolveFew`: the bias, then the weights of each number of a window. What
 * is missing of a panel is 0.
 */
export function packWeights(
  weights: WindowWeights,
  weight: Float32Array,
  bias: Float32Array | undefined,
  packed: Float32Array,
): void {
  const { places, inChannels, inStride, outChannels, outStride } = weights;
  const width = hasFewChannels(weights) ? 1 : TILE_COLUMNS;
  const biasWidth = Math.max(width, 4);
  let at = 0;
  packed.fill(0);
  for (let channel = 0; channel < outChannels; channel += width) {
    const channels = Math.min(width, outChannels - channel);
    if (bias) packed.set(bias.subarray(channel, channel + channels), at);
    at += biasWidth;
    for (const place of places) {
      for (let i = 0; i < inChannels; i++) {
        const from = place + i * inStride + channel * outStride;
        for (let o = 0; o < channels; o++) packed[at + o] = weight[from + o * outStride];
        at += width;
      }
    }
  }
}

/** The weights that a convolution's windows meet. */
export function windowWeights({ kernelSize, channels, outChannels }: ConvolutionSizes): WindowWeights {
  const places = Array.from({ length: kernelSize ** 2 }, (_, place) => place * channels * outChannels);
  const strides = { inStride: outChannels, outStride: 1 };
  return { runs: kernelSize, places, inChannels: channels, outChannels, ...strides };
}

/** Along one axis, the pixels of the large image that lie this many pixels behind a multiple of the stride. */
interface Phase {
  readonly phase: number;
  /** The places of the kernel that meet them, in the order of the pixels of the small image: from the last to the first. */
  readonly places: readonly number[];
  /** For pixel `phase + stride · u`, the first pixel of the small image is u + this. */
  readonly first: number;
}

/** The part of a transposed convolution that makes the pixels of two phases, down and across. */
export interface PhasePair {
  readonly down: Phase;
  readonly across: Phase;
  readonly weights: WindowWeights;
}

/**
 * A transposed convolution as stride² plain ones on the small image (docs/math.md, section 3.9): fewer if the stride is larger
 * than the kernel, and some pixels are met by no place of it.
 *
 * @returns Their parts, and the pixels of the small image that all of them together see for one pixel of each: from `first`,
 *   `size` of them.
 */
export function phasesOf({ kernelSize, stride, padding, channels, outChannels }: ConvolutionSizes) {
  const phases = Array.from({ length: Math.min(stride, kernelSize) }, (_, i): Phase => {
    // The places i, i + stride, … of the kernel meet the pixels of this phase.
    const count = Math.ceil((kernelSize - i) / stride);
    const places = Array.from({ length: count }, (_, j) => i + stride * (count - 1 - j));
    const phase = (((i - padding) % stride) + stride) % stride;
    return { phase, places, first: Math.floor((phase + padding) / stride) - count + 1 };
  });
  const first = Math.min(...phases.map((phase) => phase.first));
  const end = Math.max(...phases.map((phase) => phase.first + phase.places.length));
  const pairs = phases.flatMap((down) =>
    phases.map((across): PhasePair => {
      const pairs = down.places.flatMap((ky) => across.places.map((kx) => ky * kernelSize + kx));
      const places = pairs.map((place) => place * channels * outChannels);
      const strides = { inStride: 1, outStride: outChannels };
      const weights = {
        runs: down.places.length,
        places,
        inChannels: outChannels,
        outChannels: channels,
        ...strides,
      };
      return { down, across, weights };
    }),
  );
  return { pairs, first, size: end - first };
}
