/** What `--labels` and `--train-data` bring, and what is to be measured with them. Read labelledFeatures.ts first. */

import { resolve } from 'node:path';
import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { DataError } from '../../../data/samples.ts';
import { loadImages } from '../../files/load.ts';
import { loadLabels } from '../../files/loadLabels.ts';
import { SamplesInMemory } from '../../files/sampleSource.ts';
import { refuseOverflow } from '../shared/overflow.ts';
import { prepareLike } from '../shared/samples.ts';
import type { Parsed } from '../terminal/options.ts';
import { withOptionNames } from '../terminal/options.ts';
import { say } from '../terminal/output.ts';
import { anomalyClasses, noteOneSided } from './detection.ts';
import {
  type EncodedSamples,
  type LabelledSamples,
  refuseNamelessLabels,
  refuseUnfit,
  type UnlabelledSamples,
} from './labelledFeatures.ts';
import type { EvaluateValues, OPTIONS } from './options.ts';

export interface Labelled {
  readonly labels: ArrayLike<number>;
  /** The classes that are anomalies; undefined if nothing says so, or `--anomalies` is missing. */
  readonly anomalies: readonly number[] | undefined;
  /** `--train-data`. */
  readonly others: UnlabelledSamples | undefined;
  /** The same with `--train-labels`. */
  readonly fitted: LabelledSamples | undefined;
  /** Whether all classes are to be told apart, too. */
  readonly hasClasses: boolean;
}

export async function loadSamples(
  autoencoder: Autoencoder,
  path: string,
  key: string | undefined,
): Promise<UnlabelledSamples> {
  const images = new SamplesInMemory(await loadImages(path, { key, sampleShape: autoencoder.inputShape }));
  return { samples: await prepareLike(images, autoencoder), source: images.source };
}

/**
 * The labels of the samples, and others to fit to. With `--anomalies`, where it is known which classes are anomalies, all
 * classes are told apart only if options ask for it.
 */
export async function loadLabelled(
  autoencoder: Autoencoder,
  measured: UnlabelledSamples,
  { values, given }: Parsed<typeof OPTIONS>,
): Promise<Labelled | undefined> {
  if (values.labels === undefined) return undefined;
  const [count] = measured.samples.shape;
  const options = { key: values['labels-key'], count };
  const { labels } = await withOptionNames({ key: 'labels-key' }, loadLabels(values.labels, options));
  const names = values['label-names'];
  if (names) refuseNamelessLabels(labels, names);
  const anomalies = values.anomalies === undefined ? undefined : classesOfAnomalies(labels, values);
  const others = await loadOthers(autoencoder, values);
  const fitted = others && (await withLabels(others, values));
  const labelled = { labels, anomalies, others, fitted };
  const asksForClasses = !anomalies || given.has('train-labels') || given.has('neighbours');
  const refuse = () => refuseUnfit({ ...measured, labels }, fitted, values.neighbours);
  return { ...labelled, hasClasses: asksForClasses && orNote(values, refuse) };
}

function classesOfAnomalies(
  labels: ArrayLike<number>,
  { 'anomaly-labels': asked, 'label-names': names }: EvaluateValues,
): readonly number[] | undefined {
  const anomalies = anomalyClasses(asked, labels, names);
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
  { 'train-data': data, 'train-key': key, data: measured = '', key: measuredKey }: EvaluateValues,
): Promise<UnlabelledSamples | undefined> {
  if (data === undefined) return undefined;
  if (resolve(data) === resolve(measured) && key === measuredKey) {
    say(
      'note: --train-data and --data are the same: what is fitted to them is measured on them, which says nothing about other samples',
    );
  }
  return withOptionNames({ key: 'train-key' }, loadSamples(autoencoder, data, key));
}

async function withLabels(
  samples: UnlabelledSamples,
  { 'train-labels': path, 'train-labels-key': key }: EvaluateValues,
): Promise<LabelledSamples | undefined> {
  if (path === undefined) return undefined;
  const options = { key, count: samples.samples.shape[0] };
  const { labels } = await withOptionNames({ key: 'train-labels-key' }, loadLabels(path, options));
  return { ...samples, labels };
}
