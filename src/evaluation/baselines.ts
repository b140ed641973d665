/**
 * The errors that a reconstruction must beat: that of the mean image, and that of PCA with the same code length.
 * docs/math.md, section 7, says why an autoencoder is compared with PCA. Read pca.ts first.
 */

import type { Samples } from '../data/samples.ts';
import { matmul } from '../tensor/ops.ts';
import { requireInteger } from '../tensor/options.ts';
import { CentredSamples } from './centredSamples.ts';
import { ErrorSums } from './metrics.ts';
import { principalAxes } from './pca.ts';

/**
 * The mean squared error if each sample is replaced by the mean of all samples: the best that a code of length 0 could do.
 *
 * @param samples - Shape `[n, ...]`.
 * @returns In the units of the network's input, like `Autoencoder.evaluate`.
 * @throws {TypeError} If these are no samples in memory.
 * @throws {ShapeError} If there are no samples.
 * @example
 * meanImageBaseline({ shape: [2, 1], data: Float32Array.of(0, 1) }); // 0.25
 */
export function meanImageBaseline(samples: Samples): number {
  const centred = new CentredSamples(samples, 'meanImageBaseline');
  return centred.sumOfSquares() / centred.size;
}

/**
 * The mean squared error of the reconstruction from the first `codeLength` principal components, found from these samples
 * themselves. No other linear code of this length has a smaller error on them (Eckart & Young 1936).
 *
 * Cost: about 4 n d (codeLength + 32) floating-point operations a pass, some 5 to 10 passes for images.
 *
 * @param samples - Shape `[n, ...]`, with d numbers in a sample.
 * @param codeLength - How many numbers a code has, an integer >= 1.
 * @returns In the units of the network's input, correct to 4 digits; 0 if the code can hold the samples exactly
 *   (codeLength >= d or codeLength >= n - 1).
 * @throws {RangeError} If the code length is not an integer >= 1.
 * @throws {ShapeError} If there are no samples.
 * @example
 * const points = { shape: [3, 2], data: Float32Array.of(0, 0, 0.5, 0.5, 1, 1) };
 * pcaBaseline(points, 1) < 1e-6; // true
 */
export function pcaBaseline(samples: Samples, codeLength: number): number {
  return pcaScore(samples, codeLength).mse;
}

export interface PcaScore {
  /** The result of {@link pcaBaseline}. */
  readonly mse: number;
  /** The number of components used: less than the code length if the samples vary in fewer directions. */
  readonly components: number;
}

/** In how many directions samples can vary: so many components restore all of them exactly. */
export function largestRank(features: number, count: number): number {
  return Math.min(features, count - 1);
}

/** {@link pcaBaseline} with the number of components it used. */
export function pcaScore(samples: Samples, codeLength: number): PcaScore {
  requireInteger('pcaBaseline', 'the code length', codeLength, 1);
  const centred = new CentredSamples(samples, 'pcaBaseline');
  const rank = largestRank(centred.features, centred.count);
  if (codeLength >= rank) return { mse: 0, components: rank };
  const { axes, variances } = principalAxes(centred, codeLength);
  const errors = new ErrorSums();
  // From the reconstructions: total variance minus captured variance would lose all digits if little is left.
  for (const x of centred.batches()) {
    const codes = matmul(x, axes);
    errors.add(x.data, matmul(codes, axes, { transposeB: true }).data);
  }
  const components = variances.filter((variance) => variance > 0).length;
  return { mse: errors.result().mse, components };
}
