/** Trains a model through `fit` and finds where the time of its steps goes. Read stepRecorder.ts first. */

import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { generateDigits } from '../../src/data/digits.ts';
import { normalize } from '../../src/data/normalization.ts';
import { kernels, setKernels } from '../../src/tensor/kernels/active.ts';
import { INPUT_SHAPE, type Model } from '../contests/models.ts';
import { instrument } from './instrument.ts';
import { StepRecorder, type StepTimes } from './stepRecorder.ts';

export interface Profile extends StepTimes {
  readonly samplesPerStep: number;
}

/** Batches in an epoch: generating them takes longer than training on them. */
const BATCHES = 32;

/** Trains to warm up, then with every call of a kernel timed. */
export async function profileSteps(model: Model, steps: number): Promise<Profile> {
  const batches = Math.min(steps + 1, BATCHES);
  const { hidden, encodingDim, batch } = model;
  const images = normalize(generateDigits({ count: batches * batch, seed: 1 }));
  const autoencoder = new Autoencoder({ inputShape: INPUT_SHAPE, hidden, encodingDim, seed: 1 });
  // One more than asked for: a step ends where the next begins.
  const epochs = Math.ceil((steps + 1) / batches);
  await autoencoder.fit(images, { epochs: Math.ceil(epochs / 2), batchSize: batch });
  const recorder = new StepRecorder();
  const set = kernels();
  setKernels(set.name, { capture: false }); // a step that is replayed is one call
  const restore = instrument(set, recorder.record);
  try {
    await autoencoder.fit(images, { epochs, batchSize: batch });
    return { ...recorder.result(), samplesPerStep: batch };
  } finally {
    restore();
    setKernels(set.name, { capture: true });
  }
}
