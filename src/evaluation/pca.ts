/**
 * Principal component analysis: the directions in which samples vary most, and the coordinates of samples along them.
 *
 * The axes come from subspace iteration with Rayleigh-Ritz (Halko, Martinsson & Tropp, SIAM Review 53(2), 2011,
 * algorithm 4.4; Saad, Numerical Methods for Large Eigenvalue Problems, 2nd ed., section 5.2): a few passes over the
 * samples, batch by batch. There is no covariance matrix, so the cost of large images is linear in their size.
 * Read centredSamples.ts and tensor/linearAlgebra.ts first.
 */

import type { Samples } from '../data/samples.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { addMultiple, dot, eigenDecomposition } from '../tensor/linearAlgebra.ts';
import { matmul } from '../tensor/ops.ts';
import { requireInteger } from '../tensor/options.ts';
import { Random } from '../tensor/random.ts';
import { Tensor } from '../tensor/tensor.ts';
import { CentredSamples } from './centredSamples.ts';
import { sampleErrors } from './metrics.ts';

const { abs, min, sqrt } = Math;

/** Additional axes that are iterated too: axis k then converges by its distance to axis k + 33, not to its neighbour. */
const EXTRA_AXES = 32;
const MAX_PASSES = 40;
/** Iteration ends when a pass lowers the error by less than this share of it. */
const TOLERANCE = 1e-5;
/**
 * Below this share of its length, what is left of a column is rounding. Of a dependent column float64 leaves some 1e-16; of
 * any other column its float32 rounding alone is 1e-8.
 */
const NEGLIGIBLE = 1e-10;
/** The relative rounding error of a float32 number, and of what was computed from it. */
const ROUNDING = 2 ** -22;

/**
 * PCA that is fitted to some samples and applied to those or others of the same size.
 *
 * @example
 * const pca = PCA.fit(images, 32);
 * pca.transform(images); // [100, 32]
 */
export class PCA {
  /** The mean of the samples, d numbers. */
  readonly mean: Float64Array;
  /**
   * Shape `[d, k]`: one axis a column, in descending order of variance. The element of largest absolute value in each axis is positive.
   * If the samples vary in fewer directions, but for float32 rounding, the last columns are 0, and so are their scores.
   */
  readonly axes: Tensor;
  /** The share of the variance that lies along each axis, from 0 to 1; 0 for an axis that is 0. */
  readonly varianceShares: readonly number[];

  private constructor(mean: Float64Array, axes: Tensor, varianceShares: readonly number[]) {
    this.mean = mean;
    this.axes = axes;
    this.varianceShares = varianceShares;
  }

  /**
   * Finds the first principal components. Cost: about 4 n d (count + 32) floating-point operations a pass, some 5 to 10
   * passes for images.
   *
   * @param samples - Shape `[n, ...]`, with d numbers in a sample.
   * @param count - How many components to find, an integer >= 1. There are min(n, d) at most.
   * @throws {RangeError} If the count is not an integer >= 1.
   * @throws {ShapeError} If there are no samples.
   */
  static fit(samples: Samples, count: number): PCA {
    requireInteger('PCA.fit', 'the number of components', count, 1);
    const centred = new CentredSamples(samples, 'PCA.fit');
    const { axes, variances, total } = principalAxes(centred, min(count, centred.count, centred.features));
    fixSigns(axes);
    const shares = variances.map((variance) => (variance > 0 ? variance / total : 0));
    return new PCA(centred.mean, axes, shares);
  }

  /** The number of axes that are not 0. */
  get rank(): number {
    return this.varianceShares.filter((share) => share > 0).length;
  }

  /**
   * The scores of samples: how far each lies from the mean along each axis.
   *
   * @param samples - Shape `[n, ...]`, with d numbers in a sample.
   * @returns Shape `[n, k]`.
   * @throws {ShapeError} If the samples have another size.
   */
  transform(samples: Samples): Tensor {
    const [, width] = this.axes.shape;
    const centred = new CentredSamples(samples, 'PCA.transform', this.mean);
    const result = Tensor.zeros([centred.count, width]);
    let start = 0;
    for (const x of centred.batches()) {
      const scores = matmul(x, this.axes);
      result.data.set(scores.data, start);
      start += scores.size;
    }
    return result;
  }

  /**
   * The mean squared error of each sample if it is restored from its scores: what PCA offers to rank anomalies by.
   *
   * @param samples - Shape `[n, ...]`, with d numbers in a sample, or one sample.
   * @returns In the units of the network's input, as those of `Autoencoder.anomalyScores`.
   * @throws {ShapeError} If the samples have another size.
   */
  errors(samples: Samples): Float64Array {
    const centred = new CentredSamples(samples, 'PCA.errors', this.mean);
    return errorsOfEach(centred, (x) => matmul(matmul(x, this.axes), this.axes, { transposeB: true }).data);
  }
}

/**
 * The mean squared error of each sample if it is restored as the mean: its distance to the mean.
 *
 * @param samples - Shape `[n, ...]`, with d numbers in a sample, or one sample.
 * @param mean - d numbers, such as those of `PCA.fit`.
 * @returns In the units of the network's input, as those of `Autoencoder.anomalyScores`.
 * @throws {ShapeError} If the samples have another size.
 * @example
 * errorsOfMean({ shape: [2, 1], data: Float32Array.of(0, 1) }, Float64Array.of(0.5)); // [0.25, 0.25]
 */
export function errorsOfMean(samples: Samples, mean: Float64Array): Float64Array {
  return errorsOfEach(new CentredSamples(samples, 'errorsOfMean', mean), (x) => new Float32Array(x.size));
}

