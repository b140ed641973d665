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
  /** One number for each feature, or after a convolution for each channel. */
  readonly bias: Parameter;
  /** Of a dense layer: these become zero. Tied weights are the encoder's, and convolutions learn better from theirs. */
  readonly weight: Parameter | undefined;
  /** Whether its output is a logit: a sigmoid follows, in the network or in the loss. */
  readonly isLogit: boolean;
}

/**
 * @param network - From its input to what the loss reads.
 * @param readsLogits - Whether the loss contains a sigmoid.
 * @returns Undefined if the network doesn't end with a dense layer, or a convolution, that has a bias.
 */
export function findLastLayer(network: Sequential, readsLogits: boolean): LastLayer | undefined {
  const layers = network.namedLayers().map(([, layer]) => layer);
  const endsWithSigmoid = layers.at(-1) instanceof Sigmoid;
  if (endsWithSigmoid) layers.pop();
  const layer = layers.findLast((each) => each.constructor.name !== 'Flatten');
  const isDense = layer instanceof Dense;
  if (!layer) return undefined;
  // Not by the classes of convolutions, which are a part that bundlers may leave out.
  if (!isDense && !(layer instanceof TransposedDense) && !('outChannels' in layer)) return undefined;
  const { weight, bias } = Object.fromEntries<Parameter | undefined>(layer.namedParameters());
  return bias && { bias, weight: isDense ? weight : undefined, isLogit: endsWithSigmoid || readsLogits };
}

/** @throws {RangeError} If there is no such layer. */
export function requireLastLayer(found: LastLayer | undefined): LastLayer {
  if (found) return found;
  throw new RangeError(
    "fit: the start 'mean' sets the last bias, expected a network that ends with a dense layer or a convolution that has one.",
  );
}

/**
 * The bias becomes the mean of the samples, or of their targets, and the weights of a dense layer become zero unless they
 * belong to the encoder: whatever the code, the first answer is the mean. This takes one pass over the samples.
 */
export async function startAtMean(
  { bias, weight, isLogit }: LastLayer,
  subset: Subset,
  options: PassOptions,
): Promise<void> {
  const mean = await meanTarget(subset, bias.value.size, options);
  bias.value.data.set(isLogit ? mean.map(logit) : mean);
  weight?.value.data.fill(0);
}

/**
 * The mean of what the network should answer to these samples, summed in float64: one number a feature, or a channel, as the
 * pixels of an image are rows of so many numbers.
 */
async function meanTarget(
  { reader, rows }: Subset,
  width: number,
  { allocate, slice }: PassOptions,
): Promise<Float64Array> {
  const sums = new Float64Array(width);
  let count = 0;
  for await (const { data } of reader.targets.stream({ rows, allocate })) {
    addRows(sums, data);
    count += data.length / width;
    if (slice.isOver) await slice.pause();
  }
  return sums.map((sum) => sum / count);
}

function logit(mean: number): number {
  const p = Math.min(1 - MARGIN, Math.max(MARGIN, mean));
  return Math.log(p / (1 - p));
}
