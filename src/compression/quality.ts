/** How good images are that were compressed: in the units of the network's input, where a pixel goes from 0 to 1. */

import { BatchReader } from '../data/batches.ts';
import { pictureShape } from '../data/pictureShape.ts';
import { isUnitRange, type Normalization, type SampleArray } from '../data/samples.ts';
import { ErrorSums } from '../evaluation/metrics.ts';
import { structuralSimilarity } from '../evaluation/ssim.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';

/** SSIM costs as much as all the rest: of more numbers than that it is the mean of the first images. 2,000 of 28×28. */
const MOST_FOR_SSIM = 2_000 * 784;

export interface QualityScores {
  readonly mse: number;
  readonly mae: number;
  /** In dB, of the overall MSE. Undefined where inputs are no pixels from 0 to 1 (`standard`, or scaled by feature). */
  readonly psnr: number | undefined;
  /** The mean over the images. Undefined where they are no pictures, or smaller than its window of 11×11. */
  readonly ssim: number | undefined;
  /** Of how many images the SSIM is: the first ones. */
  readonly ssimImages: number;
}

export interface QualityOptions {
  /** Without it, the rest takes half the time. @default true */
  readonly withSsim?: boolean;
}

export class Quality {
  readonly #shape: Shape;
  readonly #picture: Shape | undefined;
  readonly #normalization: Normalization;
  readonly #errors = new ErrorSums();
  readonly #mostForSsim: number;
  #ssim = 0;
  #ssimImages = 0;

  /** @param sample - The shape of one image. */
  constructor(sample: Shape, normalization: Normalization, { withSsim = true }: QualityOptions = {}) {
    this.#mostForSsim = withSsim ? Math.max(1, Math.floor(MOST_FOR_SSIM / sizeOf(sample))) : 0;
    this.#shape = sample;
    this.#picture = isUnitRange(normalization) ? pictureShape(sample) : undefined;
    this.#normalization = normalization;
  }

  /** Some images, `[n, ...]` each, in the units of their file. */
  add(originals: SampleArray, restored: SampleArray): void {
    const [before, after] = [originals, restored].map((values) => this.#toInputs(values));
    this.#errors.add(before, after);
    if (!this.#picture) return;
    const size = sizeOf(this.#shape);
    for (let at = 0; at < before.length && this.#ssimImages < this.#mostForSsim; at += size) {
      const [a, b] = [before, after].map((values) => values.subarray(at, at + size));
      const ssim = structuralSimilarity(a, b, this.#picture);
      if (ssim === undefined) return;
      this.#ssim += ssim;
      this.#ssimImages++;
    }
  }

  scores(): QualityScores {
    const { mse, mae, psnr } = this.#errors.result();
    const isPixels = isUnitRange(this.#normalization);
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
