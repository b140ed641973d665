/** From the options of `train` to an architecture, an optimizer and a learning-rate schedule. Read options.ts first. */

import { GAN_BETA1 } from '../../../gan/presets.ts';
import { Adam, AdamW } from '../../../optim/adam.ts';
import type { Optimizer } from '../../../optim/optimizer.ts';
import { trainingSchedule } from '../../../optim/schedule.ts';
import { SGD } from '../../../optim/sgd.ts';
import { kernels, threads } from '../../../tensor/kernels/active.ts';
import type { Keep } from '../../../training/earlyStopping.ts';
import { formatNoise } from '../shared/commonOptions.ts';
import { readingInWords } from '../shared/reading.ts';
import { isSenseless } from './contradictions.ts';
import { isDecidedByModel } from './from.ts';
import type { TrainValues } from './options.ts';
import { CONV_WIDTHS } from './presets.ts';

/** The options as they take effect: with the defaults that depend on other options, without those that have no effect. */
export function effectiveOptions(values: TrainValues) {
  const { help, json, overwrite, out, resume, count, nesterov, gray, layers, ...others } = values;
  const hasModel = values.from !== undefined;
  const options = Object.fromEntries(
    Object.entries(others).filter(
      ([name]) => !isSenseless(name, values.kind) && !(hasModel && isDecidedByModel(name)),
    ),
  ) as typeof others;
  return {
    ...options,
    ...(options.data === undefined && { count }),
    ...readingInWords(values),
    ...(!hasModel && { conv: convOf(values), output: outputOf(values) }),
    ...(values.noise && { noise: formatNoise(values.noise) }),
    ...(values.kind === 'gan' && { 'samples-every': samplesEvery(values) }),
    keep: keepOf(values),
    'learning-rate': learningRateOf(values),
    ...(values.optimizer === 'adamw' && { 'weight-decay': weightDecayOf(values) }),
    ...(values.optimizer === 'sgd' && { momentum: momentumOf(values), nesterov }),
    kernels: kernels().name,
    threads: threads(),
  };
}

export function createOptimizer(values: TrainValues, stepsPerEpoch: number): Optimizer {
  const learningRate = trainingSchedule({
    kind: values.schedule,
    learningRate: learningRateOf(values),
    steps: values.epochs * stepsPerEpoch,
    warmUpSteps: Math.round((values['warmup-epochs'] ?? 0) * stepsPerEpoch),
  });
  const clipping = values['clip-norm'] === undefined ? {} : { clipNorm: values['clip-norm'] };
  const options = { learningRate, ...clipping };
  const beta1 = values.kind === 'gan' ? { beta1: GAN_BETA1 } : {};
  switch (values.optimizer) {
    case 'sgd':
      return new SGD({ ...options, momentum: momentumOf(values), nesterov: values.nesterov });
    case 'adamw':
      return new AdamW({ ...options, ...beta1, weightDecay: weightDecayOf(values) });
    case 'adam':
      return new Adam({ ...options, ...beta1 });
  }
}

/**
 * Whether there are samples to measure after each epoch that are not trained on. The built-in digits have test samples; the
 * losses of a GAN say nothing about other samples.
 */
export function hasValidation(values: TrainValues): boolean {
  const { kind, data, 'test-data': testData, 'validation-split': split } = values;
  if (kind === 'gan') return false;
  return data === undefined || testData !== undefined || split !== undefined;
}

export function keepOf(values: TrainValues): Keep {
  return values.keep ?? (hasValidation(values) || values.patience !== undefined ? 'best' : 'last');
}

/** The widths of the stages; undefined if all layers are dense. */
export function convOf({ conv, layers }: TrainValues): readonly number[] | undefined {
  return conv ?? (layers === 'conv' ? CONV_WIDTHS : undefined);
}

export function outputOf({ kind, output, loss, normalize }: TrainValues): 'linear' | 'sigmoid' {
  const isUnit = kind === 'gan' ? normalize !== 'standard' : loss === 'bce';
  return output ?? (isUnit ? 'sigmoid' : 'linear');
}

/** After how many epochs the samples of a GAN are drawn. */
export function samplesEvery({ epochs, 'samples-every': every }: TrainValues): number {
  return every ?? Math.max(1, Math.round(epochs / 10));
}

function weightDecayOf({ 'weight-decay': weightDecay }: TrainValues): number {
  return weightDecay ?? 0.01;
}

function momentumOf({ momentum }: TrainValues): number {
  return momentum ?? 0;
}

export function learningRateOf(values: TrainValues): number {
  return values['learning-rate'] ?? defaultLearningRate(values);
}

export function defaultLearningRate({ optimizer }: TrainValues): number {
  return optimizer === 'sgd' ? 0.01 : 1e-3;
}
