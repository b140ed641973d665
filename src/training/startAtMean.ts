/**
 * A start that knows the data: the decoder answers with the samples' mean until it has learned more. docs/math.md,
 * section 6.3, says why; docs/recipes.md, what it brings. Read fit.ts first.
 */

import { Sigmoid } from '../layers/activation.ts';
import { Dense } from '../layers/dense.ts';
import type { Sequential } from '../layers/sequential.ts';
import { TransposedDense } from '../layers/transposedDense.ts';
import type { Parameter } from '../tensor/parameter.ts';
import { forEachBatch, type PassOptions } from './forEachBatch.ts';
import type { Part } from './split.ts';

/** Where training starts: `FitOptions.start`. */
export type Start = 'as-is' | 'mean';

/** A mean of 0 or 1 has no finite logit: nearer to them than this, the start is not. */
const NEAREST = 1e-3;

type MeanOptions = Omit<PassOptions, 'signal'>;

/** The layer that a start at the mean sets. */
export interface LastLayer {
  readonly layer: Dense | TransposedDense;
  readonly bias: Parameter;
  /** Whether its output is a logit: a sigmoid follows, its own or the loss's. */
  readonly isLogit: boolean;
}

/**
 * @param network - From input to what the loss reads.
 * @param readsLogits - Whether the loss holds a sigmoid of its own.
 * @throws {RangeError} If it doesn't end with a dense layer that has a bias.
 */
export function requireLastLayer(network: Sequential, readsLogits: boolean): LastLayer {
  const layers = network.namedLayers().map(([, layer]) => layer);
  const endsWithSigmoid = layers.at(-1) instanceof Sigmoid;
  const layer = layers.at(endsWithSigmoid ? -2 : -1);
  if ((layer instanceof Dense || layer instanceof TransposedDense) && layer.bias) {
    return { layer, bias: layer.bias, isLogit: readsLogits || endsWithSigmoid };
  }
  throw new RangeError(
    "fit: the start 'mean' sets the last bias, expected a network that ends with a dense layer that has one.",
  );
}

/**
 * The bias becomes the mean and the weights, unless they are borrowed, zero: the first answer is the mean whatever the code.
 *
 * @param part - The samples to take the mean of: one pass over them.
 */
export async function startAtMean(
  { layer, bias, isLogit }: LastLayer,
  part: Part,
  options: MeanOptions,
): Promise<void> {
  const mean = await meanInput(part, options);
  bias.value.data.set(isLogit ? mean.map(logit) : mean);
  if (layer instanceof Dense) layer.weight.value.data.fill(0);
}

/** The mean of these samples, as inputs: one number a feature, added up in float64. */
async function meanInput(part: Part, options: MeanOptions): Promise<Float64Array> {
  const { features } = options;
  const mean = new Float64Array(features);
  await forEachBatch(part, options, ({ data }) => {
    for (let start = 0; start < data.length; start += features) {
      for (let j = 0; j < features; j++) mean[j] += data[start + j];
    }
  });
  return mean.map((sum) => sum / part.rows.length);
}

function logit(mean: number): number {
  const p = Math.min(1 - NEAREST, Math.max(NEAREST, mean));
  return Math.log(p / (1 - p));
}
