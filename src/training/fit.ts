/**
 * The training loop, for any model that learns from samples. Each epoch shuffles the samples, makes a step for each batch,
 * measures the validation loss and is recorded; training ends early if epochs bring no improvement. See `#epoch` and
 * `#step`.
 * Read objective.ts and optim/optimizer.ts first; fitOptions.ts has the options.
 */

import { isVector } from '../data/pictureShape.ts';
import { NO_NORMALIZATION, type Normalization, type Samples, type StoredSamples } from '../data/samples.ts';
import type { FlatParameters } from '../tensor/flatParameters.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import { Random } from '../tensor/random.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { CapturedStep } from './capturedStep.ts';
import { trainingDivergence, validationDivergence } from './divergence.ts';
import { BestWeights } from './earlyStopping.ts';
import {
  type BatchRecord,
  checkedSettings,
  type FitOptions,
  type FitSettings,
  type History,
} from './fitOptions.ts';
import { addNoise, EVALUATION_NOISE_SEED, stepSeed } from './noise.ts';
import type { Compiled, Losses } from './objective.ts';
import type { Pair, PairOptions, PairReader } from './pairs.ts';
import { type Subset, type Subsets, splitSamples } from './split.ts';
import { requireLastLayer, startAtMean } from './startAtMean.ts';
import { type EpochRecord, LossSums, type TrainedParts, TrainingProgress } from './trainingState.ts';
import { TimeSlice } from './yieldToHost.ts';

/** What the loop needs of a model. */
export interface Trainable extends TrainedParts, Compiled {
  /** The shape of one sample. */
  readonly inputShape: Shape;
  /** The random numbers of a step: of dropout, noise and sampled codes. Each step sets it to another seed. */
  readonly stepRandom: Random;
  /** Decides which samples a split keeps for validation. */
  readonly seed: number;
  /** Why it makes no sense to go on after these epochs; undefined if it does. @default never */
  readonly problemOf?: (epochs: readonly EpochRecord[], stepsPerEpoch: number) => string | undefined;
}

/** One training of one model: {@link prepareTraining} makes it. */
class Training {
  readonly #model: Trainable;
  readonly #subsets: Subsets;
  readonly #settings: FitSettings;
  readonly #progress: TrainingProgress;
  readonly #order: Uint32Array;
  readonly #slice = new TimeSlice();
  /** Memory of the batches alone: it goes when training ends, the network stays. */
  readonly #arena = new Arena();
  readonly #inputs = new Workspace();
  readonly #targets = new Workspace();
  readonly #noisyInputs = new Workspace();
  readonly #allocate = (shape: Shape) => this.#inputs.tensor(this.#arena, shape);
  readonly #allocateTarget = (shape: Shape) => this.#targets.tensor(this.#arena, shape);
  readonly #gradients: CapturedStep;
  readonly #state = () => this.#progress.state();

  constructor(model: Trainable, subsets: Subsets, settings: FitSettings, progress: TrainingProgress) {
    this.#model = model;
    this.#subsets = subsets;
    this.#settings = settings;
    this.#progress = progress;
    this.#gradients = new CapturedStep(model.objective, () => model.parameters.zeroGradients());
    this.#order = subsets.training.rows.slice();
  }

  /** @throws {DivergenceError} If a loss becomes NaN or infinite. */
  async run(): Promise<History> {
    const { best } = this.#progress;
    try {
      await this.#begin();
      const stopped = await this.#epochs();
      const state = this.#progress.state();
      const restoredBestWeights = best.isBestKept;
      const bestEpoch = best.state?.epoch;
      return { epochs: state.epochs, ...stopped, bestEpoch, restoredBestWeights, state };
    } finally {
      best.restore();
    }
  }

