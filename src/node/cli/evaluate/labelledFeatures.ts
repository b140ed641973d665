/** The data of the classifiers of `evaluate --labels`: labelled samples to fit them to, and others to measure them on. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { DataError, type Samples } from '../../../data/samples.ts';
import { classesOf, stratifiedFolds } from '../../../evaluation/labels.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { toInputs } from '../../pictures/display.ts';
import type { ClassLabels, SamplePlaces } from '../../samples/sampleSource.ts';
import { countOf } from '../terminal/output.ts';

/** Cross-validation: fitted to four fifths of the samples, measured on the fifth that is left. */
export const FOLDS = 5;
/** More different labels are hardly classes, but sample numbers or measurements. */
const MAX_CLASSES = 1000;
/** Fixed, so that the folds, and with them the results, are the same each time. */
const SEED = 0;

export interface UnlabelledSamples {
  readonly samples: Samples;
  /** The name of the data, for people. */
  readonly source: string;
  /** What the data itself says of the class of each sample. */
  readonly classes?: ClassLabels | undefined;
  /** Where each of the samples is in the data. */
  readonly places?: SamplePlaces | undefined;
}

export interface LabelledSamples extends UnlabelledSamples {
  readonly labels: ArrayLike<number>;
}

/** Samples with their codes, `[n, code length]`, which are computed only once. */
export interface EncodedSamples extends LabelledSamples {
  readonly codes: Tensor;
}

/** Samples as features of two kinds: inputs and codes. */
export interface LabelledFeatures {
  /** The network's inputs, flat: `[n, d]`. */
  readonly inputs: Tensor;
  /** `[n, code length]` */
  readonly codes: Tensor;
  readonly labels: ArrayLike<number>;
}

/** What the classifiers are fitted to, and what they are measured on. */
export interface Fold {
  readonly fitted: LabelledFeatures;
  readonly measured: LabelledFeatures;
}

/** @throws {DataError} If a label has no name. */
export function refuseNamelessLabels(labels: ArrayLike<number>, names: readonly string[]): void {
  const nameless = Array.from(labels).find((label) => names[label] === undefined);
  if (nameless === undefined) return;
  throw new DataError(
    `--label-names has ${countOf(names.length, 'name')}, for the labels 0 to ${names.length - 1}, but there is a label ${nameless}.`,
  );
}

/**
 * Refuses data that no classifier can be fitted to, before anything is computed.
 *
 * @param neighbours - How many neighbours vote: there must be at least as many samples to fit to.
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
      `${source}: it holds ${countOf(labels.length, 'sample')}, expected at least ${FOLDS}, or --train-data with other samples.`,
    );
  }
  refuseUnfitLabels(labels, all, neighbours);
  if (classesOf(labels).length === labels.length) {
    throw new DataError(`${all} all have different labels, expected classes of at least two samples.`);
  }
  const what = `four fifths of ${all}`;
  for (const [rows] of foldRows(labels)) {
    const fittedTo = rows.map((i) => labels[i]);
    refuseUnfitLabels(fittedTo, what, neighbours);
  }
}

function refuseUnfitLabels(labels: ArrayLike<number>, what: string, neighbours: number): void {
  if (labels.length < neighbours) {
    throw new DataError(`${what} are ${labels.length}, expected at least the ${neighbours} of --neighbours.`);
  }
  const classes = classesOf(labels);
  if (classes.length < 2) {
    throw new DataError(`${what} all have the label ${classes[0]}, expected at least two classes.`);
  }
  refuseManyClasses(classes, what);
}

function refuseManyClasses({ length }: readonly number[], what: string): void {
  if (length <= MAX_CLASSES) return;
  throw new DataError(`${what} have ${length} different labels, expected at most ${MAX_CLASSES} classes.`);
}

/**
 * The folds of cross-validation, or a single one if there are other samples to fit to. As functions, because each fold is a
 * copy: the features take 4 bytes for each number of the samples, and a fold takes as much again.
 */
export function foldsOf(
  autoencoder: Autoencoder,
  measured: EncodedSamples,
  fitted: EncodedSamples | undefined,
): readonly (() => Fold)[] {
  const features = featuresOf(autoencoder, measured);
  if (fitted) {
    const only = { fitted: featuresOf(autoencoder, fitted), measured: features };
    return [() => only];
  }
  return foldRows(features.labels).map(([others, own]) => () => ({
    fitted: pickFeatures(features, others),
    measured: pickFeatures(features, own),
  }));
}

function featuresOf(autoencoder: Autoencoder, { samples, codes, labels }: EncodedSamples): LabelledFeatures {
  const inputs = toInputs(autoencoder, samples);
  const [n] = inputs.shape;
  return { inputs: inputs.reshape([n, inputs.size / n]), codes, labels };
}

/** The row numbers of each fold, after those of all other folds. */
function foldRows(labels: ArrayLike<number>): (readonly [others: number[], own: number[]])[] {
  const foldOf = stratifiedFolds(labels, FOLDS, SEED);
  const rows = Array.from(foldOf, (_, i) => i);
  return Array.from({ length: FOLDS }, (_, fold) => [
    rows.filter((i) => foldOf[i] !== fold),
    rows.filter((i) => foldOf[i] === fold),
  ]);
}

function pickFeatures(
  { inputs, codes, labels }: LabelledFeatures,
  rows: readonly number[],
): LabelledFeatures {
  return {
    inputs: inputs.pick(rows),
    codes: codes.pick(rows),
    labels: rows.map((i) => labels[i]),
  };
}
