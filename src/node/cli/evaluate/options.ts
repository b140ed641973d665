/** What `evaluate` is asked for, and what it answers with: its options, which of them go together, and sections. */

import { resolve } from 'node:path';
import { refuseExisting } from '../../files/files.ts';
import type { ComparedPictures } from '../../pictures/display.ts';
import { FEATURE_NAMES } from '../../samples/featureNames.ts';
import * as common from '../shared/commonOptions.ts';
import { MACHINE } from '../shared/machine.ts';
import { READING, refuseDroppedPairs } from '../shared/reading.ts';
import {
  flag,
  number,
  optionalNumber,
  type Parsed,
  parsed,
  refuseBoth,
  requireCompanion,
  requireOption,
  text,
  UsageError,
  type Values,
} from '../terminal/options.ts';
import { readThreshold } from './threshold.ts';

export const DATA = {
  model: common.MODEL,
  data: common.DATA,
  key: common.KEY,
  target: text(
    'FILE',
    'What the model should make of the samples, row by row, as in isthmus train --target: measures how far the samples are from it, and how far what the model restores, compared with a median and a Gaussian filter with the best settings for these images.',
  ),
  'target-key': text('NAME', 'The array to read from an .npz of targets. [y_train, else the only one]'),
  noise: common.noise(
    'Also add noise to the images, as isthmus train --noise does, and measure how well the model restores them, compared with a median and a Gaussian filter with the best settings for these images.',
  ),
  out: text(
    'FILE.csv',
    'Write the scores of every sample into this file; if they are known, also its percentile among the training errors, whether it is above the threshold, its label and its name.',
  ),
  'feature-contributions': flag(
    'With --out: a column for each feature, with its share of the squared error of the sample.',
  ),
  'feature-names': text(
    FEATURE_NAMES,
    'The names of the numbers of a sample, or a text file with a name on each line. [those that the model was trained with]',
  ),
};

const namesIn = (text: string) => text.split(',').map((name) => name.trim());

export const ANOMALIES = {
  anomalies: optionalNumber(
    10,
    { minimum: 1, integer: true },
    'List the N samples that the model restores worst (MSE), or for a variational autoencoder those whose negative ELBO is furthest above that of a perfect reconstruction, the worst first; if they are no images, with the features that have the largest errors. N may be left out: 10.',
  ),
  threshold: parsed(
    'p99|VALUE',
    readThreshold,
    'The error above which a sample is called an anomaly. p99: chosen by the held-out errors that the model file holds (without those, by the training errors) so that at most 1 % of normal samples lie above it; p99.5 and others work alike. VALUE: an error such as 0.02. [p99 if the model file holds errors]',
  ),
  'anomaly-labels': parsed(
    'A,B,…',
    namesIn,
    'With --anomalies and --labels: the classes that are anomalies, as numbers or by their --label-names. Measures how well the model tells them from the others, beside PCA and the distance to the mean. [1 if there are only 0 and 1]',
  ),
  'anomalies-out': text(
    'FILE.png',
    'With --anomalies, for images: draw the originals with their numbers, below them what the model restores, and below that how wrong each pixel is.',
  ),
};

export const LABELS = {
  labels: text(
    'FILE|auto',
    'The class of each sample: integers of shape [n] or [n, 1], as .npy, .npz or IDX, or a column of integers or words, as .csv or .tsv. auto: the classes that --data has itself, in a column of a table or as folders of pictures. Measures how well the classes can be told apart by the codes; with --anomalies, how well anomalies are told from others (--anomaly-labels).',
  ),
  'labels-key': text('NAME', 'The array to read from an .npz of labels. [y_train, else the only one]'),
  'train-data': text(
    'FILE',
    'Other samples, to which PCA and the classifiers are fitted, preferably those that the model was trained on. Without them the samples of --data are divided into five folds, and each fold is classified by what was fitted to the other four. With --anomalies, without labels: normal samples, to which PCA and the mean are fitted.',
  ),
  'train-key': text('NAME', 'The array to read from an .npz of --train-data. [x_train, else the only one]'),
  'train-labels': text('FILE|auto', 'The labels of --train-data.'),
  'train-labels-key': text(
    'NAME',
    'The array to read from an .npz of --train-labels. [y_train, else the only one]',
  ),
  neighbours: number(5, { minimum: 1, integer: true }, 'How many nearest neighbours vote.'),
};

