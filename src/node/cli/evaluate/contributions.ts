/** What each number of a sample contributes to the sample's error. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { BatchReader } from '../../../data/batches.ts';
import type { Samples } from '../../../data/samples.ts';
import { formatShape, type Shape, sizeOf } from '../../../tensor/shape.ts';

/**
 * For each sample in order, the share that each of its numbers has in its squared error, from 0 to 1; all are 0 if there is
 * no error. If the error overflows, the shares of the squared inputs: the largest are the reason.
 */
export function* contributionsOf(autoencoder: Autoencoder, samples: Samples): Generator<Float64Array, void> {
  const features = sizeOf(autoencoder.inputShape);
  for (const originals of new BatchReader(samples, autoencoder.inputShape, 'evaluate').batches()) {
    const restored = autoencoder.predict(originals).data;
    for (let start = 0; start < originals.size; start += features) {
      const x = originals.data.subarray(start, start + features);
      const errors = Float64Array.from(x, (value, j) => (restored[start + j] - value) ** 2);
      const squares = errors.every(Number.isFinite) ? errors : Float64Array.from(x, (value) => value ** 2);
      const sum = squares.reduce((a, b) => a + b, 0);
      yield sum > 0 ? squares.map((square) => square / sum) : squares.fill(0);
    }
  }
}

/** The index of number j of a row-major sample; dimensions of 1 are left out, unless there is no other. */
export function featureIndex(j: number, sample: Shape): number[] {
  const index: number[] = [];
  let rest = j;
  for (const length of sample.filter((length) => length !== 1).toReversed()) {
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return index.length > 0 ? index : [j]; // a sample of one number: [0]
}

/** The name of a feature, or its place: "3"; for samples of several dimensions "[2, 3]". */
export function featureLabel({ name, index }: { name?: string; index: readonly number[] }): string {
  return name ?? (index.length === 1 ? String(index[0]) : formatShape(index));
}
