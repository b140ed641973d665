/**
 * An epoch of training through `fit`, and which part of it the kernels take: the rest is shuffling, bookkeeping and
 * JavaScript between two kernels. Read profile/instrument.ts and src/training/fit.ts first.
 */

import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import type { Samples } from '../../src/data/samples.ts';
import { setKernels } from '../../src/tensor/kernels/active.ts';
import type { Contest } from '../harness/contest.ts';
import { kernelsNamed, UNCAPTURED, use } from '../harness/setting.ts';
import { instrument } from '../profile/instrument.ts';
import { INPUT_SHAPE, type Model } from './models.ts';
import { requireEqual } from './verify.ts';

/** The kernels are the baseline, so that the ratio is their share. Both times are of the same epoch, gathering included. */
export function epochContest(model: Model, images: Samples, simd = kernelsNamed('simd')): Contest {
  let training = new Epochs(model, images);
  let kernelsMs = 0;
  let epochMs = 0;
  const runEpoch = async (): Promise<void> => {
    kernelsMs = 0;
    const restore = instrument(simd, (_kernel, _given, startMs, endMs) => {
      kernelsMs += endMs - startMs;
    });
    try {
      const start = performance.now();
      await training.run();
      epochMs = performance.now() - start;
    } finally {
      restore();
    }
  };
  const measureKernels = async (): Promise<number> => {
    await runEpoch();
    return kernelsMs;
  };
  return {
    what: 'epoch',
    shape: model.name,
    work: { amount: images.shape[0], unit: 'samples' },
    baseline: { name: 'kernels', prepare: () => use(UNCAPTURED), measure: measureKernels },
    contestants: [{ name: 'fit', measure: () => epochMs }],
    verify: async () => {
      await use(UNCAPTURED);
      const plain = new Epochs(model, images);
      await plain.run();
      training = new Epochs(model, images); // a contest may be held again, and the last time's has been trained since
      await runEpoch();
      requireEqual(`epoch, ${model.name}, losses`, training.losses, plain.losses);
      requireEqual(`epoch, ${model.name}, parameters`, training.values, plain.values);
    },
  };
}

/** A model in training with `fit`. */
class Epochs {
  /** Of each epoch. */
  readonly losses: number[] = [];
  readonly #autoencoder: Autoencoder;
  readonly #images: Samples;
  readonly #batchSize: number;

  constructor({ hidden, encodingDim, batch }: Model, images: Samples) {
    setKernels('simd'); // so that all arrays lie where these kernels want them
    this.#autoencoder = new Autoencoder({ inputShape: INPUT_SHAPE, hidden, encodingDim, seed: 1 });
    this.#images = images;
    this.#batchSize = batch;
  }

  get values(): Float32Array {
    return this.#autoencoder.parameters.values;
  }

  async run(): Promise<void> {
    const { epochs } = await this.#autoencoder.fit(this.#images, { epochs: 1, batchSize: this.#batchSize });
    for (const { loss } of epochs) this.losses.push(loss);
  }
}
