/** What the classifiers of `evaluate --labels` get: labelled samples to be fitted to, and others to be told apart. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { DataError, type Samples } from '../../../data/samples.ts';
import { classesOf, stratifiedFolds } from '../../../evaluation/labels.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { toInputs } from '../../pictures/display.ts';

/** Cross-validation: fitted to four fifths, measured on the fifth that is left, as what is printed says. */
export const FOLDS = 5;
/** More are no classes but numbers of samples, or of something that is measured. */
const MOST_CLASSES = 1000;
/** The folds are the same each time: the figures should be, too. */
const SEED = 0;

export interface LabelledSamples {
  readonly samples: Samples;
  readonly labels: ArrayLike<number>;
  /** For people: the file's name. */
  readonly source: string;
}

/** Samples with their codes, `[n, code length]`: they are computed once. */
export interface EncodedSamples extends LabelledSamples {
  readonly codes: Tensor;
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
 * To be asked before anything is computed.
 *
 * @param neighbours - As many samples as that there must be to be fitted to.
 * @throws {DataError} If there are too few samples, or too few or too many classes.
 */
export function refuseUnfit(
  { labels, source }: LabelledSamples,
  fitted: LabelledSamples | undefined,
  neighbours: number,
): void {
  const all = `the samples of ${source}`;
  if (fitted) {
    refuseUnfitLabels(fitted.labels, `the samples of ${fitted.source}`, neighbours);
    refuseManyClasses(classesOf(labels), all);
    return;
  }
  if (labels.length < FOLDS) {
    throw new DataError(
      `${source}: it holds ${labels.length} samples, expected at least ${FOLDS}, or others in --train-data.`,
    );
  }
  refuseUnfitLabels(labels, all, neighbours);
  if (classesOf(labels).length === labels.length) {
    throw new DataError(`${all} all have labels of their own, expected classes of two samples or more.`);
  }
  const what = `four fifths of ${all}`;
  for (const [rows] of foldsOf(labels)) {
    const fittedTo = rows.map((i) => labels[i]);
    refuseUnfitLabels(fittedTo, what, neighbours);
  }
}

function refuseUnfitLabels(labels: ArrayLike<number>, what: string, neighbours: number): void {
  if (labels.length < neighbours) {
    throw new DataError(
      `${what} are ${labels.length}, fewer than the ${neighbours} neighbours that are asked (--neighbours).`,
    );
  }
  const classes = classesOf(labels);
  if (classes.length < 2) {
    throw new DataError(`${what} all have the label ${classes[0]}, expected at least two classes.`);
  }
  refuseManyClasses(classes, what);
}

function refuseManyClasses({ length }: readonly number[], what: string): void {
  if (length <= MOST_CLASSES) return;
  throw new DataError(`${what} have ${length} different labels, expected at most ${MOST_CLASSES} classes.`);
}

/**
 * One part if there are samples to be fitted to, else a part for each fold: as functions, since a fold is a copy.
 * Takes 4 bytes for each number of the samples, and once more for a fold.
 */
export function partsOf(
  autoencoder: Autoencoder,
  measured: EncodedSamples,
  fitted: EncodedSamples | undefined,
): readonly (() => Part)[] {
  const features = featuresOf(autoencoder, measured);
  if (fitted) {
    const part = { fitted: featuresOf(autoencoder, fitted), measured: features };
    return [() => part];
  }
  return foldsOf(features.labels).map(([others, own]) => () => ({
    fitted: some(features, others),
    measured: some(features, own),
  }));
}

function featuresOf(autoencoder: Autoencoder, { samples, codes, labels }: EncodedSamples): LabelledFeatures {
  const inputs = toInputs(autoencoder, samples);
  const [n] = inputs.shape;
  return { inputs: inputs.reshape([n, inputs.size / n]), codes, labels };
}

/** The row numbers of each fold, behind those of all others. */
function foldsOf(labels: ArrayLike<number>): (readonly [others: number[], own: number[]])[] {
  const foldOf = stratifiedFolds(labels, FOLDS, SEED);
  const rows = Array.from(foldOf, (_, i) => i);
  return Array.from({ length: FOLDS }, (_, fold) => [
    rows.filter((i) => foldOf[i] !== fold),
    rows.filter((i) => foldOf[i] === fold),
  ]);
}

function some({ inputs, codes, labels }: LabelledFeatures, rows: readonly number[]): LabelledFeatures {
  return {
    inputs: inputs.pick(rows),
    codes: codes.pick(rows),
    labels: rows.map((i) => labels[i]),
  };
}
