/** How many threads share the work of the SIMD kernels. Read scheduler.ts for how they share it, engine.ts for when. */

import { MAX_THREADS } from './sharedPage.ts';
import type { Engine } from './engine.ts';
import { availableThreads, startHelper } from './worker.ts';

export interface Threads {
  /** How many there are now, the calling thread included. */
  readonly threads: number;
  /** Why there are fewer than asked for, in a sentence. */
  readonly warning?: string;
}

/** Jobs of some 40 µs don't get faster with ever more threads: whoever knows better says a number. */
const MOST_AUTOMATIC = 8;

/** Changes of one engine come one after the other. */
const changes = new WeakMap<Engine, Promise<unknown>>();

/**
 * Shares the engine's jobs among `count` threads; starts helpers where there are too few. Those that are too many sleep.
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
  const wanted = count === 'auto' ? Math.min(availableThreads(), MOST_AUTOMATIC) : count;
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
  // Helpers are numbered without gaps: those behind one that did not start stay asleep, and their numbers are given again.
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
