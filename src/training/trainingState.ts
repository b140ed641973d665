/**
 * Where a training is: everything that it takes to continue from there, bit for bit, as if it had never stopped.
 * io/checkpoint.ts writes it to a file.
 */

import type { Optimizer, OptimizerState } from '../optim/optimizer.ts';
import type { FlatParameters } from '../tensor/flatParameters.ts';
import type { Random, RandomState } from '../tensor/random.ts';
import { plural } from '../tensor/words.ts';
import type { BestState, BestWeights } from './earlyStopping.ts';
import type { Losses } from './objective.ts';

/** One epoch of a training. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** The mean over the epoch's samples, each measured just before the step that learned from it. */
  readonly loss: number;
  /** What the loss is made of and what else was measured, by name, if the model has such parts. */
  readonly parts?: Readonly<Record<string, number>>;
  /** Measured after the epoch, on samples that training does not learn from. */
  readonly validationLoss?: number;
  /** The parts of the validation loss. */
  readonly validationParts?: Readonly<Record<string, number>>;
  /** Of the epoch's last step. */
  readonly learningRate: number;
}

/** Where a training is, between two steps: all that is needed to go on with the same bits. */
export interface TrainingState {
  /** The current epoch, from 1. After the last epoch: one more than there are. */
  readonly epoch: number;
  /** The number of its batches that are done. */
  readonly batch: number;
  /** The sum of the losses of all samples in these batches. */
  readonly lossSum: number;
  /** The same for each part of the loss, if it has parts. */
  readonly partSums?: Readonly<Record<string, number>>;
  /** Of the last of these batches; 0 if there is none. */
  readonly learningRate: number;
  /** The random generator as it was at the beginning of the epoch, before its shuffle. */
  readonly random: RandomState;
  /** All parameters, in the order of the model's `parameters.values`. */
  readonly weights: Float32Array;
  /** What the optimizer keeps between steps. */
  readonly optimizer: OptimizerState;
  /** The epochs that are done. */
  readonly epochs: readonly EpochRecord[];
  /** Undefined before the first epoch has ended. */
  readonly best?: BestState | undefined;
}

/** The parts of a model that training changes. */
export interface TrainedParts {
  readonly parameters: FlatParameters;
  readonly optimizer: Optimizer;
  /** Shuffles the samples. */
  readonly random: Random;
}

/** The losses of some samples, added up batch by batch. */
export class LossSums {
  lossSum = 0;
  partSums: Record<string, number> = {};

  /** @param count - The number of samples of which these losses are the mean. */
  add({ loss, parts = {} }: Losses, count: number): void {
    this.lossSum += loss * count;
    for (const [name, value] of Object.entries(parts)) {
      this.partSums[name] = (this.partSums[name] ?? 0) + value * count;
    }
  }

  /** The means over so many samples. */
  mean(count: number): Losses {
    const parts = Object.entries(this.partSums).map(([name, sum]) => [name, sum / count]);
    return { loss: this.lossSum / count, ...(parts.length > 0 && { parts: Object.fromEntries(parts) }) };
  }

  reset(lossSum = 0, partSums: Readonly<Record<string, number>> = {}): void {
    this.lossSum = lossSum;
    this.partSums = { ...partSums };
  }
}

/** How far one training has come: the fields of {@link TrainingState}. */
export class TrainingProgress {
  epoch = 1;
  batch = 0;
  readonly sums = new LossSums();
  learningRate = 0;
  readonly epochs: EpochRecord[] = [];
  readonly best: BestWeights;
  readonly #model: TrainedParts;
  #random: RandomState;

  constructor(model: TrainedParts, best: BestWeights) {
    this.#model = model;
    this.best = best;
    this.#random = model.random.state();
  }

  /**
   * Sets the model, its optimizer and its generator to this state.
   *
   * @throws {RangeError} If the state belongs to another network or optimizer, or is invalid; then nothing has changed.
   */
  resume(state: TrainingState): void {
    const { optimizer, parameters, random } = this.#model;
    for (const weights of [state.weights, state.best?.weights ?? state.weights]) {
      if (weights.length !== parameters.size) {
        throw new RangeError(
          `fit: the state to resume from has ${plural(weights.length, 'weight')}, expected ${parameters.size}.`,
        );
      }
    }
    const before = random.state();
    random.restore(state.random);
    try {
      optimizer.restore(state.optimizer);
    } catch (error) {
      random.restore(before);
      throw error;
    }
    parameters.values.set(state.weights);
    this.epoch = state.epoch;
    this.batch = state.batch;
    this.sums.reset(state.lossSum, state.partSums);
    this.learningRate = state.learningRate;
    for (const record of state.epochs) this.epochs.push({ ...record });
    this.best.resume(copyOf(state.best));
    this.#random = random.state();
  }

  /** @param count - The number of samples in the batch. */
  endBatch(losses: Losses, count: number, learningRate: number): void {
    this.batch++;
    this.sums.add(losses, count);
    this.learningRate = learningRate;
    this.best.endStep(this.#model.optimizer.steps);
  }

  endEpoch(record: EpochRecord): void {
    this.epochs.push(record);
    this.best.consider(record.epoch, record.validationLoss ?? record.loss);
    this.epoch++;
    this.batch = 0;
    this.sums.reset();
    this.learningRate = 0;
    this.#random = this.#model.random.state();
  }

  /** A copy: training changes nothing in it. */
  state(): TrainingState {
    const { optimizer, parameters } = this.#model;
    const { epoch, batch, sums, learningRate } = this;
    const { lossSum, partSums } = sums;
    return {
      epoch,
      batch,
      lossSum,
      ...(Object.keys(partSums).length > 0 && { partSums: { ...partSums } }),
      learningRate,
      random: [...this.#random],
      weights: parameters.values.slice(),
      optimizer: optimizer.state(),
      epochs: this.epochs.map((record) => ({ ...record })),
      best: copyOf(this.best.state),
    };
  }
}

function copyOf(best: BestState | undefined): BestState | undefined {
  return best && { ...best, ...(best.weights && { weights: best.weights.slice() }) };
}
