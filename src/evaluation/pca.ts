/**
 * Principal components: the directions in which samples vary most, and what samples are in them.
 *
 * The axes come from subspace iteration with Rayleigh-Ritz (Halko, Martinsson & Tropp, SIAM Review 53(2), 2011,
 * algorithm 4.4; Saad, Numerical Methods for Large Eigenvalue Problems, 2nd ed., section 5.2): a few passes over the
 * samples, batch by batch. No covariance matrix is built, so large images cost no more than their numbers.
 * Read centredSamples.ts and tensor/eigenDecomposition.ts first.
 */

import type { Samples } from '../data/samples.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { addMultiple, dot, eigenDecomposition } from '../tensor/linearAlgebra.ts';
import { matmul } from '../tensor/ops.ts';
import { Random } from '../tensor/random.ts';
import { ShapeError } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { CentredSamples } from './centredSamples.ts';

const { abs, min, sqrt } = Math;

/** More axes than asked for are iterated: the k-th then converges by its distance to axis k + 33, not to its neighbour. */
const EXTRA_AXES = 32;
const MAX_PASSES = 40;
/** Done when a pass lowers the error by less than this part of it. */
const TOLERANCE = 1e-5;
/** Of a column's length: what float64 leaves of a dependent one is some 1e-16, of any other float32 rounding alone 1e-8. */
const NEGLIGIBLE = 1e-10;
/** Of a number's size: what float32 may have rounded off of it, and of what was computed from it. */
const ROUNDING = 2 ** -22;

/**
 * PCA that is fitted to some samples and applied to any of their size.
 *
 * @example
 * const pca = PrincipalComponents.fit(images, 32);
 * pca.transform(others); // [n, 32]
 */
export class PrincipalComponents {
  /** The mean sample, d numbers. */
  readonly mean: Float64Array;
  /**
   * One axis a column, `[d, k]`, the one of largest variance first; the number of largest size in each is positive.
   * Where the samples don't vary along so many, but for float32's rounding, the last columns are 0, and so are their scores.
   */
  readonly axes: Tensor;
  /** The part of the samples' variance that lies along each axis, from 0 to 1; 0 if there is no such axis. */
  readonly varianceShares: readonly number[];

  private constructor(mean: Float64Array, axes: Tensor, varianceShares: readonly number[]) {
    this.mean = mean;
    this.axes = axes;
    this.varianceShares = varianceShares;
  }

  /**
   * Cost: about 4 n d (count + 32) floating-point operations a pass, some 5 to 10 passes for images.
   *
   * @param samples - Shape `[n, ...]`, d numbers each.
   * @param count - How many components to find; there are no more than min(n, d).
   * @throws {RangeError} If the count is not an integer >= 1.
   * @throws {ShapeError} If there are no samples.
   */
  static fit(samples: Samples, count: number): PrincipalComponents {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RangeError(`PrincipalComponents.fit: got ${count} components, expected an integer >= 1.`);
    }
    const centred = new CentredSamples(samples, 'PrincipalComponents.fit');
    const { axes, variances, total } = principalAxes(centred, min(count, centred.count, centred.features));
    fixSigns(axes);
    const shares = variances.map((variance) => (variance > 0 ? variance / total : 0));
    return new PrincipalComponents(centred.mean, axes, shares);
  }

  /** How many axes there are that are not 0. */
  get rank(): number {
    return this.varianceShares.filter((share) => share > 0).length;
  }

  /**
   * @param samples - Shape `[n, ...]`, as many numbers each as those that it was fitted to.
   * @returns `[n, k]`: how far each sample lies from the mean along each axis.
   * @throws {ShapeError} If the samples have another size.
   */
  transform(samples: Samples): Tensor {
    const [features, width] = this.axes.shape;
    const centred = new CentredSamples(samples, 'PrincipalComponents.transform', this.mean);
    if (centred.features !== features) {
      throw new ShapeError(
        `PrincipalComponents.transform: the samples have ${centred.features} numbers, expected ${features}.`,
      );
    }
    const result = Tensor.zeros([centred.count, width]);
    let start = 0;
    centred.forEachBatch((x) => {
      const scores = matmul(x, this.axes);
      result.data.set(scores.data, start);
      start += scores.size;
    });
    return result;
  }
}

