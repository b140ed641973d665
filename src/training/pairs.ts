/**
 * Samples, each with what a network should answer to it: another sample, the target, or the sample itself. Read
 * data/batches.ts first.
 */

import type { BatchOptions, BatchReader } from '../data/batches.ts';
import { type Shape, ShapeError } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { plural } from '../tensor/words.ts';

/** Two batches of the same rows, `[batch, features]` each. */
export interface Pair {
  readonly input: Tensor;
  /** The input itself if there is no target. */
  readonly target: Tensor;
}

export interface PairOptions extends BatchOptions {
  /** As `allocate`, for the targets. They need memory of their own. @default Tensor.zeros */
  readonly allocateTarget?: (shape: Shape) => Tensor;
}

export class PairReader {
  readonly inputs: BatchReader;
  readonly targets: BatchReader;

  /**
   * @param targets - Row i is what the network should answer to row i of the inputs. Default: the inputs themselves.
   * @param who - Named in errors.
   * @throws {ShapeError} If there is another number of them.
   */
  constructor(inputs: BatchReader, targets: BatchReader = inputs, who = 'fit') {
    this.inputs = inputs;
    this.targets = targets;
    if (inputs.count === targets.count) return;
    throw new ShapeError(
      `${who}: got ${plural(inputs.count, 'sample')} and ${plural(targets.count, 'target')}, expected as many: row i of the target is the answer to row i of the samples.`,
    );
  }

  /** The number of pairs. */
  get count(): number {
    return this.inputs.count;
  }

  /**
   * The pairs batch by batch, as `BatchReader.stream` gives the samples. The same bits wherever either of them is stored.
   *
   * @throws What reading failed with, when the batch is asked for.
   */
  async *stream({ allocateTarget, ...options }: PairOptions = {}): AsyncGenerator<Pair, void> {
    const { allocate, ...rows } = options;
    const targets =
      this.targets === this.inputs
        ? undefined
        : this.targets.stream({ ...rows, ...(allocateTarget && { allocate: allocateTarget }) });
    try {
      for await (const input of this.inputs.stream(options)) {
        const target = targets ? ((await targets.next()).value as Tensor) : input;
        yield { input, target };
      }
    } finally {
      await targets?.return();
    }
  }
}
