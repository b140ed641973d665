/**
 * The Fréchet distance: how far generated samples, as a whole, are from real ones. docs/math.md, section 4.6.
 * Read tensor/linearAlgebra.ts and tensor/moments.ts first.
 */

import { symmetricEigen } from '../tensor/linearAlgebra.ts';
import { Moments } from '../tensor/moments.ts';
import { ShapeError } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { requireFeatures } from './labels.ts';

const { max, sqrt } = Math;

/**
 * The squared Fréchet distance between two normal distributions with the means and covariances of two sets of features,
 *
 *     |mean_a - mean_b|² + tr(A + B - 2 (A B)^½)
 *
 * for the covariances A and B. It is 0 for equal means and covariances. Features of images are usually the outputs of a
 * hidden layer of a classifier; with those of the Inception network this is the Fréchet inception distance. Values
 * compare only if the features, and the numbers of samples, are the same: with few samples the distance is too large.
 *
 * Computed in float64. Cost: about n d² + 80 d³ floating-point operations, two seconds for 256 features.
 *
 * @param a - Shape `[n, d]` with n >= 2, finite numbers.
 * @param b - Shape `[m, d]` with m >= 2, finite numbers.
 * @returns 0 or more, in squared units of the features.
 * @throws {ShapeError} If the features have other shapes, such as one sample only.
 * @throws {RangeError} If a feature is NaN or infinite.
 * @example
 * frechetDistance(Tensor.from([[-1], [1]]), Tensor.from([[2], [4]])).toFixed(3); // '9.000'
 * @see Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", NeurIPS 2017;
 * the formula: Dowson & Landau, "The Fréchet distance between multivariate normal distributions", Journal of Multivariate
 * Analysis 12, 1982.
 */
export function frechetDistance(a: Tensor, b: Tensor): number {
  const [, d] = requireFeatures('frechetDistance', a);
  requireFeatures('frechetDistance', b, d);
  const [first, second] = [a, b].map((features) => momentsOf(features, d));
  let distance = -2 * traceOfRoot(first.covariance, second.covariance, d);
  for (let j = 0; j < d; j++) {
    distance += (first.mean[j] - second.mean[j]) ** 2;
    distance += first.covariance[j * (d + 1)] + second.covariance[j * (d + 1)];
  }
  return max(distance, 0); // rounding may leave less than nothing
}

function momentsOf(features: Tensor, d: number) {
  const [n] = features.shape;
  if (n < 2) throw new ShapeError('frechetDistance: the features are of one sample, expected at least two.');
  if (!features.data.every(Number.isFinite)) {
    throw new RangeError('frechetDistance: a feature is NaN or infinite, expected finite numbers.');
  }
  const moments = new Moments(d);
  moments.add(features);
  return { mean: moments.mean(), covariance: moments.covariance(n - 1) };
}

/**
 * tr((A B)^½) of two covariances `[d, d]`. A B is not symmetric, but it has the eigenvalues of A^½ B A^½, and of
 * R B Rᵀ for any R with Rᵀ R = A. Here R = Λ^½ Vᵀ, from A = V Λ Vᵀ.
 */
function traceOfRoot(a: Float64Array, b: Float64Array, d: number): number {
  const { values, vectors } = symmetricEigen(a, d);
  const root = new Float64Array(d * d); // Rᵀ
  for (let i = 0; i < d * d; i++) root[i] = vectors[i] * sqrt(max(values[i % d], 0));
  const product = transposedProduct(root, transposedProduct(b, root, d), d); // Bᵀ = B
  return symmetricEigen(product, d).values.reduce((sum, value) => sum + sqrt(max(value, 0)), 0);
}

/** Xᵀ Y of two matrices `[d, d]`. */
function transposedProduct(x: Float64Array, y: Float64Array, d: number): Float64Array {
  const product = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    for (let i = 0; i < d; i++) {
      const factor = x[k * d + i];
      for (let j = 0; j < d; j++) product[i * d + j] += factor * y[k * d + j];
    }
  }
  return product;
}
