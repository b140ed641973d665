/** Samples through a network, batch by batch, where nothing is learned. Read data/batches.ts first. */

import type { BatchReader } from '../data/batches.ts';
import type { Sequential } from '../layers/sequential.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import type { Shape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';

/**
 * The outputs of a network for samples in memory.
 *
 * @param to - The shape of one output.
 * @param allocate - Makes the tensor of a batch of inputs.
 * @returns Shape `[n, ...to]`, a new tensor.
 * @throws {TypeError} If the samples are stored.
 */
export function runNetwork(
  network: Sequential,
  reader: BatchReader,
  to: Shape,
  allocate: (shape: Shape) => Tensor,
): Tensor {
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
