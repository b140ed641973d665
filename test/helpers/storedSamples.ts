/** Samples in memory as if they were stored: every read comes later, and can be made to wait or to fail. */

import {
  NO_NORMALIZATION,
  type SampleArray,
  type Samples,
  type StoredSamples,
} from '../../src/data/samples.ts';

export interface StoredOptions {
  /** Sees the rows of each read before they are handed over; a read waits for it, and fails as it fails. */
  readonly onRead?: (rows: Uint32Array) => Promise<void> | void;
}

export function storedSamples(samples: Samples, { onRead }: StoredOptions = {}): StoredSamples {
  const { shape, data, normalization = NO_NORMALIZATION } = samples;
  const size = data.length / shape[0];
  return {
    shape,
    normalization,
    read: async (rows) => {
      const read = new (data.constructor as new (length: number) => SampleArray)(rows.length * size);
      rows.forEach((row, i) => {
        read.set(data.subarray(row * size, (row + 1) * size), i * size);
      });
      await onRead?.(rows);
      await new Promise<void>((resolve) => setImmediate(resolve));
      return read;
    },
  };
}
