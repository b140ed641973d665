/** A model in training, one step at a time: forward, loss, backward, Adam. Read src/training/fit.ts first. */

import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { BatchReader } from '../../src/data/batches.ts';
import type { Samples } from '../../src/data/samples.ts';
import type { Layer } from '../../src/layers/layer.ts';
import { Sequential } from '../../src/layers/sequential.ts';
import { MeanSquaredError } from '../../src/losses/loss.ts';
import { Adam } from '../../src/optim/adam.ts';
import type { FlatParameters } from '../../src/tensor/flatParameters.ts';
import { setKernels } from '../../src/tensor/kernels/active.ts';
import type { Kernels } from '../../src/tensor/kernels/kernels.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { CapturedStep } from '../../src/training/capturedStep.ts';
import { Restoration } from '../../src/training/objective.ts';
import { FEATURES, INPUT_SHAPE, type Model } from './models.ts';

export class Training {
  readonly layers: readonly Layer[];
  readonly parameters: FlatParameters;
  readonly loss = new MeanSquaredError();
  readonly optimizer = new Adam();
  /** Scaled beforehand: what gathering them takes is measured in loading.ts and epoch.ts. */
  readonly batches: readonly Tensor[];
  readonly #set: Kernels;
  readonly #gradients: CapturedStep;
  /** Where each batch is copied to, as `fit` gathers it: a captured step works on the same arrays each time. */
  readonly #input: Tensor;
  #next = 0;

  /** @param images - Whole batches; the steps go round and round over them. */
  constructor(set: Kernels, images: Samples, { hidden, encodingDim, batch }: Model) {
    this.#set = set;
    this.prepare(); // first, so that all arrays lie where these kernels want them
    const model = new Autoencoder({ inputShape: INPUT_SHAPE, hidden, encodingDim, seed: 1 });
    this.layers = [...model.encoder.layers, ...model.decoder.layers];
    this.parameters = model.parameters;
    const { arena } = model.parameters;
    this.#input = new Tensor(arena.allocate(batch * FEATURES), [batch, FEATURES]);
    const network = new Sequential(this.layers);
    const objective = new Restoration(network, network, this.loss);
    this.#gradients = new CapturedStep(objective, () => this.parameters.zeroGradients());
    const reader = new BatchReader(images, INPUT_SHAPE, 'bench');
    this.batches = Array.from({ length: Math.floor(reader.count / batch) }, (_, i) => {
      const x = new Tensor(arena.allocate(batch * FEATURES), [batch, FEATURES]);
      reader.readRange(i * batch, (i + 1) * batch, x.data);
      return x;
    });
  }

  /** Puts the kernels into use: to be called after another training's turn. */
  prepare(): void {
    setKernels(this.#set.name);
  }

  /** What `fit` does for each batch. Returns the loss before the step. */
  step(): number {
    const x = this.batches[this.#next];
    this.#next = (this.#next + 1) % this.batches.length;
    this.#input.data.set(x.data);
    const { loss } = this.#gradients.learn(this.#input, this.#input);
    this.optimizer.step(this.parameters);
    return loss;
  }
}
