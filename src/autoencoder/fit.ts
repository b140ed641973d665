/**
 * The training loop. Each step: gather a batch, forward, loss, backward, optimizer. Read layers/sequential.ts,
 * losses/loss.ts and optim/optimizer.ts first.
 */

import type { Samples } from '../data/samples.ts';
import type { Sequential } from '../layers/sequential.ts';
import type { Loss } from '../losses/loss.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import type { FlatParameters } from '../tensor/flatParameters.ts';
import type { Random } from '../tensor/random.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { Workspace } from '../tensor/workspace.ts';
import { BatchReader } from './batches.ts';
import { TimeSlice } from './timeSlice.ts';

export interface EarlyStopping {
  /** After how many epochs without improvement to stop. */
  readonly patience: number;
  /** How much lower the watched loss must get to count as an improvement. @default 0 */
  readonly minDelta?: number;
  /** Whether to end with the weights of the best epoch, however the training ended. @default true */
  readonly restoreBestWeights?: boolean;
}

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
  readonly validationData?: Samples;
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
}

/** How many samples to run at a time where nothing is learned. */
export const INFERENCE_BATCH = 256;

/**
 * Makes ready to train a model to reproduce its input: all that can be refused is refused here, before anything changes.
 *
 * @returns The training. It throws a {@link DivergenceError} if a loss becomes NaN or infinite.
 * @throws {RangeError} If an option is out of range, or a split leaves one side empty.
 * @throws {ShapeError} If the samples don't fit the model.
 */
export function prepareTraining(
  model: Trainable,
  samples: Samples,
  options: FitOptions = {},
): () => Promise<History> {
  const settings = { epochs: 100, batchSize: 32, validationSplit: 0, ...options };
  checkOptions(settings);
  const { training, validation } = openSamples(model, samples, settings);
  return () => train(model, training, validation, settings);
}

