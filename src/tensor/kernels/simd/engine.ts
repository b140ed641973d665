/**
 * The engine: the compiled kernels, the memory they compute in, and the jobs they are given. Read code/module.ts and
 * code/scheduler.ts first.
 */

import { SCRATCH_BYTES } from './code/gemm.ts';
import { type Exports, emitModule } from './code/module.ts';
import { HelperGain } from './helperGain.ts';
import { EngineMemory } from './memory.ts';
import { ARGUMENTS, THREADS } from './sharedPage.ts';

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

  /** @param bytes - The module with the kernels. */
  constructor(bytes = emitModule()) {
    this.memory = new EngineMemory();
    this.#module = new WebAssembly.Module(bytes);
    const instance = new WebAssembly.Instance(this.#module, {
      engine: { memory: this.memory.memory, thread: 0, scratch: this.#takeScratch() },
    });
    this.#exports = instance.exports as unknown as Exports;
    const { buffer } = this.memory.memory;
    this.ints = new Int32Array(buffer, ARGUMENTS);
    this.floats = new Float32Array(buffer, ARGUMENTS);
    this.doubles = new Float64Array(buffer, ARGUMENTS);
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
    if (pieces < 2 || ns < WORTH_SHARING_NS || this.threads === 1) {
      this.#exports.runAlone(number, pieces);
      return;
    }
    const start = performance.now();
    if (this.#helperGain.isTogether) this.#exports.runTogether(number, pieces);
    else this.#exports.runAlone(number, pieces);
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
