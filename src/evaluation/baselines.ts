/**
 * What a reconstruction must beat: the mean image, and PCA at the same code length. docs/math.md, section 7, says why
 * PCA is the measure of an autoencoder. Read pca.ts first.
 */

import type { Samples } from '../data/samples.ts';
import { matmul } from '../tensor/ops.ts';
import { CentredSamples } from './centredSamples.ts';
import { ErrorSums } from './metrics.ts';
import { principalAxes } from './pca.ts';

/**
 * The mean squared error if each sample is replaced by the mean of all: what a code of no numbers can do.
 *
 * @param samples - Shape `[n, ...]`.
 * @returns In the units of the network's input, like `Autoencoder.evaluate`.
 * @throws {ShapeError} If there are no samples.
 */
export function meanImageBaseline(samples: Samples): number {
  const centred = new CentredSamples(samples, 'meanImageBaseline');
  return centred.sumOfSquares() / centred.size;
}

/**
 * The mean squared error of the reconstruction from the first `codeLength` principal components of these very samples.
 * No linear code of that many numbers does better on them (Eckart & Young 1936), however it was found.
 *
 * Cost: about 4 n d (codeLength + 32) floating-point operations a pass, some 5 to 10 passes for images.
 *
 * @param samples - Shape `[n, ...]`, d numbers each.
 * @param codeLength - How many numbers a code has.
 * @returns In the units of the network's input, right to 4 digits; 0 where the code holds everything (codeLength >= d or
 *   codeLength >= n - 1).
 * @throws {RangeError} If the code length is not an integer >= 1.
 * @throws {ShapeError} If there are no samples.
 */
export function pcaBaseline(samples: Samples, codeLength: number): number {
  return pcaScore(samples, codeLength).mse;
}

export interface PcaScore {
  /** As {@link pcaBaseline} gives it. */
  readonly mse: number;
  /** How many components that took: fewer than the code has numbers where the samples don't vary along so many. */
  readonly components: number;
}

/** The same with what it took. */
export function pcaScore(samples: Samples, codeLength: number): PcaScore {
  if (!Number.isSafeInteger(codeLength) || codeLength < 1) {
    throw new RangeError(`pcaBaseline: the code length is ${codeLength}, expected an integer >= 1.`);
  }
  const centred = new CentredSamples(samples, 'pcaBaseline');
  const most = Math.min(centred.features, centred.count - 1);
  if (codeLength >= most) return { mse: 0, components: most };
  const { axes, variances } = principalAxes(centred, codeLength);
  const errors = new ErrorSums();
  // From the reconstruction itself: the total variance minus the captured one would cancel where little is left.
  centred.forEachBatch((x) => {
    const codes = matmul(x, axes);
    errors.add(x.data, matmul(codes, axes, { transposeB: true }).data);
  });
  const components = variances.filter((variance) => variance > 0).length;
  return { mse: errors.result().mse, components };
}
