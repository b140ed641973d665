/** What `train` says before and after training, and what its model file keeps of it. Read train.ts first. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import type { Evaluation } from '../../../evaluation/metrics.ts';
import { kernels } from '../../../tensor/kernels/active.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import type { History } from '../../../training/fitOptions.ts';
import { splitSamples } from '../../../training/split.ts';
import type { EpochRecord } from '../../../training/trainingState.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { describeMachine } from '../shared/machine.ts';
import { describeNoise, formatNoise } from '../shared/noise.ts';
import { countOf, formatCount, formatDecibels, print, say } from '../terminal/output.ts';
import { formatNumber } from '../terminal/textTable.ts';
import type { TrainingData } from './data.ts';
import type { TrainValues } from './options.ts';
import { learningRateOf } from './settings.ts';

export function announce(
  autoencoder: Autoencoder,
  { trainedOn, inputShape, normalization }: TrainingData,
  values: TrainValues,
): void {
  say(`\n${autoencoder.summary()}\n`);
  const rate = `learning rate ${learningRateOf(values)}${values.schedule === 'constant' ? '' : `, ${values.schedule}`}`;
  const batches = `at most ${countOf(values.epochs, 'epoch')}, batches of ${formatCount(values['batch-size'])}`;
  say(`${values.optimizer}, ${rate}, ${values.loss}, seed ${values.seed}, ${describeMachine()}`);
  say(batches);
  const { noise, sparsity, dropout } = values;
  if (noise) say(`learning to restore the clean samples: ${describeNoise(noise)}`);
  if (sparsity !== undefined) say(`sparse codes: L1 penalty ${sparsity}`);
  if (dropout !== undefined) say(`dropout ${dropout} behind each hidden layer`);
  say();
  const noun = nounOf(inputShape, normalization);
  if (trainedOn <= values['batch-size']) say(`all ${noun}s fit into one batch: one step an epoch\n`);
  if (values['encoding-dim'] >= sizeOf(inputShape)) {
    say(
      `note: a code of ${countOf(values['encoding-dim'], 'number')} is no shorter than ${noun === 'image' ? 'an image' : 'a sample'} of ${sizeOf(inputShape)} (--encoding-dim)\n`,
    );
  }
}

export function endingOf({ epochs, stopped, bestEpoch, restoredBestWeights }: History): string {
  const why = { epochs: '', patience: ', stopped: no better loss', signal: ', interrupted' }[stopped];
  if (epochs.length === 0) return why;
  const which = restoredBestWeights ? `epoch ${bestEpoch}, the best one` : 'the last step';
  return `${why}; the weights are those of ${which}`;
}

/** In a training that goes well no epoch is so many times as bad as the best one before it, or as no training at all. */
const RISE = 3;
/** But a loss that is next to nothing may jump: one below this part of the first is no loss of what was learned. */
const NOTABLE = 0.1;

/**
 * Of a loss that shot up, and perhaps fell again from there: what was learned before is lost then. Undefined if it didn't.
 *
 * @param firstLoss - That of the first batch, where this is known: a resumed run has it behind it.
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

export interface Denoising extends Evaluation {
  /** The samples that the epoch was chosen by. */
  readonly of: 'test' | 'validation' | 'training';
}

export interface Results {
  readonly stopped: History['stopped'];
  readonly epochs: number;
  readonly bestEpoch?: number | undefined;
  readonly training: Evaluation;
  /** On the images that a validation split kept back. */
  readonly validation?: Evaluation;
  readonly test?: Evaluation;
  /** What the model restores from noisy samples, beside the clean ones. */
  readonly denoising?: Denoising;
}

/**
 * The scores on what was trained on and on what was not; with `--noise` also of what is restored from noisy samples, those
 * that the epoch was chosen by: with the noise of each epoch's validation, so it is the loss of that epoch where that is
 * the MSE.
 */
export async function scoreAll(
  autoencoder: Autoencoder,
  { images, testImages }: TrainingData,
  { noise, seed, 'validation-split': validationSplit = 0 }: TrainValues,
): Promise<Pick<Results, 'training' | 'validation' | 'test' | 'denoising'>> {
  const { inputShape } = autoencoder;
  const parts = splitSamples(images, { inputShape, seed, validationSplit, validationData: undefined });
  const [trained, kept] = [parts.training.rows, parts.validation?.rows];
  const denoise = async (): Promise<Denoising> => {
    if (testImages) return { of: 'test', ...(await autoencoder.evaluate(testImages, { noise })) };
    const scores = await autoencoder.evaluate(images, { noise, rows: kept ?? trained });
    return { of: kept ? 'validation' : 'training', ...scores };
  };
  return {
    training: await autoencoder.evaluate(images, { rows: trained }),
    ...(kept && { validation: await autoencoder.evaluate(images, { rows: kept }) }),
    ...(testImages && { test: await autoencoder.evaluate(testImages) }),
    ...(noise && { denoising: await denoise() }),
  };
}

export function printScores({ training, validation, test, denoising }: Results, isPixels: boolean): void {
  const table = { training, validation, test, ...(denoising && { [`${denoising.of}, noisy`]: denoising }) };
  const width = Math.max(10, ...Object.keys(table).map((name) => name.length));
  print(`${' '.repeat(width)}  MSE       MAE${isPixels ? '       PSNR' : ''}`);
  for (const [name, scores] of Object.entries(table)) {
    if (!scores) continue;
    const { mse, mae, psnr } = scores;
    const decibels = isPixels ? `   ${formatDecibels(psnr)}` : '';
    print(`${name.padEnd(width)}  ${formatNumber(mse)}   ${formatNumber(mae)}${decibels}`);
  }
}

export function trainingFacts(values: TrainValues, data: TrainingData, results: Results) {
  return {
    data: data.facts,
    epochs: results.epochs,
    batchSize: values['batch-size'],
    optimizer: values.optimizer,
    learningRate: learningRateOf(values),
    schedule: values.schedule,
    loss: values.loss,
    ...(values.noise && { noise: formatNoise(values.noise) }),
    ...(values.sparsity !== undefined && { sparsity: values.sparsity }),
    ...(values.dropout !== undefined && { dropout: values.dropout }),
    seed: values.seed,
    kernels: kernels().name,
    ...(results.bestEpoch !== undefined && { bestEpoch: results.bestEpoch }),
    trainingMse: results.training.mse,
    ...(results.validation && { validationMse: results.validation.mse }),
    ...(results.test && { testMse: results.test.mse }),
    ...(results.denoising && { denoisingMse: results.denoising.mse }),
  };
}
