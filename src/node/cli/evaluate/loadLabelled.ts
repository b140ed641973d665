/** What `--labels` and `--train-data` bring, and what is to be measured with them. Read labelledFeatures.ts first. */

import { resolve } from 'node:path';
import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { DataError } from '../../../data/samples.ts';
import { loadLabels } from '../../samples/loadLabels.ts';
import { findReader } from '../../samples/readers.ts';
import type { LoadOptions } from '../../samples/readOptions.ts';
import type { ClassLabels } from '../../samples/sampleSource.ts';
import { refuseOverflow } from '../shared/overflow.ts';
import { loadSource, prepareLike } from '../shared/samples.ts';
import { withOptionNames } from '../terminal/options.ts';
import { say } from '../terminal/output.ts';
import { withSameNames } from './classNames.ts';
import { anomalyClasses, noteOneSided } from './detection.ts';
import {
  type EncodedSamples,
  type LabelledSamples,
  refuseNamelessLabels,
  refuseUnfit,
  type UnlabelledSamples,
} from './labelledFeatures.ts';
import type { EvaluateValues } from './options.ts';

export interface Labelled {
  readonly labels: ArrayLike<number>;
  /** Of the classes 0, 1, …, if they have any. */
  readonly names: readonly string[] | undefined;
  /** The classes that are anomalies; undefined if nothing says so, or `--anomalies` is missing. */
  readonly anomalies: readonly number[] | undefined;
  /** `--train-data`. */
  readonly others: UnlabelledSamples | undefined;
  /** The same with `--train-labels`. */
  readonly fitted: LabelledSamples | undefined;
  /** Whether all classes are to be told apart, too. */
  readonly hasClasses: boolean;
}

/** The files of the command, and how each is read. */
export interface EvaluatedFiles {
  readonly values: EvaluateValues;
  readonly given: ReadonlyMap<string, string>;
  /** The options of a file of samples, by its path. */
  readonly optionsOf: (path: string) => LoadOptions;
}

/** Says nothing yet: `--labels auto` is for labels that the file of the samples itself has. */
const AUTO = 'auto';

/** The files among the values of options for labels. */
export function labelFiles({ labels, 'train-labels': trainLabels }: EvaluateValues): string[] {
  return [labels, trainLabels].filter((path) => path !== undefined && path !== AUTO) as string[];
}

export async function loadSamples(
  autoencoder: Autoencoder,
  path: string,
  options: LoadOptions,
): Promise<UnlabelledSamples> {
  const images = await loadSource(path, options);
  return {
    samples: await prepareLike(images, autoencoder),
    source: images.source,
    classes: images.labels,
    places: images.places,
  };
}

/**
 * The labels of the samples, and others to fit to. With `--anomalies`, where it is known which classes are anomalies, all
 * classes are told apart only if options ask for it.
 */
export async function loadLabelled(
  autoencoder: Autoencoder,
  measured: UnlabelledSamples,
  files: EvaluatedFiles,
): Promise<Labelled | undefined> {
  const { values, given } = files;
  if (values.labels === undefined) {
    if (measured.classes)
      say(`note: --labels auto uses the classes of the data (${measured.classes.source})`);
    return undefined;
  }
  const own = await labelsOf(measured, values.labels, { values, option: 'labels' });
  const others = await loadOthers(autoencoder, files);
  const path = values['train-labels'];
  const known =
    others && path !== undefined
      ? await labelsOf(others, path, { values, option: 'train-labels' })
      : undefined;
  const { labels, fitted: fittedLabels, names } = withSameNames(own, known, values['label-names']);
  if (names) refuseNamelessLabels(labels, names);
  const fitted = others && fittedLabels && { ...others, labels: fittedLabels };
  const anomalies =
    values.anomalies === undefined ? undefined : classesOfAnomalies({ labels, names }, values);
  const labelled = { labels, names, anomalies, others, fitted };
  const asksForClasses = !anomalies || given.has('train-labels') || given.has('neighbours');
  const refuse = () => refuseUnfit({ ...measured, labels }, fitted, values.neighbours);
  return { ...labelled, hasClasses: asksForClasses && orNote(values, refuse) };
}

