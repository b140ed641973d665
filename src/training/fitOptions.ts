/** The options of `fit`, and what it reports. Read fit.ts first. */

import type { Samples, StoredSamples } from '../data/samples.ts';
import {
  type OptionNames,
  requireInteger,
  requireNumber,
  requireOneOf,
  requireOptions,
} from '../tensor/options.ts';
import { inWords } from '../tensor/words.ts';
import { type EarlyStopping, KEEPS, type Keep } from './earlyStopping.ts';
import { checkNoise, type Noise } from './noise.ts';
import type { Start } from './startAtMean.ts';
import type { EpochRecord, TrainingState } from './trainingState.ts';

/** How `fit` trains. */
export interface FitOptions {
  /** An integer >= 1. @default 100 */
  readonly epochs?: number;
  /** Samples in a batch, an integer >= 1; the last batch of an epoch may be smaller. @default 32 */
  readonly batchSize?: number;
  /**
   * The share of the samples that is kept for validation, 0 <= split < 1. The model's seed decides which samples.
   *
   * @default 0
   */
  readonly validationSplit?: number;
  /** Other samples for validation, instead of a split. @default none */
  readonly validationData?: Samples | StoredSamples;
  /**
   * What the network should answer: row i of the target to row i of the samples, as a clean image to a noisy one. Of the
   * shape of the samples, in memory or stored, scaled as they are: `transform(noisy, clean.normalization)`.
   *
   * @default the samples themselves
   */
  readonly target?: Samples | StoredSamples | undefined;
  /** The same for `validationData`: needed with both, `target` and `validationData`. */
  readonly validationTarget?: Samples | StoredSamples | undefined;
  /** Watches the validation loss or, without validation, the training loss. @default none: all epochs are run */
  readonly earlyStopping?: EarlyStopping;
  /**
   * The weights to end with, however training ends: those of the epoch with the lowest watched loss, the last ones, or a
   * moving average over the steps.
   *
   * @default 'best' with earlyStopping, else 'last'
   */
  readonly keep?: Keep;
  /**
   * Continues a training bit for bit, as if it had never stopped. Everything else must be as it was: samples, options,
   * loss, optimizer, seed, kernels. Only `epochs` may grow, if the learning rate does not depend on it.
   */
  readonly resumeFrom?: TrainingState | undefined;
  /**
   * Corrupts the inputs of each step, so that the network learns to restore the clean ones, or with `target` to answer with
   * that. Validation inputs are corrupted too, in the same way after each epoch.
   *
   * @default none
   */
  readonly noise?: Noise | undefined;
  /**
   * `mean` sets the last layer before the first step, so that the network's first answer is the mean of the samples (with
   * `target`: of the target). Of a convolution only the biases are set, to the means of the channels. That takes one pass over
   * the samples. `as-is` leaves all weights and biases as they are.
   *
   * @default 'as-is'
   */
  readonly start?: Start;
  /** Ends training after the current step. */
  readonly signal?: AbortSignal;
  /** Called before the first step. `state()` says where training is, as `resumeFrom` takes it. A promise is waited for. */
  readonly onStart?: (state: () => TrainingState) => unknown;
  /** Called after every step. A promise is waited for. */
  readonly onBatchEnd?: (record: BatchRecord, state: () => TrainingState) => unknown;
  /** Called after every epoch. A promise is waited for. */
  readonly onEpochEnd?: (record: EpochRecord, state: () => TrainingState) => unknown;
}

export const FIT_OPTIONS: OptionNames<FitOptions> = {
  epochs: true,
  batchSize: true,
  validationSplit: true,
  validationData: true,
  target: true,
  validationTarget: true,
  earlyStopping: true,
  keep: true,
  resumeFrom: true,
  noise: true,
  start: true,
  signal: true,
  onStart: true,
  onBatchEnd: true,
  onEpochEnd: true,
};

const EARLY_STOPPING: OptionNames<EarlyStopping> = { patience: true, minDelta: true };

/** What people write who come from Keras. Names that are nearly ours, such as batch_size, are found without this. */
export const FIT_ADVICE: Readonly<Record<string, string>> = {
  learningRate: 'it in the optimizer: compile({ optimizer: new Adam({ learningRate }) })',
  optimizer: 'it in compile({ optimizer })',
  callbacks: "'onEpochEnd' or 'onBatchEnd'",
  shuffle: 'none: each epoch is shuffled',
};
/** The same for an autoencoder. */
const AUTOENCODER_ADVICE = {
  ...FIT_ADVICE,
  loss: 'it in compile({ loss })',
  seed: 'it where the model is made: new Autoencoder({ inputShape, seed })',
};

