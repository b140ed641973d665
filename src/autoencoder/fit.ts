/**
 * The training loop. Each step: gather a batch, forward, loss, backward, optimizer. Read layers/sequential.ts,
 * losses/loss.ts and optim/optimizer.ts first.
 */

import type { Samples, StoredSamples } from '../data/samples.ts';
import type { Sequential } from '../layers/sequential.ts';
import { BinaryCrossEntropy } from '../losses/binaryCrossEntropy.ts';
import type { Loss } from '../losses/loss.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import type { FlatParameters } from '../tensor/flatParameters.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import type { Random } from '../tensor/random.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { BestWeights, type EarlyStopping } from './earlyStopping.ts';
import { openSamples, type Part, type Parts } from './split.ts';
import { TimeSlice } from './timeSlice.ts';

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
  /** Stops after the step that is under way. */
  readonly signal?: AbortSignal;
  readonly onBatchEnd?: (record: BatchRecord) => void;
  readonly onEpochEnd?: (record: EpochRecord) => void | Promise<void>;
}

export interface History {
  readonly epochs: readonly EpochRecord[];
  /** Why training ended: all epochs done, no improvement, or the signal. */
  readonly stopped: 'epochs' | 'patience' | 'signal';
  /** The last epoch that was an improvement (see `minDelta`); undefined if none was finished. */
  readonly bestEpoch: number | undefined;
  /** Whether the weights were set back to those of the best epoch. */
  readonly restoredBestWeights: boolean;
}

/** The loss is no longer a number: training cannot go on. */
export class DivergenceError extends Error {
  override name = 'DivergenceError';
}

/** What the loop needs of a model. */
export interface Trainable {
  readonly inputShape: Shape;
  /** From input to what the loss reads. */
  readonly network: Sequential;
  readonly parameters: FlatParameters;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly random: Random;
  readonly seed: number;
}

/** How many samples to run at a time where nothing is learned. */
export const INFERENCE_BATCH = 256;

/**
 * Makes ready to train a model to reproduce its input: all that can be refused is refused here, before anything changes.
 *
 * @returns The training. It throws a {@link DivergenceError} if a loss becomes NaN or infinite.
 * @throws {RangeError} If an option is out of range, a split leaves one side empty, or binary cross-entropy gets inputs
 *   outside [0, 1].
 * @throws {ShapeError} If the samples don't fit the model.
 * @throws {Error} If the optimizer serves another network already.
 */
export async function prepareTraining(
  model: Trainable,
  samples: Samples | StoredSamples,
  options: FitOptions = {},
): Promise<() => Promise<History>> {
  const { epochs = 100, batchSize = 32, validationSplit = 0, validationData } = options;
  const settings = { ...options, epochs, batchSize, validationSplit };
  checkOptions(settings);
  const { inputShape, seed, loss, optimizer, parameters } = model;
  const parts = openSamples(samples, { inputShape, seed, validationSplit, validationData });
  if (loss instanceof BinaryCrossEntropy) {
    await parts.training.reader.requireUnitRange();
    await parts.validation?.reader.requireUnitRange();
  }
  optimizer.attach(parameters);
  return () => train(model, parts, settings);
}

async function train(
  model: Trainable,
  { training, validation }: Parts,
  settings: Settings,
): Promise<History> {
  // The batches of one training: they go when it ends, the network stays.
  const arena = new Arena();
  const step = createStep(model, arena);
  const measure = validation && createMeasurement(model, validation, arena);
  const best = new BestWeights(model.parameters, settings.earlyStopping);
  const records: EpochRecord[] = [];
  const slice = new TimeSlice();
  let stopped: History['stopped'] = 'epochs';
  let restoredBestWeights = false;
  try {
    await slice.pause(); // at least once: parts of the memory are given back only while the program pauses
    for (let epoch = 1; epoch <= settings.epochs && stopped === 'epochs'; epoch++) {
      model.random.shuffle(training.rows);
      const learned = await runEpoch(epoch, training, step, model.optimizer, settings, slice);
      if (!learned) {
        stopped = 'signal';
        break;
      }
      const validationLoss = await measure?.(slice);
      requireFinite(validationLoss ?? 0, 'validation loss became', `after epoch ${epoch}`);
      const record = { epoch, ...learned, ...(validationLoss !== undefined && { validationLoss }) };
      records.push(record);
      best.consider(epoch, validationLoss ?? record.loss);
      await settings.onEpochEnd?.(record);
      if (best.isPatienceOver) stopped = 'patience';
    }
  } finally {
    restoredBestWeights = best.restore();
  }
  return { epochs: records, stopped, bestEpoch: best.epoch, restoredBestWeights };
}

