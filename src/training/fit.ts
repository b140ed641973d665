/**
 * The training loop. Each step: gather a batch, forward, loss, backward, optimizer. Read layers/sequential.ts,
 * losses/loss.ts and optim/optimizer.ts first.
 */

import type { Samples, StoredSamples } from '../data/samples.ts';
import { BinaryCrossEntropy } from '../losses/loss.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import { sizeOf } from '../tensor/shape.ts';
import { trainingDivergence, validationDivergence } from './divergence.ts';
import { BestWeights, type EarlyStopping, type Keep } from './earlyStopping.ts';
import { checkNoise, type Noise } from './noise.ts';
import { openSamples, type Part, type Parts } from './split.ts';
import { requireLastLayer, type Start, startAtMean } from './startAtMean.ts';
import { TrainingCourse, type TrainingState } from './trainingState.ts';
import { createMeasurement, createStep, type Step, stepSeeds, type Trainable } from './trainingStep.ts';
import { TimeSlice } from './yieldToHost.ts';

export interface BatchRecord {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** From 1. */
  readonly batch: number;
  readonly batches: number;
  /** The mean loss of the epoch so far. */
  readonly loss: number;
  /** How many samples of the epoch are done. */
  readonly samples: number;
}

export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** The mean over the epoch's samples, each measured just before the step that learned from it. */
  readonly loss: number;
  /** After the epoch, on samples that are not trained on. */
  readonly validationLoss?: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
}

export interface FitOptions {
  /** @default 100 */
  readonly epochs?: number;
  /** The last batch of an epoch may be smaller. @default 32 */
  readonly batchSize?: number;
  /** The part of the samples to keep for validation, drawn at random by the model's seed; 0 <= split < 1. @default 0 */
  readonly validationSplit?: number;
  /** Other samples for validation, instead of a split. */
  readonly validationData?: Samples | StoredSamples;
  /** Watches the validation loss, or the training loss where there is none. @default none: all epochs are run */
  readonly earlyStopping?: EarlyStopping;
  /**
   * The weights to end with, however training ended: those of the epoch with the lowest watched loss, or the last ones.
   *
   * @default 'best' with earlyStopping, else 'last'
   */
  readonly keep?: Keep;
  /**
   * Goes on from there, bit for bit as if training had never stopped. Everything else must be as it was: samples,
   * options, loss, optimizer, seed, kernels. Only `epochs` may grow, where the learning rate doesn't depend on it.
   */
  readonly resumeFrom?: TrainingState | undefined;
  /**
   * Corrupts the inputs, anew in every step, and learns to restore the clean ones. Validation inputs are corrupted too,
   * each epoch in the same way. @default none
   */
  readonly noise?: Noise | undefined;
  /**
   * 'mean': before the first step the last layer is set so that it answers with the samples' mean, which costs one pass
   * over the samples. 'as-is': all weights and biases stay as they are.
   *
   * @default 'as-is'
   */
  readonly start?: Start;
  /** Stops after the step that is under way. */
  readonly signal?: AbortSignal;
  /**
   * Before the first step, after every step, after every epoch. `state()` says where training is, as `resumeFrom` takes
   * it. A promise is waited for.
   */
  readonly onStart?: (state: () => TrainingState) => unknown;
  readonly onBatchEnd?: (record: BatchRecord, state: () => TrainingState) => unknown;
  readonly onEpochEnd?: (record: EpochRecord, state: () => TrainingState) => unknown;
}

export interface History {
  readonly epochs: readonly EpochRecord[];
  /** Why training ended: all epochs done, no improvement, or the signal. */
  readonly stopped: 'epochs' | 'patience' | 'signal';
  /** The last epoch that was an improvement (see `minDelta`); undefined if none was finished. */
  readonly bestEpoch: number | undefined;
  /** Whether the weights were set back to those of the best epoch. */
  readonly restoredBestWeights: boolean;
  /** Where training ended: `resumeFrom` goes on from there. */
  readonly state: TrainingState;
}

/**
 * Makes ready to train a model to reproduce its input: all that can be refused is refused here, before anything changes.
 *
 * @returns The training. It throws a {@link DivergenceError} if a loss becomes NaN or infinite.
 * @throws {RangeError} If an option is out of range, a split leaves one side empty, binary cross-entropy gets inputs
 *   outside [0, 1], or the state to resume from is that of another network or optimizer; or the start 'mean' is asked of
 *   a network that doesn't end with a bias.
 * @throws {ShapeError} If the samples don't fit the model.
 * @throws {Error} If the optimizer serves another network already.
 */
export async function prepareTraining(
  model: Trainable,
  samples: Samples | StoredSamples,
  options: FitOptions = {},
): Promise<() => Promise<History>> {
  const { epochs = 100, batchSize = 32, validationSplit = 0, validationData, resumeFrom } = options;
  const settings = { ...options, epochs, batchSize, validationSplit };
  checkOptions(settings);
  if (options.noise) checkNoise(options.noise);
  const { inputShape, seed, loss, optimizer, parameters } = model;
  const parts = openSamples(samples, { inputShape, seed, validationSplit, validationData });
  if (loss instanceof BinaryCrossEntropy) {
    await parts.training.reader.requireUnitRange();
    await parts.validation?.reader.requireUnitRange();
  }
  if (settings.start === 'mean') lastLayerOf(model);
  optimizer.attach(parameters);
  const keep = options.keep ?? (options.earlyStopping ? 'best' : 'last');
  const course = new TrainingCourse(model, new BestWeights(parameters, keep, options.earlyStopping));
  if (resumeFrom) {
    const batches = Math.ceil(parts.training.rows.length / batchSize);
    if (resumeFrom.batch > batches) {
      throw new RangeError(
        `fit: the state to resume from is after batch ${resumeFrom.batch}, an epoch has ${batches}.`,
      );
    }
    course.resume(resumeFrom);
  }
  return () => train(model, parts, settings, course);
}

