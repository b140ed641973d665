/** One pass over samples from which nothing is learned. Read batches.ts and yieldToHost.ts first. */

import type { Arena } from '../tensor/kernels/memory.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import type { Part } from './split.ts';
import type { TimeSlice } from './yieldToHost.ts';

/** How many samples to run at a time where nothing is learned. */
export const INFERENCE_BATCH = 256;

export interface PassOptions {
  /** How many numbers a sample has. */
  readonly features: number;
  /** Where the batches lie. */
  readonly arena: Arena;
  /** Hands control back to the host now and then. */
  readonly slice: TimeSlice;
  /** Ends the pass after the batch that is under way. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives the samples' inputs to `use`, `[at most INFERENCE_BATCH, features]` at a time, in an array that the next batch
 * overwrites.
 *
 * @returns Whether all came: false if the signal was first.
 */
export async function forEachBatch(
  { reader, rows }: Part,
  { features, arena, slice, signal }: PassOptions,
  use: (x: Tensor) => void,
): Promise<boolean> {
  const input = new Workspace();
  const inputs = reader.stream(rows, INFERENCE_BATCH);
  try {
    for (let start = 0; start < rows.length; start += INFERENCE_BATCH) {
      if (signal?.aborted && start > 0) return false;
      const x = input.tensor(arena, [Math.min(INFERENCE_BATCH, rows.length - start), features]);
      const arriving = inputs.next(x.data);
      if (arriving) await arriving;
      use(x);
      if (slice.isOver) await slice.pause();
    }
  } finally {
    await inputs.close();
  }
  return true;
}
