/** Class labels: any integers, one a sample. */

import { Random } from '../tensor/random.ts';
import { formatShape, ShapeError } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** The distinct labels, smallest first. */
export function classesOf(labels: ArrayLike<number>): number[] {
  return [...new Set(Array.from(labels))].sort((a, b) => a - b);
}

/** The part of the predictions that are right, from 0 to 1. Two arrays of one length; NaN for none. */
export function accuracyOf(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) right++;
  return right / labels.length;
}

/**
 * Deals the samples out to so many folds: at random, and of each class as many to each fold as to the others, give or
 * take one. The folds' sizes differ by one at most.
 *
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
 * The size of a matrix of features, one sample a row.
 *
 * @param who - Named in the error.
 * @param expected - How many features there must be, if that is known.
 * @throws {ShapeError} If it is no matrix, has no rows, or other features.
 */
export function requireFeatures(who: string, { shape }: Tensor, expected?: number): [n: number, d: number] {
  const [n, d] = shape;
  if (shape.length === 2 && n > 0 && (expected === undefined || d === expected)) return [n, d];
  throw new ShapeError(
    `${who}: the features are ${formatShape(shape)}, expected [samples, ${expected ?? 'features'}].`,
  );
}
