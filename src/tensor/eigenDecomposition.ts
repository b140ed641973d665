/**
 * Eigenvalues and eigenvectors of small symmetric matrices: Jacobi's cyclic method (Golub & Van Loan, Matrix
 * Computations, 4th ed., section 8.5), in float64.
 */

import { Tensor } from './tensor.ts';

const { abs, hypot, sqrt } = Math;

const MAX_SWEEPS = 30;

/**
 * Eigenvalues of a symmetric matrix, largest first, and its eigenvectors as the columns of a matrix in the same order.
 *
 * @param symmetric - `[n, n]`, of float32 sums: what they don't resolve is not turned away.
 * @returns n values; vectors `[n, n]`.
 */
export function eigenDecomposition(symmetric: Tensor): { values: number[]; vectors: Tensor } {
  const [n] = symmetric.shape;
  const a = Float64Array.from(symmetric.data);
  const v = a.map((_, i) => (i % (n + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotations = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q];
        const app = a[p * n + p];
        const aqq = a[q * n + q];
        // The matrix comes from float32 sums, which don't resolve less than this.
        if (abs(apq) <= 1e-7 * sqrt(abs(app * aqq))) continue;
        // The rotation by the angle with this tangent makes a[p, q] zero.
        const tau = (aqq - app) / (2 * apq);
        const tangent = (tau < 0 ? -1 : 1) / (abs(tau) + hypot(1, tau));
        const cosine = 1 / hypot(1, tangent);
        const sine = tangent * cosine;
        rotate(n, a, p, q, n, cosine, sine);
        rotate(n, a, p * n, q * n, 1, cosine, sine);
        rotate(n, v, p, q, n, cosine, sine);
        rotations++;
      }
    }
    if (rotations === 0) break;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * (n + 1)] - a[i * (n + 1)]);
  const vectors = Float32Array.from(v, (_, i) => v[i - (i % n) + order[i % n]]);
  return { values: order.map((i) => a[i * (n + 1)]), vectors: new Tensor(vectors, [n, n]) };
}

/** Turns two rows (step 1) or columns (step n) of a matrix into each other; they begin at these indices. */
function rotate(
  n: number,
  matrix: Float64Array,
  first: number,
  second: number,
  step: number,
  cosine: number,
  sine: number,
): void {
  for (let i = 0; i < n; i++) {
    const x = matrix[first + i * step];
    const y = matrix[second + i * step];
    matrix[first + i * step] = cosine * x - sine * y;
    matrix[second + i * step] = sine * x + cosine * y;
  }
}