/** What is known after a step. */
export interface BatchRecord {
  /** From 1. */
  readonly epoch: number;
  /** How many epochs `fit` was asked for. */
  readonly epochs: number;
  /** From 1. */
  readonly batch: number;
  /** How many batches an epoch has. */
  readonly batches: number;
  /** The mean loss of the epoch so far. */
  readonly loss: number;
  /** The means of its parts. */
  readonly parts?: Readonly<Record<string, number>>;
  /** The number of samples of the epoch so far. */
  readonly samples: number;
}

/** What `fit` returns: the losses, and how training ended. */
export interface History {
  /** One record each, also of those before `resumeFrom`. */
  readonly epochs: readonly EpochRecord[];
  /** Why training ended: all epochs were run, there was no more improvement, the signal came, or there was a problem. */
  readonly stopped: 'epochs' | 'patience' | 'signal' | 'problem';
  /** With `stopped: 'problem'`: why it makes no sense to go on, in one sentence. */
  readonly problem?: string;
  /**
   * The last epoch that was an improvement (see `minDelta`); undefined if no epoch was finished. Of a GAN, whose losses don't
   * say how good its samples are, it means nothing.
   */
  readonly bestEpoch: number | undefined;
  /** Whether the weights were set back to those of the best epoch. */
  readonly restoredBestWeights: boolean;
  /** Where training ended, for `resumeFrom`. */
  readonly state: TrainingState;
}

/** The options with their defaults. */
export type FitSettings = FitOptions &
  Required<Pick<FitOptions, 'epochs' | 'batchSize' | 'validationSplit' | 'keep' | 'start'>>;

/**
 * @throws {TypeError} If an option is unknown, or has a value of another kind.
 * @throws {RangeError} If an option is out of range.
 */
export function checkedSettings(options: FitOptions): FitSettings {
  requireOptions('fit', options, FIT_OPTIONS, AUTOENCODER_ADVICE);
  const { epochs = 100, batchSize = 32, validationSplit = 0, start = 'as-is' } = options;
  const { earlyStopping, noise, keep = earlyStopping ? 'best' : 'last' } = options;
  const [hasTarget, hasValidationData, hasValidationTarget] = [
    options.target,
    options.validationData,
    options.validationTarget,
  ].map((samples) => samples !== undefined);
  requireOneOf('fit', 'start', start, ['as-is', 'mean']);
  requireInteger('fit', 'epochs', epochs, 1);
  requireInteger('fit', 'batchSize', batchSize, 1);
  const isShare = (value: number) => value >= 0 && value < 1;
  requireNumber('fit', 'validationSplit', validationSplit, '0 <= split < 1', isShare);
  if (validationSplit > 0 && hasValidationData) {
    throw new RangeError('fit: got both validationSplit and validationData, expected one of them.');
  }
  if (hasTarget && hasValidationData && !hasValidationTarget) {
    throw new RangeError(
      'fit: got target and validationData, expected validationTarget, too: what the network should answer to validationData.',
    );
  }
  if (hasValidationTarget && !(hasTarget && hasValidationData)) {
    throw new RangeError(
      `fit: got validationTarget without ${hasTarget ? 'validationData' : 'target'}, expected target, validationData and validationTarget together.`,
    );
  }
  if (earlyStopping !== undefined) {
    requireOptions('fit, earlyStopping', earlyStopping, EARLY_STOPPING);
    const { patience, minDelta = 0 } = earlyStopping;
    requireInteger('fit', 'patience', patience, 1);
    requireNumber('fit', 'minDelta', minDelta, 'a number >= 0', (value) => value >= 0);
  }
  if (noise !== undefined) checkNoise(noise);
  requireOneOf('fit', 'keep', keep, KEEPS);
  requireKinds(options);
  return { ...options, epochs, batchSize, validationSplit, start, keep };
}

/** The options that are neither numbers nor words. */
function requireKinds({ signal, resumeFrom, ...options }: FitOptions): void {
  for (const name of ['onStart', 'onBatchEnd', 'onEpochEnd'] as const) {
    refuseUnless(name, options[name], 'a function', typeof options[name] === 'function');
  }
  refuseUnless(
    'signal',
    signal,
    'that of a controller: controller.signal',
    typeof signal?.aborted === 'boolean',
  );
  const { random, epochs, weights, optimizer } = resumeFrom ?? {};
  const isState = [random, epochs].every(Array.isArray) && ArrayBuffer.isView(weights) && Boolean(optimizer);
  refuseUnless('resumeFrom', resumeFrom, 'a state such as history.state', isState);
}

function refuseUnless(name: string, value: unknown, expected: string, isRight: boolean): void {
  if (isRight || value === undefined) return;
  throw new TypeError(`fit: ${name} is ${inWords(value)}, expected ${expected}.`);
}
