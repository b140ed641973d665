/** Samples through a network, batch by batch, where nothing is learned. Read data/batches.ts first. */

import { BatchReader } from '../data/batches.ts';
import type { Samples } from '../data/samples.ts';
import type { Sequential } from '../layers/sequential.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import type { Shape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';

interface InferenceOptions {
  /** The shape of one input. */
  readonly from: Shape;
  /** The shape of one output. */
  readonly to: Shape;
  /** Named in errors. */
  readonly who: string;
  /** Makes the tensor of a batch of inputs. */
  readonly allocate: (shape: Shape) => Tensor;
}

/**
 * The outputs of a network for samples in memory.
 *
 * @param samples - Shape `[n, ...from]`.
 * @returns Shape `[n, ...to]`, a new tensor.
 * @throws {ShapeError} If the samples have another shape.
 */
export function runNetwork(
  network: Sequential,
  samples: Samples,
  { from, to, who, allocate }: InferenceOptions,
): Tensor {
  const reader = new BatchReader(samples, from, who);
  const result = Tensor.zeros([reader.count, ...to]);
  let end = 0;
  for (const x of reader.batches({ allocate })) {
    const y = network.forward(x);
    result.data.set(y.data, end);
    end += y.size;
  }
  return result;
}

/** Batches in an array that is not the network's: while one caller waits, others may use the network. */
export function separateMemory(): (shape: Shape) => Tensor {
  const arena = new Arena();
  const workspace = new Workspace();
  return (shape) => workspace.tensor(arena, shape);
}
