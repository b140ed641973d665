/** Seeded test data, and arrays that notice when something is written beside them. */

import { Random } from '../../src/tensor/random.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

export function uniformArray(length: number, random: Random, low = -1, high = 1): Float32Array {
  return Float32Array.from({ length }, () => random.uniform(low, high));
}

export function uniformTensor(shape: Shape, seed: number, low = -1, high = 1): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return new Tensor(uniformArray(size, new Random(seed), low, high), shape);
}

/** Numbers of either sign with `margin` <= |x| < `high`: away from the kink that some functions have at 0. */
export function tensorAwayFromZero(shape: Shape, seed: number, margin: number, high: number): Tensor {
  const random = new Random(seed);
  const x = uniformTensor(shape, seed + 1, margin, high);
  for (let i = 0; i < x.size; i++) if (random.uniform() < 0.5) x.data[i] *= -1;
  return x;
}

const { is } = Object;

const GUARD = 8;

/** A view in the middle of a larger array whose margins hold a known number. */
export interface Guarded {
  readonly array: Float32Array;
  /** Whether the margins are as they were. */
  intact(): boolean;
}

/** Makes an array of this length, whatever it holds. */
export type Allocate = (length: number) => Float32Array;

export const ordinary: Allocate = (length) => new Float32Array(length);

/**
 * @param fill - What stands in the margins. NaN shows reads from there as well: it spreads into every result.
 * @param allocate - Where the array lies.
 */
export function guarded(
  values: ArrayLike<number>,
  fill = Number.NaN,
  allocate: Allocate = ordinary,
): Guarded {
  const whole = allocate(values.length + 2 * GUARD).fill(fill);
  const array = whole.subarray(GUARD, GUARD + values.length);
  array.set(values);
  const margins = [whole.subarray(0, GUARD), whole.subarray(GUARD + values.length)];
  const kept = whole[0];
  const unchanged = (value: number) => is(value, kept);
  return { array, intact: () => margins.every((margin) => margin.every(unchanged)) };
}
