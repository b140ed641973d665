/** How well classes can be told apart by the codes, beside PCA of the same length and the inputs themselves. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { FeatureScaling } from '../../../evaluation/featureScaling.ts';
import { classesOf } from '../../../evaluation/labels.ts';
import { LinearProbe } from '../../../evaluation/linearProbe.ts';
import { nearestNeighbours, voteOfNeighbours } from '../../../evaluation/nearestNeighbours.ts';
import { PCA } from '../../../evaluation/pca.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { arePixels } from '../../pictures/sampleKind.ts';
import { countOf, formatCount, print, say } from '../terminal/output.ts';
import {
  type EncodedSamples,
  FOLDS,
  type LabelledFeatures,
  type LabelledSamples,
  type Part,
  partsOf,
} from './labelledFeatures.ts';
import type { Section } from './options.ts';

/** More labels are no help. */
const MOST_NAMED = 10;

export interface LabelSectionOptions {
  readonly measured: EncodedSamples;
  /** What PCA and the classifiers are fitted to. Without: cross-validation. */
  readonly fitted: EncodedSamples | undefined;
  readonly neighbours: number;
}

/** The part of the samples that each classifier gets right. */
interface Accuracies {
  readonly neighbours: number;
  /** The same on features of mean 0 and standard deviation 1. */
  readonly scaledNeighbours: number;
  readonly linearProbe: number;
  /** Whether the probe is at its optimum, in every fold. */
  readonly probeConverged: boolean;
}

export function labelSection(
  autoencoder: Autoencoder,
  { measured, fitted, neighbours }: LabelSectionOptions,
): Section {
  const { encodingDim, inputShape } = autoencoder;
  const parts = partsOf(autoencoder, measured, fitted);
  const noun = arePixels(inputShape, measured.samples.normalization) ? 'pixels' : 'inputs';
  const classify = (name: string, featuresOf: FeaturesOf) => {
    say(`telling classes apart by ${name}`);
    return classifyParts(parts, featuresOf, neighbours);
  };
  const ranks: number[] = [];
  const codes = classify('codes', ({ fitted, measured }) => [fitted.codes, measured.codes]);
  const pca = classify('PCA', ({ fitted, measured }) => {
    const components = PCA.fit(fitted.inputs, encodingDim);
    ranks.push(components.rank);
    return [components.transform(fitted.inputs), components.transform(measured.inputs)];
  });
  const inputs = classify(noun, ({ fitted, measured }) => [fitted.inputs, measured.inputs]);
  const classes = classesOf(measured.labels);
  if (fitted) noteUnknown(classes, fitted);
  const commonest = commonestShare(measured.labels, classes);
  const fittedTo = fitted ? { source: fitted.source, samples: fitted.labels.length } : { folds: FOLDS };
  const components = ranks.reduce((a, b) => Math.max(a, b));
  const rows = { codes, pca: { ...pca, components }, inputs };
  const data = fitted
    ? `the ${countOf(fitted.labels.length, 'sample')} of ${fitted.source}`
    : 'four fifths of the samples, for each fifth in turn';
  const number = `${formatCount(classes.length)} ${classes.length === 1 ? 'class' : 'classes'}`;
  return {
    json: { classification: { fittedTo, classes, neighbours, commonestClass: commonest, ...rows } },
    print: () => {
      print(`Share of ${countOf(measured.labels.length, 'sample')} whose class is found\n`);
      printAccuracies(neighbours, [
        [`codes, ${countOf(encodingDim, 'number')}`, codes],
        [`PCA, ${countOf(components, 'component')}`, pca],
        [`${noun}, ${countOf(sizeOf(inputShape), 'number')}`, inputs],
      ]);
      print(`\n${number}; the commonest alone is right for ${commonest.toFixed(4)}.`);
      print(`PCA and classifiers were fitted to ${data}.`);
    },
  };
}

type FeaturesOf = (part: Part) => readonly [fitted: Tensor, measured: Tensor];

/** Says which classes can't be found. */
function noteUnknown(classes: readonly number[], { labels, source }: LabelledSamples): void {
  const known = new Set(classesOf(labels));
  const unknown = classes.filter((label) => !known.has(label));
  if (unknown.length === 0) return;
  const named = `${unknown.slice(0, MOST_NAMED).join(', ')}${unknown.length > MOST_NAMED ? ', …' : ''}`;
  say(`note: no sample of ${source} has a label of these, so they are never found: ${named}`);
}

function classifyParts(
  parts: readonly (() => Part)[],
  featuresOf: FeaturesOf,
  neighbours: number,
): Accuracies {
  const right = { neighbours: 0, scaledNeighbours: 0, linearProbe: 0 };
  let probeConverged = true;
  let count = 0;
  for (const makePart of parts) {
    const part = makePart();
    const { labels } = part.fitted;
    const [x, queries] = featuresOf(part);
    const vote = (points: Tensor, others: Tensor) =>
      countRight(voteOfNeighbours(labels, nearestNeighbours(points, others, neighbours), neighbours), part);
    const scaling = FeatureScaling.fit(x);
    const probe = LinearProbe.fit(x, labels);
    right.neighbours += vote(x, queries);
    right.scaledNeighbours += vote(scaling.transform(x), scaling.transform(queries));
    right.linearProbe += countRight(probe.predict(queries), part);
    probeConverged &&= probe.converged;
    count += part.measured.labels.length;
  }
  return {
    neighbours: right.neighbours / count,
    scaledNeighbours: right.scaledNeighbours / count,
    linearProbe: right.linearProbe / count,
    probeConverged,
  };
}

function countRight(predicted: Float64Array, { measured: { labels } }: Part): number {
  return predicted.reduce((sum, label, i) => sum + (label === labels[i] ? 1 : 0), 0);
}

/** What is right if the commonest class is said each time. */
function commonestShare(labels: LabelledFeatures['labels'], classes: readonly number[]): number {
  const counts = new Map(classes.map((label) => [label, 0]));
  for (let i = 0; i < labels.length; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  const most = [...counts.values()].reduce((a, b) => Math.max(a, b), 0); // thousands are too many arguments
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
