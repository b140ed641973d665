/** The training itself: from a model and its data to the weights, with progress and checkpoints. Read train.ts first. */

import { GAN } from '../../../gan/gan.ts';
import type { AnyModel } from '../../../io/model.ts';
import { kernels } from '../../../tensor/kernels/active.ts';
import { DivergenceError } from '../../../training/divergence.ts';
import type { BatchRecord, FitOptions, History } from '../../../training/fitOptions.ts';
import type { EpochRecord, TrainingState } from '../../../training/trainingState.ts';
import { writeEpochSamples } from '../../runs/epochSamples.ts';
import type { RunFolder } from '../../runs/runFolder.ts';
import type { TimedEpoch } from '../../runs/writeRun.ts';
import { printJson, say } from '../terminal/output.ts';
import { Checkpoints, type LastCheckpoint, lastCheckpointOf } from './checkpoints.ts';
import type { TrainingData } from './data/trainingData.ts';
import type { LearningWatch, NothingLearned } from './learning.ts';
import { describeStall, helpfulChanges } from './learningAdvice.ts';
import type { TrainOptions, TrainValues } from './options.ts';
import { Progress } from './progress.ts';
import { afterDivergence } from './recommended.ts';
import { dataRecordOf, optionsToKeep, type RunRecord } from './resume.ts';
import { keepOf, samplesEvery } from './settings.ts';

/** A model, its data, how it is trained, and where the result goes. */
export interface TrainingRun {
  readonly folder: RunFolder;
  readonly model: AnyModel;
  readonly data: TrainingData;
  readonly options: TrainOptions;
  /** The fingerprint of the model whose weights it starts with, if there is one. */
  readonly from: string | undefined;
  /** Notices if it learns nothing; undefined for a GAN. */
  readonly watch: LearningWatch | undefined;
  /** Where to go on; undefined for a new run. */
  readonly resumption: Resumption | undefined;
}

export interface Resumption {
  readonly state: TrainingState;
  readonly record: RunRecord;
}

export interface TrainingOutcome {
  readonly history: History;
  readonly epochs: readonly TimedEpoch[];
  /** The loss of the very first batch; undefined for a resumed run. */
  readonly firstLoss: number | undefined;
  /** Since training began, resumed runs included. */
  readonly seconds: number;
  readonly samplesPerSecond: number;
  /** Whether the folder has a checkpoint of the end. */
  readonly hasCheckpoint: boolean;
  /** The checkpoint in the folder. */
  readonly lastCheckpoint: LastCheckpoint | undefined;
  /** Whether the model is no better than one answer to all samples. */
  readonly nothingLearned: NothingLearned | undefined;
}

/** Trains with progress on stderr and checkpoints on disk; the signal ends it after the current step. */
export async function runTraining(run: TrainingRun, signal: AbortSignal): Promise<TrainingOutcome> {
  const { folder, model, data, options, resumption, watch } = run;
  const observer = new TrainingObserver(run);
  try {
    const history = await model.fit(data.images, {
      ...fitOptions(options.values, data),
      resumeFrom: resumption?.state,
      signal,
      onStart: (state) => observer.onStart(state),
      onBatchEnd: (batch, state) => observer.onBatchEnd(batch, state),
      onEpochEnd: (epoch, state) => observer.onEpochEnd(epoch, state),
    });
    return await observer.finish(history);
  } catch (error) {
    const { lastCheckpoint } = observer;
    if (error instanceof DivergenceError && lastCheckpoint) {
      const advice = afterDivergence(lastCheckpoint, folder.path, options, watch?.meanSampleLoss);
      throw new DivergenceError(`${error.message} ${advice}`);
    }
    throw error;
  } finally {
    observer.close();
  }
}

/** What happens beside the training: progress is shown, epochs are timed, checkpoints are written. */
class TrainingObserver {
  readonly #run: TrainingRun;
  readonly #progress: Progress;
  readonly #checkpoints: Checkpoints;
  /** Since training began, at the end of each epoch. */
  readonly #seconds: number[];
  readonly #epochs: EpochRecord[];
  #saidThatItLearnsNothing = false;
  #firstLoss: number | undefined;

