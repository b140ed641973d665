/**
 * How well a model tells anomalies from normal samples, by labels that say which are anomalies, beside what needs no network:
 * PCA, and the distance to the mean sample. Read evaluation/anomalyMetrics.ts first.
 */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { rowNumbers } from '../../../data/batches.ts';
import { DataError, pickSamples, type Samples } from '../../../data/samples.ts';
import { averagePrecision, precisionRecall, rocAuc } from '../../../evaluation/anomalyMetrics.ts';
import { largestRank } from '../../../evaluation/baselines.ts';
import { ErrorDistribution } from '../../../evaluation/errorDistribution.ts';
import { classesOf } from '../../../evaluation/labels.ts';
import { errorsOfMean, PCA } from '../../../evaluation/pca.ts';
import { Random } from '../../../tensor/random.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import { countOf, formatCount, formatList, print, say } from '../terminal/output.ts';
import { tableLines } from '../terminal/textTable.ts';
import type { UnlabelledSamples } from './labelledFeatures.ts';
import type { Section } from './options.ts';
import { announcePca } from './scores.ts';
import { type ChosenThreshold, DEFAULT_LEVEL, nameOf } from './threshold.ts';

/** The share of `--train-data` by whose errors the thresholds of the baselines are chosen. */
const HELD_OUT = 0.1;
const SEED = 0;

/**
 * Which classes are anomalies.
 *
 * @param asked - `--anomaly-labels`: numbers or names of classes.
 * @returns Class 1 if it was not asked for and there are only 0 and 1; undefined for other classes.
 * @throws {DataError} If a class that was asked for does not occur.
 */
export function anomalyClasses(
  asked: readonly string[] | undefined,
  labels: ArrayLike<number>,
  names: readonly string[] | undefined,
): readonly number[] | undefined {
  const classes = classesOf(labels);
  if (!asked) return classes.every((label) => label === 0 || label === 1) ? [1] : undefined;
  return asked.map((text) => {
    const named = names?.indexOf(text) ?? -1;
    const label = named >= 0 ? named : text === '' ? Number.NaN : Number(text);
    if (classes.includes(label)) return label;
    throw new DataError(
      `--anomaly-labels: no sample has the label ${text}, the labels are ${formatList(classes.map((label) => names?.[label] ?? label))}.`,
    );
  });
}

export interface DetectionOptions {
  /** What is ranked by, one for each sample. */
  readonly scores: readonly number[];
  readonly labels: ArrayLike<number>;
  readonly anomalies: readonly number[];
  readonly names: readonly string[] | undefined;
  readonly threshold: ChosenThreshold | undefined;
  /** What the baselines are fitted to; without it, the samples themselves. */
  readonly fitTo: UnlabelledSamples | undefined;
}

interface Row {
  readonly rocAuc: number;
  readonly averagePrecision: number;
  /** Missing if there is no threshold. */
  readonly threshold?: number;
  readonly flagged?: number;
  readonly precision?: number;
  readonly recall?: number;
}

export function detectionSection(
  { encodingDim, inputShape }: Autoencoder,
  { samples, source }: UnlabelledSamples,
  { scores, labels, anomalies, names, threshold, fitTo }: DetectionOptions,
): Section {
  const isAnomaly = Array.from(labels, (label) => anomalies.includes(label));
  const count = isAnomaly.filter(Boolean).length;
  const rowOf = (errors: ArrayLike<number>, value: number | undefined): Row => ({
    rocAuc: rocAuc(errors, isAnomaly),
    averagePrecision: averagePrecision(errors, isAnomaly),
    ...(value !== undefined && { threshold: value, ...precisionRecall(errors, isAnomaly, value) }),
  });
  const model = rowOf(scores, threshold?.value);
  const { normal, kept } = fitTo ? holdOut(fitTo.samples) : { normal: samples };
  const level = threshold ? threshold.level : DEFAULT_LEVEL;
  let tooFew = false;
  const baseline = (errorsOf: (samples: Samples) => Float64Array): Row => {
    const errors = errorsOf(samples);
    if (kept && level !== undefined) {
      const chosen = ErrorDistribution.of(errorsOf(kept)).threshold(level);
      tooFew = chosen.tooFew;
      return rowOf(errors, chosen.value);
    }
    return rowOf(errors, model.flagged === undefined ? undefined : thresholdFor(errors, model.flagged));
  };
  const [fitted] = normal.shape;
  // A code that holds the samples exactly ranks nothing.
  const hasPca = encodingDim < largestRank(sizeOf(inputShape), fitted);
  if (hasPca) announcePca(encodingDim);
  const pca = PCA.fit(normal, hasPca ? encodingDim : 1);
  const rows = {
    model,
    ...(hasPca && { pca: { components: pca.rank, ...baseline((others) => pca.errors(others)) } }),
    mean: baseline((others) => errorsOfMean(others, pca.mean)),
  };
  const classes = anomalies.map((label) => names?.[label] ?? String(label));
  const fittedTo = { source: (fitTo ?? { source }).source, samples: fitted, heldOut: kept?.shape[0] ?? 0 };
  return {
    json: {
      anomalyDetection: { labels: anomalies, anomalies: count, samples: isAnomaly.length, ...rows, fittedTo },
    },
    print: () => {
      const which = `${formatCount(count)} of ${countOf(isAnomaly.length, 'sample')}`;
      print(`telling anomalies from others: ${which} have the label ${classes.join(' or ')}\n`);
      printRows([
        ['this model', rows.model],
        ...(rows.pca ? [[`PCA, ${countOf(rows.pca.components, 'component')}`, rows.pca] as const] : []),
        ['distance to the mean', rows.mean],
      ]);
      print('');
      for (const line of explain({ fittedTo, fitTo, threshold, level, tooFew, hasPca })) print(line);
    },
  };
}

