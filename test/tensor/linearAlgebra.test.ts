import { describe, expect, test } from '@jest/globals';
import { addRows, eigenDecomposition, symmetricEigen } from '../../src/tensor/linearAlgebra.ts';
import { matmul, transpose } from '../../src/tensor/ops.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside } from '../helpers/bounds.ts';

/** B Bᵀ of random B [n, n + 2]: its eigenvalues are positive. */
function randomSymmetric(n: number): Tensor {
  const random = new Random(n);
  const b = Tensor.from(
    Array.from({ length: n * (n + 2) }, () => random.normal()),
    [n, n + 2],
  );
  return matmul(b, transpose(b));
}

test('addRows adds each column to its sum, in float64', () => {
  const sums = Float64Array.of(1, 2 ** 30, -1);
  addRows(sums, Float32Array.of(1, 0.5, 3, 10, 0.25, 0));
  expect(sums).toEqual(Float64Array.of(12, 2 ** 30 + 0.75, 2)); // float32 would lose the 0.75
});

describe('symmetricEigen', () => {
  test.each([1, 5, 40])('with %p rows: V Λ Vᵀ is the matrix and Vᵀ V is 1, in float64', (n) => {
    const a = Float64Array.from(randomSymmetric(n).data, (value) => value / 3);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i];
    const before = a.slice();
    const { values, vectors: v } = symmetricEigen(a, n);
    expect(a).toEqual(before);
    expect(values).toEqual([...values].sort((x, y) => y - x));
    const [products, squares] = [new Float64Array(n * n), new Float64Array(n * n)];
    for (let i = 0; i < n * n; i++) {
      const [row, column] = [Math.floor(i / n), i % n];
      for (let k = 0; k < n; k++) {
        products[i] += v[row * n + k] * values[k] * v[column * n + k];
        squares[i] += v[k * n + row] * v[k * n + column];
      }
    }
    const bound = 4 * n * Number.EPSILON; // a few sweeps of n rotations of each element
    expect(firstOutside(products, a, bound * values[0])).toBeUndefined();
    const identity = a.map((_, i) => (i % (n + 1) === 0 ? 1 : 0));
    expect(firstOutside(squares, identity, bound)).toBeUndefined();
  });

  test('negative control: elements that are left beside the diagonal show in the eigenvalues', () => {
    const n = 5;
    const a = Float64Array.from(randomSymmetric(n).data);
    const [exact, coarse] = [Number.EPSILON, 1e-3].map((resolution) => symmetricEigen(a, n, resolution));
    const bound = 4 * n * Number.EPSILON * exact.values[0];
    expect(firstOutside(coarse.values, exact.values, bound)).toMatch(/^element/);
  });

  test('of a matrix of rank 1 in float64: all eigenvalues but one are rounding', () => {
    const x = Float64Array.from({ length: 30 }, (_, i) => 1 / (i + 1));
    const { values } = symmetricEigen(
      Float64Array.from({ length: 900 }, (_, i) => x[i % 30] * x[Math.floor(i / 30)]),
      30,
    );
    const square = x.reduce((sum, value) => sum + value * value, 0);
    expect(Math.abs(values[0] - square)).toBeLessThan(30 * Number.EPSILON * square);
    expect(Math.max(...values.slice(1).map(Math.abs))).toBeLessThan(30 * Number.EPSILON * square);
  });
});

describe('eigenDecomposition', () => {
  test('of a matrix of known eigenvalues, largest first', () => {
    // (1, 1) / √2 has 3, (1, -1) / √2 has 1, and the third axis 2.
    const { values, vectors } = eigenDecomposition(Tensor.from([2, 1, 0, 1, 2, 0, 0, 0, 2], [3, 3]));
    [3, 2, 1].forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 12);
    });
    const columns = [0, 1, 2].map((j) => [0, 1, 2].map((i) => Math.abs(vectors.data[3 * i + j])));
    const half = Math.SQRT1_2;
    [half, half, 0, 0, 0, 1, half, half, 0].forEach((value, i) => {
      expect(columns.flat()[i]).toBeCloseTo(value, 7);
    });
  });

  test.each([1, 2, 5, 40])(
    'of %p×%p: A V = V Λ, and the columns of V are perpendicular and of length 1',
    (n) => {
      const a = randomSymmetric(n);
      const { values, vectors } = eigenDecomposition(a);
      expect(values).toEqual([...values].sort((x, y) => y - x));
      const product = matmul(a, vectors).data;
      const identity = matmul(transpose(vectors), vectors).data;
      // Elements up to 1e-7 of each pair are not rotated away; the products are sums of n float32 products.
      const bound = n * 1e-6;
      for (let i = 0; i < n * n; i++) {
        expect(Math.abs(product[i] - vectors.data[i] * values[i % n])).toBeLessThan(bound * values[0]);
        expect(Math.abs(identity[i] - (i % (n + 1) === 0 ? 1 : 0))).toBeLessThan(bound);
      }
    },
  );

  test('leaves a diagonal matrix as it is, but for the order', () => {
    const { values, vectors } = eigenDecomposition(Tensor.from([1, 0, 0, 4], [2, 2]));
    expect(values).toEqual([4, 1]);
    expect(Array.from(vectors.data)).toEqual([0, 1, 1, 0]);
  });
});
