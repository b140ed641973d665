/** `isthmus train`: from a file of samples to a run folder. Read autoencoder/autoencoder.ts first. */

import { join } from 'node:path';
import { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import type { LossName } from '../../../losses/loss.ts';
import { DivergenceError } from '../../../training/divergence.ts';
import { namingFile } from '../../files/files.ts';
import { CHECKPOINT_FILE, loadCheckpoint } from '../../files/modelFile.ts';
import { freeRunPath, isUnused, RunFolder, refuseExistingRun } from '../../runs/runFolder.ts';
import { writeRun } from '../../runs/writeRun.ts';
import { refuseThreads, useMachine } from '../shared/machine.ts';
import { showComparison } from '../shared/pictures.ts';
import type { Command } from '../terminal/help.ts';
import { INTERRUPTED, Interruption } from '../terminal/interruption.ts';
import { parseOptions, wordsOf } from '../terminal/options.ts';
import { say } from '../terminal/output.ts';
import { describeProgress } from './checkpoints.ts';
import { refuseContradictions, refuseSwallowed, refuseTwoFolders } from './contradictions.ts';
import { loadTrainingData, type TrainingData } from './data.ts';
import { TRAIN_HELP, TRAIN_OPTIONS, type TrainOptions, type TrainValues } from './options.ts';
import { addedByPreset, inWords } from './presets.ts';
import { announce, reportEnd, resultsOf, trainingFacts } from './report.ts';
import {
  dataRecordOf,
  requireSameData,
  requireSameKernels,
  requireSameScaling,
  resumedOptions,
  runRecordOf,
} from './resume.ts';
import { checkpointStays, runTraining, type TrainingOutcome, type TrainingRun } from './runTraining.ts';
import { architecture, createOptimizer, effectiveOptions, learningRateOf } from './settings.ts';

const LOSS_TITLES: Readonly<Record<LossName, string>> = {
  mse: 'mean squared error',
  mae: 'mean absolute error',
  bce: 'binary cross-entropy',
};

export const trainCommand: Command = {
  help: TRAIN_HELP,
  run: train,
};

async function train(words: readonly string[]): Promise<number> {
  const options = parseOptions(TRAIN_OPTIONS, words);
  const { values, given } = options;
  refuseSwallowed(options, process.env);
  refuseThreads(values);
  refuseTwoFolders(options);
  const path = values.resume || values.out;
  // --resume with --out is for scripts that start a run again and again until it is done.
  const isNew =
    path === undefined || !given.has('resume') || (values.resume === '' && (await isUnused(path)));
  return isNew ? startRun(options, path) : resumeRun(options, path);
}

async function startRun(asGiven: TrainOptions, path: string | undefined): Promise<number> {
  const { preset } = asGiven.values;
  const added = addedByPreset(preset, asGiven.given);
  const options = withOptions(asGiven, added);
  const { values, given } = options;
  refuseContradictions(options);
  if (preset !== 'article') say(`preset ${preset}: ${inWords(added)}`);
  const overwrite = values.overwrite || given.has('resume');
  if (path !== undefined) await refuseExistingRun(path, overwrite);
  const [data] = await Promise.all([loadTrainingData(values), useMachine(values)]);
  try {
    const autoencoder = createModel(values, data);
    const folder = await RunFolder.create(path ?? (await freeRunPath('runs', data.name)), overwrite);
    try {
      return await trainInto({ folder, autoencoder, data, options, resumption: undefined });
    } finally {
      await folder.close();
    }
  } finally {
    await data.close();
  }
}

/** Adds options as if the user had given them: a checkpoint remembers them, as a later version may have other presets. */
function withOptions({ given, positionals }: TrainOptions, added: Record<string, string>): TrainOptions {
  const all = { ...Object.fromEntries(given), ...added };
  return { ...parseOptions(TRAIN_OPTIONS, wordsOf(all)), positionals };
}

async function resumeRun(now: TrainOptions, path: string): Promise<number> {
  const folder = await RunFolder.open(path);
  try {
    const checkpoint = await loadCheckpoint(path);
    const record = namingFile(join(path, CHECKPOINT_FILE), () => runRecordOf(checkpoint));
    const options = resumedOptions(now, record);
    const { values } = options;
    say(`resuming ${path} ${describeProgress(checkpoint.state)}`);
    await useMachine(values);
    requireSameKernels(record);
    const loaded = await loadTrainingData(values);
    // The facts go into the model file; the data may have been renamed since the run was started.
    const data = { ...loaded, facts: record.data.facts };
    try {
      requireSameData(path, record.data, dataRecordOf(loaded));
      requireSameScaling(path, checkpoint.model.normalization, data.normalization);
      const autoencoder = createModel(values, data);
      const resumption = { state: checkpoint.state, record };
      return await trainInto({ folder, autoencoder, data, options, resumption });
    } finally {
      await data.close();
    }
  } finally {
    await folder.close();
  }
}

function createModel(values: TrainValues, { inputShape, trainedOn }: TrainingData): Autoencoder {
  const stepsPerEpoch = Math.ceil(trainedOn / values['batch-size']);
  const autoencoder = new Autoencoder({ ...architecture(values, inputShape), seed: values.seed });
  const { loss, sparsity, dropout } = values;
  autoencoder.compile({
    optimizer: createOptimizer(values, stepsPerEpoch),
    loss,
    ...(sparsity !== undefined && { sparsity }),
    ...(dropout !== undefined && { dropout }),
  });
  return autoencoder;
}

async function trainInto(run: TrainingRun): Promise<number> {
  const interruption = new Interruption();
  try {
    return await trainAndWrite(run, interruption.signal);
  } finally {
    interruption.close();
  }
}

async function trainAndWrite(run: TrainingRun, signal: AbortSignal): Promise<number> {
  const { folder, autoencoder, data, options } = run;
  const { values } = options;
  const config = {
    options: effectiveOptions(values),
    data: data.facts,
    normalization: data.normalization,
    model: autoencoder.spec(),
  };
  announce(run, config);
  const training = await runTraining(run, signal);
  const results = await resultsOf(run, training);
  requireFinite(results.training.mse, run, training);
  const { epochs, seconds, samplesPerSecond } = training;
  const { files, pictures } = await writeRun(folder, {
    autoencoder,
    samples: data.shown,
    noise: values.noise,
    epochs,
    facts: trainingFacts(values, data, results),
    config: { ...config, results, seconds, samplesPerSecond },
    lossTitle: LOSS_TITLES[values.loss],
  });
  if (training.hasCheckpoint) files.push(CHECKPOINT_FILE);
  if (pictures) showComparison(pictures);
  reportEnd(run, training, results, files);
  return signal.aborted ? INTERRUPTED : 0;
}

/** `fit` checks the loss before each step, so the effect of the last step shows only here. */
function requireFinite(
  mse: number,
  { folder, data, options: { values } }: TrainingRun,
  { history, lastCheckpoint }: TrainingOutcome,
): void {
  if (Number.isFinite(mse)) return;
  const { epoch } = history.epochs.at(-1) ?? history.state;
  const batches = Math.ceil(data.trainedOn / values['batch-size']);
  throw new DivergenceError(
    `the mean squared error is ${mse} after the last step, epoch ${epoch}, batch ${history.state.batch || batches} of ${batches}, ` +
      `expected a finite number: the learning rate (${learningRateOf(values)}) is likely too high, or the range of the data too wide. ` +
      checkpointStays(lastCheckpoint, folder),
  );
}
