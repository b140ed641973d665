/** What `train` trains on: images, tables and others from files or the built-in digits, described in words. */

import { rowNumbers } from '../../../data/batches.ts';
import { generateDigits } from '../../../data/digits.ts';
import {
  normalizationForTransform,
  normalizationFrom,
  statisticsFor,
  statisticsForTransform,
} from '../../../data/normalization.ts';
import {
  DataError,
  isStored,
  type Normalization,
  type SampleArray,
  type Samples,
  type StoredSamples,
  sliceSamples,
} from '../../../data/samples.ts';
import {
  type StatisticsOptions,
  statisticsOf,
  statisticsOfStored,
  type ValueStatistics,
} from '../../../data/statistics.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { validationCount } from '../../../training/split.ts';
import { defaultInMemoryLimit, type LoadedImages, type LoadOptions, openImages } from '../../files/load.ts';
import { Fingerprint, NpyFile } from '../../files/npyFile.ts';
import { PICTURES } from '../../pictures/display.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { describeSamples, noteImages, type SamplesToDescribe } from '../shared/describeSamples.ts';
import { naming, requireShape } from '../shared/openModel.ts';
import { countOf, formatBytes, say } from '../terminal/output.ts';
import type { TrainValues } from './options.ts';
import { noteScaling } from './scalingNotes.ts';

/** The digits are one fixed data set: `--seed` changes the training, not what is trained on. */
const DIGITS_SEED = 1;
const TEST_DIGITS_SEED = 2;
/** For 6 digits to train on there is 1 to test on, as in MNIST. */
const TEST_SHARE = 1 / 6;

export interface TrainingData {
  /** For the run folder's name. */
  readonly name: string;
  readonly inputShape: Shape;
  readonly images: Samples | StoredSamples;
  readonly testImages: Samples | StoredSamples | undefined;
  /** A few to make pictures of, in memory: of the test images if there are any. */
  readonly shown: Samples;
  /** How many of the images are trained on: without those that `--validation-split` keeps. */
  readonly trainedOn: number;
  readonly normalization: Normalization;
  /** What was found, as plain JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** See {@link Fingerprint}. */
  readonly fingerprint: string;
  readonly testFingerprint: string | undefined;
  /** Closes the files that images are read from. */
  readonly close: () => Promise<void>;
}

type Images = LoadedImages | NpyFile;