/** Says what cannot be measured without both anomalies and others. */
export function noteOneSided(labels: ArrayLike<number>, anomalies: readonly number[]): void {
  const classes = classesOf(labels);
  const isBoth =
    classes.some((label) => anomalies.includes(label)) && classes.some((label) => !anomalies.includes(label));
  if (isBoth) return;
  say('note: the samples are all normal, or all anomalies: there is no ROC AUC, which compares the two');
}

/** Most of the samples to fit to, and a few by whose errors thresholds are chosen; none of one sample. */
function holdOut(samples: Samples): { normal: Samples; kept?: Samples } {
  const [count] = samples.shape;
  if (count === 1) return { normal: samples };
  const rows = rowNumbers(count);
  new Random(SEED).shuffle(rows);
  const kept = Math.max(1, Math.round(HELD_OUT * count));
  return {
    normal: pickSamples(samples, Array.from(rows.subarray(kept))),
    kept: pickSamples(samples, Array.from(rows.subarray(0, kept))),
  };
}

/** The threshold with this number of errors above it, or fewer where several are equal. */
function thresholdFor(errors: Float64Array, flagged: number): number {
  const descending = errors.toSorted().reverse();
  return flagged < descending.length ? descending[flagged] : -Number.MAX_VALUE;
}

function printRows(rows: readonly (readonly [name: string, row: Row])[]): void {
  const share = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? '–' : value.toFixed(4);
  const cells = rows.map(([name, { rocAuc, averagePrecision, precision, recall, flagged }]) => [
    name,
    ...[rocAuc, averagePrecision, precision, recall].map(share),
    flagged === undefined ? '–' : formatCount(flagged),
  ]);
  const heads = ['', 'ROC AUC', 'average precision', 'precision', 'recall', 'flagged'];
  for (const line of tableLines([heads, ...cells])) print(line);
}

interface Explanation {
  readonly fittedTo: { readonly source: string; readonly samples: number; readonly heldOut: number };
  readonly fitTo: UnlabelledSamples | undefined;
  readonly threshold: ChosenThreshold | undefined;
  readonly level: number | undefined;
  /** Whether there are too few errors for this level. */
  readonly tooFew: boolean;
  readonly hasPca: boolean;
}

/** Where the baselines and their thresholds come from. */
function explain({ fittedTo, fitTo, threshold, level, tooFew, hasPca }: Explanation): string[] {
  const baselines = hasPca ? 'PCA and the mean were' : 'The mean was';
  const { source, samples, heldOut } = fittedTo;
  const lines = fitTo
    ? [`${baselines} fitted to ${countOf(samples, 'sample')} of ${source}.`]
    : [`${baselines} fitted to the evaluated samples, anomalies included: --train-data takes others.`];
  if (fitTo && heldOut > 0 && level !== undefined) {
    const which = tooFew ? ` (too few for ${nameOf(level)}: the largest of them)` : '';
    lines.push(
      `Their thresholds are ${nameOf(level)} of the errors of the other ${formatCount(heldOut)}${which}.`,
    );
  } else if (threshold) {
    lines.push('Their thresholds let as many samples lie above them as that of the model.');
  }
  if (!threshold)
    lines.push('The model file holds no errors to choose a threshold by: --threshold VALUE gives one.');
  if (!hasPca) lines.push('There is no PCA: a code as long as this restores all samples.');
  return lines;
}
