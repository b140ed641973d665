/** The expected results: the same work in float64, by definition. */

import { layersOf } from './network.mjs';

/** a `[m, k]` times b `[k, n]`. */
export function multiply(m, n, k, a, b) {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    const row = c.subarray(i * n, (i + 1) * n);
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p];
      const other = b.subarray(p * n, (p + 1) * n);
      for (let j = 0; j < n; j++) row[j] += factor * other[j];
    }
  }
  return c;
}

/** Of a square matrix: the same, rows and columns exchanged. */
export function transposed(n, a) {
  return Float32Array.from(a, (_, i) => a[(i % n) * n + Math.floor(i / n)]);
}

/**
 * An upper bound of |A| · |B|, element by element, that costs n² instead of n³: the length of the row times the length
 * of the column (Cauchy-Schwarz). For numbers drawn evenly from -1 to 1 it is a third too large.
 */
export function magnitudes(n, a, b) {
  const rows = new Float64Array(n);
  const columns = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      rows[i] += a[i * n + j] ** 2;
      columns[j] += b[i * n + j] ** 2;
    }
  }
  return Float64Array.from({ length: n * n }, (_, i) => Math.sqrt(rows[Math.floor(i / n)] * columns[i % n]));
}

/** What the network makes of these images. */
export function restore(widths, weights, images) {
  const count = images.length / widths[0];
  let x = images;
  for (const { inFeatures, outFeatures, weight, bias, isLinear } of layersOf(widths, weights)) {
    const y = multiply(count, outFeatures, inFeatures, x, weight);
    for (let i = 0; i < y.length; i++) {
      const sum = y[i] + bias[i % outFeatures];
      y[i] = isLinear ? sum : Math.max(0, sum);
    }
    x = y;
  }
  return x;
}
