/** How good compressed images are, measured on the network's inputs, where a pixel goes from 0 to 1. */

import { BatchReader } from '../data/batches.ts';
import { mayBePixels, pictureShape } from '../data/pictureShape.ts';
import type { Normalization, SampleArray } from '../data/samples.ts';
import { ErrorSums } from '../evaluation/metrics.ts';
import { structuralSimilarity } from '../evaluation/ssim.ts';
import { type OptionNames, requireOptions } from '../tensor/options.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';

/** SSIM costs as much as all the rest: it is the mean of the first images, up to this many numbers. 2,000 of 28×28. */
const MAX_SSIM_NUMBERS = 2_000 * 784;

/** How close restored images are to their originals. */
export interface QualityScores {
  /** The mean squared error over all numbers, in the units of the network's input. */
  readonly mse: number;
  /** The mean absolute error, likewise. */
  readonly mae: number;
  /** In dB, of the overall MSE. Undefined if inputs are not pixels from 0 to 1 (`standard`, or scaled by feature). */
  readonly psnr: number | undefined;
  /** The mean over images. Undefined if they are not pictures, or smaller than SSIM's window of 11×11. */
  readonly ssim: number | undefined;
  /** The number of images, from the first on, that the SSIM is the mean of. */
  readonly ssimImages: number;
}

export interface QualityOptions {
  /** False takes half the time. @default true */
  readonly withSsim?: boolean;
}

const OPTIONS: OptionNames<QualityOptions> = { withSsim: true };

/**
 * Sums up the errors of images as they come, chunk by chunk.
 *
 * @example
 * const quality = new Quality([28, 28], images.normalization);
 * quality.add(images.data, images.data);
 * quality.scores().mse; // 0
 */
export class Quality {
  readonly #shape: Shape;
  readonly #picture: Shape | undefined;
  readonly #normalization: Normalization;
  readonly #errors = new ErrorSums();
  readonly #maxSsimImages: number;
  #ssim = 0;
  #ssimImages = 0;

  /**
   * No images yet.
   *
   * @param sample - The shape of one image.
   * @param normalization - How images become the network's inputs.
   * @param options - `withSsim`: false takes half the time; default true.
   * @throws {TypeError} If an option is unknown.
   */
  constructor(sample: Shape, normalization: Normalization, options: QualityOptions = {}) {
    requireOptions('Quality', options, OPTIONS);
    const { withSsim = true } = options;
    this.#maxSsimImages = withSsim ? Math.max(1, Math.floor(MAX_SSIM_NUMBERS / sizeOf(sample))) : 0;
    this.#shape = sample;
    this.#picture = mayBePixels(sample, normalization) ? pictureShape(sample) : undefined;
    this.#normalization = normalization;
  }

  /** Adds images and what came back for them, `[n, ...]` each, in the units of their file. */
  add(originals: SampleArray, restored: SampleArray): void {
    const [before, after] = [originals, restored].map((values) => this.#toInputs(values));
    this.#errors.add(before, after);
    if (!this.#picture) return;
    const size = sizeOf(this.#shape);
    for (let at = 0; at < before.length && this.#ssimImages < this.#maxSsimImages; at += size) {
      const [a, b] = [before, after].map((values) => values.subarray(at, at + size));
      const ssim = structuralSimilarity(a, b, this.#picture);
      if (ssim === undefined) return;
      this.#ssim += ssim;
      this.#ssimImages++;
    }
  }

  /** The scores of all images that were added; NaN if there are none. */
  scores(): QualityScores {
    const { mse, mae, psnr } = this.#errors.result();
    const isPixels = mayBePixels(this.#shape, this.#normalization);
    return {
      mse,
      mae,
      psnr: isPixels ? psnr : undefined,
      ssim: this.#ssimImages > 0 ? this.#ssim / this.#ssimImages : undefined,
      ssimImages: this.#ssimImages,
    };
  }

  #toInputs(data: SampleArray): Float32Array {
    const count = data.length / sizeOf(this.#shape);
    const samples = { shape: [count, ...this.#shape], data, normalization: this.#normalization };
    const inputs = new Float32Array(data.length);
    new BatchReader(samples, this.#shape, 'Quality').readRange(0, count, inputs);
    return inputs;
  }
}
