/**
 * A start that knows the data: the decoder answers with the mean of the samples until it has learned more. docs/math.md,
 * section 6.3, says why; docs/recipes.md, what it brings.
 */

import { Sigmoid } from '../layers/activation.ts';
import { Dense } from '../layers/dense.ts';
import type { Sequential } from '../layers/sequential.ts';
import { TransposedDense } from '../layers/transposedDense.ts';
import { addRows } from '../tensor/linearAlgebra.ts';
import type { Parameter } from '../tensor/parameter.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Subset } from './split.ts';
import type { TimeSlice } from './yieldToHost.ts';

/** Where training starts: `FitOptions.start` says what both mean. */
export type Start = 'as-is' | 'mean';

/** A mean of 0 or 1 has no finite logit, so the start stays this far away from both. */
const MARGIN = 1e-3;

/** How to go through the samples. */
interface PassOptions {
  /** As `BatchOptions.allocate` in data/batches.ts. */
  readonly allocate: (shape: Shape) => Tensor;
  readonly slice: TimeSlice;
}

/** The layer that a start at the mean sets. */
export interface LastLayer {
  readonly layer: Dense | TransposedDense;
  readonly bias: Parameter;
  /** Whether its output is a logit: a sigmoid follows, in the network or in the loss. */
  readonly isLogit: boolean;
}

/**
 * @param network - From its input to what the loss reads.
 * @param readsLogits - Whether the loss contains a sigmoid.
 * @returns Undefined if the network doesn't end with a dense layer that has a bias.
 */
export function findLastLayer(network: Sequential, readsLogits: boolean): LastLayer | undefined {
  const layers = network.namedLayers().map(([, layer]) => layer);
  const endsWithSigmoid = layers.at(-1) instanceof Sigmoid;
  const layer = layers.at(endsWithSigmoid ? -2 : -1);
  const isDense = layer instanceof Dense || layer instanceof TransposedDense;
  return isDense && layer.bias
    ? { layer, bias: layer.bias, isLogit: endsWithSigmoid || readsLogits }
    : undefined;
}

/** @throws {RangeError} If there is no such layer. */
export function requireLastLayer(found: LastLayer | undefined): LastLayer {
  if (found) return found;
  throw new RangeError(
    "fit: the start 'mean' sets the last bias, expected a network that ends with a dense layer that has one.",
  );
}

/**
 * The bias becomes the mean of the samples, or of their targets, and the weights become zero unless they belong to the
 * encoder: whatever the code, the first answer is the mean. This takes one pass over the samples.
 */
export async function startAtMean(
  { layer, bias, isLogit }: LastLayer,
  subset: Subset,
  options: PassOptions,
): Promise<void> {
  const mean = await meanTarget(subset, bias.value.size, options);
  bias.value.data.set(isLogit ? mean.map(logit) : mean);
  if (layer instanceof Dense) layer.weight.value.data.fill(0);
}

/** The mean of what the network should answer to these samples: one number a feature, summed in float64. */
async function meanTarget(
  { reader, rows }: Subset,
  features: number,
  { allocate, slice }: PassOptions,
): Promise<Float64Array> {
  const sums = new Float64Array(features);
  for await (const { data } of reader.targets.stream({ rows, allocate })) {
    addRows(sums, data);
    if (slice.isOver) await slice.pause();
  }
  return sums.map((sum) => sum / rows.length);
}

function logit(mean: number): number {
  const p = Math.min(1 - MARGIN, Math.max(MARGIN, mean));
  return Math.log(p / (1 - p));
}