export const LATENT = {
  latent: text(
    'FILE',
    'FILE.svg or FILE.png: draw the codes along their two principal components, coloured by --labels.',
  ),
  'label-names': parsed(
    'A,B,…',
    namesIn,
    'With --labels that are integers: the names of the classes 0, 1, … in the picture and in the list of anomalies.',
  ),
};

export const OTHERS = {
  ...MACHINE,
  overwrite: common.OVERWRITE,
  json: flag('Print one JSON object on stdout instead of tables.'),
  help: common.HELP,
};

export const OPTIONS = { ...DATA, ...READING, ...ANOMALIES, ...LABELS, ...LATENT, ...OTHERS };

export type EvaluateValues = Values<typeof OPTIONS>;

/** Options that need another one. */
const NEEDED: Partial<Record<keyof EvaluateValues, keyof EvaluateValues>> = {
  'target-key': 'target',
  'anomalies-out': 'anomalies',
  'feature-contributions': 'out',
  'labels-key': 'labels',
  neighbours: 'labels',
  'label-names': 'labels',
  'train-data': 'labels',
  'train-labels': 'train-data',
  'train-key': 'train-data',
  'train-labels-key': 'train-labels',
};

const ENDINGS: Partial<Record<keyof EvaluateValues, readonly string[]>> = {
  out: ['.csv'],
  latent: ['.svg', '.png'],
  'anomalies-out': ['.png'],
};

/** @throws {UsageError} For options that don't go together, or output files of the wrong kind. */
export function refuseEvaluateOptions(options: Parsed<typeof OPTIONS>): void {
  const { given, values } = options;
  for (const [name, needed] of Object.entries(NEEDED)) {
    requireCompanion(options, name, `--${needed}`, given.has(needed));
  }
  // Compared with a target, a sample is no anomaly and its code has no class.
  const others = [...Object.keys({ ...ANOMALIES, ...LABELS, ...LATENT }), 'feature-contributions'];
  for (const name of others) refuseBoth(options, 'target', name);
  refuseDroppedPairs(values, values.target);
  const lists = given.has('anomalies');
  requireCompanion(options, 'threshold', '--anomalies or --out', lists || given.has('out'));
  requireCompanion(options, 'anomaly-labels', '--anomalies and --labels', lists && given.has('labels'));
  // The baselines of anomalies need no labels; classifiers do.
  requireCompanion(options, 'train-data', '--train-labels', given.has('train-labels') || lists);
  for (const [name, endings] of Object.entries(ENDINGS)) {
    if (given.has(name)) requireOption(name, given.get(name), `FILE${endings.join(' or FILE')}`, endings);
  }
  const { latent, 'anomalies-out': picture } = Object.fromEntries(given);
  if (latent !== undefined && picture !== undefined && resolve(latent) === resolve(picture)) {
    throw new UsageError(`--latent and --anomalies-out are both '${latent}', expected two files.`);
  }
}

/** @throws {FileError} If an output file exists and may not be replaced. */
export async function refuseExistingOutputs({ given, values }: Parsed<typeof OPTIONS>): Promise<void> {
  for (const name of Object.keys(ENDINGS)) {
    const path = given.get(name);
    if (path !== undefined) await refuseExisting(path, values.overwrite);
  }
}

/** One part of the report. */
export interface Section {
  /** Its fields in the object that --json prints. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Prints it for people. */
  readonly print: () => void;
}

export interface OutputFile {
  readonly path: string;
  readonly contents: Uint8Array | string;
  /** What is in it, for people. */
  readonly what: string;
}

/** What `evaluate` answers with. */
export interface Answer {
  readonly sections: readonly Section[];
  readonly files: readonly OutputFile[];
  /** A few pictures to show; undefined where samples are no pictures. */
  readonly pictures: () => ComparedPictures | undefined;
}
