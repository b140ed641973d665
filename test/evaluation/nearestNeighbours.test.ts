import { describe, expect, test } from '@jest/globals';
import { nearestNeighbours, voteOfNeighbours } from '../../src/evaluation/nearestNeighbours.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

/** The definition: all distances in float64, all sorted. */
function naiveNeighbours(points: Tensor, query: Float32Array, k: number): number[] {
  const [m, d] = points.shape;
  const distances = Array.from({ length: m }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (points.data[i * d + j] - query[j]) ** 2;
    return sum;
  });
  const order = distances.map((_, i) => i).sort((a, b) => distances[a] - distances[b] || a - b);
  return order.slice(0, k);
}

function expectNearest(points: Tensor, queries: Tensor, k: number): void {
  const found = nearestNeighbours(points, queries, k);
  const expected = Array.from({ length: queries.shape[0] }, (_, i) =>
    naiveNeighbours(points, queries.rows(i, i + 1).data, k),
  );
  expect(Array.from(found)).toEqual(expected.flat());
}

/** Points at integers, each three times, so that there are many ties. */
function crowded(n: number, d: number, seed: number): Tensor {
  const random = new Random(seed);
  const data = Float32Array.from({ length: n * d }, () => random.integer(3));
  for (let i = 0; i < n * d; i++) data[i] = data[i % Math.ceil(n / 3)];
  return new Tensor(data, [n, d]);
}

describeEachKernels('nearestNeighbours', () => {
  test.each([
    [1, 1, 1, 1],
    [2, 3, 1, 2],
    [5, 4, 3, 1],
    [5, 4, 3, 5],
    [17, 9, 4, 4],
    [64, 65, 16, 5],
    [100, 7, 63, 99],
    [31, 8, 784, 6],
  ])('agree with the definition: %p points, %p queries, %p numbers, k = %p', (m, n, d, k) => {
    expectNearest(uniformTensor([m, d], 1), uniformTensor([n, d], 2), k);
  });

  test('are the first ones of those at the same distance', () => {
    expectNearest(crowded(60, 2, 1), crowded(20, 2, 2), 7);
    const same = new Tensor(new Float32Array(40).fill(0.1), [20, 2]);
    expect(Array.from(nearestNeighbours(same, same.rows(0, 1), 3))).toEqual([0, 1, 2]);
  });

  test.each([
    ['far from the origin, where float32 products say nothing', 1e6, 1],
    ['tiny, where float32 products are 0', 0, 1e-25],
    ['huge, where float32 products overflow', 0, 1e25],
    ['around 0', 0, 1],
  ])('are right for points that are %s', (_, offset, scale) => {
    const place = (seed: number, n: number) =>
      new Tensor(
        uniformTensor([n, 5], seed).data.map((value) => offset + scale * value),
        [n, 5],
      );
    expectNearest(place(3, 50), place(4, 10), 3);
    expectNearest(place(3, 50), Tensor.zeros([1, 5]), 3);
  });

  test('are found if the distances of all queries are too many for one block', () => {
    const [points, queries] = [uniformTensor([4000, 2], 5), uniformTensor([1100, 2], 6)];
    const found = nearestNeighbours(points, queries, 2);
    for (const i of [0, 1047, 1048, 1049, 1099]) {
      const expected = naiveNeighbours(points, queries.rows(i, i + 1).data, 2);
      expect(Array.from(found.subarray(2 * i, 2 * i + 2))).toEqual(expected);
    }
  });
});

test('the float32 products alone would be wrong far from the origin: the check can fail', () => {
  const offset = 1e6;
  const points = new Tensor(
    uniformTensor([50, 5], 3).data.map((value) => offset + value),
    [50, 5],
  );
  const query = uniformTensor([1, 5], 4).data.map((value) => offset + value);
  const guesses = Array.from({ length: 50 }, (_, i) => {
    let square = 0;
    let product = 0;
    for (let j = 0; j < 5; j++) {
      const value = points.data[i * 5 + j];
      square += value * value;
      product = Math.fround(product + Math.fround(value * query[j]));
    }
    return square - 2 * product;
  });
  const order = guesses.map((_, i) => i).sort((a, b) => guesses[a] - guesses[b] || a - b);
  expect(order.slice(0, 3)).not.toEqual(naiveNeighbours(points, query, 3));
});

describe('nearestNeighbours', () => {
  const points = uniformTensor([4, 2], 1);

  test.each([0, 5, 1.5, Number.NaN])('refuses k = %p of 4 points', (k) => {
    expect(() => nearestNeighbours(points, points, k)).toThrow(
      new RangeError(`nearestNeighbours: k is ${k}, expected an integer from 1 to 4.`),
    );
  });

  test.each([[[4]], [[2, 3]], [[0, 2]]])('refuses queries of shape %p', (shape) => {
    expect(() => nearestNeighbours(points, Tensor.zeros(shape), 1)).toThrow(ShapeError);
  });
});

describe('voteOfNeighbours', () => {
  const labels = [7, 7, -1, -1, 3];

  test.each<[string, number[], number]>([
    ['the commonest label', [4, 2, 3], -1],
    ['the nearest label, of several as common', [2, 0, 3, 1], -1],
    ['the nearest of the commonest, whatever is nearest of all', [4, 0, 2, 1, 3], 7],
    ['the only label', [1], 7],
  ])('is %s', (_, neighbours, label) => {
    expect(Array.from(voteOfNeighbours(labels, Uint32Array.from(neighbours), neighbours.length))).toEqual([
      label,
    ]);
  });

  test('is one for each row', () => {
    expect(Array.from(voteOfNeighbours(labels, Uint32Array.of(0, 1, 2, 3), 2))).toEqual([7, -1]);
    expect(() => voteOfNeighbours(labels, Uint32Array.of(0, 1, 2), 2)).toThrow(ShapeError);
  });
});
