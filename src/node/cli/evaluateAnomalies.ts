/** The samples that a model restores worst: what it has not learned to expect. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { DataError } from '../../data/normalization.ts';
import { pickSamples, type Samples } from '../../data/samples.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';
import { toInputs, toPictures } from '../display.ts';
import { reconstructionSheet } from '../grid.ts';
import { encodePng } from '../png.ts';
import { nounOf, pictureOf } from '../sampleKind.ts';
import type { ImageScores } from './evaluateScores.ts';
import type { Section } from './evaluateSection.ts';
import { formatCount, print, timesShape } from './output.ts';

/** Of a sample that is no picture, so many features are named. */
const FEATURES = 3;

export interface Anomaly {
  /** The sample's number, from 0. */
  readonly index: number;
  readonly mse: number;
  /** How many times the median of all samples that is; none if that is 0. */
  readonly timesMedian?: number;
  readonly label?: number;
  /** Of a sample that is no picture: the features that are furthest off. */
  readonly features?: readonly FeatureError[];
}

interface FeatureError {
  /** Where it is in the sample, from 0: a number, or several for samples of several dimensions. */
  readonly index: readonly number[];
  /** Its part of the sample's squared error, from 0 to 1. */
  readonly share: number;
}

/**
 * The samples of greatest error, the worst first; of two with the same, the first.
 *
 * @param count - How many; all if there are fewer.
 */
export function worstSamples(images: readonly ImageScores[], count: number): number[] {
  const numbers = images.map((_, i) => i);
  return numbers.sort((a, b) => images[b].mse - images[a].mse || a - b).slice(0, count);
}

export interface AnomalyOptions {
  readonly images: readonly ImageScores[];
  /** As {@link worstSamples} finds them. */
  readonly worst: readonly number[];
  readonly labels?: ArrayLike<number> | undefined;
}

export function anomalySection(
  autoencoder: Autoencoder,
  samples: Samples,
  { images, worst, labels }: AnomalyOptions,
): Section {
  const isPicture = pictureOf(autoencoder.inputShape, samples.normalization) !== undefined;
  const features = isPicture ? [] : featureErrors(autoencoder, pickSamples(samples, worst));
  const median = medianOf(images.map(({ mse }) => mse));
  const anomalies = worst.map((index, i): Anomaly => {
    const { mse } = images[index];
    return {
      index,
      mse,
      ...(median > 0 && { timesMedian: mse / median }),
      ...(labels && { label: labels[index] }),
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
        `The ${worst.length === 1 ? '' : `${formatCount(worst.length)} `}${which}, numbered from 0; the median MSE is ${formatError(median)}\n`,
      );
      printAnomalies(noun, anomalies);
    },
  };
}

/**
 * The samples as a picture: originals above, reconstructions below, in this order.
 *
 * @throws {DataError} If they are no pictures.
 */
export function anomalyPicture(
  autoencoder: Autoencoder,
  samples: Samples,
  worst: readonly number[],
): Uint8Array {
  const inputs = toInputs(autoencoder, pickSamples(samples, worst));
  const tensors = [inputs, autoencoder.predict(inputs)];
  const [originals, reconstructions] = toPictures(tensors, samples.normalization);
  return encodePng(reconstructionSheet(originals, reconstructions));
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
    const squares = Array.from(x, (value, j) => (y[j] - value) ** 2);
    const sum = squares.reduce((a, b) => a + b, 0);
    const order = squares.map((_, j) => j).sort((a, b) => squares[b] - squares[a] || a - b);
    return order.slice(0, FEATURES).map((j) => ({
      index: positionOf(j, autoencoder.inputShape),
      share: sum > 0 ? squares[j] / sum : 0,
    }));
  });
}

/** Where number j of a row-major sample is; dimensions of 1 don't count. */
function positionOf(j: number, sample: Shape): number[] {
  const position: number[] = [];
  let rest = j;
  for (const length of sample.filter((length) => length !== 1).toReversed()) {
    position.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return position;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function printAnomalies(noun: string, anomalies: readonly Anomaly[]): void {
  const [first] = anomalies;
  const columns: (readonly [head: string, cell: (anomaly: Anomaly) => string])[] = [
    [noun, ({ index }) => String(index)],
    ['MSE', ({ mse }) => formatError(mse)],
    ['× median', ({ timesMedian }) => timesMedian?.toFixed(1) ?? '–'],
  ];
  if (first.label !== undefined) columns.push(['label', ({ label }) => String(label)]);
  const cells = columns.map(([head, cell]) => [head, ...anomalies.map(cell)]);
  const widths = cells.map((column) => Math.max(...column.map((text) => text.length)));
  for (let row = 0; row <= anomalies.length; row++) {
    const line = cells.map((column, i) => column[row].padStart(widths[i])).join('   ');
    const rest = row === 0 ? 'features furthest off, with their share' : describe(anomalies[row - 1]);
    print(first.features ? `${line}   ${rest}` : line);
  }
}

/** "3 (61 %), 0 (20 %)"; of samples of several dimensions "[2, 3] (61 %), [0, 1] (20 %)". */
function describe({ features = [] }: Anomaly): string {
  const name = (index: readonly number[]) => (index.length === 1 ? String(index[0]) : formatShape(index));
  return features.map(({ index, share }) => `${name(index)} (${(100 * share).toFixed(0)} %)`).join(', ');
}

/** As the table of scores has it, but for errors that would be 0 there. */
function formatError(mse: number): string {
  return mse >= 0.001 || mse === 0 ? mse.toFixed(5) : mse.toExponential(2);
}
