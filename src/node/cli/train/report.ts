/** What `train` says before and after a training, and what the model file keeps of it. Read train.ts first. */

import { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { arePixels } from '../../../data/pictureShape.ts';
import type { Evaluation } from '../../../evaluation/metrics.ts';
import { GAN } from '../../../gan/gan.ts';
import type { AnyModel } from '../../../io/model.ts';
import { kernels } from '../../../tensor/kernels/active.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import type { Keep } from '../../../training/earlyStopping.ts';
import type { History } from '../../../training/fitOptions.ts';
import type { EpochRecord } from '../../../training/trainingState.ts';
import { nounOf, withArticle } from '../../pictures/sampleKind.ts';
import { describeNoise, formatNoise } from '../shared/commonOptions.ts';
import { describeMachine } from '../shared/machine.ts';
import {
  countOf,
  formatCount,
  formatDecibels,
  formatElapsed,
  print,
  printJson,
  say,
} from '../terminal/output.ts';
import { formatNumber } from '../terminal/textTable.ts';
import type { TrainingData } from './data/trainingData.ts';
import { describeNothingLearned, helpfulChanges } from './learningAdvice.ts';
import type { TrainOptions, TrainValues } from './options.ts';
import { boundOf, type Results } from './outcome.ts';
import { describeLosses } from './progress.ts';
import { restartCommand, resumeCommand } from './recommended.ts';
import type { TrainingOutcome, TrainingRun } from './runTraining.ts';
import { keepOf, learningRateOf } from './settings.ts';

/** Says what will be trained, and how. With --json also prints `config` as the start event. */
export function announce(run: TrainingRun, config: Readonly<Record<string, unknown>>): void {
  const { folder, model, data, options, resumption, watch } = run;
  describePlan(model, data, options.values);
  if (!options.values.json) return;
  const resumedFrom = resumption && { epoch: resumption.state.epoch, batch: resumption.state.batch };
  printJson({
    event: 'start',
    folder: folder.path,
    ...(resumedFrom && { resumedFrom }),
    ...boundOf(watch),
    ...config,
  });
}

function describePlan(model: AnyModel, data: TrainingData, values: TrainValues): void {
  const { trainedOn, inputShape, normalization } = data;
  say(`\n${model.summary()}\n`);
  const rate = `learning rate ${learningRateOf(values)}${values.schedule === 'constant' ? '' : `, ${values.schedule}`}`;
  const loss = model instanceof GAN ? '' : `, ${values.loss}`;
  say(`${values.optimizer}, ${rate}${loss}, seed ${values.seed}, ${describeMachine()}`);
  const bound = values.patience === undefined ? '' : 'at most ';
  say(`${bound}${countOf(values.epochs, 'epoch')}, batches of ${formatCount(values['batch-size'])}`);
  for (const line of describeTask(values, data)) say(line);
  say();
  const noun = nounOf(inputShape, normalization);
  if (trainedOn <= values['batch-size']) {
    say(`${trainedOn === 1 ? `the ${noun} fits` : `all ${noun}s fit`} into one batch: one step per epoch\n`);
  }
  if (model instanceof Autoencoder && model.encodingDim >= sizeOf(inputShape)) {
    const code = countOf(model.encodingDim, 'number');
    const option = values.from === undefined && !values['no-dense-code'] ? ' (--encoding-dim)' : '';
    say(
      `note: a code of ${code} is no shorter than ${withArticle(noun)} of ${sizeOf(inputShape)}${option}\n`,
    );
  }
}

/** What is learned beside plain restoring, a line for each. */
function describeTask(values: TrainValues, { facts }: TrainingData): string[] {
  const { kind, noise, sparsity, dropout, beta, 'beta-warmup-epochs': warmUp } = values;
  const rising = warmUp === undefined ? '' : `, after rising from 0 (epochs: ${warmUp})`;
  const where = kind === 'gan' ? ' of the discriminator' : '';
  return [
    values.target !== undefined && `learning to turn ${facts.source} into ${facts.targetSource}`,
    noise && `learning to restore the clean samples: ${describeNoise(noise)}`,
    beta !== undefined && `weight of the KL divergence: ${beta}${rising}`,
    sparsity !== undefined && `sparse codes: L1 penalty ${sparsity}`,
    dropout && `dropout ${dropout} after each hidden layer${where}`,
  ].filter((line) => typeof line === 'string');
}

/** Says how the training ended, and what it wrote. */
export function reportEnd(
  run: TrainingRun,
  training: TrainingOutcome,
  results: Results,
  files: readonly string[],
): void {
  const { folder, data, options } = run;
  const { history, epochs, seconds, samplesPerSecond } = training;
  if (options.values.json) {
    printJson({ event: 'end', folder: folder.path, files, seconds, samplesPerSecond, ...results });
  } else {
    print(
      `${countOf(epochs.length, 'epoch')} in ${formatElapsed(seconds)}${endingOf(history, keepOf(options.values))}`,
    );
    printScores(results, arePixels(data.inputShape, data.normalization));
    printParts(results);
    print(`written to ${folder.path}:\n  ${files.join(', ')}`);
  }
  // The sum of a GAN's losses may well rise: one network's gain is the other's loss.
  const rise = options.values.kind === 'gan' ? undefined : describeRise(epochs, training.firstLoss);
  if (rise) say(`note: ${rise}`);
  const nothing = noteNothingLearned(run, training);
  if (nothing) say(`note: ${nothing}`);
  const gain = options.values.json || nothing ? undefined : describeNoGain(results, options.values);
  if (gain) say(`note: ${gain}`);
  if (!training.hasCheckpoint) {
    say(
      `note: the last checkpoint, ${training.lastCheckpoint?.where}, is older than the model: --resume goes on from there`,
    );
  }
  if (history.problem) say(`isthmus train: stopped after epoch ${epochs.length}: ${history.problem}`);
  for (const line of waysToGoOn(folder.path, history, options)) say(line);
}

function noteNothingLearned(
  { options, watch }: TrainingRun,
  { nothingLearned }: TrainingOutcome,
): string | undefined {
  if (!nothingLearned || !watch) return undefined;
  const { values } = options;
  const changes = helpfulChanges(values, nothingLearned);
  const bound = { meanSampleLoss: watch.meanSampleLoss, loss: values.loss };
  return describeNothingLearned(nothingLearned, bound, options, changes);
}

function waysToGoOn(folder: string, { stopped, epochs }: History, options: TrainOptions): string[] {
  if (stopped === 'signal') return [`to go on: ${resumeCommand(folder)}`];
  const { patience = 0, epochs: most } = options.values;
  if (stopped !== 'patience' || epochs.length >= most) return [];
  const rate = String(Number((learningRateOf(options.values) / 10).toPrecision(2)));
  return [
    `to wait longer: ${resumeCommand(folder, { patience: String(2 * patience) })}`,
    `to go on from these weights with a lower rate: ${restartCommand(folder, options, { 'learning-rate': rate })}`,
  ];
}

function endingOf({ epochs, stopped, bestEpoch, restoredBestWeights }: History, keep: Keep): string {
  const why = {
    epochs: '',
    patience: ', stopped: no better loss',
    signal: ', interrupted',
    problem: ', stopped: it does not learn any more',
  }[stopped];
  if (epochs.length === 0) return why;
  if (keep === 'average') return `${why}; the weights are a moving average that begins with those of epoch 1`;
  const which = restoredBestWeights ? `epoch ${bestEpoch}, the best one` : 'the last step';
  return `${why}; the weights are those of ${which}`;
}

/** In a good training no epoch has a loss this many times that of the best epoch before it, or of the first batch. */
const RISE = 3;
/** A tiny loss may jump: as long as it stays below this part of the first loss, little is lost. */
const NOTABLE = 0.1;

/**
 * A note on a loss that rose steeply, even if it fell again: what was learned before is lost then. Undefined if none did.
 *
 * @param firstLoss - The loss of the first batch; unknown in a resumed run.
 */
export function describeRise(epochs: readonly EpochRecord[], firstLoss?: number): string | undefined {
  const first = firstLoss ?? epochs[0]?.loss ?? Number.NaN;
  let [best, where] = [first, firstLoss === undefined ? 'epoch 1' : 'the first batch'];
  for (const { epoch, loss } of epochs) {
    if (loss > RISE * best && loss > NOTABLE * first) {
      return `the loss rose from ${best.toPrecision(3)} in ${where} to ${loss.toPrecision(3)} in epoch ${epoch}: a lower --learning-rate may end better`;
    }
    if (loss < best) [best, where] = [loss, `epoch ${epoch}`];
  }
  return undefined;
}

/** A note on a model that makes nothing better, on samples that it has not seen if there are any. Undefined if it does. */
function describeNoGain(results: Results, { conv, from, ...values }: TrainValues): string | undefined {
  const name = (['test', 'validation', 'training'] as const).find((each) => results[each]);
  const [before, after] = name ? [results.unrestored?.[name], results[name]] : [];
  if (!name || !before || !after || after.mse < before.mse) return undefined;
  const wider = conv ? 'more channels (--conv 32,64)' : 'wider layers (--hidden 512)';
  const longer = values['no-dense-code']
    ? ` or ${wider}`
    : `, ${wider} or a longer code (--encoding-dim 128)`;
  return `what the model makes of the ${name} samples is no nearer to the target than they are as given: more --epochs${from === undefined ? longer : ''} may help`;
}

/** The losses of a model whose loss has parts, after the epoch whose weights it has. */
function printParts({ epoch: record }: Results): void {
  if (!record) return;
  const { epoch, loss, parts, validationLoss, validationParts } = record;
  print(`epoch ${epoch}, training: ${describeLosses(loss, parts).join('  ')}`);
  if (validationLoss === undefined) return;
  print(`epoch ${epoch}, validation: ${describeLosses(validationLoss, validationParts).join('  ')}`);
}

function printScores(results: Results, isPixels: boolean): void {
  const { training, unrestored, denoising } = results;
  if (!training) return;
  const rows: [name: string, scores: Evaluation][] = [];
  for (const name of ['training', 'validation', 'test'] as const) {
    const [scores, before] = [results[name], unrestored?.[name]];
    if (before) rows.push([`${name}, as given`, before]);
    if (scores) rows.push([before ? `${name}, restored` : name, scores]);
  }
  if (denoising) rows.push([`${denoising.of}, noisy`, denoising]);
  const width = Math.max(10, ...rows.map(([name]) => name.length));
  print(`${' '.repeat(width)}  MSE       MAE${isPixels ? '       PSNR' : ''}`);
  for (const [name, { mse, mae, psnr }] of rows) {
    const decibels = isPixels ? `   ${formatDecibels(psnr)}` : '';
    print(`${name.padEnd(width)}  ${formatNumber(mse)}   ${formatNumber(mae)}${decibels}`);
  }
}

/** What the model file keeps of the training. */
export function trainingFacts({ data, from, options }: TrainingRun, results: Results) {
  const { values } = options;
  return {
    ...(from !== undefined && { from }),
    data: data.facts,
    epochs: results.epochs,
    batchSize: values['batch-size'],
    optimizer: values.optimizer,
    learningRate: learningRateOf(values),
    schedule: values.schedule,
    ...(values.kind !== 'gan' && { loss: values.loss }),
    ...(values.beta !== undefined && { beta: values.beta }),
    ...(values['label-smoothing'] !== undefined && { labelSmoothing: values['label-smoothing'] }),
    ...(values.noise && { noise: formatNoise(values.noise) }),
    ...(values.sparsity !== undefined && { sparsity: values.sparsity }),
    ...(values.dropout !== undefined && { dropout: values.dropout }),
    seed: values.seed,
    kernels: kernels().name,
    ...(results.bestEpoch !== undefined && { bestEpoch: results.bestEpoch }),
    ...(results.training && { trainingMse: results.training.mse }),
    ...(results.validation && { validationMse: results.validation.mse }),
    ...(results.test && { testMse: results.test.mse }),
    ...(results.denoising && { denoisingMse: results.denoising.mse }),
  };
}
