/** The samples that a model restores worst: what it has not learned to expect. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { DataError, pickSamples, type Samples } from '../../../data/samples.ts';
import { toInputs, toPictures } from '../../pictures/display.ts';
import { reconstructionSheet } from '../../pictures/grid.ts';
import { encodePng } from '../../pictures/png.ts';
import { arePixels, nounOf, pictureOf } from '../../pictures/sampleKind.ts';
import { countShown } from '../shared/pictureLimit.ts';
import { formatCount, print, timesShape } from '../terminal/output.ts';
import { formatNumber, formatShare, tableLines } from '../terminal/textTable.ts';
import { formatPosition, positionOf } from './features.ts';
import type { Section } from './options.ts';
import type { ImageScores } from './scores.ts';

/** Where the inputs are no pixels of a picture, so many features are named. */
const FEATURES = 3;

export interface Anomaly {
  /** The sample's number, from 0. */
  readonly index: number;
  /** Not finite where the network overflows: null in JSON. */
  readonly mse: number;
  /** How many times the median of all finite ones that is; none if that is 0, or one is not finite. */
  readonly timesMedian?: number;
  readonly label?: number;
  /** What that class is called, if it has a name. */
  readonly name?: string;
  /** Where the inputs are no pixels of a picture: the features that are furthest off. */
  readonly features?: readonly FeatureError[];
}

interface FeatureError {
  /** Where it is in the sample, from 0: a number, or several for samples of several dimensions. */
  readonly index: readonly number[];
  /** Its part of the sample's squared error, from 0 to 1; of the squared inputs where the network overflows. */
  readonly share: number;
}

/**
 * The samples of largest error, the worst first; of two with the same, the first. An error that is not finite, NaN
 * included, is above every other.
 *
 * @param count - How many; all if there are fewer.
 */
export function worstSamples(images: readonly ImageScores[], count: number): number[] {
  const numbers = images.map((_, i) => i);
  const rankOf = (i: number) => (Number.isFinite(images[i].mse) ? images[i].mse : Infinity);
  const ranks = numbers.map(rankOf);
  const compare = (a: number, b: number) => (ranks[a] === ranks[b] ? a - b : ranks[b] - ranks[a]);
  return numbers.sort(compare).slice(0, count);
}

export interface AnomalyOptions {
  readonly images: readonly ImageScores[];
  /** As {@link worstSamples} finds them. */
  readonly worst: readonly number[];
  readonly labels?: ArrayLike<number> | undefined;
  /** What class i is called. */
  readonly names?: readonly string[] | undefined;
}

export function anomalySection(
  autoencoder: Autoencoder,
  samples: Samples,
  { images, worst, labels, names }: AnomalyOptions,
): Section {
  const { inputShape } = autoencoder;
  const isPicture = pictureOf(inputShape, samples.normalization) !== undefined;
  const features =
    isPicture && arePixels(inputShape, samples.normalization)
      ? []
      : featureErrors(autoencoder, pickSamples(samples, worst));
  const median = medianOf(images.map(({ mse }) => mse).filter(Number.isFinite));
  const anomalies = worst.map((index, i): Anomaly => {
    const { mse } = images[index];
    return {
      index,
      mse,
      ...(median > 0 && Number.isFinite(mse) && { timesMedian: mse / median }),
      ...(labels && { label: labels[index], ...(names && { name: names[labels[index]] }) }),
      ...(features[i] && { features: features[i] }),
    };
  });
  const noun = nounOf(autoencoder.inputShape, samples.normalization);
  return {
    json: { medianMse: median, anomalies },
    print: () => {
      const which =
        worst.length === 1 ? `${noun} that is restored worst` : `${noun}s that are restored worst`;
      print(
        `The ${worst.length === 1 ? '' : `${formatCount(worst.length)} `}${which}, numbered from 0; the median MSE is ${formatNumber(median)}\n`,
      );
      printAnomalies(noun, anomalies);
    },
  };
}

/**
 * The samples as a picture: their numbers, originals below and reconstructions below these, in this order.
 *
 * @throws {DataError} If they are no pictures.
 */
export function anomalyPicture(
  autoencoder: Autoencoder,
  samples: Samples,
  worst: readonly number[],
): Uint8Array {
  const shown = worst.slice(0, countShown([worst.length, ...autoencoder.inputShape]));
  const inputs = toInputs(autoencoder, pickSamples(samples, shown));
  const tensors = [inputs, autoencoder.predict(inputs)];
  const [originals, reconstructions] = toPictures(tensors, samples.normalization);
  return encodePng(reconstructionSheet(originals, reconstructions, { headings: shown.map(String) }));
}

/** @throws {DataError} If samples of the model are no pictures. */
export function refuseAnomalyPicture({ inputShape, normalization }: Autoencoder): void {
  if (pictureOf(inputShape, normalization)) return;
  throw new DataError(
    `samples of ${timesShape(inputShape)} are no pictures, expected --anomalies without --anomalies-out.`,
  );
}

/** Of each sample the features that are furthest off. */
function featureErrors(autoencoder: Autoencoder, samples: Samples): FeatureError[][] {
  const originals = toInputs(autoencoder, samples);
  const restored = autoencoder.predict(samples);
  return Array.from({ length: originals.shape[0] }, (_, i) => {
    const [x, y] = [originals, restored].map((all) => all.rows(i, i + 1).data);
    const errors = Array.from(x, (value, j) => (y[j] - value) ** 2);
    // Where they overflow, what is furthest out is the reason.
    const squares = errors.every(Number.isFinite) ? errors : Array.from(x, (value) => value ** 2);
    const sum = squares.reduce((a, b) => a + b, 0);
    const order = squares.map((_, j) => j).sort((a, b) => squares[b] - squares[a] || a - b);
    return order.slice(0, FEATURES).map((j) => ({
      index: positionOf(j, autoencoder.inputShape),
      share: sum > 0 ? squares[j] / sum : 0,
    }));
  });
}

/** NaN of none. */
function medianOf(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function printAnomalies(noun: string, anomalies: readonly Anomaly[]): void {
  const [first] = anomalies;
  const columns: (readonly [head: string, cell: (anomaly: Anomaly) => string])[] = [
    [noun, ({ index }) => String(index)],
    ['MSE', ({ mse }) => formatNumber(mse)],
    ['× median', ({ timesMedian }) => formatTimes(timesMedian)],
  ];
  if (first.label !== undefined) columns.push(['label', ({ label, name }) => name ?? String(label)]);
  const rows = [
    columns.map(([head]) => head),
    ...anomalies.map((one) => columns.map(([, cell]) => cell(one))),
  ];
  tableLines(rows, { first: 'right' }).forEach((line, row) => {
    const rest = row === 0 ? 'features furthest off, with their share' : describe(anomalies[row - 1]);
    print(first.features ? `${line}   ${rest}` : line);
  });
}

function formatTimes(times: number | undefined): string {
  if (times === undefined) return '–';
  return times < 1000 ? times.toFixed(1) : formatNumber(times);
}

/** "3 (61 %), 0 (20 %)"; of samples of several dimensions "[2, 3] (61 %), [0, 1] (20 %)". */
function describe({ features = [] }: Anomaly): string {
  return features.map(({ index, share }) => `${formatPosition(index)} (${formatShare(share)})`).join(', ');
}
