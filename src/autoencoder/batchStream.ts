/**
 * One batch of inputs after another. Samples in memory are there at once; stored samples are read ahead of need.
 * Read data/readAhead.ts first.
 */

import { chunksOf, ReadAhead, rowsPerChunk } from '../data/readAhead.ts';
import type { SampleArray, Scaling, StoredSamples } from '../data/samples.ts';
import { gatherRun } from './inputs.ts';

/** The rows of an epoch, batch by batch. Ask for one batch at a time. */
export interface BatchStream {
  /**
   * Writes the next batch's inputs into `out` `[rows in this batch, features]`. Returns a promise only where it has to
   * wait for them: `await` nothing else, a training step is shorter than many turns of the host.
   *
   * @throws Whatever reading failed with; where a promise is returned, it rejects.
   */
  readonly next: (out: Float32Array) => void | Promise<void>;
  /** Ends the stream, at its end or before: resolves when no read is under way. */
  readonly close: () => Promise<void>;
}

export interface StreamOptions {
  readonly rows: Uint32Array;
  /** The last batch may be smaller. */
  readonly batchSize: number;
  /** How many numbers a sample has. */
  readonly features: number;
  readonly scaling: Scaling;
}

/** Each batch is a run of a chunk: chunks hold whole batches. */
export function streamStored(
  samples: StoredSamples,
  { rows, batchSize, features, scaling }: StreamOptions,
): BatchStream {
  const ahead = new ReadAhead(samples, chunksOf(rows, rowsPerChunk(features, batchSize)));
  let chunk: SampleArray | undefined;
  let used = 0;
  const write = (out: Float32Array) => {
    if (!chunk) throw new RangeError('BatchStream.next: there are no more batches.');
    gatherRun(scaling, chunk.subarray(used, used + out.length), out);
    used += out.length;
  };
  const replace = (values: SampleArray | undefined) => {
    chunk = values;
    used = 0;
  };
  return {
    next(out) {
      if (chunk && used < chunk.length) return write(out);
      replace(undefined); // before the wait: the memory is for what is under way
      const values = ahead.next();
      if (values instanceof Promise) {
        return values.then((arrived) => {
          replace(arrived);
          write(out);
        });
      }
      replace(values);
      write(out);
    },
    close: () => ahead.close(),
  };
}
