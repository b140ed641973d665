/** How well classes can be told apart by the codes, compared with PCA of the same length and with the inputs themselves. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { arePixels } from '../../../data/pictureShape.ts';
import { largestRank } from '../../../evaluation/baselines.ts';
import { FeatureScaling } from '../../../evaluation/featureScaling.ts';
import { classesOf } from '../../../evaluation/labels.ts';
import { LinearProbe } from '../../../evaluation/linearProbe.ts';
import { nearestNeighbours, voteOfNeighbours } from '../../../evaluation/nearestNeighbours.ts';
import { PCA } from '../../../evaluation/pca.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { countOf, formatCount, formatList, print, say } from '../terminal/output.ts';
import {
  type EncodedSamples,
  FOLDS,
  type Fold,
  foldsOf,
  type LabelledFeatures,
  type LabelledSamples,
} from './labelledFeatures.ts';
import type { Section } from './options.ts';
import { announcePca } from './scores.ts';

export interface LabelSectionOptions {
  readonly measured: EncodedSamples;
  /** What PCA and the classifiers are fitted to; undefined for cross-validation. */
  readonly fitted: EncodedSamples | undefined;
  readonly neighbours: number;
}

/** The share of the samples whose class each classifier finds. */
interface Accuracies {
  readonly neighbours: number;
  /** With each feature scaled to mean 0 and standard deviation 1. */
  readonly scaledNeighbours: number;
  readonly linearProbe: number;
  /** Whether the probe reached its optimum in every fold. */
  readonly probeConverged: boolean;
}

export function classesSection(
  autoencoder: Autoencoder,
  { measured, fitted, neighbours }: LabelSectionOptions,
): Section {
  const { encodingDim, inputShape } = autoencoder;
  const folds = foldsOf(autoencoder, measured, fitted);
  const noun = arePixels(inputShape, measured.samples.normalization) ? 'pixels' : 'inputs';
  const classify = (name: string, featuresOf: FeaturesOf) => {
    say(`telling classes apart by ${name}`);
    return classifyFolds(folds, featuresOf, neighbours);
  };
  const ranks: number[] = [];
  const codes = classify('codes', ({ fitted, measured }) => [fitted.codes, measured.codes]);
  const fewest = fitted ? fitted.labels.length : Math.floor((measured.labels.length * (FOLDS - 1)) / FOLDS);
  // With more components it only turns the samples, which takes minutes and tells apart what they do.
  const hasPca = encodingDim < largestRank(sizeOf(inputShape), fewest);
  if (hasPca) announcePca(encodingDim);
  const pca =
    hasPca &&
    classify('PCA', ({ fitted, measured }) => {
      const components = PCA.fit(fitted.inputs, encodingDim);
      ranks.push(components.rank);
      return [components.transform(fitted.inputs), components.transform(measured.inputs)];
    });
  const inputs = classify(noun, ({ fitted, measured }) => [fitted.inputs, measured.inputs]);
  const classes = classesOf(measured.labels);
  if (fitted) noteUnknown(classes, fitted);
  const commonest = commonestShare(measured.labels, classes);
  const fittedTo = fitted ? { source: fitted.source, samples: fitted.labels.length } : { folds: FOLDS };
  const components = ranks.reduce((a, b) => Math.max(a, b), 0);
  const rows = { codes, ...(pca && { pca: { ...pca, components } }), inputs };
  return {
    json: { classification: { fittedTo, classes, neighbours, commonestClass: commonest, ...rows } },
    print: () => {
      print(`Share of ${countOf(measured.labels.length, 'sample')} whose class is found\n`);
      printAccuracies(neighbours, [
        [`codes, ${countOf(encodingDim, 'number')}`, codes],
        ...(pca ? [[`PCA, ${countOf(components, 'component')}`, pca] as const] : []),
        [`${noun}, ${countOf(sizeOf(inputShape), 'number')}`, inputs],
      ]);
      const number = `${formatCount(classes.length)} ${classes.length === 1 ? 'class' : 'classes'}`;
      print(`\n${number}; always answering with the commonest one is right for ${commonest.toFixed(4)}.`);
      print(`${pca ? 'PCA and the' : 'The'} classifiers were fitted to ${describeFitted(fitted)}.`);
      if (!pca) print('There is no PCA: a code as long as this restores all samples.');
    },
  };
}

function describeFitted(fitted: LabelledSamples | undefined): string {
  if (!fitted) return 'four fifths of the samples and measured on the other fifth, for each fifth in turn';
  return `the ${countOf(fitted.labels.length, 'sample')} of ${fitted.source}`;
}

/** The features by which classes are told apart: those to fit to, and those to measure on. */
type FeaturesOf = (fold: Fold) => readonly [fitted: Tensor, measured: Tensor];

/** Notes the classes that can't be found because no classifier has seen them. */
function noteUnknown(classes: readonly number[], { labels, source }: LabelledSamples): void {
  const known = new Set(classesOf(labels));
  const unknown = classes.filter((label) => !known.has(label));
  if (unknown.length === 0) return;
  say(
    `note: these classes are never found, as no sample of ${source} has their labels: ${formatList(unknown)}`,
  );
}

function classifyFolds(
  folds: readonly (() => Fold)[],
  featuresOf: FeaturesOf,
  neighbours: number,
): Accuracies {
  const right = { neighbours: 0, scaledNeighbours: 0, linearProbe: 0 };
  let probeConverged = true;
  let count = 0;
  for (const makeFold of folds) {
    const fold = makeFold();
    const { labels } = fold.fitted;
    const [x, queries] = featuresOf(fold);
    const vote = (points: Tensor, others: Tensor) =>
      countRight(voteOfNeighbours(labels, nearestNeighbours(points, others, neighbours), neighbours), fold);
    const scaling = FeatureScaling.fit(x);
    const probe = LinearProbe.fit(x, labels);
    right.neighbours += vote(x, queries);
    right.scaledNeighbours += vote(scaling.transform(x), scaling.transform(queries));
    right.linearProbe += countRight(probe.predict(queries), fold);
    probeConverged &&= probe.converged;
    count += fold.measured.labels.length;
  }
  return {
    neighbours: right.neighbours / count,
    scaledNeighbours: right.scaledNeighbours / count,
    linearProbe: right.linearProbe / count,
    probeConverged,
  };
}

function countRight(predicted: Float64Array, { measured: { labels } }: Fold): number {
  return predicted.reduce((sum, label, i) => sum + (label === labels[i] ? 1 : 0), 0);
}

/** The share of the commonest class: how often it is right to answer with it every time. */
function commonestShare(labels: LabelledFeatures['labels'], classes: readonly number[]): number {
  const counts = new Map(classes.map((label) => [label, 0]));
  for (let i = 0; i < labels.length; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  const most = [...counts.values()].reduce((a, b) => Math.max(a, b), 0); // thousands would be too many arguments
  return most / labels.length;
}

function printAccuracies(
  neighbours: number,
  rows: readonly (readonly [name: string, accuracies: Accuracies])[],
): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  const voters = countOf(neighbours, 'neighbour');
  const heads = [voters, `${voters}, scaled`, 'linear probe'];
  const line = (name: string, cells: readonly string[]) =>
    name.padEnd(width) + cells.map((cell, i) => cell.padStart(heads[i].length + 3)).join('');
  print(line('', heads));
  for (const [name, { neighbours: plain, scaledNeighbours, linearProbe, probeConverged }] of rows) {
    const cells = [plain, scaledNeighbours, linearProbe].map((accuracy) => accuracy.toFixed(4));
    print(line(name, cells) + (probeConverged ? '' : ' (not converged)'));
  }
}
