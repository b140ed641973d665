/** Sets how many threads share the work of the SIMD kernels. How they share it: code/scheduler.ts; when: engine.ts. */

import type { Engine } from './engine.ts';
import { MAX_THREADS } from './sharedPage.ts';
import { availableThreads, startHelper } from './worker.ts';

/** What {@link useThreads} decided. */
export interface Threads {
  /** The number of threads in use, the calling thread included. */
  readonly threads: number;
  /** If they are fewer than asked for: why, in a sentence. */
  readonly warning?: string;
}

/** For 'auto': jobs of some 40 µs do not get faster with more threads. */
const MAX_AUTOMATIC = 8;

/** The last change of each engine: the next one waits for it. */
const changes = new WeakMap<Engine, Promise<unknown>>();

/**
 * Shares the engine's jobs among `count` threads. Missing helpers are started; those that are not needed sleep.
 *
 * @throws {RangeError} If the count is not an integer from 1 to 64.
 */
export async function setThreads(engine: Engine, count: number | 'auto'): Promise<Threads> {
  const wanted = threadsWanted(count);
  const change = Promise.resolve(changes.get(engine)).then(() => changeThreads(engine, wanted));
  changes.set(engine, change);
  return change;
}

/** @throws {RangeError} If the count is not an integer from 1 to 64, and not 'auto'. */
export function threadsWanted(count: number | 'auto'): number {
  const wanted = count === 'auto' ? Math.min(availableThreads(), MAX_AUTOMATIC) : count;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > MAX_THREADS) {
    throw new RangeError(
      `useThreads: got ${count}, expected an integer from 1 to ${MAX_THREADS}, or 'auto'.`,
    );
  }
  return wanted;
}

async function changeThreads(engine: Engine, wanted: number): Promise<Threads> {
  const first = engine.helpers + 1;
  const starts = Array.from({ length: Math.max(0, wanted - first) }, async (_, i) => {
    const data = engine.helperData(first + i);
    try {
      await startHelper(data);
    } catch (error) {
      engine.releaseHelperData(data);
      throw error;
    }
  });
  const outcomes = await Promise.allSettled(starts);
  // Helpers are numbered without gaps. Those behind one that did not start stay asleep, and their numbers are given again.
  const failed = outcomes.findIndex(({ status }) => status === 'rejected');
  engine.addHelpers(failed < 0 ? outcomes.length : failed);
  const threads = Math.min(wanted, engine.helpers + 1);
  engine.shareAmong(threads);
  if (failed < 0) return { threads };
  const { reason } = outcomes[failed] as PromiseRejectedResult;
  const why = reason instanceof Error ? reason.message : String(reason);
  return {
    threads,
    warning: `useThreads: ${threads} of ${wanted} threads started: ${why.replace(/\.$/, '')}.`,
  };
}