/** The labels that an option stands for: those of a file, or with `auto` those that the samples have. */
async function labelsOf(
  samples: UnlabelledSamples,
  path: string,
  { values, option }: { readonly values: EvaluateValues; readonly option: 'labels' | 'train-labels' },
): Promise<ClassLabels> {
  if (path !== AUTO) {
    const { contents } = await findReader(path);
    if (contents === 'pictures') {
      throw new DataError(
        `${path}: pictures hold no labels, expected a file of them, or --${option} auto for the names of their folders.`,
      );
    }
    const [count] = samples.samples.shape;
    // For an array of labels --label-column is one of the samples.
    const labelColumn = contents === 'table' ? values['label-column'] : undefined;
    const options = { key: values[`${option}-key`], labelColumn, count };
    return withOptionNames({ key: `${option}-key` }, loadLabels(path, options));
  }
  if (samples.classes) return samples.classes;
  throw new DataError(
    `${samples.source}: no classes are in it (a column of a table, --label-column NAME, or folders of pictures), which --${option} auto takes.`,
  );
}

function classesOfAnomalies(
  { labels, names }: Pick<Labelled, 'labels' | 'names'>,
  { 'anomaly-labels': asked, 'label-names': namesOfIntegers }: EvaluateValues,
): readonly number[] | undefined {
  // Of words, the one that comes second in the alphabet says nothing about anomalies.
  const areWords = names !== undefined && namesOfIntegers === undefined;
  const anomalies = asked || !areWords ? anomalyClasses(asked, labels, names) : undefined;
  if (anomalies) noteOneSided(labels, anomalies);
  else
    say(
      'note: with --anomaly-labels, the classes that are anomalies, it is measured how well they are found',
    );
  return anomalies;
}

/**
 * Runs a check of the classes. If anomalies are asked for, the classes are not what the command is about: then data that
 * classes can't be told apart in is no error, but a note.
 *
 * @returns Whether the check passed.
 */
function orNote({ anomalies }: EvaluateValues, check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (anomalies === undefined || !(error instanceof DataError)) throw error;
    say(`note: the classes are not told apart: ${error.message}`);
    return false;
  }
}

/** What the section on classes is made of. */
export interface ClassesToTell {
  readonly measured: EncodedSamples;
  /** Undefined for cross-validation. */
  readonly fitted: EncodedSamples | undefined;
}

/**
 * The classes to tell apart, if that is asked for and possible.
 *
 * @param measured - The samples with their codes.
 */
export function classesIn(
  autoencoder: Autoencoder,
  measured: Omit<EncodedSamples, 'labels'>,
  { labels, fitted, hasClasses }: Labelled,
  values: EvaluateValues,
): ClassesToTell | undefined {
  if (!hasClasses) return undefined;
  const codes = fitted && autoencoder.encode(fitted.samples);
  const isSound = orNote(values, () => {
    refuseOverflow(measured.codes, measured.source, '--labels');
    if (codes) refuseOverflow(codes, fitted.source, '--train-data');
  });
  if (!isSound) return undefined;
  return { measured: { ...measured, labels }, fitted: codes && { ...fitted, codes } };
}

async function loadOthers(
  autoencoder: Autoencoder,
  { values, optionsOf }: EvaluatedFiles,
): Promise<UnlabelledSamples | undefined> {
  const { 'train-data': data, 'train-key': key, data: measured = '', key: measuredKey } = values;
  if (data === undefined) return undefined;
  if (resolve(data) === resolve(measured) && key === measuredKey) {
    say(
      'note: --train-data and --data are the same: what is fitted to them is measured on them, which says nothing about other samples',
    );
  }
  const options = { ...optionsOf(data), key };
  return withOptionNames({ key: 'train-key' }, loadSamples(autoencoder, data, options));
}
