/** Where the arrays live that the engine itself owns. Read active.ts first. */

import { kernels } from './active.ts';
import type { KernelMemory, MemoryPart } from './kernels.ts';

/**
 * Parameters, gradients and activations of a network come from one arena; an optimizer's moments, a loss's gradient, the
 * batches of a training from others, since they may go before the network does. Where the
 * kernels in use have a memory of their own, the arrays lie in it; there is nothing to give back (simd/memory.ts).
 */
export class Arena {
  #memory: KernelMemory | undefined;
  /** Ours of that memory, if it has one for us. */
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
