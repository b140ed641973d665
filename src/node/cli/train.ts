/** `isthmus train`: from a file of images to a run folder. Read autoencoder/autoencoder.ts first. */

import { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { DivergenceError, type FitOptions, type History } from '../../autoencoder/fit.ts';
import type { Evaluation } from '../../autoencoder/metrics.ts';
import { openSamples } from '../../autoencoder/split.ts';
import type { Samples, StoredSamples } from '../../data/samples.ts';
import type { LossName } from '../../losses/loss.ts';
import { kernels } from '../../tensor/kernels/active.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { freeRunPath, RunFolder, refuseExistingRun } from '../runFolder.ts';
import { type TimedEpoch, writeRun } from '../writeRun.ts';
import type { Command } from './command.ts';
import { describeMachine, refuseThreads, useMachine } from './machine.ts';
import { parseOptions } from './options.ts';
import { countOf, formatCount, formatDecibels, formatElapsed, print, printJson, say } from './output.ts';
import { Progress } from './progress.ts';
import { showComparison } from './showComparison.ts';
import { loadTrainingData, type TrainingData } from './trainData.ts';
import {
  architecture,
  createOptimizer,
  effectiveOptions,
  learningRateOf,
  TRAIN_HELP,
  TRAIN_OPTIONS,
  type TrainValues,
} from './trainOptions.ts';
import { refuseContradictions, refuseSwallowed } from './trainRefusals.ts';

/** As after SIGINT; a run that SIGTERM ended wrote its folder just the same. */
const INTERRUPTED = 130;

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
  const parsed = parseOptions(TRAIN_OPTIONS, words);
  refuseContradictions(parsed);
  refuseSwallowed(parsed, process.env);
  const { values } = parsed;
  refuseThreads(values);
  if (values.out !== undefined) await refuseExistingRun(values.out, values.overwrite);
  const [data] = await Promise.all([loadTrainingData(values), useMachine(values)]);
  try {
    return await trainOn(data, values);
  } finally {
    await data.close();
  }
}

async function trainOn(data: TrainingData, values: TrainValues): Promise<number> {
  const autoencoder = createModel(values, data);
  const folder = await RunFolder.create(
    values.out ?? (await freeRunPath('runs', data.name)),
    values.overwrite,
  );
  try {
    return await trainInto(folder, autoencoder, data, values);
  } catch (error) {
    await folder.discard();
    throw error;
  }
}

async function trainInto(
  folder: RunFolder,
  autoencoder: Autoencoder,
  data: TrainingData,
  values: TrainValues,
): Promise<number> {
  const config = {
    options: effectiveOptions(values),
    data: data.facts,
    normalization: data.normalization,
    model: autoencoder.spec(),
  };
  announce(autoencoder, data, values);
  if (values.json) printJson({ event: 'start', folder: folder.path, ...config });
  const { history, epochs, seconds, samplesPerSecond } = await runTraining(autoencoder, data, values);
  const results: Results = {
    stopped: history.stopped,
    epochs: epochs.length,
    ...(history.restoredBestWeights && { bestEpoch: history.bestEpoch }),
    ...(await scoreParts(autoencoder, data.images, values)),
    ...(data.testImages && { test: await autoencoder.measure(data.testImages) }),
  };
  requireFinite(results.training.mse);
  const files = await writeRun(folder, {
    autoencoder,
    samples: data.shown,
    epochs,
    facts: trainingFacts(values, data, results),
    config: { ...config, results, seconds, samplesPerSecond },
    lossTitle: LOSS_TITLES[values.loss],
  });
  showComparison(autoencoder, data.shown);
  if (values.json) {
    printJson({ event: 'end', folder: folder.path, files, seconds, samplesPerSecond, ...results });
  } else {
    print(`${countOf(epochs.length, 'epoch')} in ${formatElapsed(seconds)}${endingOf(history)}`);
    printScores(results, data.normalization.kind !== 'standard');
    print(`written to ${folder.path}:\n  ${files.join(', ')}`);
  }
  return history.stopped === 'signal' ? INTERRUPTED : 0;
}

/** fit checks the loss before each step: what the last step did is seen here. */
function requireFinite(mse: number): void {
  if (Number.isFinite(mse)) return;
  throw new DivergenceError(
    `the mean squared error is ${mse} after the last step, expected a finite number: try a lower --learning-rate.`,
  );
}

function createModel(values: TrainValues, { inputShape, trainedOn }: TrainingData): Autoencoder {
  const stepsPerEpoch = Math.ceil(trainedOn / values['batch-size']);
  const autoencoder = new Autoencoder({ ...architecture(values, inputShape), seed: values.seed });
  autoencoder.compile({ optimizer: createOptimizer(values, stepsPerEpoch), loss: values.loss });
  return autoencoder;
}

