/**
 * The samples that differ most from what a model has learned: those that it restores worst, or for a variational
 * autoencoder those whose negative ELBO has the largest excess. scores.ts chooses which.
 */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { arePixels, pictureOf } from '../../../data/pictureShape.ts';
import { pickSamples, type Samples } from '../../../data/samples.ts';
import type { AnomalyScore } from '../../../evaluation/errorDistribution.ts';
import { visible } from '../../../tensor/words.ts';
import { pixelErrors, toInputs, toPictures } from '../../pictures/display.ts';
import { reconstructionSheet } from '../../pictures/grid.ts';
import { encodePng } from '../../pictures/png.ts';
import { type Noun, nounOf } from '../../pictures/sampleKind.ts';
import type { SamplePlaces } from '../../samples/sampleSource.ts';
import { countShown } from '../shared/pictures.ts';
import { formatCount, print } from '../terminal/output.ts';
import { formatNumber, formatShare, tableLines } from '../terminal/textTable.ts';
import { contributionsOf, featureIndex, featureLabel } from './contributions.ts';
import type { Section } from './options.ts';
import { anomalyScoreOf, type ImageScores, scoreBy } from './scores.ts';
import { describeThreshold, formatPercentile, type Judge } from './threshold.ts';

/** How many features are named of a sample that is no image. */
const FEATURES = 3;

export interface Anomaly {
  /** The sample's number, from 0. */
  readonly index: number;
  /** Where it is in the data, as its {@link SamplePlaces} say. */
  readonly file?: string | number;
  readonly line?: string | number;
  readonly second?: string | number;
  /** Not finite if the network overflows: null in JSON. */
  readonly mse: number;
  /** Only of a variational autoencoder. Not finite as the MSE. */
  readonly negativeElbo?: number;
  /** What a variational autoencoder's samples are ranked by. */
  readonly excess?: number;
  /** The score divided by the median of all finite ones; missing if that is not above 0, or the score is not finite. */
  readonly timesMedian?: number;
  /** The share of the training errors that are smaller, in percent, if the model file holds them; and of held-out errors. */
  readonly percentile?: number;
  readonly heldOutPercentile?: number;
  /** Whether the score is above the threshold, if there is one. */
  readonly isAnomaly?: boolean;
  readonly label?: number;
  /** The name of the class, if it has one. */
  readonly name?: string;
  /** The features with the largest errors, if the sample is no image. */
  readonly features?: readonly FeatureError[];
}

interface FeatureError {
  /** Its place in the sample, from 0: one number, or several for samples of several dimensions. */
  readonly index: readonly number[];
  readonly name?: string;
  /** Its part of the sample's squared error, from 0 to 1; of the squared inputs if the network overflows. */
  readonly share: number;
}

/**
 * The numbers of the samples with the highest scores, the worst first; of two with the same score, the first. A score that
 * is not finite, NaN included, is higher than all others.
 *
 * @param scores - One for each sample.
 * @param count - How many; all if there are fewer.
 */
export function worstSamples(scores: readonly number[], count: number): number[] {
  const numbers = scores.map((_, i) => i);
  const ranks = scores.map((score) => (Number.isFinite(score) ? score : Infinity));
  const compare = (a: number, b: number) => (ranks[a] === ranks[b] ? a - b : ranks[b] - ranks[a]);
  return numbers.sort(compare).slice(0, count);
}

/** What is said of each ranking, and where the median stands in JSON. */
const RANKINGS = {
  mse: { median: 'MSE', medianName: 'medianMse' },
  excess: { median: 'excess', medianName: 'medianExcess' },
} as const satisfies Record<AnomalyScore, unknown>;

export interface AnomalyOptions {
  readonly images: readonly ImageScores[];
  /** The result of {@link worstSamples}. */
  readonly worst: readonly number[];
  readonly labels?: ArrayLike<number> | undefined;
  /** The name of class i. */
  readonly names?: readonly string[] | undefined;
  readonly featureNames?: readonly string[] | undefined;
  /** Where each sample is in the data. */
  readonly places?: SamplePlaces | undefined;
  readonly judge: Judge;
}

export function anomalySection(
  autoencoder: Autoencoder,
  samples: Samples,
  { images, worst, labels, names, featureNames, places, judge }: AnomalyOptions,
): Section {
  const { inputShape } = autoencoder;
  const isPicture = pictureOf(inputShape, samples.normalization) !== undefined;
  const features =
    isPicture && arePixels(inputShape, samples.normalization)
      ? []
      : featureErrors(autoencoder, pickSamples(samples, worst), featureNames);
  const rankedBy = anomalyScoreOf(images);
  const scores = images.map((image) => scoreBy(rankedBy, image));
  const median = medianOf(scores.filter(Number.isFinite));
  const anomalies = worst.map((index, i): Anomaly => {
    const { mse, negativeElbo, excess } = images[index];
    return {
      index,
      ...(places && { [places.kind]: places.of(index) }),
      mse,
      ...(excess !== undefined && { negativeElbo, excess }),
      ...(median > 0 && Number.isFinite(scores[index]) && { timesMedian: scores[index] / median }),
      ...judge.percentiles(scores[index]),
      ...(judge.threshold && { isAnomaly: judge.isAnomaly(scores[index]) === true }),
      ...(labels && { label: labels[index], ...(names && { name: names[labels[index]] }) }),
      ...(features[i] && { features: features[i] }),
    };
  });
  const noun = nounOf(autoencoder.inputShape, samples.normalization);
  const flagged = flaggedSection(scores, judge, noun);
  return {
    json: { rankedBy, [RANKINGS[rankedBy].medianName]: median, ...flagged.json, anomalies },
    print: () => {
      const isAlone = scores.length === 1;
      const middle = `the median ${RANKINGS[rankedBy].median} is ${formatNumber(median)}`;
      print(
        isAlone
          ? `The error of the ${noun}`
          : `The ${describeWorst(worst.length, noun, rankedBy)}, numbered from 0; ${middle}`,
      );
      print(rankedBy === 'mse' ? '' : `${EXCESS}\n`);
      printAnomalies(noun, anomalies, { rankedBy, isAlone });
      const [{ percentile, heldOutPercentile }] = anomalies;
      print('');
      if (percentile !== undefined) print(describePercentiles(heldOutPercentile !== undefined));
      flagged.print();
    },
  };
}

