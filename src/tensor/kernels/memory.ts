/** Arenas: where the engine allocates its arrays. Read active.ts first. */

import { kernels } from './active.ts';
import type { KernelMemory, MemoryPart } from './kernels.ts';

/**
 * Allocates arrays in the memory of the kernels in use, or ordinary ones if they have none or no room. Nobody gives them
 * back: the garbage collector frees what an arena allocated when nothing uses it any more (simd/memory.ts). So a network's
 * parameters, gradients and activations share one arena; an optimizer's moments, a loss's gradient and the batches of a
 * training have others, since they may be dropped before the network.
 */
export class Arena {
  #memory: KernelMemory | undefined;
  /** The arena's part of that memory, if it has one. */
  #part: MemoryPart | undefined;

  /** An array of zeros. */
  allocate(length: number): Float32Array {
    const { memory } = kernels();
    if (memory !== this.#memory || !this.#part) {
      this.#memory = memory;
      this.#part = memory?.createPart();
    }
    return this.#part?.allocate(length) ?? new Float32Array(length);
  }
}
