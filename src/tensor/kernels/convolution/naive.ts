/**
 * The definition of the kernels for images: the plainest loops, for every set of kernels that is written in JavaScript. Read
 * kernels.ts first. Sums run in float64 and are rounded once.
 */

import type { ConvolutionKernels, ConvolutionSizes, PoolingSizes, UpsamplingSizes } from './kernels.ts';

/** Calls for each pixel of the smaller image and each place of the window that lies inside of the larger one. */
function forEachTap(
  { batch, height, width, outHeight, outWidth, kernelSize, stride, padding }: Omit<PoolingSizes, 'channels'>,
  visit: (small: number, large: number, tap: number) => void,
): void {
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        const small = (n * outHeight + i) * outWidth + j;
        for (let ky = 0; ky < kernelSize; ky++) {
          const row = i * stride + ky - padding;
          if (row < 0 || row >= height) continue;
          for (let kx = 0; kx < kernelSize; kx++) {
            const column = j * stride + kx - padding;
            if (column < 0 || column >= width) continue;
            visit(small, (n * height + row) * width + column, ky * kernelSize + kx);
          }
        }
      }
    }
  }
}

/** Sums in float64 that start from a bias in each pixel, or from zeros. */
function startingFrom(bias: Float32Array | undefined, length: number): Float64Array {
  const sums = new Float64Array(length);
  if (bias) for (let i = 0; i < length; i++) sums[i] = bias[i % bias.length];
  return sums;
}

/** For each pixel of dX the numbers of y that were copied from it: x[from] and y[to] begin at these channels. */
function forEachCopy(
  { batch, height, width, channels, factor }: UpsamplingSizes,
  visit: (from: number, to: number) => void,
): void {
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < factor * height; i++) {
      for (let j = 0; j < factor * width; j++) {
        const from = (n * height + Math.floor(i / factor)) * width + Math.floor(j / factor);
        const to = (n * factor * height + i) * factor * width + j;
        for (let c = 0; c < channels; c++) visit(from * channels + c, to * channels + c);
      }
    }
  }
}

/** For each number of y the index of x that it came from: the first of the largest ones, or the first NaN. */
function largest(sizes: PoolingSizes, x: Float32Array, length: number): Int32Array {
  const { channels } = sizes;
  const from = new Int32Array(length).fill(-1);
  forEachTap(sizes, (small, large) => {
    for (let c = 0; c < channels; c++) {
      const [to, candidate] = [small * channels + c, large * channels + c];
      const best = x[from[to]];
      // A NaN is never replaced: every comparison with it is false.
      if (from[to] < 0 || x[candidate] > best || (Number.isNaN(x[candidate]) && !Number.isNaN(best))) {
        from[to] = candidate;
      }
    }
  });
  return from;
}

export const naiveConvolutions: ConvolutionKernels = {
  convolve(sizes, x, weight, bias, y) {
    const { channels, outChannels } = sizes;
    const sums = startingFrom(bias, y.length);
    forEachTap(sizes, (small, large, tap) => {
      for (let c = 0; c < channels; c++) {
        const value = x[large * channels + c];
        const at = (tap * channels + c) * outChannels;
        for (let o = 0; o < outChannels; o++) sums[small * outChannels + o] += value * weight[at + o];
      }
    });
    y.set(sums);
  },

  convolveTransposed(sizes, y, weight, bias, x) {
    const { channels, outChannels } = sizes;
    const sums = startingFrom(bias, x.length);
    forEachTap(sizes, (small, large, tap) => {
      for (let c = 0; c < channels; c++) {
        const at = (tap * channels + c) * outChannels;
        let sum = 0;
        for (let o = 0; o < outChannels; o++) sum += y[small * outChannels + o] * weight[at + o];
        sums[large * channels + c] += sum;
      }
    });
    x.set(sums);
  },

  addWeightGradient(sizes: ConvolutionSizes, x, dY, dWeight) {
    const { channels, outChannels } = sizes;
    const sums = Float64Array.from(dWeight);
    forEachTap(sizes, (small, large, tap) => {
      for (let c = 0; c < channels; c++) {
        const value = x[large * channels + c];
        const at = (tap * channels + c) * outChannels;
        for (let o = 0; o < outChannels; o++) sums[at + o] += value * dY[small * outChannels + o];
      }
    });
    dWeight.set(sums);
  },

  maxPool(sizes, x, y) {
    largest(sizes, x, y.length).forEach((from, i) => {
      y[i] = x[from];
    });
  },

  maxPoolBackward(sizes, x, dY, dX) {
    const sums = new Float64Array(dX.length);
    largest(sizes, x, dY.length).forEach((from, i) => {
      sums[from] += dY[i];
    });
    dX.set(sums);
  },

  upsample(sizes, x, y) {
    forEachCopy(sizes, (from, to) => {
      y[to] = x[from];
    });
  },

  upsampleBackward(sizes, dY, dX) {
    const sums = new Float64Array(dX.length);
    forEachCopy(sizes, (from, to) => {
      sums[from] += dY[to];
    });
    dX.set(sums);
  },
};
