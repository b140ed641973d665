/**
 * A start that knows the data: the encoder sees samples minus their mean, and the decoder answers with the mean until it
 * has learned more. docs/math.md, section 6, says why; docs/recipes.md, what it brings. Read fit.ts first.
 */

import { Dense } from '../layers/dense.ts';
import type { Layer } from '../layers/layer.ts';
import { Sequential } from '../layers/sequential.ts';
import { Sigmoid } from '../layers/sigmoid.ts';
import { TransposedDense } from '../layers/transposedDense.ts';
import { forEachBatch, type PassOptions } from './pass.ts';
import type { Part } from './split.ts';

/** Where training starts: `FitOptions.start`. */
export type Start = 'as-is' | 'mean';

/** A mean of 0 or 1 has no finite logit: nearer to them than this, the start is not. */
const NEAREST = 1e-3;

type MeanOptions = Omit<PassOptions, 'signal'>;

/** The layers that a start at the mean sets. */
export interface Ends {
  readonly first: Dense;
  readonly last: Dense | TransposedDense;
  /** Whether the last layer's output is a logit: a sigmoid follows, its own or the loss's. */
  readonly isLogit: boolean;
}

/**
 * @param network - From input to what the loss reads.
 * @param readsLogits - Whether the loss holds a sigmoid of its own.
 * @throws {RangeError} If it doesn't begin and end with dense layers that have biases.
 */
export function requireEnds(network: Sequential, readsLogits: boolean): Ends {
  const layers: Layer[] = network
    .namedLayers()
    .flatMap(([, layer]) => (layer instanceof Sequential ? [] : layer));
  const endsWithSigmoid = layers.at(-1) instanceof Sigmoid;
  const first = layers[0];
  const last = layers.at(endsWithSigmoid ? -2 : -1);
  const isFirstDense = first instanceof Dense && first.bias;
  const isLastDense = (last instanceof Dense || last instanceof TransposedDense) && last.bias;
  if (!isFirstDense || !isLastDense) {
    throw new RangeError(
      "fit: the start 'mean' sets biases, expected a network that begins and ends with dense layers that have some.",
    );
  }
  return { first, last, isLogit: readsLogits || endsWithSigmoid };
}

/**
 * First layer: `b = -mean W`, so that it computes `(x - mean) W`. Last layer: `b = mean` and, unless it borrows them,
 * weights of zero, so that the first answer is the mean whatever the code.
 *
 * @param part - The samples to take the mean of: one pass over them.
 */
export async function startAtMean(
  { first, last, isLogit }: Ends,
  part: Part,
  options: MeanOptions,
): Promise<void> {
  const mean = await meanInput(part, options);
  const { inFeatures, outFeatures, weight } = first;
  const shift = new Float64Array(outFeatures);
  for (let i = 0; i < inFeatures; i++) {
    for (let j = 0; j < outFeatures; j++) shift[j] -= mean[i] * weight.value.data[i * outFeatures + j];
  }
  first.bias?.value.data.set(shift);
  last.bias?.value.data.set(isLogit ? mean.map(logit) : mean);
  if (last instanceof Dense) last.weight.value.data.fill(0);
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
