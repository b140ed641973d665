/** A toy distribution for models that make new samples: two groups of 4 equal bits; the groups are independent. */

import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

const GROUP = 4;
export const WIDTH = 2 * GROUP;

/** `[count, 8]` */
export function twoGroups(count: number, seed: number): Tensor {
  const random = new Random(seed);
  const bits = Array.from({ length: 2 * count }, () => (random.uniform() < 0.5 ? 0 : 1));
  return Tensor.from(
    bits.flatMap((bit) => Array<number>(GROUP).fill(bit)),
    [count, WIDTH],
  );
}

/**
 * The share of groups in which all bits are equal, 1 in the data, and of samples in which those of the two groups are, in
 * the data 0.5, give or take 0.05 for 400 samples (two standard errors). Numbers above 0.5 count as 1.
 */
export function agreement({ data, shape: [count] }: Tensor) {
  const bits = Array.from(data, (value) => (value > 0.5 ? 1 : 0));
  let [within, between] = [0, 0];
  for (let i = 0; i < bits.length; i += GROUP) {
    if (new Set(bits.slice(i, i + GROUP)).size === 1) within++;
    if (i % WIDTH === 0 && bits[i] === bits[i + GROUP]) between++;
  }
  return { within: within / (2 * count), between: between / count };
}
