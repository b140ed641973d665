/**
 * The compiled kernels at work: their memory, the arguments of the next job, and who helps. Read module.ts and scheduler.ts first.
 */

import { SCRATCH_BYTES } from './code/gemm.ts';
import { type Exports, emitModule } from './code/module.ts';
import { HelperGain } from './helperGain.ts';
import { EngineMemory } from './memory.ts';
import { ARGUMENTS, THREADS } from './sharedPage.ts';

/** What a helper needs to begin. */
export interface HelperData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Its number, from 1 on. */
  readonly thread: number;
  /** The address of memory that it has to itself. */
  readonly scratch: number;
}

/** A job shorter than this is done before anybody could help: an offer costs about half a microsecond. */
const WORTH_SHARING_NS = 5_000;

export class Engine {
  readonly memory: EngineMemory;
  readonly #module: WebAssembly.Module;
  readonly #exports: Exports;
  /** The arguments of the next job, 8 bytes each: the same memory as three types. */
  readonly ints: Int32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
  /** How many threads share jobs: the others read it, too. */
  readonly #sharedThreads: Int32Array;
  #threads = 1;
  /** The helpers that were started; those that are not asked for work sleep. */
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

  get helpers(): number {
    return this.#helpers;
  }

  /**
   * Does a job: all of its pieces, here and, if it is long enough, in the helpers' threads. Its arguments were written
   * before to `ints`, `floats` or `doubles`, as their types are, at the kernel's `slots`.
   *
   * @param ns - About how long the job takes one thread.
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

  /** What a new helper with this number needs. */
  helperData(thread: number): HelperData {
    return { module: this.#module, memory: this.memory.memory, thread, scratch: this.#takeScratch() };
  }

  /** Takes back what a helper was given that did not start. */
  releaseHelperData({ scratch }: HelperData): void {
    this.memory.release({ start: scratch, bytes: SCRATCH_BYTES });
  }

  /** So many more helpers are ready. */
  addHelpers(count: number): void {
    this.#helpers += count;
  }

  /** Shares jobs among so many threads from now on, at most one more than there are helpers. */
  shareAmong(threads: number): void {
    this.#threads = threads;
    Atomics.store(this.#sharedThreads, 0, threads);
    Atomics.notify(this.#sharedThreads, 0); // helpers that were not wanted before
    this.#helperGain.reset();
  }

  #takeScratch(): number {
    const block = this.memory.take(SCRATCH_BYTES);
    if (!block) throw new RangeError('Engine: the memory has no room for another thread.');
    return block.start;
  }
}
