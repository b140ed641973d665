/**
 * The engine: the compiled kernels, the memory they compute in, and the jobs they are given. Read code/module.ts and
 * code/scheduler.ts first.
 */

import { SCRATCH_BYTES } from './code/gemm.ts';
import { type Exports, emitModule, kernelCount } from './code/module.ts';
import { HelperGain } from './helperGain.ts';
import { EngineMemory } from './memory.ts';
import { Recording } from './recording.ts';
import { JOB_ARGUMENTS, JOB_BYTES, JOB_KERNEL, JOB_PIECES, SINGLE_JOB, THREADS } from './sharedPage.ts';

/** What a helper thread is started with. */
export interface HelperData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The helper's number, from 1. */
  readonly thread: number;
  /** The address of memory that only this helper uses. */
  readonly scratch: number;
}

/** Shorter jobs are not shared: to offer one to the helpers alone costs about half a microsecond. */
const WORTH_SHARING_NS = 5_000;

export class Engine {
  readonly memory: EngineMemory;
  readonly #module: WebAssembly.Module;
  readonly #exports: Exports;
  /** The job of a single call of a kernel, as it lies in memory (sharedPage.ts). */
  readonly #job: Int32Array;
  /** The arguments of the next job, 8 bytes each: one memory seen as three types. */
  readonly ints: Int32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
  /** How many threads share jobs, where the helpers read it. */
  readonly #sharedThreads: Int32Array;
  #threads = 1;
  /** How many helpers were started; those beyond `#threads` sleep. */
  #helpers = 0;
  readonly #helperGain = new HelperGain();
  #recording: Recording | undefined;

  /** How many kernels the module has: others may have been added since (code/module.ts). */
  readonly kernels = kernelCount();

  /** @param bytes - The module with the kernels. */
  constructor(bytes = emitModule()) {
    this.memory = new EngineMemory();
    this.#module = new WebAssembly.Module(bytes);
    const instance = new WebAssembly.Instance(this.#module, {
      engine: { memory: this.memory.memory, thread: 0, scratch: this.#takeScratch() },
    });
    this.#exports = instance.exports as unknown as Exports;
    const { buffer } = this.memory.memory;
    this.#job = new Int32Array(buffer, SINGLE_JOB, JOB_BYTES / 4);
    const first = SINGLE_JOB + JOB_ARGUMENTS;
    this.ints = new Int32Array(buffer, first);
    this.floats = new Float32Array(buffer, first);
    this.doubles = new Float64Array(buffer, first);
    this.#sharedThreads = new Int32Array(buffer, THREADS, 1);
    this.shareAmong(1);
  }

  /** How many threads share jobs, this one included. */
  get threads(): number {
    return this.#threads;
  }

  /** How many helpers were started. */
  get helpers(): number {
    return this.#helpers;
  }

  /**
   * Runs all pieces of a job: on this thread and, if the job is long enough, on the helpers'. Before, the caller writes
   * the arguments to the kernel's slots of `ints` (i32), `floats` (f32) or `doubles` (f64).
   *
   * @param number - The kernel's number in the module.
   * @param ns - Roughly how long one thread would take.
   */
  run(number: number, pieces: number, ns: number): void {
    this.#job[JOB_KERNEL / 4] = number;
    this.#job[JOB_PIECES / 4] = pieces;
    this.#recording?.countRun(ns);
    if (pieces < 2 || ns < WORTH_SHARING_NS || this.threads === 1) {
      this.#exports.runAlone(SINGLE_JOB);
      return;
    }
    const start = performance.now();
    if (this.#helperGain.isTogether) this.#exports.runTogether(SINGLE_JOB);
    else this.#exports.runAlone(SINGLE_JOB);
    this.#helperGain.record(ns, start);
  }

  /** Where callers of `run` say what they did, while their calls are recorded. */
  get recording(): Recording | undefined {
    return this.#recording;
  }

  /** Records the kernel calls of this work. */
  record(work: () => void): Recording {
    const recording = new Recording(this.memory, this.#job);
    this.#recording = recording;
    try {
      work();
    } finally {
      this.#recording = undefined;
    }
    return recording;
  }

  /** Runs jobs that lie side by side in the memory, one after the other. */
  runAll(first: number, end: number, ns: number): void {
    if (this.threads === 1) {
      this.#exports.runAll(first, end, 0);
      return;
    }
    const start = performance.now();
    this.#exports.runAll(first, end, this.#helperGain.isTogether ? 1 : 0);
    this.#helperGain.record(ns, start);
  }

  /** What the helper with this number is started with. */
  helperData(thread: number): HelperData {
    return { module: this.#module, memory: this.memory.memory, thread, scratch: this.#takeScratch() };
  }

  /** Takes back the scratch memory of a helper that did not start. */
  releaseHelperData({ scratch }: HelperData): void {
    this.memory.release({ start: scratch, bytes: SCRATCH_BYTES });
  }

  /** Counts helpers that have started. */
  addHelpers(count: number): void {
    this.#helpers += count;
  }

  /** Shares jobs among this many threads from now on: at most the helpers and this one. */
  shareAmong(threads: number): void {
    this.#threads = threads;
    Atomics.store(this.#sharedThreads, 0, threads);
    Atomics.notify(this.#sharedThreads, 0); // wakes helpers that are needed now and were not before
    this.#helperGain.reset();
  }

  #takeScratch(): number {
    const block = this.memory.take(SCRATCH_BYTES);
    if (!block) throw new RangeError('Engine: the memory has no room for another thread.');
    return block.start;
  }
}