async function train(
  model: Trainable,
  training: Part,
  validation: Part | undefined,
  settings: Settings,
): Promise<History> {
  const step = createStep(model, training.reader);
  const best = new BestWeights(model.parameters, settings.earlyStopping);
  const records: EpochRecord[] = [];
  const slice = new TimeSlice();
  let stopped: History['stopped'] = 'epochs';
  let restoredBestWeights = false;
  try {
    for (let epoch = 1; epoch <= settings.epochs && stopped === 'epochs'; epoch++) {
      model.random.shuffle(training.rows);
      const learned = await runEpoch(epoch, training.rows, step, model.optimizer, settings, slice);
      if (!learned) {
        stopped = 'signal';
        break;
      }
      const validationLoss = validation && (await meanLoss(model, validation, slice));
      requireFinite(validationLoss ?? 0, 'validation loss became', `after epoch ${epoch}`);
      const record = { epoch, ...learned, ...(validationLoss !== undefined && { validationLoss }) };
      records.push(record);
      best.consider(record);
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
  rows: Uint32Array,
  step: (rows: Uint32Array) => number,
  optimizer: Optimizer,
  { epochs, batchSize, signal, onBatchEnd }: Settings,
  slice: TimeSlice,
): Promise<{ loss: number; learningRate: number } | undefined> {
  const batches = Math.ceil(rows.length / batchSize);
  let lossSum = 0;
  let learningRate = 0;
  for (let batch = 1; batch <= batches; batch++) {
    if (signal?.aborted) return undefined;
    const seen = (batch - 1) * batchSize;
    const some = rows.subarray(seen, seen + batchSize);
    learningRate = optimizer.learningRate;
    const loss = step(some);
    requireFinite(loss, 'loss became', `in epoch ${epoch}, batch ${batch} of ${batches}`);
    lossSum += loss * some.length;
    const samples = seen + some.length;
    onBatchEnd?.({ epoch, epochs, batch, batches, loss: lossSum / samples, samples });
    if (slice.isOver) await slice.pause();
  }
  return { loss: lossSum / rows.length, learningRate };
}

/** One step of training on the samples of these rows; returns their loss before the step. */
function createStep(model: Trainable, reader: BatchReader): (rows: Uint32Array) => number {
  const { network, loss, optimizer, parameters } = model;
  const features = sizeOf(model.inputShape);
  const input = new Workspace();
  return (rows) => {
    const x = input.tensor(parameters.arena, [rows.length, features]);
    reader.read(rows, x.data);
    parameters.zeroGradients();
    const value = loss.forward(network.forward(x), x);
    network.backwardParameters(loss.backward());
    optimizer.step(parameters);
    return value;
  };
}

async function meanLoss(
  { network, loss, parameters, inputShape }: Trainable,
  { reader, rows }: Part,
  slice: TimeSlice,
): Promise<number> {
  const features = sizeOf(inputShape);
  const input = new Workspace();
  let sum = 0;
  for (let start = 0; start < rows.length; start += INFERENCE_BATCH) {
    const some = rows.subarray(start, start + INFERENCE_BATCH);
    const x = input.tensor(parameters.arena, [some.length, features]);
    reader.read(some, x.data);
    sum += loss.forward(network.forward(x), x) * some.length;
    if (slice.isOver) await slice.pause();
  }
  return sum / rows.length;
}

/** Keeps the weights of the epoch with the lowest watched loss, if early stopping is asked for. */
class BestWeights {
  epoch: number | undefined;
  readonly #parameters: FlatParameters;
  readonly #options: EarlyStopping | undefined;
  #loss = Infinity;
  #waited = 0;
  #values: Float32Array | undefined;

  constructor(parameters: FlatParameters, options: EarlyStopping | undefined) {
    this.#parameters = parameters;
    this.#options = options;
  }

  consider(record: EpochRecord): void {
    const watched = record.validationLoss ?? record.loss;
    this.#waited++;
    if (watched >= this.#loss - (this.#options?.minDelta ?? 0)) return;
    this.#loss = watched;
    this.#waited = 0;
    this.epoch = record.epoch;
    if (this.#options?.restoreBestWeights ?? this.#options !== undefined) {
      this.#values = this.#parameters.values.slice();
    }
  }

  get isPatienceOver(): boolean {
    return this.#options !== undefined && this.#waited >= this.#options.patience;
  }

  /** Returns whether there was anything to set back. */
  restore(): boolean {
    if (this.#values) this.#parameters.values.set(this.#values);
    return this.#values !== undefined;
  }
}

/** Some of a data set's rows. */
interface Part {
  readonly reader: BatchReader;
  readonly rows: Uint32Array;
}

function openSamples(
  { inputShape, random }: Trainable,
  samples: Samples,
  { validationSplit, validationData }: Settings,
): { training: Part; validation: Part | undefined } {
  const reader = new BatchReader(samples, inputShape, 'fit');
  const rows = rowNumbers(reader.count);
  if (validationData) {
    const other = new BatchReader(validationData, inputShape, 'fit, validationData');
    return { training: { reader, rows }, validation: { reader: other, rows: rowNumbers(other.count) } };
  }
  if (validationSplit === 0) return { training: { reader, rows }, validation: undefined };
  // At random, not the last ones as in Keras: files are often sorted by class.
  random.shuffle(rows);
  const kept = Math.round(rows.length * validationSplit);
  if (kept === 0 || kept === rows.length) {
    throw new RangeError(
      `fit: a validation split of ${validationSplit} keeps ${kept} of ${rows.length} samples, expected at least one on each side.`,
    );
  }
  return {
    training: { reader, rows: rows.subarray(kept) },
    validation: { reader, rows: rows.subarray(0, kept) },
  };
}

function rowNumbers(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row);
}

function checkOptions(
  options: FitOptions & { epochs: number; batchSize: number; validationSplit: number },
): void {
  const { epochs, batchSize, validationSplit, earlyStopping, validationData } = options;
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
