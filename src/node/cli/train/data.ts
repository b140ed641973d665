/** What `train` trains on: images, tables and other samples from files, or the built-in digits. */

import { rowNumbers } from '../../../data/batches.ts';
import { generateDigits } from '../../../data/digits.ts';
import { normalizationFrom, statisticsFor } from '../../../data/normalization.ts';
import {
  DataError,
  isStored,
  type Normalization,
  type SampleArray,
  type Samples,
  type StoredSamples,
  sliceSamples,
} from '../../../data/samples.ts';
import type { ValueStatistics } from '../../../data/statistics.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { validationCount } from '../../../training/split.ts';
import { DataFingerprint } from '../../files/dataFingerprint.ts';
import { readFeatureNames } from '../../files/featureNames.ts';
import type { LoadOptions } from '../../files/readOptions.ts';
import {
  type NormalizedSamples,
  reshapeSource,
  type SampleSource,
  SamplesInMemory,
} from '../../files/sampleSource.ts';
import { PICTURES } from '../../pictures/display.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import {
  describeSamples,
  openSource,
  prepare,
  prepareLike,
  requirePairs,
  type SamplesToDescribe,
  type Trained,
} from '../shared/samples.ts';
import { withOptionNames } from '../terminal/options.ts';
import { countOf, say, timesShape } from '../terminal/output.ts';
import type { TrainValues } from './options.ts';
import { noteImages, noteScaling } from './scalingNotes.ts';
import { hasValidation } from './settings.ts';
import { preparePaired, requireUnitRange, targetFacts } from './targets.ts';

/** The digits are always the same data set: `--seed` changes the training, not its data. */
const DIGITS_SEED = 1;
const TEST_DIGITS_SEED = 2;
/** One digit for testing to six for training, as in MNIST. */
const TEST_SHARE = 1 / 6;

type ReadySamples = NormalizedSamples | StoredSamples;

