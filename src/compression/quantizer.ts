/** Codes as small whole numbers: each dimension's range, as it was found in the data, in equal steps. */

import { DataError } from '../data/normalization.ts';

const { max, min, round } = Math;

export const FEWEST_LEVELS = 4;
/** A level is kept in a byte. */
export const MOST_LEVELS = 256;

/** Finds each code dimension's range. */
export class CodeRanges {
  readonly least: Float32Array;
  readonly greatest: Float32Array;

  constructor(width: number) {
    this.least = new Float32Array(width).fill(Number.POSITIVE_INFINITY);
    this.greatest = new Float32Array(width).fill(Number.NEGATIVE_INFINITY);
  }

  /**
   * @param codes - `[n, width]`.
   * @throws {DataError} If a code is NaN or infinite.
   */
  add(codes: Float32Array): void {
    const { least, greatest } = this;
    const width = least.length;
    for (let start = 0; start < codes.length; start += width) {
      for (let j = 0; j < width; j++) {
        const value = codes[start + j];
        if (value - value !== 0) {
          throw new DataError(`the model makes codes of these images that hold ${value}, expected numbers.`);
        }
        if (value < least[j]) least[j] = value;
        if (value > greatest[j]) greatest[j] = value;
      }
    }
  }
}

/**
 * `level = round((code - least) / step)`, `code = least + level · step`, with `step = (greatest - least) / (levels - 1)`
 * of each dimension: computed in float64, codes rounded to float32.
 *
 * Steps that go by how much a dimension matters in the image were measured, too: at the same PSNR, they make files of
 * the same size (fashion-test-2k, two models, from 8 to 20 bytes an image).
 */
export class Quantizer {
  /** How many levels each dimension has: 1 where all codes are the same. */
  readonly levels: readonly number[];
  readonly #least: Float32Array;
  readonly #greatest: Float32Array;
  readonly #steps: Float64Array;

  /** @param ranges - Finite, none the wrong way round. */
  constructor(levels: number, { least, greatest }: Pick<CodeRanges, 'least' | 'greatest'>) {
    this.#least = least;
    this.#greatest = greatest;
    this.#steps = Float64Array.from(least, (low, j) => (greatest[j] - low) / (levels - 1));
    this.levels = Array.from(this.#steps, (step) => (step > 0 ? levels : 1));
  }

  /** Codes `[n, width]` as levels. Beyond the range they become its ends. */
  quantize(codes: Float32Array): Uint8Array {
    const width = this.levels.length;
    const levels = new Uint8Array(codes.length);
    for (let i = 0; i < codes.length; i++) {
      const j = i % width;
      const last = this.levels[j] - 1;
      if (last === 0) continue;
      const level = round((codes[i] - this.#least[j]) / this.#steps[j]);
      levels[i] = min(max(level, 0), last);
    }
    return levels;
  }

  /** Levels `[n, width]` as codes. */
  dequantize(levels: Uint8Array): Float32Array {
    const width = this.levels.length;
    const codes = new Float32Array(levels.length);
    for (let i = 0; i < levels.length; i++) {
      const j = i % width;
      codes[i] = min(this.#least[j] + levels[i] * this.#steps[j], this.#greatest[j]);
    }
    return codes;
  }
}
