/**
 * A recording: the kernel calls of a step as jobs, and which arrays each of them reads and writes. From it phases.ts sees
 * what may run side by side, and capture.ts makes what is replayed. Read kernels.ts first.
 */

import type { MemoryPart } from '../kernels.ts';
import type { EngineMemory } from './memory.ts';
import { JOB_ARGUMENTS } from './sharedPage.ts';

/** How a job is cut by rows instead of the way that its caller cut it. */
export interface RowCut {
  /** How many rows its arrays have; undefined: any number that divides their lengths. */
  readonly rows: number | undefined;
  /** Writes to the job's arguments that a piece does this many rows, a multiple of 4, out of `rows`. */
  readonly apply: (given: Int32Array, rowsPerPiece: number, rows: number) => void;
}

/** What a job does with arrays. An array is all of its elements: `Kernels` promises that it is as long as its sizes say. */
export interface Access {
  /** Arrays of which a piece reads the rows that it computes. */
  readonly reads: readonly Float32Array[];
  /** Arrays that a piece may read as a whole. */
  readonly readsWhole: readonly Float32Array[];
  readonly writes: readonly Float32Array[];
  readonly rowCut?: RowCut | undefined;
  /** For a job that adds to what it writes: lets it overwrite that instead, as if there had been zeros. */
  readonly overwrite?: ((given: Int32Array) => void) | undefined;
  /** Whether it writes zeros and does nothing else. */
  readonly isZero?: boolean;
}

/** A kernel call. */
export interface Job extends Access {
  /** The job as it lies in memory (sharedPage.ts). */
  readonly words: Int32Array;
  /** Roughly how long one thread takes for it. */
  readonly ns: number;
}

/** What a recording found. */
export interface Recorded {
  readonly jobs: readonly Job[];
  /** Reads the number that the kernels returned. */
  readonly result: () => number;
  /** Buffer objects of all arrays: as long as somebody holds them, nobody else gets their memory. */
  readonly buffers: ReadonlySet<ArrayBufferLike>;
}

export class Recording {
  readonly #memory: EngineMemory;
  /** The job of a single call, as the engine has it in memory. */
  readonly #job: Int32Array;
  readonly #part: MemoryPart | undefined;
  readonly #jobs: Job[] = [];
  readonly #buffers = new Set<ArrayBufferLike>();
  readonly #results: (() => number)[] = [];
  #jobsRun = 0;
  #nsOfLast = 0;
  #isReplayable = true;

  constructor(memory: EngineMemory, job: Int32Array) {
    this.#memory = memory;
    this.#job = job;
    this.#part = memory.createPart();
  }

  /** Room for what lies between two jobs, such as packed panels: each recorded job has its own. Undefined if there is none. */
  allocate(length: number): Float32Array | undefined {
    const array = this.#part?.allocate(length);
    if (array) this.#buffers.add(array.buffer);
    else this.#isReplayable = false;
    return array;
  }

  /** Called for each job that runs: one that nobody adds makes the recording incomplete. */
  countRun(ns: number): void {
    this.#jobsRun++;
    this.#nsOfLast = ns;
  }

  /** Adds the job that has just run. */
  add(access: Access): void {
    for (const array of [...access.reads, ...access.readsWhole, ...access.writes]) {
      // An array outside of the memory was copied: a replay would not see what it holds by then.
      if (this.#memory.addressOf(array) === undefined) this.#isReplayable = false;
      this.#buffers.add(array.buffer);
    }
    this.#jobs.push({ ...access, words: this.#job.slice(), ns: this.#nsOfLast });
  }

  /** Adds what a kernel returned: a number that is computed from memory. */
  addResult(result: () => number): void {
    this.#results.push(result);
  }

  /** Undefined if to run the recorded jobs again would not do all that was done. */
  finish(): Recorded | undefined {
    const isAll = this.#jobs.length === this.#jobsRun;
    const [result, ...others] = this.#results;
    if (!this.#isReplayable || !isAll || !result || others.length > 0) return undefined;
    return { jobs: withoutZeros(this.#jobs), result, buffers: this.#buffers };
  }
}

/** Whether two arrays have bytes in common. */
export function overlap(a: Float32Array, b: Float32Array): boolean {
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

function contains(whole: Float32Array, part: Float32Array): boolean {
  const isEndInside = part.byteOffset + part.byteLength <= whole.byteOffset + whole.byteLength;
  return whole.byteOffset <= part.byteOffset && isEndInside;
}

/** Without the jobs that write zeros which others then only add to: those overwrite instead. */
function withoutZeros(jobs: readonly Job[]): readonly Job[] {
  return jobs.filter((zero, i) => {
    if (!zero.isZero) return true;
    const [zeros] = zero.writes;
    const later = jobs.slice(i + 1);
    const touches = ({ reads, readsWhole, writes }: Job, array: Float32Array) =>
      [...reads, ...readsWhole, ...writes].some((other) => overlap(other, array));
    // The first to touch a part of them, of those that add to it and to nothing else.
    const adding = later.filter(
      ({ overwrite, writes: [sums] }, at) =>
        overwrite && contains(zeros, sums) && !later.slice(0, at).some((before) => touches(before, sums)),
    );
    const covered = adding.reduce((bytes, { writes: [sums] }) => bytes + sums.byteLength, 0);
    if (covered !== zeros.byteLength) return true;
    for (const { overwrite, words } of adding) overwrite?.(words.subarray(JOB_ARGUMENTS / 4));
    return false;
  });
}
