/**
 * How many processors are free right now, at most two: two threads can't be faster than one by more than that. Two
 * threads run for a moment, and the system says how much processor time they got.
 */

import { Worker } from 'node:worker_threads';

/** Sleeps until the number changes, then counts until it changes back. */
const COUNTING_PROGRAM = `
  const flag = new Int32Array(require('node:worker_threads').workerData);
  for (;;) {
    Atomics.wait(flag, 0, 0);
    while (Atomics.load(flag, 0) === 1);
  }`;

/** Long enough for the system to share the processors among all programs that want one. */
const MOMENT_MS = 40;

/**
 * 2 if nothing else wants a processor, less if something does. The time of all threads of this process counts: one of the
 * engine's that runs although it should sleep does not make the machine look busy.
 */
export type SpareProcessors = () => Promise<number>;

export function createSpareProcessors(): SpareProcessors {
  let flag: Int32Array | undefined;
  const startHelper = async (): Promise<Int32Array> => {
    const shared = new SharedArrayBuffer(4);
    const worker = new Worker(COUNTING_PROGRAM, { eval: true, workerData: shared });
    await new Promise((resolve) => worker.once('online', resolve));
    worker.unref();
    return new Int32Array(shared);
  };
  return async () => {
    flag ??= await startHelper();
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    const [start, before] = [performance.now(), process.cpuUsage()];
    while (performance.now() < start + MOMENT_MS);
    const { user, system } = process.cpuUsage(before);
    const elapsedMs = performance.now() - start;
    Atomics.store(flag, 0, 0);
    return (user + system) / 1000 / elapsedMs;
  };
}
