/**
 * Where a training is: all that it takes to go on from there, bit for bit, as if it had never stopped.
 * Read fit.ts first; io/checkpoint.ts writes it to a file.
 */

import type { OptimizerState } from '../optim/optimizer.ts';
import type { RandomState } from '../tensor/random.ts';
import type { BestState, BestWeights } from './earlyStopping.ts';
import type { EpochRecord } from './fit.ts';
import type { Trainable } from './trainingStep.ts';

export interface TrainingState {
  /** The epoch that is under way, from 1. After the last one: one more than there are. */
  readonly epoch: number;
  /** How many of its batches are done. */
  readonly batch: number;
  /** The sum over the samples of these batches of their losses. */
  readonly lossSum: number;
  /** Of the last of these batches; 0 if there is none. */
  readonly learningRate: number;
  /** The generator as it was at the beginning of the epoch: its shuffle comes next. */
  readonly random: RandomState;
  /** All parameters, in the order of the model's `parameters.values`. */
  readonly weights: Float32Array;
  readonly optimizer: OptimizerState;
  /** The epochs that are done. */
  readonly epochs: readonly EpochRecord[];
  /** Undefined before the first epoch has ended. */
  readonly best?: BestState | undefined;
}

/** The moving parts of one training, and where it is among them. */
export class TrainingCourse {
  epoch = 1;
  batch = 0;
  lossSum = 0;
  learningRate = 0;
  readonly epochs: EpochRecord[] = [];
  readonly best: BestWeights;
  readonly #model: Trainable;
  #random: RandomState;

  constructor(model: Trainable, best: BestWeights) {
    this.#model = model;
    this.best = best;
    this.#random = model.random.state();
  }

  /**
   * Brings the model, its optimizer and its generator to where that training was.
   *
   * @throws {RangeError} If the state is that of another network or optimizer, or none; then nothing is changed.
   */
  resume(state: TrainingState): void {
    const { optimizer, parameters, random } = this.#model;
    for (const weights of [state.weights, state.best?.weights ?? state.weights]) {
      if (weights.length !== parameters.size) {
        throw new RangeError(
          `fit: the state to resume from has ${weights.length} weights, expected ${parameters.size}.`,
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
    this.lossSum = state.lossSum;
    this.learningRate = state.learningRate;
    for (const record of state.epochs) this.epochs.push({ ...record });
    this.best.resume(copyOf(state.best));
    this.#random = random.state();
  }

  /** @param lossSum - Of the batch's samples. */
  endBatch(lossSum: number, learningRate: number): void {
    this.batch++;
    this.lossSum += lossSum;
    this.learningRate = learningRate;
  }

  endEpoch(record: EpochRecord): void {
    this.epochs.push(record);
    this.best.consider(record.epoch, record.validationLoss ?? record.loss);
    this.epoch++;
    this.batch = 0;
    this.lossSum = 0;
    this.learningRate = 0;
    this.#random = this.#model.random.state();
  }

  /** A copy. */
  state(): TrainingState {
    const { optimizer, parameters } = this.#model;
    const { epoch, batch, lossSum, learningRate } = this;
    return {
      epoch,
      batch,
      lossSum,
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