export interface TrainingData {
  readonly inputShape: Shape;
  readonly images: ReadySamples;
  readonly testImages: ReadySamples | undefined;
  /** What the model should answer to the images and the test images, if not these themselves. */
  readonly target: ReadySamples | undefined;
  readonly testTarget: ReadySamples | undefined;
  /** A few samples to make pictures of, in memory: test samples if there are any. */
  readonly shown: Samples;
  readonly shownTarget: Samples | undefined;
  /** How many of the images are trained on: all but those that `--validation-split` keeps. */
  readonly trainedOn: number;
  readonly normalization: Normalization;
  /** A description of the data, as plain JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** See {@link DataFingerprint}. */
  readonly fingerprint: string;
  readonly testFingerprint: string | undefined;
  readonly targetFingerprint: string | undefined;
  readonly testTargetFingerprint: string | undefined;
  /** Closes the files that samples are read from. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the data, looks at its values, and describes it to the user.
 *
 * @param trained - The model that is there already, of `--from` or of a run that goes on: its samples have this shape, and are
 *   scaled as this says. Without it the data decides both.
 */
export async function loadTrainingData(values: TrainValues, trained?: Trained): Promise<TrainingData> {
  const sources: SampleSource[] = [];
  const opened = <Source extends SampleSource | undefined>(source: Source): Source => {
    if (source) sources.push(source);
    return source;
  };
  const close = async () => {
    for (const source of sources) await source.close();
  };
  try {
    const training = opened(await openTraining(values));
    const target = opened(await openTarget(values));
    requirePairs('data', training, target);
    const answers = target ?? training;
    const which = target ? 'target' : '';
    const scaled = trained
      ? await fingerprinted(answers, (onValues) => prepareLike(answers, trained, { which, onValues }))
      : await prepareScaled(answers, values, which);
    const { normalization } = scaled.samples;
    const inputShape = trained?.inputShape ?? answers.shape.slice(1);
    const scaling = { inputShape, normalization };
    const images = target ? await preparePair(training, scaling, '') : scaled;
    if (target) noteSame(images, scaled);
    const names = values['feature-names'];
    const featureNames = names === undefined ? undefined : await readFeatureNames(names, inputShape);
    const trainedOn = countTrainedOn(training, values);
    const test = opened(await openTest(values, inputShape));
    const testTarget = opened(await openTestTarget(values, inputShape));
    if (test) requirePairs('test-data', test, testTarget);
    const testTargets = testTarget && (await prepareTest(testTarget, scaling, 'test target'));
    const testImages = test && (await (testTarget ? preparePair : prepareTest)(test, scaling, 'test'));
    if (values.loss === 'bce' && normalization.kind === 'minmax') {
      // A scaling that was chosen from these samples gives values from 0 to 1.
      if (trained) await requireUnitRange(answers, scaled, values);
      await requireUnitRange(testTarget ?? test, testTargets ?? testImages, values);
    }
    return {
      inputShape,
      images: images.samples,
      testImages: testImages?.samples,
      target: target && scaled.samples,
      testTarget: testTargets?.samples,
      shown: await firstOf((testImages ?? images).samples),
      shownTarget: target && (await firstOf((testTargets ?? scaled).samples)),
      trainedOn,
      normalization,
      facts: {
        ...factsOf(training, test),
        ...targetFacts(target, testTarget),
        ...(featureNames && { featureNames }),
      },
      fingerprint: images.fingerprint,
      testFingerprint: testImages?.fingerprint,
      targetFingerprint: target && scaled.fingerprint,
      testTargetFingerprint: testTargets?.fingerprint,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Observer = (values: SampleArray) => void;

interface Fingerprinted {
  readonly samples: ReadySamples;
  readonly fingerprint: string;
}

/** Prepares samples, and takes their fingerprint while their values are looked at. */
async function fingerprinted(
  source: SampleSource,
  prepareSamples: (onValues: Observer) => Promise<ReadySamples>,
): Promise<Fingerprinted> {
  const fingerprint = new DataFingerprint(source);
  const samples = await prepareSamples((values) => fingerprint.add(values));
  return { samples, fingerprint: fingerprint.digest() };
}

/** Samples by whose values the scale is chosen. */
function prepareScaled(
  images: SampleSource,
  { normalize, 'scale-by': scaleBy, 'image-shape': imageShape, 'feature-names': names }: TrainValues,
  which: string,
): Promise<Fingerprinted> {
  const mode = normalize ?? 'auto';
  const [, ...sample] = images.shape;
  const options = statisticsFor(images.shape, mode, { scaleBy });
  const isByFeature = options.features !== undefined;
  // Also if all values get one scale by default: the notes say whether that suits the features.
  const features = mode !== 'auto' && scaleBy === undefined ? sizeOf(sample) : options.features;
  const preparation = {
    ...options,
    features,
    choose: ({ features, ...all }: ValueStatistics) =>
      normalizationFrom(images, { ...all, ...(isByFeature && features && { features }) }, mode, {
        isTable: imageShape === undefined ? undefined : imageShape === 'none',
        nameOf: (mode) => `--normalize ${mode}`,
      }),
    describe: (found: SamplesToDescribe) => {
      const noun = nounOf(sample, found.normalization);
      describeSamples(`${which} ${noun}`.trim(), found);
      // Columns with names are those of a table.
      noteImages(found, imageShape !== undefined || (names !== undefined && noun === 'sample'));
      noteScaling(found, scaleBy !== undefined);
    },
  };
  return fingerprinted(images, (onValues) => prepare(images, { ...preparation, onValues }));
}

function prepareTest(test: SampleSource, trained: Trained, which: string): Promise<Fingerprinted> {
  return fingerprinted(test, (onValues) =>
    prepareLike(test, trained, { who: 'the training samples are', which, onValues }),
  );
}

function preparePair(images: SampleSource, trained: Trained, which: string): Promise<Fingerprinted> {
  return fingerprinted(images, (onValues) => preparePaired(images, trained, which, onValues));
}

function noteSame(images: Fingerprinted, target: Fingerprinted): void {
  if (images.fingerprint !== target.fingerprint) return;
  say('note: --target holds the same values as --data: the training is the one without it.');
}

function factsOf({ source, shape, dtype }: SampleSource, test: SampleSource | undefined) {
  return { source, shape, dtype, ...(test && { testSource: test.source, testShape: test.shape }) };
}

/** The first few, in memory. */
async function firstOf(samples: ReadySamples): Promise<Samples> {
  if (!isStored(samples)) return sliceSamples(samples, 0, PICTURES);
  const { shape, normalization } = samples;
  const [count, ...sample] = shape;
  const rows = rowNumbers(Math.min(count, PICTURES));
  return { shape: [rows.length, ...sample], data: await samples.read(rows), normalization };
}

/** @throws {DataError} If the validation split leaves one side empty. */
function countTrainedOn({ shape, source }: SampleSource, values: TrainValues): number {
  const { 'validation-split': split } = values;
  const [count] = shape;
  if (split === undefined) return count;
  try {
    return count - validationCount(count, split);
  } catch {
    throw new DataError(
      `${source}: --validation-split ${split} of ${countOf(count, 'sample')} leaves one side empty, expected at least one on each.`,
    );
  }
}

async function openTraining(values: TrainValues): Promise<SampleSource> {
  const { data, key, count } = values;
  if (data === undefined) {
    say(`drawing ${countOf(count, 'digit')}`);
    return drawDigits(count, DIGITS_SEED);
  }
  say(`reading ${data}`);
  return openShaped(data, values, { key });
}

async function openTarget(values: TrainValues): Promise<SampleSource | undefined> {
  const { target, 'target-key': key } = values;
  if (target === undefined) return undefined;
  return withOptionNames({ key: 'target-key' }, openShaped(target, values, { key, preferredKey: 'y_train' }));
}

async function openShaped(
  path: string,
  { 'in-memory': inMemory, 'image-shape': imageShape }: TrainValues,
  options: LoadOptions,
): Promise<SampleSource> {
  const source = await openSource(path, inMemory, options);
  try {
    return imageShape === undefined ? source : shaped(source, imageShape);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Samples as the user says that they are. */
function shaped(source: SampleSource, imageShape: Shape | 'none'): SampleSource {
  const [, ...sample] = source.shape;
  const shape = imageShape === 'none' ? [sizeOf(sample)] : imageShape;
  if (sizeOf(shape) === sizeOf(sample)) return reshapeSource(source, shape);
  const numbers = sample.length === 1 ? '' : ` of ${countOf(sizeOf(sample), 'number')}`;
  throw new DataError(
    `${source.source}: the samples are ${timesShape(sample)}${numbers}, expected ${countOf(sizeOf(shape), 'number')}: --image-shape ${shape.join('x')}.`,
  );
}

async function openTest(values: TrainValues, sampleShape: Shape): Promise<SampleSource | undefined> {
  const { data, count, 'test-data': testData, 'test-key': testKey } = values;
  if (testData !== undefined) {
    const options = { key: testKey, preferredKey: 'x_test', sampleShape };
    return withOptionNames({ key: 'test-key' }, openSource(testData, values['in-memory'], options));
  }
  if (data !== undefined || values['validation-split'] !== undefined || !hasValidation(values))
    return undefined;
  return drawDigits(Math.ceil(count * TEST_SHARE), TEST_DIGITS_SEED);
}

async function openTestTarget(values: TrainValues, sampleShape: Shape): Promise<SampleSource | undefined> {
  const { 'test-target': target, 'test-target-key': key, 'in-memory': inMemory } = values;
  if (target === undefined) return undefined;
  const options = { key, preferredKey: 'y_test', sampleShape };
  return withOptionNames({ key: 'test-target-key' }, openSource(target, inMemory, options));
}

function drawDigits(count: number, seed: number): SampleSource {
  const { labels: _, ...digits } = generateDigits({ count, seed });
  return new SamplesInMemory({ ...digits, source: 'built-in digits' });
}
