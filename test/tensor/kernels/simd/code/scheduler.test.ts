/** The protocol of scheduler.ts, with kernels that count how often each piece was done and by which thread. */

import { describe, expect, test } from '@jest/globals';
import { addScheduler } from '../../../../../src/tensor/kernels/simd/code/scheduler.ts';
import {
  DONE,
  KERNEL,
  SHARED_BYTES,
  SLEEPERS,
  THREADS,
} from '../../../../../src/tensor/kernels/simd/sharedPage.ts';
import { ModuleBuilder } from '../../../../../src/tensor/kernels/simd/wasm/assembler.ts';
import { i32, i64, memory } from '../../../../../src/tensor/kernels/simd/wasm/instructions.ts';
import { startHelper } from '../../../../../src/tensor/kernels/simd/worker.ts';

const { from } = Array;

/** Addresses of the counts of each piece, and of each thread. */
const MAX_PIECES = 1000;
const PIECES = SHARED_BYTES;
const BY_THREAD = PIECES + 4 * MAX_PIECES;
/** Addresses of how many threads have met in a piece, and of a number that never changes. */
const ARRIVED = BY_THREAD + 4 * 64;
const NEVER = ARRIVED + 4;

/** Kernel 0 counts. Kernel 1 counts and then waits, up to ten seconds, until all threads are in a piece. */
function emitted(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.importMemory('engine', 'memory', { initial: 1, maximum: 1, shared: true });
  const thread = module.importGlobal('engine', 'thread', 'i32');
  const count = module.function('count', { piece: 'i32' }, (f, { piece }) => {
    f.drop(i32.atomic.rmw.add(i32.shl(piece, 2), 1, PIECES));
    f.drop(i32.atomic.rmw.add(i32.shl(thread, 2), 1, BY_THREAD));
  });
  const meet = module.function('meet', { piece: 'i32' }, (f, { piece }) => {
    const tries = f.variable('i32');
    f.call(count, piece);
    f.drop(i32.atomic.rmw.add(0, 1, ARRIVED));
    f.block((end) => {
      f.loop((again) => {
        f.br_if(end, i32.ge_u(i32.atomic.load(0, ARRIVED), i32.load(0, THREADS)));
        f.drop(memory.atomic.wait32(NEVER, 0, i64.const(1_000_000)));
        f.set(tries, i32.add(tries, 1));
        f.br_if(again, i32.lt_u(tries, 10_000));
      });
    });
  });
  module.table([count, meet]);
  addScheduler(module, thread);
  return module.toBytes();
}

const compiled = new WebAssembly.Module(emitted());

/** Starts threads, the calling one included, on a new memory. */
async function team(threads: number) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const instance = new WebAssembly.Instance(compiled, { engine: { memory, thread: 0, scratch: 0 } });
  const words = new Int32Array(memory.buffer);
  words[THREADS / 4] = threads;
  const helpers = from({ length: threads - 1 }, (_, i) =>
    startHelper({ module: compiled, memory, thread: i + 1, scratch: 0 }),
  );
  await Promise.all(helpers);
  const { runTogether, runAlone } = instance.exports as Record<
    string,
    (kernel: number, pieces: number) => void
  >;
  return {
    words,
    runTogether,
    runAlone,
    times: (pieces: number) => words.slice(PIECES / 4, PIECES / 4 + pieces),
    byThread: () => words.slice(BY_THREAD / 4, BY_THREAD / 4 + threads),
  };
}

const all = (length: number, value: number) => new Int32Array(length).fill(value);

describe('a job of three threads', () => {
  test('is done by all of them: in its piece, each waits for the others', async () => {
    const { runTogether, times, byThread, words } = await team(3);
    runTogether(1, 3);
    expect(words[ARRIVED / 4]).toBe(3);
    expect(times(4)).toEqual(Int32Array.of(1, 1, 1, 0));
    expect(byThread()).toEqual(all(3, 1));
  });

  test('wakes helpers that sleep', async () => {
    const { runTogether, byThread, words } = await team(3);
    const asleep = () => Atomics.load(words, SLEEPERS / 4);
    while (asleep() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    runTogether(1, 3);
    expect(byThread()).toEqual(all(3, 1));
  });

  test('among thousands of tiny ones has every piece done exactly once', async () => {
    const { runTogether, times, words } = await team(3);
    const sizes = [0, 1, 2, 3, 4, 7, 8, 64, 1000];
    const expected = all(MAX_PIECES, 0);
    for (let job = 0; job < 5000; job++) {
      const pieces = sizes[job % sizes.length];
      runTogether(0, pieces);
      // Checked at once: a late helper might still do a piece while the next job runs.
      if (words[DONE / 4] !== pieces)
        throw new Error(`job ${job}: ${words[DONE / 4]} of ${pieces} were done`);
      for (let piece = 0; piece < pieces; piece++) expected[piece]++;
      if (job % 97 === 0) expect(times(MAX_PIECES)).toEqual(expected);
      // Pauses now and then, so that jobs meet helpers that look for work, fall asleep or wake up.
      if (job % 500 === 499) await new Promise((resolve) => setTimeout(resolve, 3));
    }
    expect(times(MAX_PIECES)).toEqual(expected);
  });

  test('has every piece done once also while the number of threads goes up and down', async () => {
    const { runTogether, times, words } = await team(4);
    for (let job = 0; job < 4000; job++) {
      words[THREADS / 4] = 1 + ((job >> 2) % 4);
      runTogether(0, 64);
    }
    expect(times(65)).toEqual(Int32Array.of(...all(64, 4000), 0));
  });

  test('has the arguments of its own job: a piece never runs with another kernel', async () => {
    const { runTogether, times, words } = await team(3);
    for (let job = 0; job < 300; job++) {
      words[ARRIVED / 4] = 0;
      runTogether(job % 2, 3);
      expect(words[KERNEL / 4]).toBe(job % 2);
      expect(words[ARRIVED / 4]).toBe(job % 2 === 0 ? 0 : 3);
    }
    expect(times(3)).toEqual(all(3, 300));
  });
});

test('a job of one thread is done in order by the one that calls', async () => {
  const { runAlone, times, byThread } = await team(1);
  runAlone(0, 100);
  expect(times(101)).toEqual(Int32Array.of(...all(100, 1), 0));
  expect(byThread()).toEqual(all(1, 100));
});

test('negative control: a piece that is done twice shows', async () => {
  const { runAlone, times } = await team(1);
  runAlone(0, 3);
  runAlone(0, 1);
  expect(times(3)).toEqual(Int32Array.of(2, 1, 1));
});
