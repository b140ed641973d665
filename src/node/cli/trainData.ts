/** What `train` trains on: images from files or the built-in digits, described in words. */

import { validationCount } from '../../autoencoder/split.ts';
import { generateDigits } from '../../data/digits.ts';
import { chooseNormalization, DataError, normalizationLike } from '../../data/normalization.ts';
import type { Normalization, Samples } from '../../data/samples.ts';
import type { Shape } from '../../tensor/shape.ts';
import { type LoadedImages, loadImages } from '../load.ts';
import { describeImages } from './describeImages.ts';
import { requireShape, samplesOf } from './model.ts';
import { countOf, say } from './output.ts';
import type { TrainValues } from './trainOptions.ts';

/** The digits are one fixed data set: `--seed` changes the training, not what is trained on. */
const DIGITS_SEED = 1;
const TEST_DIGITS_SEED = 2;
/** For 6 digits to train on there is 1 to test on, as in MNIST. */
const TEST_SHARE = 1 / 6;

export interface TrainingData {
  /** For the run folder's name. */
  readonly name: string;
  readonly inputShape: Shape;
  readonly images: Samples;
  readonly testImages: Samples | undefined;
  /** How many of the images are trained on: without those that `--validation-split` keeps. */
  readonly trainedOn: number;
  readonly normalization: Normalization;
  /** What was found, as plain JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Loads the images and says what it found. */
export async function loadTrainingData(values: TrainValues): Promise<TrainingData> {
  const training = await loadTraining(values);
  const [, ...inputShape] = training.shape;
  const images = samplesOf(training, () => chooseNormalization(training, values.normalize ?? 'auto'));
  const { normalization } = images;
  describeImages('image', training, normalization);
  const trainedOn = countTrainedOn(training, values);
  const test = await loadTest(values);
  let testImages: Samples | undefined;
  if (test) {
    requireShape(test, inputShape, 'the training images are');
    const read = samplesOf(test, () => normalizationLike(normalization, test));
    describeImages('test image', test, read.normalization);
    testImages = read;
  }
  return {
    name: runName(values.data),
    inputShape,
    images,
    testImages,
    trainedOn,
    normalization,
    facts: {
      source: training.source,
      shape: training.shape,
      dtype: training.dtype,
      ...(test && { testSource: test.source, testShape: test.shape }),
    },
  };
}

/** @throws {DataError} If the validation split leaves one side empty. */
function countTrainedOn({ shape, source }: LoadedImages, values: TrainValues): number {
  const { 'validation-split': split } = values;
  const [count] = shape;
  if (split === undefined) return count;
  try {
    return count - validationCount(count, split);
  } catch {
    throw new DataError(
      `${source}: --validation-split ${split} leaves one side of its ${count} images empty, expected at least one on each.`,
    );
  }
}

async function loadTraining({ data, key, count }: TrainValues): Promise<LoadedImages> {
  if (data === undefined) {
    say(`drawing ${countOf(count, 'digit')}`);
    return { ...generateDigits({ count, seed: DIGITS_SEED }), source: 'built-in digits' };
  }
  say(`reading ${data}`);
  return loadImages(data, { key });
}

async function loadTest(values: TrainValues): Promise<LoadedImages | undefined> {
  const { data, count, 'test-data': testData, 'test-key': testKey, 'validation-split': split } = values;
  if (testData !== undefined) {
    return loadImages(testData, { key: testKey, preferredKey: 'x_test' });
  }
  if (data !== undefined || split !== undefined) return undefined;
  return {
    ...generateDigits({ count: Math.ceil(count * TEST_SHARE), seed: TEST_DIGITS_SEED }),
    source: 'built-in digits',
  };
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
