/** Class labels, which are integers, one a sample, and the check of the features that belong to them. */

import { requireAsMany, requireList } from '../tensor/options.ts';
import { Random } from '../tensor/random.ts';
import { formatShape, ShapeError } from '../tensor/shape.ts';
import { requireTensor, type Tensor } from '../tensor/tensor.ts';

/**
 * The distinct labels, in ascending order.
 *
 * @example
 * classesOf([3, 1, 3]); // [1, 3]
 */
export function classesOf(labels: ArrayLike<number>): number[] {
  requireList('classesOf', 'the labels', labels);
  return [...new Set(Array.from(labels))].sort((a, b) => a - b);
}

/**
 * The share of the predictions that are correct, from 0 to 1; NaN if there are none.
 *
 * @param predicted - One label a sample, as many as `labels`.
 * @throws {TypeError} If one of them is no list.
 * @throws {RangeError} If there is another number of them.
 * @example
 * accuracyOf([1, 2, 3, 3], [1, 2, 3, 4]); // 0.75
 */
export function accuracyOf(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  requireList('accuracyOf', 'the predictions', predicted);
  requireList('accuracyOf', 'the labels', labels);
  requireAsMany('accuracyOf', predicted.length, 'prediction', labels.length, 'label');
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) right++;
  return right / labels.length;
}

/**
 * Divides samples into folds for cross-validation, at random but evenly: the sizes of the folds differ by one at most, and
 * so do the numbers of samples that they have of a class.
 *
 * @param folds - How many folds, an integer >= 1.
 * @returns The number of each sample's fold, from 0.
 */
export function stratifiedFolds(labels: ArrayLike<number>, folds: number, seed: number): Uint32Array {
  const order = Array.from({ length: labels.length }, (_, i) => i);
  new Random(seed).shuffle(order);
  order.sort((a, b) => labels[a] - labels[b]); // stable: within a class the order stays random
  const fold = new Uint32Array(labels.length);
  for (let i = 0; i < order.length; i++) fold[order[i]] = i % folds;
  return fold;
}

/**
 * The size of a matrix of features, with one sample a row.
 *
 * @param who - Named in the error.
 * @param expected - The number of features, if it is known.
 * @throws {ShapeError} If it is not a matrix, has no rows, or has another number of features.
 */
export function requireFeatures(who: string, x: Tensor, expected?: number): [n: number, d: number] {
  requireTensor(who, 'the features are', x);
  const { shape } = x;
  const [n, d] = shape;
  if (shape.length === 2 && n > 0 && (expected === undefined || d === expected)) return [n, d];
  throw new ShapeError(
    `${who}: the features are ${formatShape(shape)}, expected [samples, ${expected ?? 'features'}].`,
  );
}