function announce(
  autoencoder: Autoencoder,
  { trainedOn, inputShape }: TrainingData,
  values: TrainValues,
): void {
  say(`\n${autoencoder.summary()}\n`);
  const rate = `learning rate ${learningRateOf(values)}${values.schedule === 'cosine' ? ', cosine' : ''}`;
  const batches = `at most ${countOf(values.epochs, 'epoch')}, batches of ${formatCount(values['batch-size'])}`;
  say(`${values.optimizer}, ${rate}, ${values.loss}, seed ${values.seed}, ${describeMachine()}`);
  say(`${batches}
`);
  if (trainedOn <= values['batch-size']) say('all images fit into one batch: one step an epoch\n');
  if (values['encoding-dim'] >= sizeOf(inputShape)) {
    say(
      `note: a code of ${values['encoding-dim']} numbers is no shorter than an image of ${sizeOf(inputShape)}\n`,
    );
  }
}

/** Trains with progress on stderr; Ctrl-C ends it after the step that is under way. */
async function runTraining(autoencoder: Autoencoder, data: TrainingData, values: TrainValues) {
  const progress = new Progress(values.epochs);
  const epochs: TimedEpoch[] = [];
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, interrupt); // the second one ends the process
  try {
    const history = await autoencoder.fit(data.images, {
      ...fitOptions(values, data),
      signal: interruption.signal,
      onBatchEnd: (record) => progress.onBatchEnd(record),
      onEpochEnd: (record) => {
        progress.onEpochEnd(record);
        epochs.push({ ...record, seconds: progress.seconds });
        if (values.json) printJson({ event: 'epoch', ...record, seconds: progress.seconds });
      },
    });
    return { history, epochs, seconds: progress.seconds, samplesPerSecond: progress.samplesPerSecond };
  } finally {
    progress.close();
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupt);
  }
}

function fitOptions(values: TrainValues, { testImages }: TrainingData): FitOptions {
  const { epochs, 'batch-size': batchSize, 'validation-split': validationSplit, patience } = values;
  return {
    epochs,
    batchSize,
    ...(validationSplit !== undefined && { validationSplit }),
    ...(testImages && { validationData: testImages }),
    ...(patience !== undefined && { earlyStopping: { patience, minDelta: values['min-delta'] ?? 0 } }),
  };
}

function endingOf({ stopped, bestEpoch, restoredBestWeights }: History): string {
  const why = { epochs: '', patience: ', stopped: no better loss', signal: ', interrupted' }[stopped];
  return why + (restoredBestWeights ? `; the weights are those of epoch ${bestEpoch}` : '');
}

interface Results {
  readonly stopped: History['stopped'];
  readonly epochs: number;
  readonly bestEpoch?: number | undefined;
  readonly training: Evaluation;
  /** On the images that a validation split kept back. */
  readonly validation?: Evaluation;
  readonly test?: Evaluation;
}

/** The scores on what was trained on and, after a split, on what was not. */
async function scoreParts(
  autoencoder: Autoencoder,
  images: Samples | StoredSamples,
  { seed, 'validation-split': validationSplit = 0 }: TrainValues,
): Promise<Pick<Results, 'training' | 'validation'>> {
  const { inputShape } = autoencoder;
  const split = { inputShape, seed, validationSplit, validationData: undefined };
  const { training, validation } = openSamples(images, split);
  return {
    training: await autoencoder.measure(images, training.rows),
    ...(validation && { validation: await autoencoder.measure(images, validation.rows) }),
  };
}

function printScores({ training, validation, test }: Results, isPixels: boolean): void {
  const table = { training, validation, test };
  print(`            MSE       MAE${isPixels ? '       PSNR' : ''}`);
  for (const [name, scores] of Object.entries(table)) {
    if (!scores) continue;
    const { mse, mae, psnr } = scores;
    const decibels = isPixels ? `   ${formatDecibels(psnr)}` : '';
    print(`${name.padEnd(10)}  ${mse.toFixed(5)}   ${mae.toFixed(5)}${decibels}`);
  }
}

function trainingFacts(values: TrainValues, data: TrainingData, results: Results) {
  return {
    data: data.facts,
    epochs: results.epochs,
    batchSize: values['batch-size'],
    optimizer: values.optimizer,
    learningRate: learningRateOf(values),
    schedule: values.schedule,
    loss: values.loss,
    seed: values.seed,
    kernels: kernels().name,
    trainingMse: results.training.mse,
    ...(results.validation && { validationMse: results.validation.mse }),
    ...(results.test && { testMse: results.test.mse }),
  };
}
