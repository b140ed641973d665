/** The golden PyTorch folders, ten steps of ours on what is in them, and a Python with torch where there is one. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { AdversarialGame } from '../../src/gan/game.ts';
import { GAN } from '../../src/gan/gan.ts';
import { readPyTorch } from '../../src/io/export/pytorch.ts';
import { type AnyModel, requireAutoencoder } from '../../src/io/model.ts';
import '../../src/layers/convolutions.ts';
import { MeanSquaredError } from '../../src/losses/loss.ts';
import { Adam, AdamW } from '../../src/optim/adam.ts';
import type { Optimizer, OptimizerState } from '../../src/optim/optimizer.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import type { Losses, Objective } from '../../src/training/objective.ts';
import { Elbo } from '../../src/vae/elbo.ts';
import { findPython, runPython } from './python.ts';

export const FOLDER = resolve('test/golden/pytorch');

/** Folders of models that make new samples. */
export const GENERATIVE = ['vae', 'vae-linear', 'gan'] as const;

/** Folders of plain autoencoders: by the optimizers of dense ones, and one of convolutions. */
export const PLAIN = ['adam', 'adamw', 'momentum', 'nesterov', 'conv'] as const;

export const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

/** The autoencoder in the weights of a folder. */
export const readAutoencoder = (bytes: Uint8Array): Autoencoder =>
  requireAutoencoder(readPyTorch(bytes).model);

/** [16, 3, 4], uint8. */
export const BATCH: readonly number[] = JSON.parse(readFileSync(`${FOLDER}/batch.json`, 'utf8')).flat(2);

export const NETWORK_BATCH = Tensor.from(
  BATCH.map((pixel) => pixel / 255),
  [16, 12],
);

export interface PyTorchOutputs {
  readonly torch: string;
  readonly codes: readonly number[];
  readonly restored: readonly number[];
}

/** What continue_generative.py found before its first step. */
export interface GenerativeOutputs {
  readonly losses: readonly number[];
  readonly codes?: readonly number[];
  readonly logVariance?: readonly number[];
  readonly restored?: readonly number[];
  readonly generated?: readonly number[];
  readonly probability?: readonly number[];
}

export const outputsOf = (folder: string): PyTorchOutputs =>
  JSON.parse(readFileSync(`${folder}/outputs.json`, 'utf8'));

const CONSTRUCTORS: Readonly<Record<string, (options: object) => Optimizer>> = {
  adam: (options) => new Adam(options),
  adamw: (options) => new AdamW(options),
  sgd: (options) => new SGD(options),
};

/** An optimizer that goes on from a state. */
export function optimizerOf(state: OptimizerState, { parameters }: AnyModel): Optimizer {
  const options = { learningRate: state.learningRate, ...state.settings };
  const optimizer = CONSTRUCTORS[state.name](options);
  optimizer.attach(parameters);
  optimizer.restore(state);
  return optimizer;
}

/** What continue_training.py does: full batches, mean squared error. */
export function tenSteps({ encoder, decoder, parameters }: Autoencoder, optimizer: Optimizer): void {
  const loss = new MeanSquaredError();
  for (let step = 0; step < 10; step++) {
    parameters.zeroGradients();
    loss.forward(decoder.forward(encoder.forward(NETWORK_BATCH)), NETWORK_BATCH);
    encoder.backward(decoder.backward(loss.backward()));
    optimizer.step(parameters);
  }
}

/** The seed of what noise.json holds. */
export const NOISE_SEED = 2;

/** The training of continue_generative.py, and its noise. */
export function objectiveOf(model: AnyModel, beta = 0.5): Objective {
  const random = new Random(NOISE_SEED);
  if (!(model instanceof GAN)) {
    const { encoder, decoder } = model;
    return new Elbo({ encoder, decoder, random }, { beta });
  }
  const { generator, discriminator, encodingDim } = model;
  return new AdversarialGame({ generator, discriminator, encodingDim, realTarget: 0.9, random });
}

/** What continue_generative.py does. */
export function tenNoisySteps(
  { parameters }: AnyModel,
  optimizer: Optimizer,
  objective: Pick<Objective, 'learn'>,
): Losses[] {
  return Array.from({ length: 10 }, () => {
    parameters.zeroGradients();
    const losses = objective.learn(NETWORK_BATCH, NETWORK_BATCH);
    optimizer.step(parameters);
    return losses;
  });
}

const UNIT_ROUNDOFF = 2 ** -24;

/**
 * The largest difference of two weights, as a multiple of what is allowed: 40 u max|w|. Each of ten steps rounds a weight
 * once on each side (20 u |w|); as much again is for the steps themselves, which are sums in another order times a learning
 * rate far below 1. Seen here: up to 10 u max|w|.
 */
export function weightError(ours: AnyModel, theirs: AnyModel): number {
  const largest = largestOf(ours.parameters.values);
  const difference = largestDifference(ours.parameters.values, theirs.parameters.values);
  return difference / (40 * UNIT_ROUNDOFF * largest);
}

/**
 * The same of an optimizer's moments: 64 u times the largest. They are made of gradients, sums of up to 16 * 12 products.
 * Seen here: up to 9 u.
 */
export function momentError(ours: OptimizerState, theirs: OptimizerState): number {
  const errors = Object.entries(ours.moments).map(
    ([name, moment]) =>
      largestDifference(moment, theirs.moments[name]) / (64 * UNIT_ROUNDOFF * largestOf(moment)),
  );
  return Math.max(0, ...errors);
}

const largestOf = (values: Float32Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).reduce((worst, value, i) => {
    const difference = Math.abs(value - b[i]);
    return Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }, 0);
}

/** Undefined if there is no torch. */
export const PYTHON = findPython('torch');

export const runTorch = (args: readonly string[]) => runPython(PYTHON as string, args);
