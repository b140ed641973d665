/**
 * Settings that were found by measuring: docs/recipes.md says how, and what they achieve. Read spec.ts and
 * training/fitOptions.ts first.
 */

import { Adam, AdamW } from '../optim/adam.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { type Schedule, trainingSchedule } from '../optim/schedule.ts';
import { requireInteger } from '../tensor/options.ts';
import { inWords } from '../tensor/words.ts';
import type { FitOptions } from '../training/fitOptions.ts';
import type { Start } from '../training/startAtMean.ts';
import type { ActivationName, ArchitectureOptions } from './spec.ts';

/** How a preset of any kind of model trains. */
export interface TrainingSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly schedule: 'constant' | 'linear';
  /** May be a fraction. @default 0 */
  readonly warmUpEpochs?: number;
}

/** What a preset decides. */
export interface PresetSettings extends TrainingSettings {
  /** @default none, all layers are dense */
  readonly conv?: readonly number[];
  readonly hidden: readonly number[];
  /** @default hidden, in reverse */
  readonly decoderHidden?: readonly number[];
  readonly activation: ActivationName;
  /** AdamW with this weight decay. @default Adam */
  readonly weightDecay?: number;
  readonly start: Start;
}

/**
 * The presets of an autoencoder, made for images of 28 by 28 pixels (docs/recipes.md has what they achieve):
 *
 * - `article`: the settings of the classic tutorial, which are the defaults. Hidden layers of 64 and 32, ReLU, Adam, 100
 *   epochs of batches of 32.
 * - `small`: the same widths, trained better. SiLU, AdamW, a linear decay of the learning rate after a warm-up.
 * - `best`: wider layers, above all in the decoder, and 20 epochs.
 * - `conv-small` and `conv-best`: stages of convolutions, which restore images better with fewer weights and take longer.
 */
export type PresetName = 'article' | 'small' | 'best' | 'conv-small' | 'conv-best';

export const PRESETS: Readonly<Record<PresetName, PresetSettings>> = {
  /** The settings of the classic tutorial, which are the defaults. */
  article: {
    hidden: [64, 32],
    activation: 'relu',
    epochs: 100,
    batchSize: 32,
    learningRate: 1e-3,
    schedule: 'constant',
    start: 'as-is',
  },
  /** The article's layers, trained better. */
  small: {
    hidden: [64, 32],
    activation: 'silu',
    epochs: 100,
    batchSize: 64,
    weightDecay: 0.01,
    learningRate: 5e-3,
    schedule: 'linear',
    warmUpEpochs: 1,
    start: 'mean',
  },
  /** Wider layers, above all in the decoder, and fewer epochs. */
  best: {
    hidden: [192],
    decoderHidden: [192, 384],
    activation: 'silu',
    epochs: 20,
    batchSize: 64,
    weightDecay: 0.1,
    learningRate: 4e-3,
    schedule: 'linear',
    warmUpEpochs: 1,
    start: 'mean',
  },
  /** Few channels: quick. */
  'conv-small': {
    conv: [8, 24],
    hidden: [],
    activation: 'silu',
    epochs: 15,
    batchSize: 32,
    weightDecay: 0.1,
    learningRate: 8e-3,
    schedule: 'linear',
    warmUpEpochs: 1,
    start: 'mean',
  },
  /** More channels, above all where images are small. */
  'conv-best': {
    conv: [12, 48],
    hidden: [],
    activation: 'silu',
    epochs: 18,
    batchSize: 32,
    weightDecay: 0.1,
    learningRate: 8e-3,
    schedule: 'linear',
    warmUpEpochs: 1,
    start: 'mean',
  },
};

/** A preset in the form in which the engine takes it. */
export interface Preset {
  /** For `new Autoencoder`, together with `inputShape` and `encodingDim`. */
  readonly architecture: Omit<ArchitectureOptions, 'inputShape'>;
  /** For `compile`. An optimizer serves one network: ask for a new preset for another. */
  readonly optimizer: Optimizer;
  /** For `fit`. */
  readonly fit: FitOptions;
}

/**
 * The settings of this name: the layers, the optimizer with its learning rates, and how `fit` trains.
 *
 * @param count - The number of samples to train on, without those of a validation split: the schedule depends on it.
 * @throws {RangeError} If there is no preset of this name, or the count is not an integer >= 1.
 * @example
 * const { architecture, optimizer, fit } = preset('best', images.shape[0]);
 * const autoencoder = new Autoencoder({ inputShape: [28, 28], encodingDim: 32, ...architecture });
 * autoencoder.compile({ optimizer });
 * await autoencoder.fit(images, { ...fit, epochs: 1 });
 */
export function preset(name: PresetName, count: number): Preset {
  const settings = presetNamed(PRESETS, name, 'preset');
  const { conv, hidden, decoderHidden, activation, weightDecay, epochs, batchSize, start } = settings;
  const learningRate = presetSchedule(settings, count, 'preset');
  return {
    architecture: { ...(conv && { conv }), hidden, ...(decoderHidden && { decoderHidden }), activation },
    optimizer:
      weightDecay === undefined ? new Adam({ learningRate }) : new AdamW({ learningRate, weightDecay }),
    fit: { epochs, batchSize, start },
  };
}

/** @throws {RangeError} If there is no preset of this name. */
export function presetNamed<Name extends string, Settings>(
  presets: Readonly<Record<Name, Settings>>,
  name: Name,
  who: string,
): Settings {
  if (Object.hasOwn(presets, name)) return presets[name];
  throw new RangeError(
    `${who}: ${inWords(name)} is not a preset, expected one of: ${Object.keys(presets).join(', ')}.`,
  );
}

/**
 * The learning rate of each step.
 *
 * @param count - The number of samples to train on.
 * @throws {RangeError} If it is not an integer >= 1.
 */
export function presetSchedule(settings: TrainingSettings, count: number, who: string): Schedule {
  requireInteger(who, 'the number of samples', count, 1);
  const { schedule: kind, learningRate, epochs, batchSize, warmUpEpochs = 0 } = settings;
  const stepsPerEpoch = Math.ceil(count / batchSize);
  const warmUpSteps = Math.round(warmUpEpochs * stepsPerEpoch);
  return trainingSchedule({ kind, learningRate, steps: epochs * stepsPerEpoch, warmUpSteps });
}
