/** The errors of reconstructions. docs/math.md, sections 4.1, 4.2 and 4.4. */

export interface Evaluation {
  /** Mean squared error over all elements. */
  readonly mse: number;
  /** Mean absolute error over all elements. */
  readonly mae: number;
  /** Peak signal-to-noise ratio in dB, for a peak of 1; infinite for a perfect reconstruction. */
  readonly psnr: number;
}

/** The peak signal-to-noise ratio in dB of this mean squared error, for a peak of 1: `-10 log10(mse)`. */
export function psnr(mse: number): number {
  return -10 * Math.log10(mse);
}

/** Adds up the errors of one batch after the other, in float64. */
export class ErrorSums {
  #squares = 0;
  #absolutes = 0;
  #count = 0;

  /** @param reconstruction - As long as the original. */
  add(original: Float32Array, reconstruction: Float32Array): void {
    let squares = 0;
    let absolutes = 0;
    for (let i = 0; i < original.length; i++) {
      const error = reconstruction[i] - original[i];
      squares += error * error;
      absolutes += error < 0 ? -error : error;
    }
    this.#squares += squares;
    this.#absolutes += absolutes;
    this.#count += original.length;
  }

  result(): Evaluation {
    const mse = this.#squares / this.#count;
    return { mse, mae: this.#absolutes / this.#count, psnr: psnr(mse) };
  }
}
