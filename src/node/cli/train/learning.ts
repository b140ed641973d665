/**
 * Whether a run learns anything: whether its model restores samples better than one answer to all of them would. Read
 * evaluation/constantBaseline.ts first.
 */

import { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { constantBaseline } from '../../../evaluation/constantBaseline.ts';
import type { AnyModel } from '../../../io/model.ts';
import { Sigmoid } from '../../../layers/activation.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import { splitSamples } from '../../../training/split.ts';
import type { EpochRecord } from '../../../training/trainingState.ts';
import { VariationalAutoencoder } from '../../../vae/variationalAutoencoder.ts';
import { rangeOf, toInputs } from '../../pictures/display.ts';
import type { TrainingData } from './data/trainingData.ts';
import type { TrainOptions } from './options.ts';

/** Over so many epochs and steps a loss is watched before it is said to stand still. */
const EPOCHS = 5;
const STEPS = 100;
/** Before so many steps nothing is said of a loss that falls and is already a little below the bound. */
const SLOW_STEPS = 500;
/** A loss that falls by a smaller part than this stands still: near the bound it wavers, above it nothing moves. */
const STANDS_STILL = { 'at the mean': 5e-3, 'above the mean': 2e-4 };
/** A loss below this part of the bound is that of a network that has learned something, whatever is added to it. */
const CLEARLY_BELOW = 0.9;
/** A mean squared error that is no smaller than this part of the bound is no better. */
const NO_BETTER = 0.98;
/** A loss of this many times the bound is worse: the steps are too large, or an output is stuck at the end of its range. */
const WORSE = 1.2;

/** How a loss that is no better than the bound behaves: it stands still near it, or above it, or falls slowly. */
export type Stall = 'at the mean' | 'above the mean' | 'slow';

/**
 * How the loss of a training behaves that is no better than that of one answer to all samples; undefined if it is better, or
 * if it is too early to tell.
 *
 * @param losses - One for each epoch.
 * @param bound - The loss of that answer.
 * @param stepsPerEpoch - How many batches an epoch has.
 */
export function stallOf(losses: readonly number[], bound: number, stepsPerEpoch: number): Stall | undefined {
  const length = Math.max(EPOCHS, Math.ceil(STEPS / stepsPerEpoch));
  const best = lowest(losses);
  if (losses.length <= length || best < CLEARLY_BELOW * bound) return undefined;
  const before = lowest(losses.slice(0, -length));
  const recent = lowest(losses.slice(-length));
  const where = best > WORSE * bound ? 'above the mean' : 'at the mean';
  if (recent >= (1 - STANDS_STILL[where]) * before) return where;
  return best > bound || losses.length * stepsPerEpoch >= SLOW_STEPS ? 'slow' : undefined;
}

/** `Math.min(...losses)` takes no more arguments than the stack has room for: a run may have a million epochs. */
function lowest(losses: readonly number[]): number {
  return losses.reduce((least, loss) => Math.min(least, loss), Infinity);
}

/** What is known of a run that learns nothing. */
export interface NothingLearned {
  readonly stall: Stall;
  /** The lowest loss of an epoch. */
  readonly loss: number;
  /** The largest input of the network among some samples: very small ones have little weight in the loss. */
  readonly largestInput: number;
}

/** What is compared. */
interface Compared {
  readonly model: AnyModel;
  readonly data: TrainingData;
  readonly options: TrainOptions;
}

/** So many samples, or numbers in them, are enough to compare with. */
const MAX_ROWS = 1000;
const MAX_NUMBERS = 2 ** 22;

/** Compares a model in training with the best answer that is the same for all samples. */
export class LearningWatch {
  /** The loss of that answer, in the units of the losses of the training. */
  readonly meanSampleLoss: number;
  readonly #model: Autoencoder;
  readonly #data: TrainingData;
  readonly #rows: Uint32Array;
  readonly #meanSquaredError: number;
  readonly #stepsPerEpoch: number;
  /** Then the history need not be looked at again. */
  #hasLearned = false;

  private constructor(
    { data, options }: Compared,
    model: Autoencoder,
    rows: Uint32Array,
    baseline: { readonly mse: number; readonly loss: number },
  ) {
    this.#model = model;
    this.#data = data;
    this.#rows = rows;
    this.#meanSquaredError = baseline.mse;
    this.meanSampleLoss = baseline.loss;
    this.#stepsPerEpoch = Math.ceil(data.trainedOn / options.values['batch-size']);
  }

  /** Undefined for a GAN, whose losses say nothing about that. */
  static async of(compared: Compared): Promise<LearningWatch | undefined> {
    const { model, data, options } = compared;
    if (!(model instanceof Autoencoder)) return undefined;
    const { seed, loss: name, 'validation-split': validationSplit = 0 } = options.values;
    const { inputShape } = model;
    const split = { inputShape, seed, validationSplit, validationData: undefined };
    const rows = evenlySpaced(splitSamples(data.images, split).training.rows, sizeOf(inputShape));
    const answers = data.target ?? data.images;
    const baselineOf = (loss: typeof name) => constantBaseline(answers, inputShape, { rows, loss });
    const mse = await baselineOf('mse');
    const loss = name === 'mse' ? mse : await baselineOf(name);
    return new LearningWatch(compared, model, rows, { mse, loss: loss * lossesPerElement(model) });
  }

  /**
   * What is known if the model is no better than one answer to all samples; undefined if it is better, or if it is too early to
   * tell. The losses of the epochs raise the suspicion; as they may include noise, dropout and the KL divergence, the model
   * is then measured without these.
   */
  async find(epochs: readonly EpochRecord[]): Promise<NothingLearned | undefined> {
    const last = epochs.at(-1);
    this.#hasLearned ||= last !== undefined && lossOf(last) < CLEARLY_BELOW * this.meanSampleLoss;
    if (this.#hasLearned) return undefined;
    const losses = epochs.map(lossOf);
    const stall = stallOf(losses, this.meanSampleLoss, this.#stepsPerEpoch);
    if (stall === undefined) return undefined;
    const { images, target, shown } = this.#data;
    const { mse } = await this.#model.evaluate(images, { rows: this.#rows, target });
    if (mse < NO_BETTER * this.#meanSquaredError) return undefined;
    const [, largestInput] = rangeOf(toInputs(this.#model, shown).data);
    return { stall, loss: lowest(losses), largestInput };
  }
}

function lossOf({ loss, validationLoss = loss }: EpochRecord): number {
  return Math.min(loss, validationLoss);
}

/** Some of these row numbers, in ascending order: each as far from the next as the others. */
function evenlySpaced(rows: Uint32Array, features: number): Uint32Array {
  const most = Math.max(2, Math.min(MAX_ROWS, Math.floor(MAX_NUMBERS / features)));
  const sorted = rows.toSorted();
  const step = Math.max(1, sorted.length / most);
  return Uint32Array.from({ length: Math.min(sorted.length, most) }, (_, i) => sorted[Math.floor(i * step)]);
}

/** Of a variational autoencoder, whose loss is in nats for each sample (vae/elbo.ts); else losses are means. */
function lossesPerElement(model: Autoencoder): number {
  if (!(model instanceof VariationalAutoencoder)) return 1;
  const features = sizeOf(model.inputShape);
  return model.decoder.layers.at(-1) instanceof Sigmoid ? features : features / 2;
}
