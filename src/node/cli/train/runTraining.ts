/** The training itself: from a model and its data to the weights, with progress and checkpoints. Read train.ts first. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { kernels } from '../../../tensor/kernels/active.ts';
import { DivergenceError } from '../../../training/divergence.ts';
import type { FitOptions } from '../../../training/fitOptions.ts';
import type { TrainingState } from '../../../training/trainingState.ts';
import type { RunFolder } from '../../runs/runFolder.ts';
import type { TimedEpoch } from '../../runs/writeRun.ts';
import type { Parsed } from '../terminal/options.ts';
import { printJson } from '../terminal/output.ts';
import { Checkpoints, positionOf } from './checkpoints.ts';
import type { TrainingData } from './data.ts';
import type { TRAIN_OPTIONS, TrainValues } from './options.ts';
import { Progress } from './progress.ts';
import { optionsToKeep, type RunRecord } from './resume.ts';
import { keepOf } from './settings.ts';

export type TrainOptions = Parsed<typeof TRAIN_OPTIONS>;

/** Where to go on: the training's state, and what the run itself has to know. */
export interface Resumption {
  readonly state: TrainingState;
  readonly record: RunRecord;
}

/** What a training works on and into. */
export interface Setting {
  readonly folder: RunFolder;
  readonly autoencoder: Autoencoder;
  readonly data: TrainingData;
  readonly options: TrainOptions;
  readonly resumption: Resumption | undefined;
}

/** Trains with progress on stderr and checkpoints on disk; the signal ends it after the step that is under way. */
export async function runTraining(setting: Setting, signal: AbortSignal) {
  const { folder, autoencoder, data, options, resumption } = setting;
  const { values } = options;
  const before = resumption?.record.elapsed ?? 0;
  const seconds = [...(resumption?.record.seconds ?? [])];
  const progress = new Progress(values.epochs, progressOf(resumption?.state, data.trainedOn, values));
  let firstLoss: number | undefined;
  const elapsed = () => before + progress.seconds;
  const record = (): RunRecord => ({
    options: optionsToKeep(options),
    kernels: kernels().name,
    data: dataRecordOf(data),
    seconds: [...seconds],
    elapsed: elapsed(),
  });
  const checkpoints = new Checkpoints(folder, autoencoder, values['checkpoint-every'], () => ({
    ...record(),
  }));
  const lastCheckpoint = () => checkpoints.last ?? (resumption && positionOf(resumption.state));
  try {
    const history = await autoencoder.fit(data.images, {
      ...fitOptions(values, data),
      resumeFrom: resumption?.state,
      signal,
      onStart: async (state) => {
        if (resumption) return;
        await checkpoints.require(state());
        await folder.removeResults(); // of the run that was here before: they are not those of this checkpoint
      },
      onBatchEnd: (batch, state) => {
        if (!resumption) firstLoss ??= batch.loss;
        progress.onBatchEnd(batch);
        return checkpoints.afterBatch(state);
      },
      onEpochEnd: (epoch, state) => {
        progress.onEpochEnd(epoch);
        seconds.push(elapsed());
        if (values.json) printJson({ event: 'epoch', ...epoch, seconds: elapsed() });
        return checkpoints.afterEpoch(epoch.epoch, state);
      },
    });
    const hasCheckpoint = await checkpoints.write(history.state);
    const epochs: TimedEpoch[] = history.epochs.map((epoch, i) => ({ ...epoch, seconds: seconds[i] }));
    const { samplesPerSecond } = progress;
    const timing = { seconds: elapsed(), samplesPerSecond };
    return { history, epochs, firstLoss, ...timing, hasCheckpoint, lastCheckpoint: lastCheckpoint() };
  } catch (error) {
    const where = lastCheckpoint();
    if (error instanceof DivergenceError && where) {
      throw new DivergenceError(`${error.message} The checkpoint ${where} stays in ${folder.path}.`);
    }
    throw error;
  } finally {
    progress.close();
  }
}

function progressOf(state: TrainingState | undefined, trainedOn: number, values: TrainValues) {
  if (!state) return { epochs: 0, samples: 0 };
  const samples = Math.min(state.batch * values['batch-size'], trainedOn);
  return { epochs: state.epoch - 1 + samples / trainedOn, samples };
}

export function dataRecordOf(data: TrainingData): RunRecord['data'] {
  const { images, testImages, fingerprint, testFingerprint, facts } = data;
  return {
    shape: images.shape,
    fingerprint,
    facts,
    ...(testImages && { testShape: testImages.shape, testFingerprint }),
  };
}

function fitOptions(values: TrainValues, { testImages }: TrainingData): FitOptions {
  const { epochs, 'batch-size': batchSize, 'validation-split': validationSplit, patience } = values;
  return {
    epochs,
    batchSize,
    ...(validationSplit !== undefined && { validationSplit }),
    ...(testImages && { validationData: testImages }),
    noise: values.noise,
    keep: keepOf(values),
    start: values.start,
    ...(patience !== undefined && { earlyStopping: { patience, minDelta: values['min-delta'] ?? 0 } }),
  };
}
