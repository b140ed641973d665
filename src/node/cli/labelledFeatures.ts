/** What the classifiers of `evaluate --labels` get: labelled samples to be fitted to, and others to be told apart. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { DataError } from '../../data/normalization.ts';
import type { Samples } from '../../data/samples.ts';
import { classesOf, stratifiedFolds } from '../../features/labels.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { toInputs } from '../display.ts';

/** Cross-validation. */
export const FOLDS = 5;
/** The folds are the same each time: the figures should be, too. */
const SEED = 0;

export interface LabelledSamples {
  readonly samples: Samples;
  readonly labels: ArrayLike<number>;
  /** For people: the file's name. */
  readonly source: string;
}

/** The same samples as features of two kinds. */
export interface LabelledFeatures {
  /** The network's inputs, flat: `[n, d]`. */
  readonly inputs: Tensor;
  /** `[n, code length]` */
  readonly codes: Tensor;
  readonly labels: ArrayLike<number>;
}

export interface Part {
  readonly fitted: LabelledFeatures;
  readonly measured: LabelledFeatures;
}

/**
 * One part if there are samples to be fitted to, else a part for each fold. Takes 4 bytes for each number of the samples.
 *
 * @param neighbours - As many samples as that there must be to be fitted to.
 * @throws {DataError} If there are too few samples or classes.
 */
export function partsOf(
  autoencoder: Autoencoder,
  measured: LabelledSamples,
  fitted: LabelledSamples | undefined,
  neighbours: number,
): Part[] {
  const features = featuresOf(autoencoder, measured);
  const parts = fitted
    ? [{ fitted: featuresOf(autoencoder, fitted), measured: features }]
    : foldsOf(features, measured.source);
  for (const part of parts) checkFitted(part.fitted, fitted, neighbours);
  return parts;
}

function checkFitted(
  { labels }: LabelledFeatures,
  own: LabelledSamples | undefined,
  neighbours: number,
): void {
  const what = own ? `the samples of ${own.source}` : `${FOLDS - 1} of ${FOLDS} folds of the samples`;
  if (labels.length < neighbours) {
    throw new DataError(
      `--neighbours is ${neighbours}, expected at most ${labels.length}: ${what} are no more.`,
    );
  }
  const classes = classesOf(labels);
  if (classes.length < 2) {
    throw new DataError(`${what} all have the label ${classes[0]}, expected at least two classes.`);
  }
}

function featuresOf(autoencoder: Autoencoder, { samples, labels }: LabelledSamples): LabelledFeatures {
  const inputs = toInputs(autoencoder, samples);
  const [n] = inputs.shape;
  return { inputs: inputs.reshape([n, inputs.size / n]), codes: autoencoder.encode(inputs), labels };
}

function foldsOf(features: LabelledFeatures, source: string): Part[] {
  const { labels } = features;
  if (labels.length < FOLDS) {
    throw new DataError(
      `${source}: it holds ${labels.length} samples, expected at least ${FOLDS}, or others in --train-data.`,
    );
  }
  const foldOf = stratifiedFolds(labels, FOLDS, SEED);
  const numbers = Array.from(foldOf, (_, i) => i);
  return Array.from({ length: FOLDS }, (_, fold) => ({
    fitted: some(
      features,
      numbers.filter((i) => foldOf[i] !== fold),
    ),
    measured: some(
      features,
      numbers.filter((i) => foldOf[i] === fold),
    ),
  }));
}

function some({ inputs, codes, labels }: LabelledFeatures, rows: readonly number[]): LabelledFeatures {
  return {
    inputs: rowsOf(inputs, rows),
    codes: rowsOf(codes, rows),
    labels: rows.map((i) => labels[i]),
  };
}

function rowsOf({ shape: [, width], data }: Tensor, rows: readonly number[]): Tensor {
  const chosen = Tensor.zeros([rows.length, width]);
  rows.forEach((row, i) => {
    chosen.data.set(data.subarray(row * width, (row + 1) * width), i * width);
  });
  return chosen;
}
