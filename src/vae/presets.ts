/** Settings for variational autoencoders, found by measuring: docs/recipes.md. Read autoencoder/presets.ts first. */

import { presetNamed, presetSchedule, type TrainingSettings } from '../autoencoder/presets.ts';
import type { ActivationName } from '../autoencoder/spec.ts';
import { Adam } from '../optim/adam.ts';
import type { FitOptions } from '../training/fitOptions.ts';
import type { Start } from '../training/startAtMean.ts';
import type { VariationalArchitectureOptions } from './spec.ts';
import type { VariationalCompileOptions } from './variationalAutoencoder.ts';

/** What a preset decides. */
export interface VariationalPresetSettings extends TrainingSettings {
  /** @default none, all layers are dense */
  readonly conv?: readonly number[];
  readonly hidden: readonly number[];
  readonly encodingDim: number;
  readonly activation: ActivationName;
  readonly beta: number;
  readonly start: Start;
}

/**
 * The presets of a variational autoencoder: `article` has the settings of most tutorials, `best` one hidden layer more on
 * both sides, SiLU, and a learning rate that ends at 0, `conv-best` stages of convolutions, for images.
 */
export type VariationalPresetName = 'article' | 'best' | 'conv-best';

export const VARIATIONAL_PRESETS: Readonly<Record<VariationalPresetName, VariationalPresetSettings>> = {
  /** The settings of most tutorials. The layers are the defaults of the class. */
  article: {
    hidden: [400],
    encodingDim: 20,
    activation: 'relu',
    beta: 1,
    epochs: 30,
    batchSize: 128,
    learningRate: 1e-3,
    schedule: 'constant',
    start: 'as-is',
  },
  /** A second hidden layer on both sides, SiLU, and a learning rate that ends at 0. */
  best: {
    hidden: [512, 256],
    encodingDim: 20,
    activation: 'silu',
    beta: 1,
    epochs: 30,
    batchSize: 128,
    learningRate: 2e-3,
    schedule: 'linear',
    start: 'as-is',
  },
  /** Stages of convolutions, and a dense layer, without which new samples are much worse. */
  'conv-best': {
    conv: [12, 48],
    hidden: [256],
    encodingDim: 20,
    activation: 'silu',
    beta: 1,
    epochs: 24,
    batchSize: 64,
    learningRate: 4e-3,
    schedule: 'linear',
    start: 'as-is',
  },
};

/** A preset in the form in which the engine takes it. */
export interface VariationalPreset {
  /** For `new VariationalAutoencoder`, together with `inputShape`. */
  readonly architecture: Omit<VariationalArchitectureOptions, 'inputShape'>;
  /** For `compile`. An optimizer serves one network: ask for a new preset for another. */
  readonly compile: VariationalCompileOptions;
  /** For `fit`. */
  readonly fit: FitOptions;
}

/**
 * The settings of this name, for a variational autoencoder.
 *
 * @param count - The number of samples to train on, without those of a validation split: the schedule depends on it.
 * @throws {RangeError} If there is no preset of this name, or the count is not an integer >= 1.
 * @example
 * const { architecture, compile, fit } = variationalPreset('best', images.shape[0]);
 * const vae = new VariationalAutoencoder({ inputShape: [28, 28], ...architecture });
 * vae.compile(compile);
 * await vae.fit(images, { ...fit, epochs: 1 });
 */
export function variationalPreset(name: VariationalPresetName, count: number): VariationalPreset {
  const settings = presetNamed(VARIATIONAL_PRESETS, name, 'variationalPreset');
  const { conv, hidden, encodingDim, activation, beta, epochs, batchSize, start } = settings;
  const learningRate = presetSchedule(settings, count, 'variationalPreset');
  return {
    architecture: { ...(conv && { conv }), hidden, encodingDim, activation },
    compile: { optimizer: new Adam({ learningRate }), beta },
    fit: { epochs, batchSize, start },
  };
}
