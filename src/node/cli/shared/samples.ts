/**
 * Samples on their way from a file into a model: opened, scaled, and described to the user; and models that encode them. The
 * data of `train` decides how it is scaled (train/data/); all other data is scaled as a trained model expects it.
 */

import { basename } from 'node:path';
import { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { fitsSampleShape } from '../../../data/batches.ts';
import { describeNormalization } from '../../../data/normalization.ts';
import {
  DataError,
  DTYPE_NAMES,
  type Normalization,
  type SampleArray,
  type StoredSamples,
} from '../../../data/samples.ts';
import type { StoredStatisticsOptions, ValueStatistics } from '../../../data/statistics.ts';
import { normalizationForTransform, statisticsForTransform } from '../../../data/transform.ts';
import { FormatError } from '../../../io/errors.ts';
import type { Shape } from '../../../tensor/shape.ts';
import { namingFile } from '../../files/files.ts';
import { loadAnyModel, type OpenedModel } from '../../files/modelFile.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { defaultInMemoryLimit, loadImages, openImages } from '../../samples/load.ts';
import type { LoadOptions, OnProgress } from '../../samples/readOptions.ts';
import {
  type NormalizedSamples,
  type SampleFacts,
  type SampleSource,
  samplesInMemory,
} from '../../samples/sampleSource.ts';
import { countOf, formatBytes, formatCount, say, timesShape } from '../terminal/output.ts';
import { ReadingProgress } from '../terminal/statusLine.ts';
import { optionsOfTraining } from './reading.ts';
import { adviceOnShape, type Expected } from './shapeAdvice.ts';

/**
 * Opens samples, and says so if they are read from the file batch by batch, or can't be although the limit asks for it.
 *
 * @param inMemory - The limit that the user gave, in bytes.
 * @param options - `sampleShape`: what a trained model takes; one such sample is read as [1, ...].
 */
export async function openSource(
  path: string,
  inMemory: number | undefined,
  options: LoadOptions,
): Promise<SampleSource> {
  const limit = inMemory ?? defaultInMemoryLimit();
  const images = await withProgress(path, (onProgress) =>
    openImages(path, { ...options, inMemoryLimit: limit, onProgress }),
  );
  sayNotes(path, images, options);
  if (images.isStored) {
    const sizes = `${formatBytes(images.memory)} in memory, limit ${formatBytes(limit)}`;
    say(`${countOf(images.shape[0], 'sample')}, read from the file batch by batch (${sizes})`);
  } else if (inMemory !== undefined && images.memory > inMemory) {
    say(`note: ${basename(path)}: read into memory: only .npy files and tables are read batch by batch`);
  }
  return images;
}

/**
 * Loads samples into memory.
 *
 * @param options - As those of {@link openSource}.
 */
export async function loadSource(
  path: string,
  options: LoadOptions,
): Promise<SampleSource<NormalizedSamples>> {
  const images = await withProgress(path, (onProgress) => loadImages(path, { ...options, onProgress }));
  sayNotes(path, images, options);
  return samplesInMemory(images);
}

/** Shows on a terminal how much of a file has been read. */
export async function withProgress<T>(
  path: string,
  read: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  const progress = new ReadingProgress(basename(path));
  try {
    return await read(progress.show);
  } finally {
    progress.close();
  }
}

/**
 * Opens a target: the columns of a table are found by the names of its data's, or else taken in their order.
 *
 * @param names - Of the columns of the data, if they have any.
 * @param open - Opens the target with these options, beside others.
 */
export async function openTarget<Source extends SampleSource>(
  names: readonly string[] | undefined,
  open: (options: LoadOptions) => Promise<Source>,
): Promise<Source> {
  try {
    return await open({ featureNames: names });
  } catch (error) {
    if (!names || (error as Error).name !== 'FormatError') throw error;
    // Whatever else is wrong with the file is wrong again.
    const target = await open({ featureNames: undefined });
    say(
      'note: the columns of --target have other names than those of the data: they are taken in their order',
    );
    return target;
  }
}

/** Says what was found out about a file, and what of it was left out. */
export function sayNotes(path: string, { notes = [], form }: SampleFacts, options: LoadOptions): void {
  const { form: trained } = options;
  const taken = form?.kind === 'pictures' ? optionsOfTraining(options) : undefined;
  if (taken) say(`note: ${basename(path)}: read as the training data was: ${taken}`);
  for (const note of notes) say(`note: ${basename(path)}: ${note}`);
  if (form?.kind === 'sound' && trained?.kind === 'sound' && form.sampleRate !== trained.sampleRate) {
    const [rate, trainedRate] = [form, trained].map(({ sampleRate }) => formatCount(sampleRate));
    say(`note: ${basename(path)}: it has ${rate} values a second, the training data has ${trainedRate}`);
  }
}

/** What is found in samples, and how they are scaled. */
export interface SamplesToDescribe {
  readonly images: Pick<SampleSource, 'shape' | 'dtype' | 'source' | 'isRounded' | 'featureNames'>;
  readonly statistics: ValueStatistics;
  readonly normalization: Normalization;
}

export interface Preparation extends StoredStatisticsOptions {
  readonly choose: (statistics: ValueStatistics) => Normalization;
  readonly describe: (found: SamplesToDescribe) => void;
}

/** Samples ready for a network: looks at their values, chooses how to scale them, and describes them. */
export async function prepare<Ready extends NormalizedSamples | StoredSamples>(
  images: SampleSource<Ready>,
  { choose, describe, ...options }: Preparation,
): Promise<Ready> {
  const statistics = await images.statistics(options);
  const normalization = namingFile(images.source, () => choose(statistics));
  describe({ images, statistics, normalization });
  return images.samples(normalization);
}

/** What a model was trained on: samples of this shape, scaled in this way. An `Autoencoder` is one. */
export interface Trained {
  readonly inputShape: Shape;
  readonly normalization: Normalization;
}

export interface PrepareLikeOptions {
  /** Who needs this shape, for the error. @default 'the model takes' */
  readonly who?: string;
  /** Which samples they are, for the description: "test". */
  readonly which?: string;
  /** Sees all values in their order, once. */
  readonly onValues?: (values: SampleArray) => void;
  /** How they are scaled. @default as the others were */
  readonly choose?: Preparation['choose'];
}

/**
 * Samples ready for a network that was trained on others: of the same shape, scaled as those were. Describes them.
 *
 * @throws {DataError} If they have another shape, or values that can't be scaled so.
 */
export function prepareLike<Ready extends NormalizedSamples | StoredSamples>(
  images: SampleSource<Ready>,
  { inputShape, normalization: trained }: Trained,
  {
    who = 'the model takes',
    which = '',
    onValues,
    choose = (statistics) => normalizationForTransform(trained, images, statistics),
  }: PrepareLikeOptions = {},
): Promise<Ready> {
  requireSampleShape(images, { inputShape, normalization: trained }, who);
  return prepare(images, {
    ...statisticsForTransform(trained, images.shape),
    ...(onValues && { onValues }),
    choose,
    describe: (found) => {
      const noun = nounOf(inputShape, found.normalization);
      describeSamples(which === '' ? noun : `${which} ${noun}`, found);
    },
  });
}

/**
 * The model of a command that encodes.
 *
 * @throws {FormatError} If it is no model, or a GAN.
 */
export async function openAutoencoder(path: string): Promise<OpenedModel> {
  const { model, ...opened } = await loadAnyModel(path);
  if (model instanceof Autoencoder) return { autoencoder: model, ...opened };
  throw new FormatError(
    `${opened.path}: the model is a GAN, which has no encoder, expected an autoencoder; isthmus generate, interpolate, manifold, traverse, decode, export and info take a GAN.`,
  );
}

/** @throws {DataError} If the samples don't have this shape. */
function requireSampleShape(images: SampleSource, expected: Expected, who: string): void {
  const { shape, source } = images;
  const [, ...found] = shape;
  const { inputShape } = expected;
  if (fitsSampleShape(found, inputShape)) return;
  throw new DataError(
    `${source}: the samples are ${timesShape(found)}, ${who} ${timesShape(inputShape)}${adviceOnShape(images, expected)}.`,
  );
}

/**
 * Samples and their target, what a model should make of them, must go together.
 *
 * @param option - That of the samples: `data`.
 * @param target - Undefined if there is none.
 * @throws {DataError} If a target has another number of samples than its data, or samples of another shape.
 */
export function requirePairs(option: string, data: SampleSource, target: SampleSource | undefined): void {
  if (!target) return;
  const [count] = data.shape;
  const [targetCount, ...targetSample] = target.shape;
  if (count !== targetCount) {
    throw new DataError(
      `${target.source}: the target has ${countOf(targetCount, 'sample')}, --${option} has ${formatCount(count)}, expected as many: row i of the target is what the model should make of row i.`,
    );
  }
  requireSampleShape(data, { inputShape: targetSample }, 'those of the target are');
  const [sizes, targetSizes] = [data, target].map(({ pictureSizes = [] }) => pictureSizes);
  const differing = sizes.findIndex((size, i) => size !== targetSizes[i]);
  if (differing < 0) return;
  throw new DataError(
    `${target.source}: picture ${differing + 1} is ${targetSizes[differing] ?? 'missing'} pixels, that of --${option} is ${sizes[differing]}, expected pairs of the same size: patches are cut at the same places of both.`,
  );
}

/**
 * Says what was read: "6,000 images of 28×28, uint8 from 0 to 255, divided by 255 (built-in digits)".
 *
 * @param noun - What one of them is: image, sample, test image.
 */
export function describeSamples(
  noun: string,
  { images, statistics, normalization }: SamplesToDescribe,
): void {
  const [count, ...shape] = images.shape;
  const { minimum, maximum } = statistics;
  const type = DTYPE_NAMES[images.dtype];
  const values = `${type} from ${short(minimum)} to ${short(maximum)}, ${describeNormalization(normalization)}`;
  say(`${countOf(count, noun)} of ${timesShape(shape)}, ${values} (${images.source})`);
  if (images.isRounded) say('note: PNGs of 16 bits are read with 8.');
}

/** Four digits are enough for people. */
export function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