/** How many of the samples are above the threshold. */
export function flaggedSection(scores: readonly number[], judge: Judge, noun: Noun): Section {
  const { threshold } = judge;
  const { length: samples } = scores;
  const flagged = scores.filter((score) => judge.isAnomaly(score)).length;
  return {
    json: threshold ? { threshold: { ...threshold, flagged, share: flagged / samples } } : {},
    print: () =>
      print(
        threshold
          ? describeThreshold(threshold, { flagged, samples, noun })
          : 'no threshold: the model file holds no errors of its training data to compare with',
      ),
  };
}

function describeWorst(count: number, noun: string, rankedBy: AnomalyScore): string {
  const those = count === 1 ? noun : `${formatCount(count)} ${noun}s`;
  if (rankedBy === 'excess') return `${those} with the largest excess`;
  return `${those} that ${count === 1 ? 'is' : 'are'} restored worst`;
}

const EXCESS = '(excess: how far the negative ELBO is above that of a perfect reconstruction)';

/** The samples as a PNG file: their numbers, below them the originals, the reconstructions, and where the two differ. */
export function anomalyPicture(
  autoencoder: Autoencoder,
  samples: Samples,
  worst: readonly number[],
): Uint8Array {
  const shown = worst.slice(0, countShown([worst.length, ...autoencoder.inputShape]));
  const inputs = toInputs(autoencoder, pickSamples(samples, shown));
  const restored = autoencoder.predict(inputs);
  const errors = pixelErrors(inputs, restored); // before toPictures overwrites both
  const [originals, reconstructions] = toPictures([inputs, restored], samples.normalization);
  return encodePng(reconstructionSheet(originals, reconstructions, { headings: shown.map(String), errors }));
}

function describePercentiles(hasHeldOut: boolean): string {
  return hasHeldOut
    ? 'training, held-out: the share of training and of held-out errors that are smaller'
    : 'training: the share of training errors that are smaller';
}

/** For each sample the features with the largest errors. */
function featureErrors(
  autoencoder: Autoencoder,
  samples: Samples,
  names: readonly string[] | undefined,
): FeatureError[][] {
  return Array.from(contributionsOf(autoencoder, samples), (shares) => {
    const order = Array.from(shares, (_, j) => j).sort((a, b) => shares[b] - shares[a] || a - b);
    return order.slice(0, FEATURES).map((j) => ({
      index: featureIndex(j, autoencoder.inputShape),
      ...(names && { name: names[j] }),
      share: shares[j],
    }));
  });
}

/** NaN if there are no values. */
function medianOf(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

type Column = readonly [head: string, cell: (anomaly: Anomaly) => string];

const PLACES = ['file', 'line', 'second'] as const satisfies readonly SamplePlaces['kind'][];

function scoreColumns(rankedBy: AnomalyScore): Column[] {
  if (rankedBy === 'mse') return [['MSE', ({ mse }) => formatNumber(mse)]];
  return [
    ['negative ELBO', ({ negativeElbo = Number.NaN }) => formatNumber(negativeElbo)],
    ['excess', ({ excess = Number.NaN }) => formatNumber(excess)],
  ];
}

function printAnomalies(
  noun: string,
  anomalies: readonly Anomaly[],
  { rankedBy, isAlone }: { rankedBy: AnomalyScore; isAlone: boolean },
): void {
  const [first] = anomalies;
  const columns: Column[] = [[noun, ({ index }) => String(index)]];
  for (const kind of PLACES) {
    if (first[kind] !== undefined) columns.push([kind, (one) => visible(String(one[kind]))]);
  }
  columns.push(...scoreColumns(rankedBy));
  if (!isAlone) columns.push(['× median', ({ timesMedian }) => formatTimes(timesMedian)]);
  if (first.percentile !== undefined) {
    columns.push(['training', ({ percentile = 0 }) => formatPercentile(percentile)]);
  }
  if (first.heldOutPercentile !== undefined) {
    columns.push(['held-out', ({ heldOutPercentile = 0 }) => formatPercentile(heldOutPercentile)]);
  }
  if (first.isAnomaly !== undefined) columns.push(['anomaly', ({ isAnomaly }) => (isAnomaly ? 'yes' : 'no')]);
  if (first.label !== undefined) columns.push(['label', ({ label, name }) => name ?? String(label)]);
  const rows = [
    columns.map(([head]) => head),
    ...anomalies.map((one) => columns.map(([, cell]) => cell(one))),
  ];
  tableLines(rows, { first: 'right' }).forEach((line, row) => {
    const rest = row === 0 ? 'features (share of the error)' : describeFeatures(anomalies[row - 1]);
    print(first.features ? `${line}   ${rest}` : line);
  });
}

function formatTimes(times: number | undefined): string {
  if (times === undefined) return '–';
  return times < 1000 ? times.toFixed(1) : formatNumber(times);
}

/** "3 (61 %), 0 (20 %)"; for samples of several dimensions "[2, 3] (61 %), [0, 1] (20 %)". */
function describeFeatures({ features = [] }: Anomaly): string {
  return features.map((feature) => `${featureLabel(feature)} (${formatShare(feature.share)})`).join(', ');
}
