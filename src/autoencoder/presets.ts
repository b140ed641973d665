/** Settings that were found by measuring: docs/recipes.md says how, and what they give. Read spec.ts and fit.ts first. */

import { Adam, AdamW } from '../optim/adam.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { trainingSchedule } from '../optim/schedule.ts';
import type { FitOptions } from '../training/fit.ts';
import type { Start } from '../training/startAtMean.ts';
import type { ActivationName, ArchitectureOptions } from './spec.ts';

/** All that a recipe settles. */
export interface RecipeSettings {
  readonly hidden: readonly number[];
  /** Where the decoder is not the encoder's mirror image. */
  readonly decoderHidden?: readonly number[];
  readonly activation: ActivationName;
  readonly epochs: number;
  readonly batchSize: number;
  /** AdamW with this λ, or Adam. */
  readonly weightDecay?: number;
  readonly learningRate: number;
  readonly schedule: 'constant' | 'linear';
  /** May be less than one. */
  readonly warmUpEpochs?: number;
  readonly start: Start;
}

export type RecipeName = 'article' | 'small' | 'best';

export const RECIPES: Readonly<Record<RecipeName, RecipeSettings>> = {
  /** The classic tutorial's: the defaults. */
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
  /** Wider layers, most of all behind the code, and fewer epochs. */
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
};

/** A recipe as the engine takes it. */
export interface Recipe {
  /** For `new Autoencoder`, beside `inputShape` and `encodingDim`. */
  readonly architecture: Omit<ArchitectureOptions, 'inputShape'>;
  /** For `compile`: a new one, for one network. */
  readonly optimizer: Optimizer;
  /** For `fit`. */
  readonly fit: FitOptions;
}

/**
 * @param count - How many samples will be trained on: the schedule is made for so many. Without those of a validation split.
 * @throws {RangeError} If there is no recipe of this name, or the count is not an integer >= 1.
 *
 * @example
 * const { architecture, optimizer, fit } = recipe('best', images.shape[0]);
 * const autoencoder = new Autoencoder({ inputShape: [28, 28], encodingDim: 32, ...architecture });
 * autoencoder.compile({ optimizer });
 * await autoencoder.fit(images, fit);
 */
export function recipe(name: RecipeName, count: number): Recipe {
  if (!Object.hasOwn(RECIPES, name)) {
    throw new RangeError(
      `recipe: there is none named '${name}', expected one of: ${Object.keys(RECIPES).join(', ')}.`,
    );
  }
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`recipe: the number of samples is ${count}, expected an integer >= 1.`);
  }
  const settings = RECIPES[name];
  const { hidden, decoderHidden, activation, weightDecay, epochs, batchSize, start } = settings;
  const stepsPerEpoch = Math.ceil(count / batchSize);
  const learningRate = trainingSchedule({
    kind: settings.schedule,
    learningRate: settings.learningRate,
    steps: epochs * stepsPerEpoch,
    warmUpSteps: Math.round((settings.warmUpEpochs ?? 0) * stepsPerEpoch),
  });
  return {
    architecture: { hidden, ...(decoderHidden && { decoderHidden }), activation },
    optimizer:
      weightDecay === undefined ? new Adam({ learningRate }) : new AdamW({ learningRate, weightDecay }),
    fit: { epochs, batchSize, start },
  };
}
