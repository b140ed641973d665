/** `isthmus train`: from a file of images to a run folder. Read autoencoder/autoencoder.ts first. */

import { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { DivergenceError, type FitOptions, type History } from '../../autoencoder/fit.ts';
import type { Evaluation } from '../../autoencoder/metrics.ts';
import type { LossName } from '../../losses/loss.ts';
import { kernels, setKernels } from '../../tensor/kernels/active.ts';
import { freeRunPath, RunFolder, refuseExistingRun } from '../runFolder.ts';
import { type TimedEpoch, writeRun } from '../writeRun.ts';
import type { Command } from './command.ts';
import { parseOptions } from './options.ts';
import { countOf, formatCount, formatDuration, print, printJson, say } from './output.ts';
import { Progress } from './progress.ts';
import { showComparison } from './showComparison.ts';
import { loadTrainingData, type TrainingData } from './trainData.ts';
import {
  architecture,
  createOptimizer,
  effectiveOptions,
  learningRateOf,
  refuseContradictions,
  TRAIN_HELP,
  TRAIN_OPTIONS,
  type TrainValues,
} from './trainOptions.ts';

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
  const { values } = parsed;
  if (values.out !== undefined) await refuseExistingRun(values.out, values.overwrite);
  if (values.kernels) setKernels(values.kernels);
  const data = await loadTrainingData(values);
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
  const whole = autoencoder.evaluate(data.images);
  requireFinite(whole.mse);
  const results: Results = {
    stopped: history.stopped,
    epochs: epochs.length,
    ...(history.restoredBestWeights && { bestEpoch: history.bestEpoch }),
    [values['validation-split'] === undefined ? 'training' : 'all']: whole,
    ...(data.testImages && { test: autoencoder.evaluate(data.testImages) }),
  };
  const samples = data.testImages ?? data.images;
  const files = await writeRun(folder, {
    autoencoder,
    samples,
    epochs,
    facts: trainingFacts(values, data, results),
    config: { ...config, results, seconds, samplesPerSecond },
    lossTitle: LOSS_TITLES[values.loss],
  });
  showComparison(autoencoder, samples);
  if (values.json) {
    printJson({ event: 'end', folder: folder.path, files, seconds, samplesPerSecond, ...results });
  } else {
    print(`${countOf(epochs.length, 'epoch')} in ${formatDuration(seconds)}${endingOf(history)}`);
    printScores(results);
    print(`written to ${folder.path}: ${files.join(', ')}`);
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

function announce(autoencoder: Autoencoder, { trainedOn }: TrainingData, values: TrainValues): void {
  say(`\n${autoencoder.summary()}\n`);
  const rate = `learning rate ${learningRateOf(values)}${values.schedule === 'cosine' ? ', cosine' : ''}`;
  const batches = `at most ${countOf(values.epochs, 'epoch')}, batches of ${formatCount(values['batch-size'])}`;
  say(
    `${values.optimizer}, ${rate}, ${values.loss}, ${batches}, seed ${values.seed}, ${kernels().name} kernels\n`,
  );
  if (trainedOn <= values['batch-size']) say('all images fit into one batch: one step an epoch\n');
}

/** Trains with progress on stderr; Ctrl-C ends it after the step that is under way. */
async function runTraining(autoencoder: Autoencoder, data: TrainingData, values: TrainValues) {
  const progress = new Progress(values.epochs);
  const epochs: TimedEpoch[] = [];
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt); // a second Ctrl-C ends the process
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
    process.off('SIGINT', interrupt);
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
  /** On the images that were trained on; */
  readonly training?: Evaluation;
  /** or on all images, with those that a validation split kept back. */
  readonly all?: Evaluation;
  readonly test?: Evaluation;
}

function printScores({ training, all, test }: Results): void {
  print('            MSE       MAE       PSNR');
  const row = (name: string, { mse, mae, psnr }: Evaluation) =>
    print(`${name.padEnd(10)}  ${mse.toFixed(5)}   ${mae.toFixed(5)}   ${psnr.toFixed(2)} dB`);
  if (training) row('training', training);
  if (all) row('all images', all);
  if (test) row('test', test);
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
    ...(results.training && { trainingMse: results.training.mse }),
    ...(results.all && { allMse: results.all.mse }),
    ...(results.test && { testMse: results.test.mse }),
  };
}
