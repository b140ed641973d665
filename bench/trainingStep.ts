/**
 * A training step of the article's model, 784-64-32-32-32-64-784 with batches of 32: forward, loss, backward, Adam.
 * Each set of kernels against naive. Read contest.ts and src/autoencoder/fit.ts first.
 */

import { Autoencoder } from '../src/autoencoder/autoencoder.ts';
import { BatchReader } from '../src/autoencoder/batches.ts';
import { generateDigits } from '../src/data/digits.ts';
import { normalize } from '../src/data/normalization.ts';
import type { Samples } from '../src/data/samples.ts';
import type { Layer } from '../src/layers/layer.ts';
import { Sequential } from '../src/layers/sequential.ts';
import { MeanSquaredError } from '../src/losses/meanSquaredError.ts';
import { Adam } from '../src/optim/adam.ts';
import type { FlatParameters } from '../src/tensor/flatParameters.ts';
import { setKernels } from '../src/tensor/kernels/active.ts';
import type { Kernels } from '../src/tensor/kernels/kernels.ts';
import { naive } from '../src/tensor/kernels/naive.ts';
import { Tensor } from '../src/tensor/tensor.ts';
import type { Contest, Contestant } from './contest.ts';
import { verifyTrainingStep } from './verifyTrainingStep.ts';

const INPUT_SHAPE = [28, 28, 1];
const FEATURES = 784;
const BATCH = 32;
const BATCHES = 32; // the steps go round and round over them

/** @param sets - Timed against naive; naive itself may be among them and is passed over. */
export function trainingStepContest(sets: readonly Kernels[]): Contest {
  const images = normalize(generateDigits({ count: BATCH * BATCHES, seed: 1 }));
  const others = sets.filter((set) => set.name !== naive.name);
  const contestant = (set: Kernels): Contestant => {
    const training = new Training(set, images);
    return { name: set.name, prepare: () => training.prepare(), run: () => training.step() };
  };
  return {
    what: 'training step',
    shape: `batch ${BATCH}`,
    work: { amount: BATCH, unit: 'samples' },
    baseline: contestant(naive),
    contestants: others.map(contestant),
    verify: () => {
      for (const set of others) verifyTrainingStep(set, (kernels) => new Training(kernels, images));
    },
  };
}

/** The model in training with one set of kernels. */
export class Training {
  readonly layers: readonly Layer[];
  readonly parameters: FlatParameters;
  readonly loss = new MeanSquaredError();
  readonly optimizer = new Adam();
  /** Scaled beforehand: what gathering them takes is measured in loading.ts. */
  readonly batches: readonly Tensor[];
  readonly #set: Kernels;
  readonly #network: Sequential;
  #next = 0;

  constructor(set: Kernels, images: Samples) {
    this.#set = set;
    this.prepare(); // first, so that all arrays lie where these kernels want them
    const { encoder, decoder, parameters } = new Autoencoder({ inputShape: INPUT_SHAPE, seed: 1 });
    this.layers = [...encoder.layers, ...decoder.layers];
    this.parameters = parameters;
    this.loss.useArena(parameters.arena);
    this.#network = new Sequential(this.layers);
    const reader = new BatchReader(images, INPUT_SHAPE, 'bench');
    this.batches = Array.from({ length: BATCHES }, (_, i) => {
      const x = new Tensor(parameters.arena.allocate(BATCH * FEATURES), [BATCH, FEATURES]);
      reader.readRange(i * BATCH, (i + 1) * BATCH, x.data);
      return x;
    });
  }

  /** Puts the kernels into use: to be called after another training's turn. */
  prepare(): void {
    setKernels(this.#set.name);
  }

  /** What fit.ts does for each batch. Returns the loss before the step. */
  step(): number {
    const x = this.batches[this.#next];
    this.#next = (this.#next + 1) % BATCHES;
    this.parameters.zeroGradients();
    const loss = this.loss.forward(this.#network.forward(x), x);
    this.#network.backwardParameters(this.loss.backward());
    this.optimizer.step(this.parameters);
    return loss;
  }
}
