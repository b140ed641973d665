/** Samples through a network, batch by batch, where nothing is learned. Read data/batches.ts first. */

import { type BatchReader, inferenceBatch } from '../data/batches.ts';
import type { Sequential } from '../layers/sequential.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import { type OptionNames, requireOptions } from '../tensor/options.ts';
import { formatShape, type Shape, ShapeError, sameShape, sizeOf } from '../tensor/shape.ts';
import { requireTensor, Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';

/** Options of `encode`, `decode` and `predict`. */
export interface OutOptions {
  /**
   * Where the results are written, and what is returned: in a loop, memory that is there already costs less than new memory.
   * Of the shape of the results, and not in the memory of the samples. @default a new tensor
   */
  readonly out?: Tensor | undefined;
}

const OUT_OPTIONS: OptionNames<OutOptions> = { out: true };

/**
 * The tensor to write results into, if the caller has one.
 *
 * @param to - The shape of one result.
 * @throws {TypeError} If an option is unknown, or `out` is no tensor.
 * @throws {ShapeError} If it has another shape.
 * @throws {RangeError} If it lies in the memory of the samples: a batch would overwrite samples of the next one.
 */
export function requireOut(reader: BatchReader, to: Shape, options: OutOptions): Tensor | undefined {
  const { who, count } = reader;
  requireOptions(who, options, OUT_OPTIONS);
  const { out } = options;
  if (out === undefined) return undefined;
  requireTensor(who, 'out is', out);
  const shape = [count, ...to];
  if (!sameShape(out.shape, shape)) {
    throw new ShapeError(`${who}: out is ${formatShape(out.shape)}, expected ${formatShape(shape)}.`);
  }
  if (reader.sharesMemory(out.data)) {
    throw new RangeError(`${who}: out lies in the memory of the samples, expected memory of its own.`);
  }
  return out;
}

/**
 * The outputs of a network for samples in memory.
 *
 * @param to - The shape of one output.
 * @param allocate - Makes the tensor of a batch of inputs.
 * @param out - Where they go, of shape `[n, ...to]`. Default: a new tensor.
 * @returns That tensor.
 * @throws {TypeError} If the samples are stored.
 */
export function runNetwork(
  network: Sequential,
  reader: BatchReader,
  to: Shape,
  allocate: (shape: Shape) => Tensor,
  out?: Tensor,
): Tensor {
  const { count, features } = reader;
  const batchSize = inferenceBatch(Math.max(features, sizeOf(to))); // a decoder makes large samples of short codes
  let result = out;
  let end = 0;
  for (const x of reader.batches({ allocate, batchSize })) {
    const { data } = network.forward(x);
    // If one batch is all, its copy is the result: new memory is then written once, without zeros before.
    if (!result && x.shape[0] === count) return new Tensor(data.slice(), [count, ...to]);
    result ??= Tensor.zeros([count, ...to]);
    result.data.set(data, end);
    end += data.length;
  }
  return result as Tensor;
}

/** Batches in an array of their own: while one caller waits, others may use the network. */
export function separateMemory(): (shape: Shape) => Tensor {
  const arena = new Arena();
  const workspace = new Workspace();
  return (shape) => workspace.tensor(arena, shape);
}
