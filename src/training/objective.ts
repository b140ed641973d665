/**
 * What a training minimises: the loss of a batch and its gradients. The loop of fit.ts knows nothing else of a model.
 * Read layers/sequential.ts and losses/loss.ts first.
 */

import { GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Tanh } from '../layers/activation.ts';
import { Dense } from '../layers/dense.ts';
import type { Layer } from '../layers/layer.ts';
import { Sequential } from '../layers/sequential.ts';
import { BinaryCrossEntropy, type Loss, MeanAbsoluteError, MeanSquaredError } from '../losses/loss.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { findLastLayer, type LastLayer } from './startAtMean.ts';

/** The mean loss of some samples. */
export interface Losses {
  readonly loss: number;
  /** What the loss is made of and what else was measured, by name: `{ reconstruction: 232.1, kl: 16.0 }`. */
  readonly parts?: Readonly<Record<string, number>>;
}

export interface Objective {
  /** Whether `learn` does nothing but call kernels and has no parts: then `fit` can capture it (capturedStep.ts). */
  readonly callsKernelsOnly: boolean;
  /** Whether targets must lie in [0, 1], as those of binary cross-entropy do. */
  readonly needsUnitRange: boolean;
  /** What `start: 'mean'` sets; undefined if there is no such layer. */
  readonly lastLayer: LastLayer | undefined;
  /**
   * The losses of a batch, whose gradients are added to those of the parameters.
   *
   * @param input - `[batch, features]`: the samples, or the samples with noise.
   * @param target - `[batch, features]`: what the network should answer, the samples themselves unless `fit` got a target.
   */
  learn(input: Tensor, target: Tensor): Losses;
  /** The losses of a batch from which nothing is learned. */
  measure(input: Tensor, target: Tensor): Losses;
}

/**
 * The layers of a decoder up to what the loss reads: all, but for a loss on logits, which contains the last sigmoid
 * (docs/math.md, section 4.3).
 *
 * @param who - Named in errors.
 * @throws {RangeError} If the loss reads logits and the decoder doesn't end with a sigmoid.
 */
export function layersBeforeLoss({ layers }: Sequential, loss: Loss, who: string): readonly Layer[] {
  if (!(loss instanceof BinaryCrossEntropy)) return layers;
  if (layers.at(-1) instanceof Sigmoid) return layers.slice(0, -1);
  throw new RangeError(`${who}: the loss 'bce' needs outputActivation 'sigmoid'.`);
}

/** What a model is trained by: what `compile` decides. */
export interface Compiled {
  readonly objective: Objective;
  readonly optimizer: Optimizer;
}

/** What does nothing in a step but call kernels. By class, not by `instanceof`: a subclass may do more. */
const KERNELS_ONLY: ReadonlySet<unknown> = new Set([
  ...[Dense, ReLU, LeakyReLU, Sigmoid, Tanh, SiLU, GELU],
  ...[MeanSquaredError, MeanAbsoluteError, BinaryCrossEntropy],
]);

/** Whether a step through this network to this loss does nothing but call kernels. */
function callsKernelsOnly(network: Layer, loss: Loss): boolean {
  const isPlain = (part: object): boolean => {
    // A method of its own: somebody replaced it, to look at what goes through for instance.
    if (Object.values(part).some((value) => typeof value === 'function')) return false;
    return part.constructor === Sequential
      ? (part as Sequential).layers.every(isPlain)
      : KERNELS_ONLY.has(part.constructor);
  };
  return isPlain(network) && isPlain(loss);
}

/** To restore the samples: a loss between what a network answers and the samples. */
export class Restoration implements Objective {
  readonly needsUnitRange: boolean;
  readonly lastLayer: LastLayer | undefined;
  readonly #network: Sequential;
  readonly #trainingNetwork: Sequential;
  readonly #loss: Loss;

  /**
   * @param network - From the input to what the loss reads.
   * @param trainingNetwork - The same layers, and between them those that only training needs (regularization.ts).
   */
  constructor(network: Sequential, trainingNetwork: Sequential, loss: Loss) {
    this.needsUnitRange = loss instanceof BinaryCrossEntropy;
    this.lastLayer = findLastLayer(network, this.needsUnitRange);
    this.#network = network;
    this.#trainingNetwork = trainingNetwork;
    this.#loss = loss;
  }

  get callsKernelsOnly(): boolean {
    return callsKernelsOnly(this.#trainingNetwork, this.#loss);
  }

  learn(input: Tensor, target: Tensor): Losses {
    const loss = this.#loss.forward(this.#trainingNetwork.forward(input), target);
    this.#trainingNetwork.backwardParameters(this.#loss.backward());
    return { loss };
  }

  measure(input: Tensor, target: Tensor): Losses {
    return { loss: this.#loss.forward(this.#network.forward(input), target) };
  }
}
