/** What is done with one batch: learned from, or only measured. Read fit.ts first, which does it in a loop. */

import type { Sequential } from '../layers/sequential.ts';
import type { Loss } from '../losses/loss.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import type { FlatParameters } from '../tensor/flatParameters.ts';
import type { Arena } from '../tensor/kernels/memory.ts';
import { Random } from '../tensor/random.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import type { FitOptions } from './fit.ts';
import { forEachBatch } from './forEachBatch.ts';
import { Corruption, MEASURED_NOISE_SEED, type Noise } from './noise.ts';
import type { Part } from './split.ts';
import type { TimeSlice } from './yieldToHost.ts';

/** What the loop needs of a model. */
export interface Trainable {
  readonly inputShape: Shape;
  /** From input to what the loss reads. */
  readonly network: Sequential;
  /** The same layers, with what training alone needs between them (regularization.ts). */
  readonly trainingNetwork: Sequential;
  /** What dropout and noise are drawn from: set anew for each step. */
  readonly chance: Random;
  readonly parameters: FlatParameters;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly random: Random;
  readonly seed: number;
}

/**
 * A seed for each step of an epoch, from the generator's state behind the epoch's shuffle: a run that is resumed in the
 * middle of an epoch has the same ones. Nothing is drawn, so that the shuffles of a run without noise are the same, too.
 */
export function stepSeeds(random: Random, epoch: number): (batch: number) => number {
  // The epoch, too: a single sample's shuffle draws nothing. 32 bits and 21 are the 53 that a seed may have.
  const word = (random.state()[0] + epoch) % 2 ** 32;
  return (batch) => word * 2 ** 21 + (batch % 2 ** 21);
}

export interface Step {
  /** The batch's place: what to fill before `learn`. */
  readonly input: (size: number) => Tensor;
  /** Of the next step. */
  readonly learningRate: () => number;
  /** Returns the loss before the step. `seed` decides its noise and dropout. */
  readonly learn: (x: Tensor, seed: number) => number;
  /** What the network got in the last step. */
  readonly seen: () => Tensor;
}

export function createStep(model: Trainable, arena: Arena, noise: Noise | undefined): Step {
  const { trainingNetwork, loss, optimizer, parameters, chance } = model;
  const features = sizeOf(model.inputShape);
  const input = new Workspace();
  const corruption = noise && new Corruption(noise, arena);
  let seen: Tensor;
  return {
    input: (size) => input.tensor(arena, [size, features]),
    learningRate: () => optimizer.learningRate,
    learn: (x, seed) => {
      chance.restore(new Random(seed).state());
      parameters.zeroGradients();
      seen = corruption ? corruption.apply(x, chance) : x;
      const value = loss.forward(trainingNetwork.forward(seen), x);
      trainingNetwork.backwardParameters(loss.backward());
      optimizer.step(parameters);
      return value;
    },
    seen: () => seen,
  };
}

/** The mean loss over some samples, which are not learned from; undefined if the signal was first. */
export function createMeasurement(
  { network, loss, inputShape }: Trainable,
  part: Part,
  arena: Arena,
  { noise, signal }: Pick<FitOptions, 'noise' | 'signal'>,
): (slice: TimeSlice) => Promise<number | undefined> {
  const corruption = noise && new Corruption(noise, arena);
  return async (slice) => {
    let sum = 0;
    const random = new Random(MEASURED_NOISE_SEED);
    const options = { features: sizeOf(inputShape), arena, slice, signal };
    const isDone = await forEachBatch(part, options, (x) => {
      const seen = corruption ? corruption.apply(x, random) : x;
      sum += loss.forward(network.forward(seen), x) * x.shape[0];
    });
    return isDone ? sum / part.rows.length : undefined;
  };
}
