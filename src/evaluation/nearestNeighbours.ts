/**
 * The nearest of some points, by Euclidean distance, and what class they vote for.
 *
 * Almost all of the work is one product: |q - p|² = |q|² + |p|² - 2 q·p, with q·p from the float32 kernels. Rounding makes
 * that a guess, but a bounded one, so it only chooses candidates: every point that may be among the k nearest, whatever
 * the rounding was. Those few are then measured in float64. The result is that of measuring all of them so, with any kernels.
 */

import { kernels } from '../tensor/kernels/active.ts';
import { dot } from '../tensor/linearAlgebra.ts';
import { ShapeError } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { requireFeatures } from './labels.ts';

const { max, min, sqrt } = Math;

/** Distances that are held at a time: 16 MB. */
const DISTANCES = 2 ** 22;

const UNIT_ROUNDOFF = 2 ** -24; // of float32
const LEAST_FLOAT32 = 2 ** -149;
const GREATEST_PRODUCT = 2 ** 126; // float32 ends at 2^128

/**
 * For each query, its k nearest points, the nearest first; of two at the same distance, the one that comes first.
 * Cost: 2 n m d floating-point operations, `4 m` bytes for each query that is under way.
 *
 * @param points - Shape `[m, d]`, finite numbers.
 * @param queries - Shape `[n, d]`.
 * @param k - From 1 to m.
 * @returns Row numbers of points, `[n, k]`.
 * @throws {ShapeError} If one is no matrix, or they have different numbers of features.
 * @throws {RangeError} If k is out of range.
 */
export function nearestNeighbours(points: Tensor, queries: Tensor, k: number): Uint32Array {
  const [m, d] = requireFeatures('nearestNeighbours, points', points);
  const [n] = requireFeatures('nearestNeighbours, queries', queries, d);
  if (!Number.isSafeInteger(k) || k < 1 || k > m) {
    throw new RangeError(`nearestNeighbours: k is ${k}, expected an integer from 1 to ${m}.`);
  }
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
 * How far |p|² - 2 q·p may be from the truth: by twice the bound of a float32 sum of d products, which is
 * γ(d) |q|·|p| and what falls below the smallest float32 (docs/math.md, section 2.2), and by what float64 rounds off of the squares.
 */
function guessError(d: number, pointSquare: number, querySquare: number): number {
  const size = sqrt(pointSquare * querySquare); // Cauchy & Schwarz: at least |q|·|p| of every point
  if (size > GREATEST_PRODUCT) return Infinity;
  const rounding = d * UNIT_ROUNDOFF;
  const product = (rounding / (1 - rounding)) * size + d * LEAST_FLOAT32;
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
  const guessOf = (j: number) => squares[j] - 2 * products[j]; // but for |q|², which is the same for all
  const limit = smallest(squares.length, guessOf, k) + 2 * error;
  const candidates: { readonly point: number; readonly distance: number }[] = [];
  for (let j = 0; j < squares.length; j++) {
    if (!(guessOf(j) > limit)) candidates.push({ point: j, distance: squaredDistance(points, j, query) });
  }
  candidates.sort((a, b) => a.distance - b.distance || a.point - b.point);
  return candidates.slice(0, k).map(({ point }) => point);
}

/** The k-th smallest of n numbers. */
function smallest(n: number, numberAt: (index: number) => number, k: number): number {
  const minimum = new Float64Array(k).fill(Infinity); // in order
  for (let i = 0; i < n; i++) {
    const value = numberAt(i);
    if (value >= minimum[k - 1]) continue;
    let at = k - 1;
    for (; at > 0 && minimum[at - 1] > value; at--) minimum[at] = minimum[at - 1];
    minimum[at] = value;
  }
  return minimum[k - 1];
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
 * What each sample's neighbours vote for: the label that most of them have; of several, the one whose nearest member is
 * nearest, so that nothing depends on how the classes are numbered.
 *
 * @param labels - Of the points, m of them.
 * @param neighbours - As {@link nearestNeighbours} gives them, `[n, k]`.
 * @returns n labels.
 * @throws {ShapeError} If there are not whole rows of neighbours.
 */
export function voteOfNeighbours(
  labels: ArrayLike<number>,
  neighbours: Uint32Array,
  k: number,
): Float64Array {
  if (neighbours.length % k !== 0) {
    throw new ShapeError(`voteOfNeighbours: got ${neighbours.length} neighbours, expected rows of ${k}.`);
  }
  return Float64Array.from({ length: neighbours.length / k }, (_, i) => {
    const votes = new Map<number, number>(); // in the order of the nearest member
    for (const point of neighbours.subarray(i * k, (i + 1) * k)) {
      votes.set(labels[point], (votes.get(labels[point]) ?? 0) + 1);
    }
    let [[winner, most]] = votes;
    for (const [label, count] of votes) if (count > most) [winner, most] = [label, count];
    return winner;
  });
}
