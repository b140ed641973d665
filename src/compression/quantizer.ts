/** Codes as small integers: the range that each dimension has in the data is divided into equal steps. */

import { DataError } from '../data/samples.ts';

const { max, min, round } = Math;

export const MIN_LEVELS = 4;
/** A level fits into a byte. */
export const MAX_LEVELS = 256;

/** Finds the range of each code dimension. */
export class CodeRanges {
  /** One number a dimension; infinite before there are codes. */
  readonly minimum: Float32Array;
  /** Likewise, minus infinity before there are codes. */
  readonly maximum: Float32Array;

  /** @param width - The length of a code. */
  constructor(width: number) {
    this.minimum = new Float32Array(width).fill(Number.POSITIVE_INFINITY);
    this.maximum = new Float32Array(width).fill(Number.NEGATIVE_INFINITY);
  }

  /**
   * Widens the ranges to take in these codes.
   *
   * @param codes - `[n, width]`.
   * @throws {DataError} If a code is NaN or infinite.
   */
  add(codes: Float32Array): void {
    const { minimum, maximum } = this;
    const width = minimum.length;
    for (let start = 0; start < codes.length; start += width) {
      for (let j = 0; j < width; j++) {
        const value = codes[start + j];
        if (value - value !== 0) {
          throw new DataError(`the model's codes of these images hold ${value}, expected finite numbers.`);
        }
        if (value < minimum[j]) minimum[j] = value;
        if (value > maximum[j]) maximum[j] = value;
      }
    }
  }
}

/**
 * `level = round((code - minimum) / step)`, `code = minimum + level · step`, with `step = (maximum - minimum) / (levels - 1)`
 * of each dimension: computed in float64, codes rounded to float32.
 *
 * Steps in proportion to how much a dimension matters in the image were measured, too: at the same PSNR they make files
 * of the same size (fashion-test-2k, two models, from 8 to 20 bytes an image).
 */
export class Quantizer {
  /** The number of levels of each dimension: 1 if all its codes are the same. */
  readonly levels: readonly number[];
  readonly #minimum: Float32Array;
  readonly #maximum: Float32Array;
  readonly #steps: Float64Array;

  /** @param ranges - Finite, with no minimum above its maximum. */
  constructor(levels: number, { minimum, maximum }: Pick<CodeRanges, 'minimum' | 'maximum'>) {
    this.#minimum = minimum;
    this.#maximum = maximum;
    this.#steps = Float64Array.from(minimum, (low, j) => (maximum[j] - low) / (levels - 1));
    this.levels = Array.from(this.#steps, (step) => (step > 0 ? levels : 1));
  }

  /** Codes `[n, width]` to levels. Codes beyond the range become its ends. */
  quantize(codes: Float32Array): Uint8Array {
    const width = this.levels.length;
    const levels = new Uint8Array(codes.length);
    for (let i = 0; i < codes.length; i++) {
      const j = i % width;
      const last = this.levels[j] - 1;
      if (last === 0) continue;
      const level = round((codes[i] - this.#minimum[j]) / this.#steps[j]);
      levels[i] = min(max(level, 0), last);
    }
    return levels;
  }

  /** Levels `[n, width]` to codes. */
  dequantize(levels: Uint8Array): Float32Array {
    const width = this.levels.length;
    const codes = new Float32Array(levels.length);
    for (let i = 0; i < levels.length; i++) {
      const j = i % width;
      codes[i] = min(this.#minimum[j] + levels[i] * this.#steps[j], this.#maximum[j]);
    }
    return codes;
  }
}
