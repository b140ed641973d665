/** How well classes can be told apart by the codes, beside PCA of the same length and the inputs themselves. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { PrincipalComponents } from '../../autoencoder/principalComponents.ts';
import { FeatureScaling } from '../../features/featureScaling.ts';
import { classesOf } from '../../features/labels.ts';
import { LinearProbe } from '../../features/linearProbe.ts';
import { nearestNeighbours, voteOfNeighbours } from '../../features/nearestNeighbours.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { arePixels } from '../sampleKind.ts';
import type { Section } from './evaluateSection.ts';
import {
  FOLDS,
  type LabelledFeatures,
  type LabelledSamples,
  type Part,
  partsOf,
} from './labelledFeatures.ts';
import { countOf, formatCount, print, say } from './output.ts';

export interface LabelSectionOptions {
  readonly measured: LabelledSamples;
  /** What PCA and the classifiers are fitted to. Without: cross-validation. */
  readonly fitted: LabelledSamples | undefined;
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
  const [, size] = parts[0].measured.inputs.shape;
  const noun = arePixels(inputShape, measured.samples.normalization) ? 'pixels' : 'inputs';
  const classify = (name: string, featuresOf: FeaturesOf) => {
    say(`telling classes apart by ${name}`);
    return classifyParts(parts, featuresOf, neighbours);
  };
  const codes = classify('codes', ({ fitted, measured }) => [fitted.codes, measured.codes]);
  const pca = classify('PCA', ({ fitted, measured }) => {
    const components = PrincipalComponents.fit(fitted.inputs, encodingDim);
    return [components.transform(fitted.inputs), components.transform(measured.inputs)];
  });
  const inputs = classify(noun, ({ fitted, measured }) => [fitted.inputs, measured.inputs]);
  const classes = classesOf(measured.labels);
  const commonest = commonestShare(measured.labels, classes);
  const fittedTo = fitted ? { source: fitted.source, samples: fitted.labels.length } : { folds: FOLDS };
  const rows = { codes, pca, inputs };
  return {
    json: { classification: { fittedTo, classes, neighbours, commonestClass: commonest, ...rows } },
    print: () => {
      print(`Share of ${formatCount(measured.labels.length)} samples whose class is found\n`);
      printAccuracies(neighbours, [
        [`codes, ${encodingDim} numbers`, codes],
        [`PCA, ${encodingDim} components`, pca],
        [`${noun}, ${formatCount(size)} numbers`, inputs],
      ]);
      const data = fitted
        ? `the ${formatCount(fitted.labels.length)} samples of ${fitted.source}`
        : `four fifths of the samples, for each fifth in turn`;
      print(
        `\n${countOf(classes.length, 'class').replace(/ss?s$/, 'sses')}; the commonest alone is right for ${commonest.toFixed(4)}. PCA and classifiers were\nfitted to ${data}.`,
      );
    },
  };
}

type FeaturesOf = (part: Part) => readonly [fitted: Tensor, measured: Tensor];

function classifyParts(parts: readonly Part[], featuresOf: FeaturesOf, neighbours: number): Accuracies {
  const right = { neighbours: 0, scaledNeighbours: 0, linearProbe: 0 };
  let probeConverged = true;
  let count = 0;
  for (const part of parts) {
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
  return Math.max(...counts.values()) / labels.length;
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
