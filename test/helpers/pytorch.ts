/** The golden PyTorch folders, ten steps of ours on what is in them, and a Python with torch where there is one. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { readPyTorch } from '../../src/io/export/pytorch.ts';
import { requireAutoencoder } from '../../src/io/model.ts';
import { MeanSquaredError } from '../../src/losses/loss.ts';
import { Adam, AdamW } from '../../src/optim/adam.ts';
import type { Optimizer, OptimizerState } from '../../src/optim/optimizer.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { findPython, runPython } from './python.ts';

export const FOLDER = resolve('test/golden/pytorch');

export const OPTIMIZERS = ['adam', 'adamw', 'momentum', 'nesterov'] as const;

export const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

/** The autoencoder in the weights of a folder. */
export const readAutoencoder = (bytes: Uint8Array): Autoencoder => requireAutoencoder(readPyTorch(bytes));

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

export const outputsOf = (folder: string): PyTorchOutputs =>
  JSON.parse(readFileSync(`${folder}/outputs.json`, 'utf8'));

const CONSTRUCTORS: Readonly<Record<string, (options: object) => Optimizer>> = {
  adam: (options) => new Adam(options),
  adamw: (options) => new AdamW(options),
  sgd: (options) => new SGD(options),
};

/** An optimizer that goes on from a state. */
export function optimizerOf(state: OptimizerState, autoencoder: Autoencoder): Optimizer {
  const options = { learningRate: state.learningRate, ...state.settings };
  const optimizer = CONSTRUCTORS[state.name](options);
  optimizer.attach(autoencoder.parameters);
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
