/** Settings for GANs, found by measuring: docs/recipes.md. Read autoencoder/presets.ts first. */

import { presetNamed, presetSchedule, type TrainingSettings } from '../autoencoder/presets.ts';
import type { ActivationName } from '../autoencoder/spec.ts';
import { Adam } from '../optim/adam.ts';
import type { GANCompileOptions, GANFitOptions } from './gan.ts';
import type { GANArchitectureOptions } from './spec.ts';

/** What a preset decides. */
export interface GANPresetSettings extends TrainingSettings {
  readonly encodingDim: number;
  /** @default none, all layers are dense */
  readonly conv?: readonly number[];
  readonly generatorHidden: readonly number[];
  readonly discriminatorHidden: readonly number[];
  readonly activation: ActivationName;
  readonly labelSmoothing: number;
  /** @default 'last' */
  readonly keep?: 'last' | 'average';
  readonly dropout: number;
}

/**
 * The presets of a GAN: `article` is quick, `best` has wider layers, for pictures with more gray than the built-in digits,
 * `conv-best` stages of convolutions, for images.
 */
export type GANPresetName = 'article' | 'best' | 'conv-best';

export const GAN_PRESETS: Readonly<Record<GANPresetName, GANPresetSettings>> = {
  /** Quick: good enough to watch a GAN learn. */
  article: {
    encodingDim: 64,
    generatorHidden: [128, 256],
    discriminatorHidden: [256, 128],
    activation: 'leakyRelu',
    labelSmoothing: 0.1,
    dropout: 0.4,
    epochs: 20,
    batchSize: 32,
    learningRate: 2e-3,
    schedule: 'linear',
  },
  /** Wider; for pictures with more gray than the built-in digits, where this discriminator is always right. */
  best: {
    encodingDim: 64,
    generatorHidden: [256, 512],
    discriminatorHidden: [512, 256],
    activation: 'leakyRelu',
    labelSmoothing: 0.1,
    dropout: 0.5,
    epochs: 30,
    batchSize: 64,
    learningRate: 2e-3,
    schedule: 'linear',
  },
  /** Stages of convolutions between dense layers, and an average of the weights. */
  'conv-best': {
    encodingDim: 64,
    conv: [8, 32],
    generatorHidden: [256, 512],
    discriminatorHidden: [512, 256],
    activation: 'leakyRelu',
    labelSmoothing: 0.1,
    dropout: 0.5,
    epochs: 60,
    batchSize: 64,
    learningRate: 3e-3,
    schedule: 'linear',
    keep: 'average',
  },
};

/** Half of Adam's usual memory of past gradients: the other network changes all the time (Radford et al. 2016). */
export const GAN_BETA1 = 0.5;

/** A preset in the form in which the engine takes it. */
export interface GANPreset {
  /** For `new GAN`, together with `inputShape`. */
  readonly architecture: Omit<GANArchitectureOptions, 'inputShape'>;
  /** For `compile`. An optimizer serves one model: ask for a new preset for another. */
  readonly compile: GANCompileOptions;
  /** For `fit`. */
  readonly fit: GANFitOptions;
}

/**
 * The settings of this name, for a GAN.
 *
 * @param count - The number of samples to train on: the schedule depends on it.
 * @throws {RangeError} If there is no preset of this name, or the count is not an integer >= 1.
 * @example
 * const { architecture, compile, fit } = ganPreset('best', images.shape[0]);
 * const gan = new GAN({ inputShape: [28, 28], ...architecture });
 * gan.compile(compile);
 * await gan.fit(images, { ...fit, epochs: 1 });
 */
export function ganPreset(name: GANPresetName, count: number): GANPreset {
  const settings = presetNamed(GAN_PRESETS, name, 'ganPreset');
  const { encodingDim, conv, generatorHidden, discriminatorHidden, activation } = settings;
  const { labelSmoothing, dropout, epochs, batchSize, keep } = settings;
  const learningRate = presetSchedule(settings, count, 'ganPreset');
  return {
    architecture: { encodingDim, ...(conv && { conv }), generatorHidden, discriminatorHidden, activation },
    compile: { optimizer: new Adam({ learningRate, beta1: GAN_BETA1 }), labelSmoothing, dropout },
    fit: { epochs, batchSize, ...(keep && { keep }) },
  };
}
