/**
 * The nearest neighbours of points by Euclidean distance, and the class for which they vote.
 *
 * Almost all of the work is one product: |q - p|² = |q|² + |p|² - 2 q·p, with q·p from the float32 kernels. The rounding
 * error of this distance has a bound, so it serves to choose candidates: all points that can be among the k nearest, given
 * the bound. The distances of these few are then computed in float64. The result is the same as if all distances were
 * computed in float64, whatever the kernels.
 */

import { kernels } from '../tensor/kernels/active.ts';
import { dot } from '../tensor/linearAlgebra.ts';
import { requireNumber } from '../tensor/options.ts';
import { ShapeError } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { plural } from '../tensor/words.ts';
import { requireFeatures } from './labels.ts';

const { max, min, sqrt } = Math;

/** The maximum number of distances in memory at a time: 16 MB. */
const DISTANCES = 2 ** 22;

const UNIT_ROUNDOFF = 2 ** -24; // of float32
const SMALLEST_FLOAT32 = 2 ** -149;
const LARGEST_PRODUCT = 2 ** 126; // float32 ends at 2^128

/**
 * The k nearest points of each query, nearest first. Of two points at the same distance the one with the smaller row number
 * comes first. Cost: 2 n m d floating-point operations, and 16 MB or `4 m` bytes of memory, whichever is more.
 *
 * @param points - Shape `[m, d]`, finite numbers.
 * @param queries - Shape `[n, d]`.
 * @param k - From 1 to m.
 * @returns Row numbers of points, `[n, k]`.
 * @throws {ShapeError} If one is not a matrix, has no rows, or they have different numbers of features.
 * @throws {RangeError} If k is not an integer from 1 to m.
 * @example
 * nearestNeighbours(Tensor.from([[0], [5], [9]]), Tensor.from([[6]]), 2); // [1, 2]
 */
export function nearestNeighbours(points: Tensor, queries: Tensor, k: number): Uint32Array {
  const [m, d] = requireFeatures('nearestNeighbours, points', points);
  const [n] = requireFeatures('nearestNeighbours, queries', queries, d);
  const isInRange = (value: number) => Number.isSafeInteger(value) && value >= 1 && value <= m;
  requireNumber('nearestNeighbours', 'k', k, `an integer from 1 to ${m}`, isInRange);
  const squares = rowSquares(points);
  const maximum = squares.reduce((a, b) => max(a, b), 0);
  const result = new Uint32Array(n * k);
  const block = max(1, min(n, Math.floor(DISTANCES / m)));
  const products = new Float32Array(block * m);
  for (let start = 0; start < n; start += block) {
    const rows = queries.rows(start, min(n, start + block));
    const [count] = rows.shape;
    kernels().matmulTransposeB(count, m, d, rows.data, points.data, false, products.subarray(0, count * m));
    for (let i = 0; i < count; i++) {
      const query = rows.data.subarray(i * d, (i + 1) * d);
      const guesses = products.subarray(i * m, (i + 1) * m);
      const error = guessError(d, maximum, dot(query, query));
      const nearest = nearestOf(points, squares, query, guesses, error, k);
      result.set(nearest, (start + i) * k);
    }
  }
  return result;
}

/**
 * The maximum error of |p|² - 2 q·p. The float32 product of d terms is off by γ(d) |q|·|p| and by what falls below the
 * smallest float32 (docs/math.md, section 2.2); this counts twice. The rounding of the squares in float64 comes on top.
 */
function guessError(d: number, pointSquare: number, querySquare: number): number {
  const size = sqrt(pointSquare * querySquare); // Cauchy & Schwarz: at least |q|·|p| of every point
  if (size > LARGEST_PRODUCT) return Infinity;
  const rounding = d * UNIT_ROUNDOFF;
  const product = (rounding / (1 - rounding)) * size + d * SMALLEST_FLOAT32;
  return 2 * product + 4 * d * Number.EPSILON * (pointSquare + querySquare);
}

/** The k nearest points of one query. */
function nearestOf(
  points: Tensor,
  squares: Float64Array,
  query: Float32Array,
  products: Float32Array,
  error: number,
  k: number,
): number[] {
  const guessOf = (j: number) => squares[j] - 2 * products[j]; // without |q|², which is the same for all points
  const limit = kthSmallest(squares.length, guessOf, k) + 2 * error;
  const candidates: { readonly point: number; readonly distance: number }[] = [];
  for (let j = 0; j < squares.length; j++) {
    if (!(guessOf(j) > limit)) candidates.push({ point: j, distance: squaredDistance(points, j, query) });
  }
  candidates.sort((a, b) => a.distance - b.distance || a.point - b.point);
  return candidates.slice(0, k).map(({ point }) => point);
}

/** The k-th smallest of n numbers. */
function kthSmallest(n: number, numberAt: (index: number) => number, k: number): number {
  const smallest = new Float64Array(k).fill(Infinity); // in ascending order
  for (let i = 0; i < n; i++) {
    const value = numberAt(i);
    if (value >= smallest[k - 1]) continue;
    let at = k - 1;
    for (; at > 0 && smallest[at - 1] > value; at--) smallest[at] = smallest[at - 1];
    smallest[at] = value;
  }
  return smallest[k - 1];
}

function squaredDistance({ shape: [, d], data }: Tensor, row: number, query: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += (data[row * d + j] - query[j]) ** 2;
  return sum;
}

function rowSquares({ shape: [m, d], data }: Tensor): Float64Array {
  return Float64Array.from({ length: m }, (_, i) => {
    const row = data.subarray(i * d, (i + 1) * d);
    return dot(row, row);
  });
}

/**
 * The label that most of each sample's neighbours have. If several labels are equally frequent, it is the one with the
 * nearest neighbour, so that nothing depends on the numbering of the classes.
 *
 * @param labels - The labels of the m points.
 * @param neighbours - As {@link nearestNeighbours} gives them, `[n, k]`.
 * @returns n labels.
 * @throws {ShapeError} If the last row of neighbours is incomplete.
 */
export function voteOfNeighbours(
  labels: ArrayLike<number>,
  neighbours: Uint32Array,
  k: number,
): Float64Array {
  if (neighbours.length % k !== 0) {
    throw new ShapeError(
      `voteOfNeighbours: got ${plural(neighbours.length, 'neighbour')}, expected rows of ${k}.`,
    );
  }
  return Float64Array.from({ length: neighbours.length / k }, (_, i) => {
    const votes = new Map<number, number>(); // labels in the order of their nearest neighbour
    for (const point of neighbours.subarray(i * k, (i + 1) * k)) {
      votes.set(labels[point], (votes.get(labels[point]) ?? 0) + 1);
    }
    let [[winner, maximum]] = votes;
    for (const [label, count] of votes) if (count > maximum) [winner, maximum] = [label, count];
    return winner;
  });
}