  async #begin(): Promise<void> {
    const { start, resumeFrom, onStart } = this.#settings;
    await this.#slice.pause(); // at least once: parts of the memory are given back only while the program pauses
    // The signal does not end this: a state from before it would be resumed as if it were from after it.
    if (start === 'mean' && !resumeFrom) {
      const options = { allocate: this.#allocate, slice: this.#slice };
      const last = requireLastLayer(this.#model.objective.lastLayer);
      await startAtMean(last, this.#subsets.training, options);
    }
    await onStart?.(this.#state);
  }

  async #epochs(): Promise<Pick<History, 'stopped' | 'problem'>> {
    const { best, epochs } = this.#progress;
    while (!best.isPatienceOver) {
      const problem = this.#model.problemOf?.(epochs, this.#batchesPerEpoch);
      if (problem !== undefined) return { stopped: 'problem', problem };
      if (this.#progress.epoch > this.#settings.epochs) break;
      const isDone = await this.#epoch();
      if (!isDone) return { stopped: 'signal' };
    }
    return { stopped: best.isPatienceOver ? 'patience' : 'epochs' };
  }

  /** One epoch, or what is left of it after a resume. Returns false if the signal ended it. */
  async #epoch(): Promise<boolean> {
    const { signal, onBatchEnd, onEpochEnd } = this.#settings;
    const { training, validation } = this.#subsets;
    for await (const pair of this.#shuffledBatches(training)) {
      if (signal?.aborted) return false;
      this.#step(pair);
      if (onBatchEnd) await onBatchEnd(this.#batchRecord(), this.#state);
      if (this.#slice.isOver) await this.#slice.pause();
    }
    const measured = validation && (await this.#validate(validation));
    if (validation && !measured) return false;
    const { epoch, sums, learningRate } = this.#progress;
    const record: EpochRecord = {
      epoch,
      ...sums.mean(training.rows.length),
      learningRate,
      ...(measured && { validationLoss: measured.loss }),
      ...(measured?.parts && { validationParts: measured.parts }),
    };
    this.#progress.endEpoch(record);
    await onEpochEnd?.(record, this.#state);
    return true;
  }

  /** The epoch's batches `[batch, features]`, from the first that is not done. */
  #shuffledBatches({ reader, rows }: Subset): AsyncGenerator<Pair, void> {
    // Shuffled from the same order each time, so that an epoch's order depends on the generator's state alone.
    this.#order.set(rows);
    this.#model.random.shuffle(this.#order);
    const { batchSize } = this.#settings;
    return this.#stream(reader, { rows: this.#order, batchSize, firstBatch: this.#progress.batch });
  }

  #stream(reader: PairReader, options: PairOptions): AsyncGenerator<Pair, void> {
    return reader.stream({ ...options, allocate: this.#allocate, allocateTarget: this.#allocateTarget });
  }

  /** One step: the gradients of the batch's loss, and with them one step of the optimizer. */
  #step({ input: x, target }: Pair): void {
    const { optimizer, parameters, random, stepRandom } = this.#model;
    const { epoch, batch } = this.#progress;
    const { learningRate } = optimizer;
    stepRandom.restore(new Random(stepSeed(random, epoch, batch)).state());
    const input = this.#withNoise(x, stepRandom);
    const losses = this.#gradients.learn(input, target);
    optimizer.step(parameters);
    if (!Number.isFinite(losses.loss)) {
      const { epochs } = this.#settings;
      const place = { epoch, epochs, batch: batch + 1, batches: this.#batchesPerEpoch, learningRate };
      throw trainingDivergence(losses.loss, place, input.data);
    }
    this.#progress.endBatch(losses, x.shape[0], learningRate);
  }

  /** The mean losses over the validation samples, from which nothing is learned; undefined if the signal ended it. */
  async #validate({ reader, rows }: Subset): Promise<Losses | undefined> {
    const { objective, stepRandom } = this.#model;
    const { signal, epochs } = this.#settings;
    stepRandom.restore(new Random(EVALUATION_NOISE_SEED).state());
    let samples = 0;
    const sums = new LossSums();
    for await (const { input, target } of this.#stream(reader, { rows })) {
      // From the second batch on: a short validation is finished, so that its epoch counts.
      if (signal?.aborted && samples > 0) return undefined;
      const [count] = input.shape;
      sums.add(objective.measure(this.#withNoise(input, stepRandom), target), count);
      samples += count;
      if (this.#slice.isOver) await this.#slice.pause();
    }
    const mean = sums.mean(samples);
    const { epoch, learningRate } = this.#progress;
    if (!Number.isFinite(mean.loss)) throw validationDivergence(mean.loss, { epoch, epochs, learningRate });
    return mean;
  }

  #withNoise(x: Tensor, random: Random): Tensor {
    const { noise } = this.#settings;
    return noise ? addNoise(x, noise, random, this.#noisyInputs.tensor(this.#arena, x.shape)) : x;
  }

  get #batchesPerEpoch(): number {
    return Math.ceil(this.#order.length / this.#settings.batchSize);
  }

  /** The record of the batch that was just done. */
  #batchRecord(): BatchRecord {
    const { epochs, batchSize } = this.#settings;
    const { epoch, batch, sums } = this.#progress;
    const samples = Math.min(batch * batchSize, this.#order.length);
    return { epoch, epochs, batch, batches: this.#batchesPerEpoch, ...sums.mean(samples), samples };
  }
}

/** The parameters that are being trained at the moment. */
const IN_TRAINING = new WeakSet<FlatParameters>();

/**
 * Trains a model: the `fit` of all models.
 *
 * @param owner - Remembers the normalization of the samples that it was trained on.
 * @param who - Named in errors.
 * @throws As {@link prepareTraining}.
 * @throws {DivergenceError} If a loss becomes NaN or infinite.
 * @throws {Error} If the model is already being trained.
 */
export async function fitModel(
  who: string,
  owner: { normalization: Normalization },
  model: Trainable,
  samples: Samples | StoredSamples,
  options: FitOptions,
): Promise<History> {
  const { parameters } = model;
  if (IN_TRAINING.has(parameters)) {
    throw new Error(`${who}: called during another fit, expected to be called after it.`);
  }
  IN_TRAINING.add(parameters);
  try {
    const training = await prepareTraining(model, samples, options);
    // The network answers in the units of the target.
    const { target = samples } = options;
    owner.normalization = target.normalization ?? ofInputs(target);
    return await training.run();
  } finally {
    IN_TRAINING.delete(parameters);
  }
}

/** The normalization of samples that are inputs already. */
function ofInputs({ shape: [, ...sample] }: Samples | StoredSamples): Normalization {
  return { ...NO_NORMALIZATION, ...(isVector(sample) && { table: true }) };
}

/**
 * Prepares to train a model. What can be refused is refused here, before anything changes.
 *
 * @param samples - Shape `[n, ...inputShape]`, in memory or stored: the same bits either way.
 * @returns The training: `run()` starts it.
 * @throws {RangeError} If an option is out of range, a split leaves one side empty, binary cross-entropy gets targets
 *   outside [0, 1], the state to resume from belongs to another network or optimizer, or the start 'mean' is asked of a
 *   network that doesn't end with a bias.
 * @throws {ShapeError} If the samples or targets don't fit the model or each other.
 * @throws {Error} If the optimizer already serves another network.
 */
async function prepareTraining(
  model: Trainable,
  samples: Samples | StoredSamples,
  options: FitOptions,
): Promise<Training> {
  const settings = checkedSettings(options);
  const { batchSize, keep, earlyStopping, resumeFrom } = settings;
  const { inputShape, seed, objective, optimizer, parameters } = model;
  const subsets = splitSamples(samples, { ...settings, inputShape, seed });
  if (objective.needsUnitRange) {
    await subsets.training.reader.targets.requireUnitRange();
    await subsets.validation?.reader.targets.requireUnitRange();
  }
  if (settings.start === 'mean') requireLastLayer(objective.lastLayer);
  optimizer.attach(parameters);
  const progress = new TrainingProgress(model, new BestWeights(parameters, keep, earlyStopping));
  if (resumeFrom) {
    const batches = Math.ceil(subsets.training.rows.length / batchSize);
    if (resumeFrom.batch > batches) {
      throw new RangeError(
        `fit: the state to resume from is after batch ${resumeFrom.batch}, an epoch has ${batches}.`,
      );
    }
    progress.resume(resumeFrom);
  }
  return new Training(model, subsets, settings, progress);
}
