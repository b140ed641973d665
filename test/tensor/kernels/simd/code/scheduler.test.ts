/** The protocol of scheduler.ts, with kernels that count how often each piece was done and by which thread. */

import { describe, expect, test } from '@jest/globals';
import { addScheduler } from '../../../../../src/tensor/kernels/simd/code/scheduler.ts';
import {
  DONE,
  JOB_ARGUMENTS,
  JOB_BYTES,
  JOB_GOES_ON,
  JOB_IS_SHARED,
  JOB_KERNEL,
  JOB_PIECES,
  SHARED_BYTES,
  SINGLE_JOB,
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
/** Addresses of how many pieces kernel 2 wrote down, of what it wrote, and of the jobs that lie side by side. */
const NOTED = NEVER + 4;
const NOTES = NOTED + 4;
const JOBS = 2 ** 15;

const COUNT = 0;
const MEET = 1;
const NOTE = 2;
const PHASE = 3;

/**
 * COUNT counts. MEET counts and then waits, up to ten seconds, until all threads are in a piece. NOTE writes down which
 * piece it did of the job with which first argument: as one number, the argument times 100 plus the piece.
 */
function emitted(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.importMemory('engine', 'memory', { initial: 1, maximum: 1, shared: true });
  const thread = module.importGlobal('engine', 'thread', 'i32');
  const count = module.function('count', { piece: 'i32', job: 'i32' }, (f, { piece }) => {
    f.drop(i32.atomic.rmw.add(i32.shl(piece, 2), 1, PIECES));
    f.drop(i32.atomic.rmw.add(i32.shl(thread, 2), 1, BY_THREAD));
  });
  const meet = module.function('meet', { piece: 'i32', job: 'i32' }, (f, { piece, job }) => {
    const tries = f.variable('i32');
    f.call(count, piece, job);
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
  const note = module.function('note', { piece: 'i32', job: 'i32' }, (f, { piece, job }) => {
    const at = f.variable('i32');
    f.set(at, i32.atomic.rmw.add(0, 1, NOTED));
    f.store(i32.shl(at, 2), i32.add(i32.mul(i32.load(job, JOB_ARGUMENTS), 100), piece), NOTES);
  });
  module.table([count, meet, note, addScheduler(module, thread)]);
  return module.toBytes();
}

const compiled = new WebAssembly.Module(emitted());

interface Job {
  readonly kernel: number;
  readonly pieces: number;
  readonly argument?: number;
  readonly isShared?: boolean;
  readonly goesOn?: boolean;
}

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
  const exports = instance.exports as Record<string, (...given: number[]) => void>;
  const single = (kernel: number, pieces: number) => {
    words[(SINGLE_JOB + JOB_KERNEL) / 4] = kernel;
    words[(SINGLE_JOB + JOB_PIECES) / 4] = pieces;
    return SINGLE_JOB;
  };
  return {
    words,
    runTogether: (kernel: number, pieces: number) => exports.runTogether(single(kernel, pieces)),
    runAlone: (kernel: number, pieces: number) => exports.runAlone(single(kernel, pieces)),
    /** Writes jobs side by side from JOBS on and runs those from `first` on. */
    runAll: (jobs: readonly Job[], first: number, together: boolean) => {
      for (const [i, job] of jobs.entries()) {
        const at = (JOBS + i * JOB_BYTES) / 4;
        words[at + JOB_KERNEL / 4] = job.kernel;
        words[at + JOB_PIECES / 4] = job.pieces;
        words[at + JOB_IS_SHARED / 4] = job.isShared ? 1 : 0;
        words[at + JOB_GOES_ON / 4] = job.goesOn ? 1 : 0;
        words[at + JOB_ARGUMENTS / 4] = job.argument ?? 0;
      }
      exports.runAll(JOBS + first * JOB_BYTES, JOBS + jobs.length * JOB_BYTES, together ? 1 : 0);
    },
    /** What kernel NOTE wrote down. */
    notes: () => [...words.subarray(NOTES / 4, NOTES / 4 + words[NOTED / 4])],
    times: (pieces: number) => words.slice(PIECES / 4, PIECES / 4 + pieces),
    byThread: () => words.slice(BY_THREAD / 4, BY_THREAD / 4 + threads),
  };
}

const all = (length: number, value: number) => new Int32Array(length).fill(value);

describe('a job of three threads', () => {
  test('is done by all of them: in its piece, each waits for the others', async () => {
    const { runTogether, times, byThread, words } = await team(3);
    runTogether(MEET, 3);
    expect(words[ARRIVED / 4]).toBe(3);
    expect(times(4)).toEqual(Int32Array.of(1, 1, 1, 0));
    expect(byThread()).toEqual(all(3, 1));
  });

  test('wakes helpers that sleep', async () => {
    const { runTogether, byThread, words } = await team(3);
    const asleep = () => Atomics.load(words, SLEEPERS / 4);
    while (asleep() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    runTogether(MEET, 3);
    expect(byThread()).toEqual(all(3, 1));
  });

  test('among thousands of tiny ones has every piece done exactly once', async () => {
    const { runTogether, times, words } = await team(3);
    const sizes = [0, 1, 2, 3, 4, 7, 8, 64, 1000];
    const expected = all(MAX_PIECES, 0);
    for (let job = 0; job < 5000; job++) {
      const pieces = sizes[job % sizes.length];
      runTogether(COUNT, pieces);
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
      runTogether(COUNT, 64);
    }
    expect(times(65)).toEqual(Int32Array.of(...all(64, 4000), 0));
  });

  test('has the kernel of its own job: a piece never runs with another one', async () => {
    const { runTogether, times, words } = await team(3);
    for (let job = 0; job < 300; job++) {
      words[ARRIVED / 4] = 0;
      runTogether(job % 2 === 0 ? COUNT : MEET, 3);
      expect(words[ARRIVED / 4]).toBe(job % 2 === 0 ? 0 : 3);
    }
    expect(times(3)).toEqual(all(3, 300));
  });
});

test('a job of one thread is done in order by the one that calls', async () => {
  const { runAlone, times, byThread } = await team(1);
  runAlone(COUNT, 100);
  expect(times(101)).toEqual(Int32Array.of(...all(100, 1), 0));
  expect(byThread()).toEqual(all(1, 100));
});

describe('a phase', () => {
  /** Two stacks, of two jobs with three pieces and of one job with two, and the phase that has both. */
  const stacks: readonly Job[] = [
    { kernel: NOTE, pieces: 3, argument: 1, goesOn: true },
    { kernel: NOTE, pieces: 3, argument: 2 },
    { kernel: NOTE, pieces: 2, argument: 3 },
  ];
  const phase: Job = { kernel: PHASE, pieces: 5, argument: JOBS, isShared: true };

  test('does a piece of all jobs of a stack before the next piece, and the stacks in their order', async () => {
    const { runAll, notes } = await team(1);
    runAll([...stacks, phase], stacks.length, false);
    expect(notes()).toEqual([100, 200, 101, 201, 102, 202, 300, 301]);
  });

  test('of three threads does each piece of each job once, those of a stack in the order of its jobs', async () => {
    const { runAll, notes, words } = await team(3);
    for (let round = 0; round < 500; round++) {
      words[NOTED / 4] = 0;
      runAll([...stacks, phase], stacks.length, true);
      const noted = notes();
      expect(noted.toSorted((a, b) => a - b)).toEqual([100, 101, 102, 200, 201, 202, 300, 301]);
      for (const piece of [0, 1, 2])
        expect(noted.indexOf(200 + piece)).toBeGreaterThan(noted.indexOf(100 + piece));
    }
  });

  test('begins when the one before is done: with all threads in each of them', async () => {
    const { runAll, byThread, words } = await team(3);
    const jobs = [
      { kernel: MEET, pieces: 3 },
      { kernel: NOTE, pieces: 3 },
    ];
    const phases = jobs.map((_, i): Job => ({ ...phase, pieces: 3, argument: JOBS + i * JOB_BYTES }));
    runAll([...jobs, ...phases], jobs.length, true);
    expect(byThread()).toEqual(all(3, 1));
    expect(words[ARRIVED / 4]).toBe(3);
    expect(words[NOTED / 4]).toBe(3);
  });

  test('that is not worth sharing is run by the thread that calls, and so are all if nothing is to be shared', async () => {
    const { runAll, byThread } = await team(3);
    const job = { kernel: COUNT, pieces: 60 };
    const own = { ...phase, pieces: 60 };
    for (let round = 0; round < 50; round++) {
      runAll([job, { ...own, isShared: false }], 1, true);
      runAll([job, own], 1, false);
    }
    expect(byThread()).toEqual(Int32Array.of(60 * 100, 0, 0));
  });
});

test('negative control: a piece that is done twice shows', async () => {
  const { runAlone, times } = await team(1);
  runAlone(COUNT, 3);
  runAlone(COUNT, 1);
  expect(times(3)).toEqual(Int32Array.of(2, 1, 1));
});