function errorsOfEach(centred: CentredSamples, restore: (x: Tensor) => Float32Array): Float64Array {
  const errors = new Float64Array(centred.count);
  let start = 0;
  for (const x of centred.batches()) {
    const batch = sampleErrors(centred.features, x.data, restore(x));
    errors.set(batch, start);
    start += batch.length;
  }
  return errors;
}

/** An axis may point either way. Its element of largest absolute value is made positive, so that pictures of the same data look the same. */
function fixSigns({ shape: [rows, columns], data }: Tensor): void {
  for (let j = 0; j < columns; j++) {
    let largest = 0;
    for (let i = 0; i < rows; i++) {
      if (abs(data[i * columns + j]) > abs(largest)) largest = data[i * columns + j];
    }
    if (largest < 0) for (let i = 0; i < rows; i++) data[i * columns + j] *= -1;
  }
}

export interface PrincipalAxes {
  /** Shape `[d, k]`: one axis a column; 0 where only rounding is left. */
  readonly axes: Tensor;
  /** The sum of squares along each axis; 0 where only rounding is left. */
  readonly variances: readonly number[];
  /** The sum of squares of all samples. */
  readonly total: number;
}

/**
 * The first k principal axes.
 *
 * @param centred - n samples of d numbers.
 * @param k - From 1 to min(n, d).
 */
export function principalAxes(centred: CentredSamples, k: number): PrincipalAxes {
  const { count, features } = centred;
  const width = min(features, count, k + EXTRA_AXES);
  const random = new Random(0);
  const start = Float32Array.from({ length: features * width }, () => random.normal());
  let axes = orthonormalColumns(new Tensor(start, [features, width]));
  const total = centred.sumOfSquares();
  // Very large or small numbers have squares beyond float32. Scaling by a power of two changes no digits.
  const scale = powerOfTwoBelow(1 / sqrt(total / centred.size));
  const unscaled = (variance: number) => variance / scale / scale;
  let captured = -Infinity;
  for (let pass = 1; ; pass++) {
    const { turned, gram } = project(centred, axes, scale);
    // Rayleigh-Ritz: the eigenvectors of Yᵀ Y are the best axes within the span of V.
    const { values, vectors } = eigenDecomposition(gram);
    const before = captured;
    const variances = values.slice(0, k).map(unscaled);
    captured = variances.reduce((sum, value) => sum + value, 0);
    if (captured - before <= TOLERANCE * (total - captured) || pass === MAX_PASSES) {
      const rank = rankOf(variances, total, centred);
      const first = firstColumns(matmul(axes, vectors), k, rank);
      return { axes: first, variances: variances.fill(0, rank), total };
    }
    axes = orthonormalColumns(turned);
  }
}

/**
 * One pass over the samples X `[n, d]`, multiplied by `scale`, with axes V `[d, w]` and Y = X V. Yᵀ Y `[w, w]` holds the
 * variances that V captures, and Xᵀ Y `[d, w]` is V turned towards the axes of largest variance.
 */
function project(centred: CentredSamples, axes: Tensor, scale: number): { turned: Tensor; gram: Tensor } {
  const [features, width] = axes.shape;
  const turned = Tensor.zeros([features, width]);
  const gram = Tensor.zeros([width, width]);
  for (const x of centred.batches()) {
    for (let i = 0; i < x.size; i++) x.data[i] *= scale;
    const y = matmul(x, axes);
    const [rows] = y.shape;
    kernels().matmulTransposeA(features, width, rows, x.data, y.data, true, turned.data);
    kernels().matmulTransposeA(width, width, rows, y.data, y.data, true, gram.data);
  }
  return { turned, gram };
}

/** 1 if the value is 0 or infinite. */
function powerOfTwoBelow(value: number): number {
  const power = 2 ** Math.floor(Math.log2(value));
  return power > 0 && power < Infinity ? power : 1;
}

/**
 * The number of axes that hold more than rounding. (Scaled to deviation 1, an axis of rounding would weigh as much as the
 * others.) Inputs are rounded before their mean is subtracted, so the mean counts for the size of the rounding.
 */
function rankOf(variances: readonly number[], total: number, { mean, count }: CentredSamples): number {
  const squares = total + count * dot(mean, mean);
  const rank = variances.findIndex((variance) => !(variance > ROUNDING ** 2 * squares));
  return rank < 0 ? variances.length : rank;
}

/**
 * Columns of length 1, perpendicular to each other, with the same span: Gram-Schmidt, done twice as once is not enough
 * with rounding (Giraud, Langou, Rozloznik & van den Eshof, Numerische Mathematik 101, 2005). A column within the span of
 * those before it becomes 0.
 */
function orthonormalColumns(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape;
  const done: Float64Array[] = [];
  const result = Tensor.zeros(matrix.shape);
  for (let j = 0; j < columns; j++) {
    const column = Float64Array.from({ length: rows }, (_, i) => matrix.data[i * columns + j]);
    const before = sqrt(dot(column, column));
    for (let round = 0; round < 2; round++) {
      for (const other of done) addMultiple(column, -dot(column, other), other);
    }
    const length = sqrt(dot(column, column));
    // A column within the span of the others leaves rounding, not 0. Scaled to length 1, that would not be perpendicular.
    if (length > NEGLIGIBLE * before) for (let i = 0; i < rows; i++) column[i] /= length;
    else column.fill(0);
    for (let i = 0; i < rows; i++) result.data[i * columns + j] = column[i];
    done.push(column);
  }
  return result;
}

/** The first k columns; those from `rank` on are 0. */
function firstColumns(matrix: Tensor, k: number, rank: number): Tensor {
  const [rows, columns] = matrix.shape;
  const result = Tensor.zeros([rows, k]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rank; j++) result.data[i * k + j] = matrix.data[i * columns + j];
  }
  return result;
}
