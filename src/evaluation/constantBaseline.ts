/**
 * The loss of the best answer that does not depend on the sample: what a network must beat to have learned anything. Read
 * baselines.ts first, whose mean image is this answer for the squared error.
 */

import { BatchReader } from '../data/batches.ts';
import type { Samples, StoredSamples } from '../data/samples.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { binaryEntropy } from './metrics.ts';

export interface ConstantBaselineOptions {
  /** The numbers of the samples to look at. @default all */
  readonly rows?: Uint32Array;
  /** @default 'mse' */
  readonly loss?: 'mse' | 'mae' | 'bce';
}

/**
 * Answers all samples with one: with their mean, which has the smallest mean squared error and binary cross-entropy, or for
 * the mean absolute error with their median. Cost: the samples as float32 in memory, and for the median a sort per feature.
 *
 * @param samples - Shape `[n, ...inputShape]`, in memory or stored: the same bits either way.
 * @param inputShape - The shape of one sample.
 * @returns The loss as a mean over all elements, in the units of the network's input.
 * @throws {ShapeError} If there are no samples, or they don't have this shape.
 * @throws What reading stored samples failed with.
 */
export async function constantBaseline(
  samples: Samples | StoredSamples,
  inputShape: Shape,
  { rows, loss = 'mse' }: ConstantBaselineOptions = {},
): Promise<number> {
  const reader = new BatchReader(samples, inputShape, 'constantBaseline');
  const features = sizeOf(inputShape);
  const count = rows?.length ?? reader.count;
  const inputs = new Float32Array(count * features);
  let done = 0;
  for await (const { data } of reader.stream({ rows })) {
    inputs.set(data, done);
    done += data.length;
  }
  const lossOf = { mse: squaredError, mae: absoluteError, bce: crossEntropy }[loss];
  const column = new Float32Array(count);
  let sum = 0;
  for (let j = 0; j < features; j++) {
    for (let i = 0; i < count; i++) column[i] = inputs[i * features + j];
    sum += lossOf(column);
  }
  return sum / features;
}

function meanOf(values: Float32Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function squaredError(values: Float32Array): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

function absoluteError(values: Float32Array): number {
  const sorted = values.toSorted();
  const median = sorted[Math.floor(values.length / 2)];
  return values.reduce((sum, value) => sum + Math.abs(value - median), 0) / values.length;
}

/** The cross-entropy of the mean with values whose mean it is: its entropy. */
function crossEntropy(values: Float32Array): number {
  return binaryEntropy([meanOf(values)]);
}
