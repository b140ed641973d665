/** The errors of reconstructions. docs/math.md, sections 4.1, 4.2 and 4.4. */

/** How close reconstructions are to their originals. */
export interface Evaluation {
  /** Mean squared error over all elements. */
  readonly mse: number;
  /** Mean absolute error over all elements. */
  readonly mae: number;
  /** Peak signal-to-noise ratio in dB, for a peak of 1; infinite for a perfect reconstruction. */
  readonly psnr: number;
}

/**
 * The peak signal-to-noise ratio in dB of this mean squared error, for a peak of 1: `-10 log10(mse)`. Infinity for 0.
 *
 * @example
 * psnr(0.01); // 20
 */
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

/**
 * The mean squared error of each sample, in float64.
 *
 * @param originals - `n` samples of `features` numbers.
 * @param reconstructions - As long.
 */
export function sampleErrors(
  features: number,
  originals: Float32Array,
  reconstructions: Float32Array,
): Float64Array {
  const errors = new Float64Array(originals.length / features);
  for (let i = 0; i < errors.length; i++) {
    let squares = 0;
    for (let j = i * features; j < (i + 1) * features; j++) {
      const error = reconstructions[j] - originals[j];
      squares += error * error;
    }
    errors[i] = squares / features;
  }
  return errors;
}

/**
 * The sum of the entropies `-x log x - (1 - x) log(1 - x)`, in nats: the minimum of the binary cross-entropy, which a
 * perfect reconstruction has. It is 0 for black and white and large for gray, so a likelihood of gray images says little
 * until it is subtracted (Chauhan et al., "Robust outlier detection by de-biasing VAE likelihoods", CVPR 2022).
 *
 * @returns Minus infinity if a number is not from 0 to 1: then the binary cross-entropy has no minimum.
 */
export function binaryEntropy(values: ArrayLike<number>): number {
  let entropy = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    if (!(x >= 0 && x <= 1)) return -Infinity;
    if (x > 0 && x < 1) entropy -= x * Math.log(x) + (1 - x) * Math.log1p(-x);
  }
  return entropy;
}