/** Both directions of an axis are as good: one of them is chosen, so that pictures of the same data look the same. */
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
  /** The first k axes of X [n, d], as the columns of a matrix `[d, k]`; 0 where only rounding is left. */
  readonly axes: Tensor;
  /** The sum of squares along each axis, 0 where only rounding is left, and in all. */
  readonly variances: readonly number[];
  readonly total: number;
}

/** @param k - At most min(n, d). */
export function principalAxes(centred: CentredSamples, k: number): PrincipalAxes {
  const { count, features } = centred;
  const width = min(features, count, k + EXTRA_AXES);
  const random = new Random(0);
  const start = Float32Array.from({ length: features * width }, () => random.normal());
  let axes = orthonormalColumns(new Tensor(start, [features, width]));
  const total = centred.sumOfSquares();
  // Squares of what is very large or small are beyond float32. A power of two changes no digit of what is not.
  const scale = powerOfTwoBelow(1 / sqrt(total / centred.size));
  const unscaled = (variance: number) => variance / scale / scale;
  let captured = -Infinity;
  for (let pass = 1; ; pass++) {
    // Y = X V: its squares say what V captures, and Xᵀ Y turns V towards the axes of largest variance.
    const turned = Tensor.zeros([features, width]);
    const gram = Tensor.zeros([width, width]);
    centred.forEachBatch((x) => {
      for (let i = 0; i < x.size; i++) x.data[i] *= scale;
      const y = matmul(x, axes);
      const rows = y.shape[0];
      kernels().matmulTransposeA(features, width, rows, x.data, y.data, true, turned.data);
      kernels().matmulTransposeA(width, width, rows, y.data, y.data, true, gram.data);
    });
    // Rayleigh-Ritz: within the span of V, the eigenvectors of Yᵀ Y are the best axes.
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

/** 1 where there is none: of what is 0 or infinite. */
function powerOfTwoBelow(value: number): number {
  const power = 2 ** Math.floor(Math.log2(value));
  return power > 0 && power < Infinity ? power : 1;
}

/**
 * How many axes hold more than rounding. Scaled to deviation 1, an axis of rounding would weigh as much as the others.
 * What is rounded is the inputs as they come, their mean included.
 */
function rankOf(variances: readonly number[], total: number, { mean, count }: CentredSamples): number {
  const squares = total + count * dot(mean, mean);
  const rank = variances.findIndex((variance) => !(variance > ROUNDING ** 2 * squares));
  return rank < 0 ? variances.length : rank;
}

/**
 * Columns of length 1, each perpendicular to those before it, with the same span (Gram-Schmidt, twice, as rounding
 * spoils once: Giraud, Langou, Rozloznik & van den Eshof, Numerische Mathematik 101, 2005). A column that adds nothing becomes 0.
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
    // A column within the span of the others leaves rounding, not 0. At length 1 it would be an axis that is not
    // perpendicular to them.
    if (length > NEGLIGIBLE * before) for (let i = 0; i < rows; i++) column[i] /= length;
    else column.fill(0);
    for (let i = 0; i < rows; i++) result.data[i * columns + j] = column[i];
    done.push(column);
  }
  return result;
}

/** As `[rows, k]`; those from `rank` on are 0. */
function firstColumns(matrix: Tensor, k: number, rank: number): Tensor {
  const [rows, columns] = matrix.shape;
  const result = Tensor.zeros([rows, k]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rank; j++) result.data[i * k + j] = matrix.data[i * columns + j];
  }
  return result;
}