async function train(
  model: Trainable,
  { training, validation }: Parts,
  settings: Settings,
  course: TrainingCourse,
): Promise<History> {
  // The batches of one training: they go when it ends, the network stays.
  const arena = new Arena();
  const step = createStep(model, arena, settings.noise);
  const measure = validation && createMeasurement(model, validation, arena, settings);
  const order = training.rows.slice();
  const slice = new TimeSlice();
  const { best } = course;
  let stopped: History['stopped'] = 'epochs';
  let state = course.state();
  let restoredBestWeights = false;
  try {
    await slice.pause(); // at least once: parts of the memory are given back only while the program pauses
    // Without the signal: a state from before this would be resumed as if it were from after it.
    if (settings.start === 'mean' && !settings.resumeFrom) {
      await startAtMean(lastLayerOf(model), training, { features: sizeOf(model.inputShape), arena, slice });
    }
    await settings.onStart?.(() => course.state());
    while (course.epoch <= settings.epochs && !best.isPatienceOver) {
      // From the same order each time: then the generator's state is all that an epoch's order depends on.
      order.set(training.rows);
      model.random.shuffle(order);
      const seedOf = stepSeeds(model.random, course.epoch);
      const isDone = await runEpoch(
        course,
        { ...training, rows: order },
        { ...step, seedOf },
        settings,
        slice,
      );
      const validationLoss = isDone ? await measure?.(slice) : undefined;
      if (!isDone || (measure && validationLoss === undefined)) {
        stopped = 'signal';
        break;
      }
      const loss = course.lossSum / order.length;
      const { epoch, learningRate } = course;
      if (validationLoss !== undefined && !Number.isFinite(validationLoss)) {
        throw validationDivergence(validationLoss, { epoch, epochs: settings.epochs, learningRate });
      }
      const record = { epoch, loss, learningRate, ...(validationLoss !== undefined && { validationLoss }) };
      course.endEpoch(record);
      await settings.onEpochEnd?.(record, () => course.state());
    }
    if (stopped === 'epochs' && best.isPatienceOver) stopped = 'patience';
    state = course.state();
  } finally {
    restoredBestWeights = best.restore();
  }
  return { epochs: state.epochs, stopped, bestEpoch: best.state?.epoch, restoredBestWeights, state };
}

function lastLayerOf({ network, loss }: Trainable) {
  return requireLastLayer(network, loss instanceof BinaryCrossEntropy);
}

type Settings = FitOptions & {
  readonly epochs: number;
  readonly batchSize: number;
  readonly validationSplit: number;
};

/** The batches of the epoch that are left; returns whether it came to its end, or the signal was first. */
async function runEpoch(
  course: TrainingCourse,
  { reader, rows }: Part,
  step: Step & { readonly seedOf: (batch: number) => number },
  { epochs, batchSize, signal, onBatchEnd }: Settings,
  slice: TimeSlice,
): Promise<boolean> {
  const { epoch } = course;
  const batches = Math.ceil(rows.length / batchSize);
  const inputs = reader.stream(rows, batchSize, course.batch);
  try {
    while (course.batch < batches) {
      if (signal?.aborted) return false;
      const seen = course.batch * batchSize;
      const size = Math.min(batchSize, rows.length - seen);
      const x = step.input(size);
      const arriving = inputs.next(x.data);
      if (arriving) await arriving;
      const learningRate = step.learningRate();
      const loss = step.learn(x, step.seedOf(course.batch));
      const batch = course.batch + 1;
      if (!Number.isFinite(loss)) {
        throw trainingDivergence(loss, { epoch, epochs, batch, batches, learningRate }, step.seen().data);
      }
      course.endBatch(loss * size, learningRate);
      const samples = seen + size;
      const record = { epoch, epochs, batch, batches, loss: course.lossSum / samples, samples };
      const pending = onBatchEnd?.(record, () => course.state());
      if (pending) await pending;
      if (slice.isOver) await slice.pause();
    }
  } finally {
    await inputs.close();
  }
  return true;
}

function checkOptions(settings: Settings): void {
  const { epochs, batchSize, validationSplit, earlyStopping, validationData, start = 'as-is' } = settings;
  if (start !== 'as-is' && start !== 'mean') {
    throw new RangeError(`fit: start is '${start}', expected 'as-is' or 'mean'.`);
  }
  requireInteger('epochs', epochs);
  requireInteger('batchSize', batchSize);
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new RangeError(`fit: validationSplit is ${validationSplit}, expected 0 <= split < 1.`);
  }
  if (validationSplit > 0 && validationData) {
    throw new RangeError('fit: got both validationSplit and validationData, expected one of them.');
  }
  if (!earlyStopping) return;
  const { patience, minDelta = 0 } = earlyStopping;
  requireInteger('patience', patience);
  if (!(minDelta >= 0)) throw new RangeError(`fit: minDelta is ${minDelta}, expected a number >= 0.`);
}

function requireInteger(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`fit: ${name} is ${value}, expected an integer >= 1.`);
  }
}