/** Loads the images and says what it found. */
export async function loadTrainingData(values: TrainValues): Promise<TrainingData> {
  const opened: NpyFile[] = [];
  const close = async () => {
    for (const file of opened) await file.close();
  };
  const keep = <T extends Images | undefined>(images: T): T => {
    if (images instanceof NpyFile) opened.push(images);
    return images;
  };
  try {
    const training = keep(await openTraining(values));
    const images = await prepareTrainingImages(training, values);
    const trainedOn = countTrainedOn(training, values);
    const test = keep(await openTest(values));
    const testImages = test && (await prepareTestImages(test, images.samples));
    return {
      name: runName(values.data),
      inputShape: training.shape.slice(1),
      images: images.samples,
      testImages: testImages?.samples,
      shown: await firstOf((testImages ?? images).samples),
      trainedOn,
      normalization: images.samples.normalization,
      facts: {
        source: training.source,
        shape: training.shape,
        dtype: training.dtype,
        ...(test && { testSource: test.source, testShape: test.shape }),
      },
      fingerprint: images.fingerprint,
      testFingerprint: testImages?.fingerprint,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Prepared {
  readonly samples: (Samples & { readonly normalization: Normalization }) | StoredSamples;
  readonly fingerprint: string;
}

function prepareTrainingImages(
  images: Images,
  { normalize, 'scale-by': scaleBy }: TrainValues,
): Promise<Prepared> {
  const mode = normalize ?? 'auto';
  const [, ...sample] = images.shape;
  const options = statisticsFor(images.shape, mode, { scaleBy });
  const isByFeature = options.features !== undefined;
  // Also where all values get one scale without anybody having said so: the notes say whether that suits them.
  const features = mode !== 'auto' && scaleBy === undefined ? sizeOf(sample) : options.features;
  return prepare(images, {
    ...options,
    features,
    choose: ({ features, ...all }) =>
      normalizationFrom(images, { ...all, ...(isByFeature && features && { features }) }, mode),
    describe: (found) => {
      describeSamples(nounOf(sample, found.normalization), found);
      noteImages(found);
      noteScaling(found, scaleBy !== undefined);
    },
  });
}

function prepareTestImages(images: Images, { shape, normalization }: Prepared['samples']): Promise<Prepared> {
  const [, ...sample] = shape;
  requireShape(images, sample, 'the training samples are');
  return prepare(images, {
    ...statisticsForTransform(normalization, images.shape),
    choose: (statistics) => normalizationForTransform(normalization, images, statistics),
    describe: (found) => describeSamples(`test ${nounOf(sample, normalization)}`, found),
  });
}

interface Preparation extends StatisticsOptions {
  readonly choose: (statistics: ValueStatistics) => Normalization;
  readonly describe: (found: SamplesToDescribe) => void;
}

/** Images on their way to a network, and what they are told by. Says what they are. */
async function prepare(images: Images, { choose, describe, ...options }: Preparation): Promise<Prepared> {
  const fingerprint = new Fingerprint(images);
  let statistics: ValueStatistics;
  if (images instanceof NpyFile) {
    const onValues = (values: SampleArray) => fingerprint.add(values);
    statistics = await statisticsOfStored(images, { ...options, onValues });
  } else {
    statistics = statisticsOf(images.data, options);
    fingerprint.add(images.data);
  }
  const normalization = naming(images.source, () => choose(statistics));
  describe({ images, statistics, normalization });
  const { shape } = images;
  const samples =
    images instanceof NpyFile
      ? { shape, normalization, read: images.read }
      : { shape, normalization, data: images.data };
  return { samples, fingerprint: fingerprint.digest() };
}

/** The first few, in memory. */
async function firstOf(samples: Samples | StoredSamples): Promise<Samples> {
  if (!isStored(samples)) return sliceSamples(samples, 0, PICTURES);
  const { shape, normalization } = samples;
  const [count, ...sample] = shape;
  const rows = rowNumbers(Math.min(count, PICTURES));
  return { shape: [rows.length, ...sample], data: await samples.read(rows), normalization };
}

/** @throws {DataError} If the validation split leaves one side empty. */
function countTrainedOn({ shape, source }: Images, values: TrainValues): number {
  const { 'validation-split': split } = values;
  const [count] = shape;
  if (split === undefined) return count;
  try {
    return count - validationCount(count, split);
  } catch {
    throw new DataError(
      `${source}: --validation-split ${split} leaves one side of its ${count} samples empty, expected at least one on each.`,
    );
  }
}

async function openTraining(values: TrainValues): Promise<Images> {
  const { data, key, count } = values;
  if (data === undefined) {
    say(`drawing ${countOf(count, 'digit')}`);
    return { ...generateDigits({ count, seed: DIGITS_SEED }), source: 'built-in digits' };
  }
  say(`reading ${data}`);
  return openFile(data, { key }, values);
}

async function openTest(values: TrainValues): Promise<Images | undefined> {
  const { data, count, 'test-data': testData, 'test-key': testKey, 'validation-split': split } = values;
  if (testData !== undefined) {
    return openFile(testData, { key: testKey, preferredKey: 'x_test' }, values);
  }
  if (data !== undefined || split !== undefined) return undefined;
  return {
    ...generateDigits({ count: Math.ceil(count * TEST_SHARE), seed: TEST_DIGITS_SEED }),
    source: 'built-in digits',
  };
}

/** Opens images, and says so where they are not read as might be expected. */
async function openFile(
  path: string,
  options: LoadOptions,
  { 'in-memory': given }: TrainValues,
): Promise<Images> {
  const limit = given ?? defaultInMemoryLimit();
  const images = await openImages(path, { ...options, inMemoryLimit: limit });
  if (images instanceof NpyFile) {
    const sizes = `${formatBytes(images.memory)} in memory, limit ${formatBytes(limit)}`;
    say(`${countOf(images.shape[0], 'sample')}, read from the file batch by batch (${sizes})`);
  } else if (given !== undefined && images.data.byteLength > given) {
    say(`note: ${images.source} is in memory: only .npy files are read batch by batch`);
  }
  return images;
}

/** `digits`, or the file's name without folders and ending. */
function runName(data: string | undefined): string {
  if (data === undefined) return 'digits';
  const name = data
    .split(/[\\/]/)
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .at(-1);
  return name?.replace(/(\.[a-z0-9]+)+$/i, '') || 'run';
}