function requireFinite(loss: number, what: string, where: string): void {
  if (Number.isFinite(loss)) return;
  throw new DivergenceError(
    `fit: the ${what} ${loss} ${where}, expected a finite number: try a lower learning rate.`,
  );
}

type Settings = FitOptions & {
  readonly epochs: number;
  readonly batchSize: number;
  readonly validationSplit: number;
};

/** All batches of one epoch; undefined if the signal ended it early. */
async function runEpoch(
  epoch: number,
  { reader, rows }: Part,
  step: Step,
  optimizer: Optimizer,
  { epochs, batchSize, signal, onBatchEnd }: Settings,
  slice: TimeSlice,
): Promise<{ loss: number; learningRate: number } | undefined> {
  const batches = Math.ceil(rows.length / batchSize);
  let lossSum = 0;
  let learningRate = 0;
  const inputs = reader.stream(rows, batchSize);
  try {
    for (let batch = 1; batch <= batches; batch++) {
      if (signal?.aborted) return undefined;
      const seen = (batch - 1) * batchSize;
      const size = Math.min(batchSize, rows.length - seen);
      const x = step.input(size);
      const arriving = inputs.next(x.data);
      if (arriving) await arriving;
      learningRate = optimizer.learningRate;
      const loss = step.learn(x);
      requireFinite(loss, 'loss became', `in epoch ${epoch}, batch ${batch} of ${batches}`);
      lossSum += loss * size;
      const samples = seen + size;
      onBatchEnd?.({ epoch, epochs, batch, batches, loss: lossSum / samples, samples });
      if (slice.isOver) await slice.pause();
    }
  } finally {
    await inputs.close();
  }
  return { loss: lossSum / rows.length, learningRate };
}

interface Step {
  /** The batch's place: what to fill before `learn`. */
  readonly input: (size: number) => Tensor;
  /** Returns the loss before the step. */
  readonly learn: (x: Tensor) => number;
}

function createStep(model: Trainable, arena: Arena): Step {
  const { network, loss, optimizer, parameters } = model;
  const features = sizeOf(model.inputShape);
  const input = new Workspace();
  return {
    input: (size) => input.tensor(arena, [size, features]),
    learn: (x) => {
      parameters.zeroGradients();
      const value = loss.forward(network.forward(x), x);
      network.backwardParameters(loss.backward());
      optimizer.step(parameters);
      return value;
    },
  };
}

/** The mean loss over some samples, which are not learned from. */
function createMeasurement(
  model: Trainable,
  { reader, rows }: Part,
  arena: Arena,
): (slice: TimeSlice) => Promise<number> {
  const { network, loss } = model;
  const features = sizeOf(model.inputShape);
  const input = new Workspace();
  return async (slice) => {
    let sum = 0;
    const inputs = reader.stream(rows, INFERENCE_BATCH);
    try {
      for (let start = 0; start < rows.length; start += INFERENCE_BATCH) {
        const size = Math.min(INFERENCE_BATCH, rows.length - start);
        const x = input.tensor(arena, [size, features]);
        const arriving = inputs.next(x.data);
        if (arriving) await arriving;
        sum += loss.forward(network.forward(x), x) * size;
        if (slice.isOver) await slice.pause();
      }
    } finally {
      await inputs.close();
    }
    return sum / rows.length;
  };
}

function checkOptions(settings: Settings): void {
  const { epochs, batchSize, validationSplit, earlyStopping, validationData } = settings;
  requireWhole('epochs', epochs);
  requireWhole('batchSize', batchSize);
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new RangeError(`fit: validationSplit is ${validationSplit}, expected 0 <= split < 1.`);
  }
  if (validationSplit > 0 && validationData) {
    throw new RangeError('fit: got both validationSplit and validationData, expected one of them.');
  }
  if (!earlyStopping) return;
  const { patience, minDelta = 0 } = earlyStopping;
  requireWhole('patience', patience);
  if (!(minDelta >= 0)) throw new RangeError(`fit: minDelta is ${minDelta}, expected a number >= 0.`);
}

function requireWhole(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`fit: ${name} is ${value}, expected a whole number >= 1.`);
  }
}
