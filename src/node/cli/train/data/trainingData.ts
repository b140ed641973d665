/** What `train` trains on: images, tables and other samples from files, or the built-in digits. */

import { rowNumbers } from '../../../../data/batches.ts';
import {
  DataError,
  isStored,
  type Normalization,
  type Samples,
  sliceSamples,
} from '../../../../data/samples.ts';
import type { Shape } from '../../../../tensor/shape.ts';
import { validationCount } from '../../../../training/split.ts';
import { PICTURES } from '../../../pictures/display.ts';
import { featureNamesOf, readFeatureNames } from '../../../samples/featureNames.ts';
import { sampleFormOf } from '../../../samples/sampleForm.ts';
import type { SampleSource } from '../../../samples/sampleSource.ts';
import { requirePairs } from '../../shared/samples.ts';
import { countOf, say } from '../../terminal/output.ts';
import type { TrainValues } from '../options.ts';
import { type TrainedBefore, TrainingFiles } from './openFiles.ts';
import {
  type Fingerprinted,
  type ReadySamples,
  scaleByValues,
  scaleLikeModel,
  scaleLikeTarget,
  scaleLikeTraining,
} from './scaleData.ts';
import { requireUnitRange, targetFacts } from './targets.ts';

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
 * @param trained - The model that is there already: its samples have this shape, are scaled as this says, and are read as
 *   those of its training were. Without it the data decides all that.
 */
export async function loadTrainingData(values: TrainValues, trained?: TrainedBefore): Promise<TrainingData> {
  const files = await TrainingFiles.of(values, trained);
  try {
    const training = await files.training();
    noteLabels(training);
    const target = await files.target(training);
    requirePairs('data', training, target);
    const answers = target ?? training;
    const which = target ? 'target' : '';
    const scaled = await (trained
      ? scaleLikeModel(answers, trained, which)
      : scaleByValues(answers, values, which));
    const { normalization } = scaled.samples;
    const inputShape = trained?.inputShape ?? answers.shape.slice(1);
    const scaling = { inputShape, normalization };
    const images = target ? await scaleLikeTarget(training, scaling, '') : scaled;
    if (target) noteSame(images, scaled);
    const features = await featureFacts(training, values, { inputShape, trained });
    const trainedOn = countTrainedOn(training, values);
    const test = await files.test(training, inputShape);
    const testTarget = await files.testTarget(target, inputShape);
    if (test) requirePairs('test-data', test, testTarget);
    const testTargets = testTarget && (await scaleLikeTraining(testTarget, scaling, 'test target'));
    const testImages =
      test && (await (testTarget ? scaleLikeTarget : scaleLikeTraining)(test, scaling, 'test'));
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
      facts: { ...factsOf(training, test), ...targetFacts(target, testTarget), ...features },
      fingerprint: images.fingerprint,
      testFingerprint: testImages?.fingerprint,
      targetFingerprint: target && scaled.fingerprint,
      testTargetFingerprint: testTargets?.fingerprint,
      close: () => files.close(),
    };
  } catch (error) {
    await files.close();
    throw error;
  }
}

/** Training makes no use of classes that a file says. */
function noteLabels({ labels }: SampleSource): void {
  if (labels) say(`note: training uses no classes (${labels.source}); isthmus evaluate --labels auto does`);
}

function noteSame(images: Fingerprinted, target: Fingerprinted): void {
  if (images.fingerprint !== target.fingerprint) return;
  say('note: --target holds the same values as --data: the training is the one without it.');
}

/**
 * The names of the features, and how the samples were made of the file: other files are read alike. What the data doesn't
 * say is as it was for the model that training starts from.
 */
async function featureFacts(
  training: SampleSource,
  { 'feature-names': asked, 'image-shape': imageShape }: TrainValues,
  { inputShape, trained }: { readonly inputShape: Shape; readonly trained: TrainedBefore | undefined },
) {
  const header = imageShape === undefined || imageShape === 'none' ? training.featureNames : undefined;
  const known = trained && featureNamesOf(trained.training, inputShape);
  const featureNames = asked === undefined ? (known ?? header) : await readFeatureNames(asked, inputShape);
  const form = training.form ?? (trained && sampleFormOf(trained.training, inputShape));
  const isRenamed = form?.kind === 'table' && header && featureNames && header.join() !== featureNames.join();
  return {
    ...(featureNames && { featureNames }),
    ...(form && { form: isRenamed ? { ...form, columns: header } : form }),
  };
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
