/** `isthmus train`: from a file of images to a run folder. Read autoencoder/autoencoder.ts first. */

import { join } from 'node:path';
import { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import type { Checkpoint } from '../../../io/checkpoint.ts';
import type { LossName } from '../../../losses/loss.ts';
import { DivergenceError } from '../../../training/divergence.ts';
import type { History } from '../../../training/fitOptions.ts';
import { CHECKPOINT_FILE, loadCheckpoint } from '../../files/checkpointFile.ts';
import { inFile } from '../../files/files.ts';
import { arePixels } from '../../pictures/sampleKind.ts';
import { freeRunPath, isUnused, RunFolder, refuseExistingRun } from '../../runs/runFolder.ts';
import { writeRun } from '../../runs/writeRun.ts';
import { refuseThreads, useMachine } from '../shared/machine.ts';
import { showComparison } from '../shared/showComparison.ts';
import type { Command } from '../terminal/help.ts';
import { INTERRUPTED, Interruption } from '../terminal/interruption.ts';
import { parseOptions, wordsOf } from '../terminal/options.ts';
import { countOf, formatElapsed, print, printJson, say } from '../terminal/output.ts';
import { positionOf } from './checkpoints.ts';
import { refuseContradictions, refuseSwallowed, refuseTwoFolders } from './contradictions.ts';
import { loadTrainingData, type TrainingData } from './data.ts';
import { TRAIN_HELP, TRAIN_OPTIONS, type TrainValues } from './options.ts';
import { addedByPreset, inWords } from './presets.ts';
import {
  announce,
  describeRise,
  endingOf,
  printScores,
  type Results,
  scoreAll,
  trainingFacts,
} from './report.ts';
import {
  type RunRecord,
  requireSameData,
  requireSameKernels,
  requireSameScaling,
  resumedOptions,
  runRecordOf,
} from './resume.ts';
import { dataRecordOf, runTraining, type Setting, type TrainOptions } from './runTraining.ts';
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
  // --resume with --out is for scripts that start a run over and over until it is done.
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

/** With these as if they had been given: a checkpoint remembers them, and a later preset may be another one. */
function withOptions({ given, positionals }: TrainOptions, added: Record<string, string>): TrainOptions {
  const all = { ...Object.fromEntries(given), ...added };
  return { ...parseOptions(TRAIN_OPTIONS, wordsOf(all)), positionals };
}

async function resumeRun(now: TrainOptions, path: string): Promise<number> {
  const folder = await RunFolder.open(path);
  try {
    const checkpoint = await loadCheckpoint(path);
    const record = recordIn(path, checkpoint);
    const options = resumedOptions(now, record);
    const { values } = options;
    say(`resuming ${path} ${positionOf(checkpoint.state)}`);
    await useMachine(values);
    requireSameKernels(record);
    const loaded = await loadTrainingData(values);
    // As the run named them: the name of a file goes into the model, and it may have another one by now.
    const data = { ...loaded, facts: record.data.facts };
    try {
      requireSameData(path, record.data, dataRecordOf(loaded));
      requireSameScaling(path, checkpoint.autoencoder.normalization, data.normalization);
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

function recordIn(path: string, checkpoint: Checkpoint): RunRecord {
  try {
    return runRecordOf(checkpoint);
  } catch (error) {
    throw inFile(join(path, CHECKPOINT_FILE), error as Error);
  }
}

async function trainInto(setting: Setting): Promise<number> {
  const interruption = new Interruption();
  try {
    return await trainAndWrite(setting, interruption.signal);
  } finally {
    interruption.close();
  }
}

async function trainAndWrite(setting: Setting, signal: AbortSignal): Promise<number> {
  const { folder, autoencoder, data, options, resumption } = setting;
  const { values } = options;
  const config = {
    options: effectiveOptions(values),
    data: data.facts,
    normalization: data.normalization,
    model: autoencoder.spec(),
  };
  announce(autoencoder, data, values);
  if (values.json) {
    const resumedFrom = resumption && { epoch: resumption.state.epoch, batch: resumption.state.batch };
    printJson({ event: 'start', folder: folder.path, ...(resumedFrom && { resumedFrom }), ...config });
  }
  const training = await runTraining(setting, signal);
  const { history, epochs, seconds, samplesPerSecond } = training;
  const results: Results = {
    stopped: history.stopped,
    epochs: epochs.length,
    ...(history.restoredBestWeights && { bestEpoch: history.bestEpoch }),
    ...(await scoreAll(autoencoder, data, values)),
  };
  requireFinite(results.training.mse, setting, training);
  const samples = data.shown;
  const files = await writeRun(folder, {
    autoencoder,
    samples,
    noise: values.noise,
    epochs,
    facts: trainingFacts(values, data, results),
    config: { ...config, results, seconds, samplesPerSecond },
    lossTitle: LOSS_TITLES[values.loss],
  });
  if (training.hasCheckpoint) files.push(CHECKPOINT_FILE);
  showComparison(autoencoder, samples, values.noise);
  if (values.json) {
    printJson({ event: 'end', folder: folder.path, files, seconds, samplesPerSecond, ...results });
  } else {
    print(`${countOf(epochs.length, 'epoch')} in ${formatElapsed(seconds)}${endingOf(history)}`);
    printScores(results, arePixels(data.inputShape, data.normalization));
    print(`written to ${folder.path}:\n  ${files.join(', ')}`);
  }
  const rise = describeRise(epochs, training.firstLoss);
  if (rise) say(`note: ${rise}`);
  if (!training.hasCheckpoint) {
    say(
      `note: the last checkpoint, ${training.lastCheckpoint}, is older than the model: --resume goes on from there`,
    );
  }
  if (history.stopped === 'signal') say(`to go on: ${resumeCommand(folder)}`);
  return signal.aborted ? INTERRUPTED : 0;
}

/** What to type to go on, the way the user came in. */
function resumeCommand({ path }: RunFolder): string {
  const isScript = process.env.npm_lifecycle_event === 'train' && process.env.npm_package_name === 'isthmus';
  return `${isScript ? 'npm run train --' : 'isthmus train'} --resume ${path}`;
}

/** fit checks the loss before each step: what the last step did is seen here. */
function requireFinite(
  mse: number,
  { folder, data, options: { values } }: Setting,
  { history, lastCheckpoint }: { readonly history: History; readonly lastCheckpoint: string | undefined },
): void {
  if (Number.isFinite(mse)) return;
  const { epoch } = history.epochs.at(-1) ?? history.state;
  const batches = Math.ceil(data.trainedOn / values['batch-size']);
  throw new DivergenceError(
    `the mean squared error is ${mse} after the last step, epoch ${epoch}, batch ${history.state.batch || batches} of ${batches}, ` +
      `expected a finite number: the learning rate (${learningRateOf(values)}) is likely too high, or the range of the data too wide. ` +
      `The checkpoint ${lastCheckpoint} stays in ${folder.path}.`,
  );
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
