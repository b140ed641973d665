/** How good a trained model is: its scores on all samples, and the distributions of its errors. Read runTraining.ts first. */

import { type AnomalyScores, Autoencoder } from '../../../autoencoder/autoencoder.ts';
import type { EvaluateOptions } from '../../../autoencoder/options.ts';
import type { Samples, StoredSamples } from '../../../data/samples.ts';
import { ErrorDistribution, type ErrorDistributions } from '../../../evaluation/errorDistribution.ts';
import { ErrorSums, type Evaluation } from '../../../evaluation/metrics.ts';
import type { History } from '../../../training/fitOptions.ts';
import type { Noise } from '../../../training/noise.ts';
import { type Subset, splitSamples } from '../../../training/split.ts';
import type { EpochRecord } from '../../../training/trainingState.ts';
import type { TrainingData } from './data/trainingData.ts';
import type { LearningWatch } from './learning.ts';
import type { TrainValues } from './options.ts';
import type { TrainingOutcome, TrainingRun } from './runTraining.ts';

export interface Denoising extends Evaluation {
  /** The samples by which the best epoch was chosen. */
  readonly of: 'test' | 'validation' | 'training';
}

/** The sets of samples that are measured. */
type Measured = 'training' | 'validation' | 'test';

export interface Results {
  readonly stopped: History['stopped'];
  readonly epochs: number;
  readonly bestEpoch?: number | undefined;
  /** Why training ended early, if it made no sense to go on. */
  readonly problem?: string;
  /** The loss of the best answer that is the same for all samples: see {@link LearningWatch}. */
  readonly meanSampleLoss?: number | undefined;
  /** Whether the model is no better than that, and did not get better any more. */
  readonly learnsNothing?: boolean;
  /** The epoch whose weights the model has, if its loss has parts. */
  readonly epoch?: EpochRecord;
  /** Of what an autoencoder makes of the samples, compared with them or their target, as the other scores. */
  readonly training?: Evaluation;
  /** On the samples that a validation split kept. */
  readonly validation?: Evaluation;
  readonly test?: Evaluation;
  /** With a target: how far the samples themselves are from it. */
  readonly unrestored?: Pick<Results, Measured>;
  /** Of what the model restores from noisy samples, compared with the clean ones. */
  readonly denoising?: Denoising;
}

export interface Outcome {
  readonly results: Results;
  /** How large the errors of an autoencoder are; missing of a GAN. */
  readonly errors?: ErrorDistributions | undefined;
}

/** How the training ended, and how good its model is. */
export async function outcomeOf(
  { model, data, options, watch }: TrainingRun,
  { history, nothingLearned }: TrainingOutcome,
): Promise<Outcome> {
  const { stopped, epochs, restoredBestWeights, bestEpoch, problem } = history;
  const kept = restoredBestWeights ? epochs.find(({ epoch }) => epoch === bestEpoch) : epochs.at(-1);
  const { errors, ...scores } =
    model instanceof Autoencoder ? await scoreAll(model, data, options.values) : {};
  const results = {
    stopped,
    epochs: epochs.length,
    ...(restoredBestWeights && { bestEpoch }),
    ...(problem !== undefined && { problem }),
    ...boundOf(watch),
    ...(nothingLearned && nothingLearned.stall !== 'slow' && { learnsNothing: true }),
    ...(kept?.parts && { epoch: kept }),
    ...scores,
  };
  return { results, errors };
}

/**
 * The scores on the training samples and on all others. With `--noise` also on noisy samples, those by which the best epoch
 * was chosen, with the same noise as after each epoch: if the loss is the MSE, this is the validation loss of that epoch.
 * The distributions of the errors come from the clean samples.
 */
async function scoreAll(
  autoencoder: Autoencoder,
  { images, target, testImages, testTarget }: TrainingData,
  { noise, seed, 'validation-split': validationSplit = 0 }: TrainValues,
): Promise<Pick<Results, Measured | 'unrestored' | 'denoising'> & Pick<Outcome, 'errors'>> {
  const { inputShape } = autoencoder;
  const { training, validation } = splitSamples(images, { inputShape, seed, validationSplit, target });
  const test =
    testImages &&
    splitSamples(testImages, { inputShape, seed, validationSplit: 0, target: testTarget }).training;
  const evaluate = ({ rows }: Subset, noise?: Noise) => autoencoder.evaluate(images, { rows, target, noise });
  const denoise = async (): Promise<Denoising> => {
    if (testImages)
      return { of: 'test', ...(await autoencoder.evaluate(testImages, { target: testTarget, noise })) };
    return { of: validation ? 'validation' : 'training', ...(await evaluate(validation ?? training, noise)) };
  };
  const unrestored = async () => ({
    training: await distanceToTarget(training),
    ...(validation && { validation: await distanceToTarget(validation) }),
    ...(test && { test: await distanceToTarget(test) }),
  });
  const trained = await score(autoencoder, images, { rows: training.rows, target });
  const kept = validation && (await score(autoencoder, images, { rows: validation.rows, target }));
  const tested = testImages && (await score(autoencoder, testImages, { target: testTarget }));
  return {
    training: trained.evaluation,
    ...(kept && { validation: kept.evaluation }),
    ...(tested && { test: tested.evaluation }),
    ...(target && { unrestored: await unrestored() }),
    ...(noise && { denoising: await denoise() }),
    errors: distributionsOf(trained, tested ?? kept),
  };
}

/** The anomaly scores of samples, and how far what is made of them is from the target, if there is one. */
async function score(
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
  { rows, target }: EvaluateOptions,
): Promise<AnomalyScores> {
  const scores = await autoencoder.anomalyScores(samples, { ...(rows && { rows }) });
  return target ? { ...scores, evaluation: await autoencoder.evaluate(samples, { rows, target }) } : scores;
}

/** Held-out samples that are ranked by another score, as some are not between 0 and 1, say nothing. */
function distributionsOf(training: AnomalyScores, heldOut: AnomalyScores | undefined): ErrorDistributions {
  const { rankedBy, scores } = training;
  const areAlike = heldOut?.rankedBy === rankedBy;
  return {
    rankedBy,
    training: ErrorDistribution.of(scores),
    ...(areAlike && { heldOut: ErrorDistribution.of(heldOut.scores) }),
  };
}

/** How far samples are from their target. */
async function distanceToTarget({ reader, rows }: Subset): Promise<Evaluation> {
  const sums = new ErrorSums();
  for await (const { input, target } of reader.stream({ rows })) sums.add(target.data, input.data);
  return sums.result();
}

/** What the losses are compared with, for `--json`. */
export function boundOf(watch: LearningWatch | undefined) {
  return watch && { meanSampleLoss: watch.meanSampleLoss };
}
