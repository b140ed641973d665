/** Addresses for arrays, wherever they lie: those outside of the engine's memory are copied in, and out again. */

import type { EngineMemory } from './memory.ts';

/** Staged arrays begin on lines of the cache. */
const stagedBytes = (length: number): number => Math.ceil((4 * length) / 64) * 64;

export class Staging {
  readonly #memory: EngineMemory;
  /** Where the next foreign array of the call goes. */
  #next = 0;
  /** Whether the call has foreign arrays. */
  #isUsed = false;

  constructor(memory: EngineMemory) {
    this.#memory = memory;
  }

  /** Begins a call with these arrays: makes room for those that lie elsewhere. */
  begin(arrays: readonly Float32Array[]): void {
    let bytes = 0;
    for (let i = 0; i < arrays.length; i++) {
      if (this.#memory.addressOf(arrays[i]) === undefined) bytes += stagedBytes(arrays[i].length);
    }
    this.#isUsed = bytes > 0;
    if (this.#isUsed) this.#next = this.#memory.staging(bytes);
  }

  /** The address of the next array of the call, copied if it lies elsewhere. */
  place(array: Float32Array): number {
    const address = this.#memory.addressOf(array);
    if (address !== undefined) return address;
    const place = this.#next;
    this.#next += stagedBytes(array.length);
    this.#memory.words.set(array, place / 4);
    return place;
  }

  /** Ends the call: copies back what was written, the arrays from `written` on. */
  end(arrays: readonly Float32Array[], written: number): void {
    if (!this.#isUsed) return;
    let place = this.#memory.staging(0);
    for (let i = 0; i < arrays.length; i++) {
      const array = arrays[i];
      if (this.#memory.addressOf(array) !== undefined) continue;
      if (i >= written) array.set(this.#memory.words.subarray(place / 4, place / 4 + array.length));
      place += stagedBytes(array.length);
    }
  }
}
