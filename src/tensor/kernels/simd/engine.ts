/**
 * The compiled kernels at work: their memory, the arguments of the next job, and who helps. Read module.ts and work.ts first.
 */

import { SCRATCH_BYTES } from './gemm.ts';
import { ARGUMENTS, SLEEPERS } from './job.ts';
import { EngineMemory } from './memory.ts';
import { type Exports, emitModule, INITIAL_PAGES, KERNELS, type KernelFunction } from './module.ts';

/** What a helper needs to begin. */
export interface HelperData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The address of memory that it has to itself. */
  readonly scratch: number;
}

/** A thread that helps; it waits inside of `serve` and can only be ended. */
export interface Helper {
  readonly scratch: number;
  end(): Promise<void>;
}

/** A job shorter than this is done before anybody could help: an offer costs about half a microsecond. */
const WORTH_SHARING_NS = 5_000;

/**
 * Looks (of about 1.5 ns) at the others' last pieces before the caller takes it that one of them has lost its processor
 * to another program: a piece takes a few microseconds, a scheduler's turn some milliseconds.
 */
const STALL_LOOKS = 100_000;
/** After a stall the helpers rest, and twice as long after each further one. */
const SHORTEST_REST_MS = 20;
const LONGEST_REST_MS = 2_000;
/** After so long without a stall all is forgotten. */
const FORGIVEN_MS = 500;

const NUMBERS = Object.fromEntries(Object.keys(KERNELS).map((name, number) => [name, number])) as Readonly<
  Record<KernelFunction, number>
>;

export class Engine {
  readonly memory: EngineMemory;
  readonly #module: WebAssembly.Module;
  readonly #exports: Exports;
  /** The arguments of the next job, 8 bytes each: the same memory as three types. */
  readonly #i32: Int32Array;
  readonly #f32: Float32Array;
  readonly #f64: Float64Array;
  /** How many helpers sleep. */
  readonly #sleepers: Int32Array;
  #helpers: readonly Helper[] = [];
  #restMs = 0;
  #restsUntil = 0;
  #lastStall = 0;

  /** @throws {Error} Where the host lacks WebAssembly, its SIMD or its shared memory. */
  constructor() {
    this.memory = new EngineMemory(INITIAL_PAGES);
    this.#module = new WebAssembly.Module(emitModule());
    const instance = new WebAssembly.Instance(this.#module, {
      engine: { memory: this.memory.memory, scratch: this.#takeScratch() },
    });
    this.#exports = instance.exports as unknown as Exports;
    const { buffer } = this.memory.memory;
    this.#i32 = new Int32Array(buffer, ARGUMENTS);
    this.#sleepers = new Int32Array(buffer, SLEEPERS, 1);
    this.#f32 = new Float32Array(buffer, ARGUMENTS);
    this.#f64 = new Float64Array(buffer, ARGUMENTS);
  }

  /** This thread and its helpers. */
  get threads(): number {
    return 1 + this.#helpers.length;
  }

  /**
   * Does a job: all of its pieces, here and, if it is long enough, in the helpers' threads.
   *
   * @param ns - About how long it takes one thread.
   * @param given - The kernel's arguments in their order: addresses and sizes, then floats.
   */
  run(kernel: KernelFunction, pieces: number, ns: number, given: readonly number[]): void {
    const types = KERNELS[kernel].argumentTypes;
    for (let i = 0; i < given.length; i++) {
      const type = types[i];
      if (type === 'i32') this.#i32[2 * i] = given[i];
      else if (type === 'f32') this.#f32[2 * i] = given[i];
      else this.#f64[i] = given[i];
    }
    const number = NUMBERS[kernel];
    if (pieces < 2 || ns < WORTH_SHARING_NS || !this.#hasHelp()) {
      this.#exports.runAlone(number, pieces);
    } else if (this.#exports.runTogether(number, pieces) > STALL_LOOKS) {
      this.#rest();
    }
  }

  #hasHelp(): boolean {
    if (this.#helpers.length === 0) return false;
    return this.#restsUntil === 0 || performance.now() > this.#restsUntil;
  }

  /** A helper held up this thread: do without them for a while. */
  #rest(): void {
    const now = performance.now();
    const isRare = now - this.#lastStall > this.#restMs + FORGIVEN_MS;
    this.#restMs = isRare ? SHORTEST_REST_MS : Math.min(2 * this.#restMs, LONGEST_REST_MS);
    this.#lastStall = now;
    this.#restsUntil = now + this.#restMs;
  }

  /** What a new helper needs. */
  helperData(): HelperData {
    return { module: this.#module, memory: this.memory.memory, scratch: this.#takeScratch() };
  }

  /** Shares jobs with these from now on. */
  addHelpers(helpers: readonly Helper[]): void {
    this.#helpers = [...this.#helpers, ...helpers];
    this.#restsUntil = 0;
    this.#restMs = 0;
  }

  /** Resolves when this thread is the only one. */
  async endHelpers(): Promise<void> {
    const helpers = this.#helpers;
    this.#helpers = []; // first: from here on nobody is offered work
    await Promise.all(helpers.map((helper) => helper.end()));
    // Those that slept never said that they woke up.
    this.#sleepers[0] = 0;
    for (const { scratch } of helpers) this.memory.release({ start: scratch, bytes: SCRATCH_BYTES });
  }

  #takeScratch(): number {
    const block = this.memory.take(SCRATCH_BYTES);
    if (!block) throw new RangeError('Engine: the memory has no room for another thread.');
    return block.start;
  }
}
