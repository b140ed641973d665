/**
 * Where the arrays live that the engine itself owns: parameters, gradients, moments, activations, one batch.
 *
 * All of a network's arrays come from one arena, and go with it when the network is garbage-collected. Today they are
 * ordinary arrays; kernels that can only work in a memory of their own will carve them from there, and nothing but
 * this file has to know.
 */
export class Arena {
  /** An array of zeros. */
  allocate(length: number): Float32Array {
    return new Float32Array(length);
  }
}