  constructor(run: TrainingRun) {
    const { folder, model, data, options, resumption } = run;
    const { values } = options;
    this.#run = run;
    this.#seconds = [...(resumption?.record.seconds ?? [])];
    this.#epochs = [...(resumption?.state.epochs ?? [])];
    this.#progress = new Progress(values.epochs, doneBefore(resumption?.state, data.trainedOn, values));
    this.#checkpoints = new Checkpoints(folder, model, values['checkpoint-every'], () => ({
      ...this.#record(),
    }));
  }

  async onStart(state: () => TrainingState): Promise<void> {
    if (this.#run.resumption) return;
    await this.#checkpoints.require(state());
    await this.#run.folder.removeResults(); // those of an earlier run don't belong to this checkpoint
  }

  onBatchEnd(batch: BatchRecord, state: () => TrainingState): Promise<boolean> | undefined {
    if (!this.#run.resumption) this.#firstLoss ??= batch.loss;
    this.#progress.onBatchEnd(batch);
    return this.#checkpoints.afterBatch(state);
  }

  async onEpochEnd(epoch: EpochRecord, state: () => TrainingState): Promise<void> {
    const seconds = this.#elapsed;
    this.#progress.onEpochEnd(epoch);
    this.#seconds.push(seconds);
    this.#epochs.push(epoch);
    const { folder, model, options } = this.#run;
    if (options.values.json) printJson({ event: 'epoch', ...epoch, seconds });
    this.#checkpoints.afterEpoch(epoch.epoch, state);
    const isDue = epoch.epoch === 1 || epoch.epoch % samplesEvery(options.values) === 0;
    if (model instanceof GAN && isDue) await this.#drawSamples(folder, model, epoch.epoch);
    if (epoch.epoch < options.values.epochs) await this.#noteIfItLearnsNothing();
  }

  /** Once, as soon as it is clear; of a loss that falls slowly only at the end. */
  async #noteIfItLearnsNothing(): Promise<void> {
    const { watch, options } = this.#run;
    if (!watch || this.#saidThatItLearnsNothing) return;
    const nothing = await watch.find(this.#epochs);
    if (!nothing || nothing.stall === 'slow') return;
    this.#saidThatItLearnsNothing = true;
    const { values } = options;
    const changes = helpfulChanges(values, nothing);
    const bound = { meanSampleLoss: watch.meanSampleLoss, loss: values.loss };
    this.#progress.close(); // on a terminal the line of the progress makes room
    say(`note: ${describeStall(this.#epochs.length, nothing, bound, changes)}`);
  }

  /** A full disk must not end the training: see `Checkpoints.write`. */
  async #drawSamples(folder: RunFolder, gan: GAN, epoch: number): Promise<void> {
    try {
      await writeEpochSamples(folder, gan, epoch);
    } catch (error) {
      if ((error as Error).name !== 'FileError') throw error;
      say(`\nnote: the samples of epoch ${epoch} could not be written: ${(error as Error).message}`);
    }
  }

  /** Writes the last checkpoint. */
  async finish(history: History): Promise<TrainingOutcome> {
    const hasCheckpoint = await this.#checkpoints.write(history.state);
    return {
      history,
      epochs: history.epochs.map((epoch, i) => ({ ...epoch, seconds: this.#seconds[i] })),
      firstLoss: this.#firstLoss,
      seconds: this.#elapsed,
      samplesPerSecond: this.#progress.samplesPerSecond,
      hasCheckpoint,
      lastCheckpoint: this.lastCheckpoint,
      nothingLearned: await this.#run.watch?.find(history.epochs),
    };
  }

  get lastCheckpoint(): LastCheckpoint | undefined {
    const { resumption } = this.#run;
    return this.#checkpoints.last ?? (resumption && lastCheckpointOf(resumption.state));
  }

  close(): void {
    this.#progress.close();
  }

  get #elapsed(): number {
    return (this.#run.resumption?.record.elapsed ?? 0) + this.#progress.seconds;
  }

  #record(): RunRecord {
    return {
      options: optionsToKeep(this.#run.options),
      kernels: kernels().name,
      data: dataRecordOf(this.#run.data),
      ...(this.#run.from !== undefined && { from: this.#run.from }),
      seconds: [...this.#seconds],
      elapsed: this.#elapsed,
    };
  }
}

/** What a resumed run has behind it. */
function doneBefore(state: TrainingState | undefined, trainedOn: number, values: TrainValues) {
  if (!state) return { epochs: 0, samples: 0 };
  const samples = Math.min(state.batch * values['batch-size'], trainedOn);
  return { epochs: state.epoch - 1 + samples / trainedOn, samples };
}

function fitOptions(values: TrainValues, { target, testImages, testTarget }: TrainingData): FitOptions {
  const { epochs, 'batch-size': batchSize, 'validation-split': validationSplit, patience } = values;
  return {
    epochs,
    batchSize,
    ...(validationSplit !== undefined && { validationSplit }),
    ...(testImages && { validationData: testImages }),
    target,
    validationTarget: testTarget,
    noise: values.noise,
    keep: keepOf(values),
    start: values.start,
    ...(patience !== undefined && { earlyStopping: { patience, minDelta: values['min-delta'] ?? 0 } }),
  };
}
