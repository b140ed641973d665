/** What `evaluate` can be told: its options, and which of them go together. */

import { resolve } from 'node:path';
import { MACHINE } from '../shared/machine.ts';
import { noise } from '../shared/noise.ts';
import { refuseExisting, requireOption } from '../shared/openModel.ts';
import { flag, number, type Parsed, parsed, text, UsageError, type Values } from '../terminal/options.ts';

export const DATA = {
  model: text('MODEL', 'A run folder or a model file.'),
  data: text(
    'FILE',
    'Images, or other samples as the model was trained on: .npy, .npz, IDX (.idx, -ubyte, also .gz), a PNG or a folder of PNGs.',
  ),
  key: text('NAME', 'The array of an .npz. [x_train, else the only one]'),
  noise: noise(
    'Also corrupt the images as --noise of train does, and measure what the model makes of them, beside a median and a Gaussian filter with the settings that suit these images best.',
  ),
  out: text('FILE.csv', 'Write the scores of every sample there.'),
};

export const ANOMALIES = {
  anomalies: number(
    undefined,
    { minimum: 1, integer: true },
    'List so many samples, those that the model restores worst, the worst first; where they are no images, with the features that are furthest off.',
  ),
  'anomalies-out': text(
    'FILE.png',
    'Draw them, where they are images: originals above, with their numbers, restored below.',
  ),
};

export const LABELS = {
  labels: text(
    'FILE',
    'What class each sample is of: integers of shape [n] or [n, 1], as .npy, .npz or IDX. Measures how well the classes can be told apart by the codes.',
  ),
  'labels-key': text('NAME', 'The array of an .npz of labels. [y_train, else the only one]'),
  'train-data': text(
    'FILE',
    'Other samples, that PCA and the classifiers are fitted to: best those that the model was trained on. Without them the samples of --data are dealt out to five folds, and each fold is classified by what was fitted to the other four.',
  ),
  'train-key': text('NAME', 'Their array of an .npz. [x_train, else the only one]'),
  'train-labels': text('FILE', 'The labels of --train-data.'),
  'train-labels-key': text('NAME', 'Their array of an .npz. [y_train, else the only one]'),
  neighbours: number(5, { minimum: 1, integer: true }, 'How many nearest neighbours vote.'),
};

export const LATENT = {
  latent: text(
    'FILE',
    'FILE.svg or FILE.png: draw the codes along their two principal components, coloured by --labels.',
  ),
  'label-names': parsed(
    'A,B,…',
    (value) => value.split(',').map((name) => name.trim()),
    'With --labels: what the classes 0, 1, … are called in the picture, and in the list of anomalies.',
  ),
};

export const OTHERS = {
  ...MACHINE,
  overwrite: flag('Replace an existing file.'),
  json: flag('One JSON object on stdout instead of a table.'),
  help: flag('Show this page.'),
};

export const OPTIONS = { ...DATA, ...ANOMALIES, ...LABELS, ...LATENT, ...OTHERS };

export type EvaluateValues = Values<typeof OPTIONS>;

/** Options that mean nothing without another one. */
const NEEDED: Partial<Record<keyof EvaluateValues, keyof EvaluateValues>> = {
  'anomalies-out': 'anomalies',
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

/** @throws {UsageError} For options that don't go together, or a file to be written of another kind. */
export function refuseEvaluateOptions({ given }: Parsed<typeof OPTIONS>): void {
  for (const [name, needed] of Object.entries(NEEDED)) {
    if (given.has(name) && !given.has(needed)) {
      throw new UsageError(`--${name} needs --${needed}.`);
    }
  }
  if (given.has('train-data') && !given.has('train-labels')) {
    throw new UsageError('--train-data needs --train-labels.');
  }
  for (const [name, endings] of Object.entries(ENDINGS)) {
    if (given.has(name)) requireOption(name, given.get(name), `FILE${endings.join(' or FILE')}`, endings);
  }
  const { latent, 'anomalies-out': picture } = Object.fromEntries(given);
  if (latent !== undefined && picture !== undefined && resolve(latent) === resolve(picture)) {
    throw new UsageError(`--latent and --anomalies-out are both '${latent}', expected two files.`);
  }
}

/** @throws {FileError} If a file to be written is there and may not be replaced. */
export async function refuseExistingOutputs({ given, values }: Parsed<typeof OPTIONS>): Promise<void> {
  for (const name of Object.keys(ENDINGS)) {
    const path = given.get(name);
    if (path !== undefined) await refuseExisting(path, values.overwrite);
  }
}

/** One part of what `evaluate` reports. */
export interface Section {
  /** What --json has of it, beside what the other sections have. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Prints it for people. */
  readonly print: () => void;
}
