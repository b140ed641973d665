/** Trainings with and without capture, and how often kernels were captured and replayed meanwhile. */

import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { Adam, AdamW } from '../../src/optim/adam.ts';
import type { Optimizer } from '../../src/optim/optimizer.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { kernels, setKernels, useThreads } from '../../src/tensor/kernels/active.ts';
import type { Capture } from '../../src/tensor/kernels/kernels.ts';
import type { FitOptions, History } from '../../src/training/fitOptions.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';
import { alwaysTogether } from '../helpers/together.ts';

export const ACTIVATIONS = ['relu', 'leakyRelu', 'sigmoid', 'tanh', 'silu', 'gelu'] as const;
export const LOSSES = ['mse', 'mae', 'bce'] as const;
export const OPTIMIZERS = {
  adam: (clipNorm?: number) => new Adam({ learningRate: 0.01, ...(clipNorm && { clipNorm }) }),
  adamw: (clipNorm?: number) => new AdamW({ learningRate: 0.01, ...(clipNorm && { clipNorm }) }),
  sgd: (clipNorm?: number) => new SGD({ learningRate: 0.1, ...(clipNorm && { clipNorm }) }),
  momentum: (clipNorm?: number) =>
    new SGD({ learningRate: 0.1, momentum: 0.9, ...(clipNorm && { clipNorm }) }),
  nesterov: (clipNorm?: number) =>
    new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true, ...(clipNorm && { clipNorm }) }),
} satisfies Record<string, (clipNorm?: number) => Optimizer>;
/** Of the samples, of a hidden layer and of the code: no multiples of a vector's 4 or a tile's 8. */
export const WIDTHS = [
  [13, 30, 1],
  [30, 65, 13],
  [65, 13, 3],
  [1, 5, 2],
] as const;
export const BATCH_SIZES = [1, 3, 32, 33, 100];

export interface Run {
  readonly activation: (typeof ACTIVATIONS)[number];
  readonly loss: (typeof LOSSES)[number];
  readonly optimizer: keyof typeof OPTIMIZERS;
  readonly clipNorm?: number | undefined;
  readonly widths: (typeof WIDTHS)[number];
  readonly batchSize: number;
  readonly validation: boolean;
  readonly noise: boolean;
}

/** A training's results to the last bit. */
export interface Outcome {
  readonly epochs: History['epochs'];
  readonly numbers: Readonly<Record<string, Float32Array>>;
}

export function outcomeOf(model: Autoencoder, { epochs, state }: History): Outcome {
  return { epochs, numbers: { weights: model.parameters.values.slice(), ...state.optimizer.moments } };
}

export async function train(run: Run, more: FitOptions = {}): Promise<Outcome> {
  const { activation, loss, optimizer, clipNorm, widths, batchSize, validation, noise } = run;
  const [width, hidden, encodingDim] = widths;
  const model = new Autoencoder({
    ...{ inputShape: [width], hidden: [hidden], encodingDim, activation, seed: 3 },
    outputActivation: loss === 'bce' ? 'sigmoid' : 'linear',
  });
  model.compile({ optimizer: OPTIMIZERS[optimizer](clipNorm), loss });
  // The last batch is smaller than the others.
  const samples = batchSize === 1 ? 11 : 2 * batchSize + Math.ceil(batchSize / 3);
  const history = await model.fit(uniformTensor([samples, width], 1, 0, 1), {
    ...{ epochs: 3, batchSize },
    ...(validation && { validationData: uniformTensor([samples < 50 ? 70 : 20, width], 2, 0, 1) }),
    ...(noise && { noise: { kind: 'gaussian', amount: 0.2 } }),
    ...more,
  });
  return outcomeOf(model, history);
}

/** How often something was captured, how often that can be replayed, and how often it was. */
export interface Counts {
  captured: number;
  replayable: number;
  replayed: number;
}

/** Does work and counts what the SIMD kernels' capture does meanwhile. */
export async function counting(work: () => Promise<unknown>): Promise<Counts> {
  const counts: Counts = { captured: 0, replayable: 0, replayed: 0 };
  const set = kernels() as { capture?: Capture };
  const { capture } = set;
  if (!capture) throw new Error(`counting: the kernels in use can't capture.`);
  set.capture = (given) => {
    counts.captured++;
    const { result, replay } = capture(given);
    if (!replay) return { result, replay };
    counts.replayable++;
    const counted = () => {
      const replayed = replay();
      if (replayed !== undefined) counts.replayed++;
      return replayed;
    };
    return { result, replay: counted };
  };
  try {
    await work();
  } finally {
    set.capture = capture;
  }
  return counts;
}

/** Does work without capture. */
export async function withoutCapture<T>(work: () => Promise<T>): Promise<T> {
  setKernels('simd', { capture: false });
  try {
    return await work();
  } finally {
    setKernels('simd', { capture: true });
  }
}

/** Does work with so many threads, which share all jobs that are worth it. */
export async function withThreads<T>(count: number, work: () => Promise<T>): Promise<T> {
  await useThreads(count);
  const backToTrueClock = alwaysTogether(() => {
    kernels().scale(100_000, 1, new Float32Array(100_000));
  });
  try {
    return await work();
  } finally {
    backToTrueClock();
    await useThreads(1);
  }
}
