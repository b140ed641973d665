/**
 * Linear algebra in float64, for what is fitted without gradients: sums over vectors, eigenvalues of symmetric matrices.
 * moments.ts has covariances.
 */

import { Tensor } from './tensor.ts';

const { abs, hypot, max, sqrt } = Math;

type Vector = Float32Array | Float64Array;

/** The dot product of two vectors of one length. */
export function dot(x: Vector, y: Vector): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

/** x += factor · y */
export function addMultiple(x: Float64Array, factor: number, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i] += factor * y[i];
}

/**
 * Adds rows to their sums, element by element.
 *
 * @param sums - `[columns]`.
 * @param rows - `[n, columns]`, row-major.
 */
export function addRows(sums: Float64Array, rows: Float32Array): void {
  const columns = sums.length;
  for (let start = 0; start < rows.length; start += columns) {
    for (let j = 0; j < columns; j++) sums[j] += rows[start + j];
  }
}

const MAX_SWEEPS = 30;
/** Of a matrix of float32 sums: they do not resolve smaller elements. */
const FLOAT32_RESOLUTION = 1e-7;

/**
 * Eigenvalues of a small symmetric matrix, largest first, and its eigenvectors as the columns of a matrix in the same
 * order.
 *
 * @param symmetric - `[n, n]`, with elements that are sums of float32 numbers.
 * @returns n values; vectors `[n, n]`.
 */
export function eigenDecomposition(symmetric: Tensor): { values: number[]; vectors: Tensor } {
  const [n] = symmetric.shape;
  const { values, vectors } = symmetricEigen(Float64Array.from(symmetric.data), n, FLOAT32_RESOLUTION);
  return { values, vectors: Tensor.from(vectors, [n, n]) };
}

/**
 * The same in float64, by Jacobi's cyclic method (Golub & Van Loan, Matrix Computations, 4th ed., section 8.5). A matrix of
 * 256 × 256 takes about a second.
 *
 * @param symmetric - `[n, n]`, row-major, finite numbers. Not modified.
 * @param resolution - Elements beside the diagonal that are smaller count as 0: relative to the two elements of the diagonal
 * in their row and column.
 * @returns n values; vectors `[n, n]`.
 */
export function symmetricEigen(
  symmetric: Float64Array,
  n: number,
  resolution = Number.EPSILON,
): { values: number[]; vectors: Float64Array } {
  const a = symmetric.slice();
  const v = a.map((_, i) => (i % (n + 1) === 0 ? 1 : 0)); // one eigenvector a row: rows lie together in memory
  // In a singular matrix rotations leave rounding beside a diagonal of rounding: without this it would be rotated for ever.
  let rounding = 0;
  for (let i = 0; i < n; i++) rounding = max(rounding, Number.EPSILON * abs(a[i * (n + 1)]));
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotations = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q];
        const app = a[p * n + p];
        const aqq = a[q * n + q];
        if (abs(apq) <= max(rounding, resolution * sqrt(abs(app * aqq)))) continue;
        // A rotation by the angle with this tangent makes a[p, q] zero.
        const tau = (aqq - app) / (2 * apq);
        const tangent = (tau < 0 ? -1 : 1) / (abs(tau) + hypot(1, tau));
        const cosine = 1 / hypot(1, tangent);
        const sine = tangent * cosine;
        rotate(n, a, p, q, n, cosine, sine);
        rotate(n, a, p * n, q * n, 1, cosine, sine);
        rotate(n, v, p * n, q * n, 1, cosine, sine);
        rotations++;
      }
    }
    if (rotations === 0) break;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * (n + 1)] - a[i * (n + 1)]);
  const vectors = v.map((_, i) => v[order[i % n] * n + (i - (i % n)) / n]);
  return { values: order.map((i) => a[i * (n + 1)]), vectors };
}

/** Rotates two rows (step 1) or two columns (step n) of a matrix, which begin at the indices `first` and `second`. */
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
