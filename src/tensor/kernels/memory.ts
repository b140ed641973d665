/** Where the arrays live that the engine itself owns. Read active.ts first. */

import { kernels } from './active.ts';
import type { KernelMemory, MemoryPart } from './kernels.ts';

/**
 * Parameters, gradients, moments, activations, one batch: all of a network's arrays come from one arena. Where the
 * kernels in use have a memory of their own, the arrays lie in it; there is nothing to give back (simd/memory.ts).
 */
export class Arena {
  #memory: KernelMemory | undefined;
  #part: MemoryPart | undefined;

  /** An array of zeros. */
  allocate(length: number): Float32Array {
    const { memory } = kernels();
    if (!memory) return new Float32Array(length);
    if (memory !== this.#memory) this.#part = undefined;
    this.#memory = memory;
    const array = this.#part && memory.allocate(this.#part, length);
    if (array) return array;
    // The first array, or the memory grew: a new part sees all of it. Without one, an ordinary array must do.
    this.#part = memory.createPart();
    return (this.#part && memory.allocate(this.#part, length)) ?? new Float32Array(length);
  }
}
