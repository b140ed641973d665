/** How many threads share the work of the SIMD kernels. Read work.ts for how they share it, engine.ts for when. */

import type { Engine } from './engine.ts';
import { MOST_THREADS } from './job.ts';
import { availableThreads, startHelper } from './worker.ts';

export interface Threads {
  /** How many there are now, the calling thread included. */
  readonly threads: number;
  /** Why there are fewer than asked for, in a sentence. */
  readonly warning?: string;
}

/**
 * Starts or ends helpers so that there are `count` threads.
 *
 * @throws {RangeError} If the count is no whole number from 1 to 64.
 */
export async function setThreads(engine: Engine, count: number | 'auto'): Promise<Threads> {
  const wanted = count === 'auto' ? Math.min(availableThreads(), MOST_THREADS) : count;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > MOST_THREADS) {
    throw new RangeError(
      `useThreads: got ${count}, expected a whole number from 1 to ${MOST_THREADS}, or 'auto'.`,
    );
  }
  if (wanted === engine.threads) return { threads: wanted };
  await engine.endHelpers();
  const starts = Array.from({ length: wanted - 1 }, (_, i) => startHelper(engine.helperData(i + 1)));
  const outcomes = await Promise.allSettled(starts);
  engine.addHelpers(outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  const failure = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (!failure) return { threads: engine.threads };
  const reason = failure.reason instanceof Error ? failure.reason.message : String(failure.reason);
  return {
    threads: engine.threads,
    warning: `useThreads: ${engine.threads} of ${wanted} threads started: ${reason}.`,
  };
}
