/**
 * Addresses for the arrays of a call. Arrays outside of the engine's memory are copied into it before the kernel runs, and
 * those that it wrote are copied back.
 */

import type { EngineMemory } from './memory.ts';

/** Staged arrays begin on cache lines of 64 bytes. */
const stagedBytes = (length: number): number => Math.ceil((4 * length) / 64) * 64;

export class Staging {
  readonly #memory: EngineMemory;
  /** Where the next array from outside goes. */
  #next = 0;
  /** Whether the call has arrays from outside. */
  #isUsed = false;

  constructor(memory: EngineMemory) {
    this.#memory = memory;
  }

  /** Begins a call with these arrays: makes room for those from outside. */
  begin(arrays: readonly Float32Array[]): void {
    let bytes = 0;
    for (let i = 0; i < arrays.length; i++) {
      if (this.#memory.addressOf(arrays[i]) === undefined) bytes += stagedBytes(arrays[i].length);
    }
    this.#isUsed = bytes > 0;
    if (this.#isUsed) this.#next = this.#memory.staging(bytes);
  }

  /** The address of an array; one from outside is copied. To be called once for each array, in the order of `begin`. */
  place(array: Float32Array): number {
    const address = this.#memory.addressOf(array);
    if (address !== undefined) return address;
    const place = this.#next;
    this.#next += stagedBytes(array.length);
    this.#memory.words.set(array, place / 4);
    return place;
  }

  /** Ends the call: copies back the arrays from index `written` on. */
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
