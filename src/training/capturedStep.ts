/**
 * The gradients of a batch, captured: the kernels that a step calls are recorded once for a batch size and replayed
 * from then on (tensor/kernels/simd/capture.ts). A step that does more than call kernels runs as it is written.
 */

import { captureKernels, kernels } from '../tensor/kernels/active.ts';
import type { Captured } from '../tensor/kernels/kernels.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Losses, Objective } from './objective.ts';

/** A step that was done, and the arrays on which it works. */
interface KnownBatch {
  readonly input: Float32Array;
  readonly target: Float32Array;
  readonly kernels: unknown;
  /** The step is recorded at its second time, since many a program takes one step only. Undefined until then. */
  captured: Captured | undefined;
}

/** An epoch has batches of two sizes: the last one may be smaller. */
const MOST_BATCHES = 2;

export class CapturedStep {
  readonly #objective: Objective;
  readonly #zeroGradients: () => void;
  readonly #callsKernelsOnly: boolean;
  /** The latest first. */
  #batches: readonly KnownBatch[] = [];

  constructor(objective: Objective, zeroGradients: () => void) {
    this.#objective = objective;
    this.#zeroGradients = zeroGradients;
    this.#callsKernelsOnly = objective.callsKernelsOnly;
  }

  /** Sets the gradients to those of the batch's loss. */
  learn(input: Tensor, target: Tensor): Losses {
    const capture = this.#callsKernelsOnly ? captureKernels() : undefined;
    if (!capture) return this.#learn(input, target);
    const known = this.#batches.find(
      (batch) =>
        batch.kernels === kernels() && isSame(batch.input, input.data) && isSame(batch.target, target.data),
    );
    if (!known) {
      const batch = { input: input.data, target: target.data, kernels: kernels(), captured: undefined };
      this.#batches = [batch, ...this.#batches].slice(0, MOST_BATCHES);
      return this.#learn(input, target);
    }
    const { captured } = known;
    if (captured && !captured.replay) return this.#learn(input, target);
    const replayed = captured?.replay?.();
    if (replayed !== undefined) return { loss: replayed };
    // For the first time, or anew after a change of threads.
    known.captured = capture(() => this.#learn(input, target).loss);
    return { loss: known.captured.result };
  }

  #learn(input: Tensor, target: Tensor): Losses {
    this.#zeroGradients();
    return this.#objective.learn(input, target);
  }
}

/** Whether two arrays are views of the same bytes. */
function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length;
}
