/** A training that is stopped anywhere and resumed is, bit for bit, the training that was never stopped. */

import { describe, expect, test } from '@jest/globals';
import type { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import type { CompileOptions } from '../../src/autoencoder/options.ts';
import type { Samples, StoredSamples } from '../../src/data/samples.ts';
import { GAN } from '../../src/gan/gan.ts';
import { writeCheckpoint } from '../../src/io/checkpoint.ts';
import { writeModel } from '../../src/io/model.ts';
import { Adam, AdamW } from '../../src/optim/adam.ts';
import { cosine } from '../../src/optim/schedule.ts';
import { SGD } from '../../src/optim/sgd.ts';
import type { FitOptions, History } from '../../src/training/fitOptions.ts';
import type { TrainingState } from '../../src/training/trainingState.ts';
import { VariationalAutoencoder } from '../../src/vae/variationalAutoencoder.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { storedSamples } from '../helpers/storedSamples.ts';
import { toyImages, toyModel } from './toy.ts';

interface Plan {
  /** A function, as an optimizer serves one network. */
  readonly compile: () => CompileOptions;
  /** A model of another kind, compiled. @default a plain autoencoder, compiled with `compile` */
  readonly model?: (seed: number) => VariationalAutoencoder | GAN;
  readonly options: FitOptions;
  readonly samples?: Samples | StoredSamples;
  readonly seed?: number;
}

interface Outcome {
  readonly model: Autoencoder | GAN;
  readonly history: History;
  /** The results of training to the last bit: model file, checkpoint file, history. */
  readonly everything: readonly (string | boolean | number | undefined)[];
}

function plainModel({ compile, seed = 7 }: Plan): Autoencoder {
  const options = compile();
  const model = toyModel({ seed, ...(options.loss === 'bce' && { outputActivation: 'sigmoid' }) });
  model.compile(options);
  return model;
}

async function train(plan: Plan, more: FitOptions = {}): Promise<Outcome> {
  const { options, samples = toyImages(30), seed = 7 } = plan;
  const model = plan.model?.(seed) ?? plainModel(plan);
  const history = await model.fit(samples, { batchSize: 8, epochs: 4, ...options, ...more });
  const { epochs, stopped, bestEpoch, restoredBestWeights, state } = history;
  const files = [writeModel(model), writeCheckpoint(model, state)];
  const texts = files.map((file) => Buffer.from(file).toString('latin1'));
  const everything = [...texts, JSON.stringify(epochs), stopped, bestEpoch, restoredBestWeights];
  return { model, history, everything };
}

/** Stops after the batch with this number, counted from 1 over all epochs. */
async function stoppedAfter(count: number, plan: Plan, resumeFrom?: TrainingState): Promise<TrainingState> {
  const controller = new AbortController();
  let left = count;
  const onBatchEnd = () => {
    if (--left === 0) controller.abort();
  };
  const { history } = await train(plan, { signal: controller.signal, onBatchEnd, resumeFrom });
  return history.state;
}

async function countBatches(plan: Plan): Promise<number> {
  let batches = 0;
  await train(plan, { onBatchEnd: () => batches++ });
  return batches;
}

const PLANS: readonly (readonly [string, Plan])[] = [
  ['Adam, a validation split', { compile: () => ({}), options: { validationSplit: 0.2 } }],
  [
    'AdamW, other validation data, the best weights',
    {
      compile: () => ({ optimizer: new AdamW({ learningRate: 0.05, weightDecay: 0.1 }) }),
      options: { validationData: toyImages(9, 5), keep: 'best' },
    },
  ],
  [
    'SGD with momentum, patience that runs out',
    {
      compile: () => ({ optimizer: new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true }) }),
      options: { epochs: 9, earlyStopping: { patience: 3, minDelta: 0.02 }, validationSplit: 0.3 },
    },
  ],
  [
    'a cosine, clipped gradients, the best weights by the training loss',
    {
      compile: () => ({
        optimizer: new Adam({ learningRate: cosine({ learningRate: 0.02, steps: 16 }), clipNorm: 0.1 }),
      }),
      options: { keep: 'best' },
    },
  ],
  ['the average of the weights', { compile: () => ({}), options: { keep: 'average' } }],
  [
    'noise, dropout and a sparse code, a validation split, the best weights',
    {
      compile: () => ({ dropout: 0.3, sparsity: 0.01 }),
      options: { noise: { kind: 'gaussian', amount: 0.2 }, validationSplit: 0.2, keep: 'best' },
    },
  ],
  [
    'binary cross-entropy on stored samples, patience, the last weights',
    {
      compile: () => ({ loss: 'bce', optimizer: new Adam({ learningRate: 0.05 }) }),
      options: {
        earlyStopping: { patience: 2 },
        keep: 'last',
        validationData: storedSamples(toyImages(9, 5)),
      },
      samples: storedSamples(toyImages(30)),
    },
  ],
  [
    'a variational autoencoder in its warm-up, noise, a validation split, the best weights',
    {
      compile: () => ({}),
      model: (seed) => {
        const vae = new VariationalAutoencoder({ inputShape: [4, 4], hidden: [12], encodingDim: 3, seed });
        vae.compile({ beta: 2, betaWarmUpSteps: 9 });
        return vae;
      },
      options: { noise: { kind: 'gaussian', amount: 0.2 }, validationSplit: 0.2, keep: 'best' },
    },
  ],
  [
    'noisy samples with stored targets, patience, noise beside, the best weights',
    {
      compile: () => ({ dropout: 0.2 }),
      options: {
        target: storedSamples(toyImages(30)),
        validationData: toyImages(9, 5),
        validationTarget: storedSamples(toyImages(9, 6)),
        noise: { kind: 'gaussian', amount: 0.1 },
        earlyStopping: { patience: 4 },
        start: 'mean',
      },
      samples: toyImages(30, 3),
    },
  ],
  [
    'a GAN with dropout',
    {
      compile: () => ({}),
      model: (seed) => {
        const widths = { generatorHidden: [12], discriminatorHidden: [12], encodingDim: 3 };
        const gan = new GAN({ inputShape: [4, 4], ...widths, seed });
        gan.compile({ dropout: 0.3 });
        return gan;
      },
      options: {},
    },
  ],
];

describeEachKernels('stopped and resumed', () => {
  test.each(PLANS)('after any batch: %s', async (_, plan) => {
    const { everything } = await train(plan);
    const batches = await countBatches(plan);
    expect(batches).toBeGreaterThanOrEqual(12);
    for (let count = 1; count <= batches; count++) {
      const resumeFrom = await stoppedAfter(count, plan);
      const resumed = await train(plan, { resumeFrom });
      // Not toEqual: a difference would print the files.
      expect([count, resumed.everything.map((part, i) => part === everything[i])]).toEqual([
        count,
        everything.map(() => true),
      ]);
    }
  });

  test('after every single batch, one after the other', async () => {
    for (const [, plan] of PLANS) {
      const { everything } = await train(plan);
      const batches = await countBatches(plan);
      let state: TrainingState | undefined;
      for (let i = 0; i < batches; i++) state = await stoppedAfter(1, plan, state);
      expect((await train(plan, { resumeFrom: state })).everything).toEqual(everything);
    }
  });
});

const [, PLAN] = PLANS[0];

describe('where it was stopped', () => {
  test('before the first batch', async () => {
    const { history } = await train(PLAN, { signal: AbortSignal.abort() });
    expect(history.state).toMatchObject({ epoch: 1, batch: 0, lossSum: 0, learningRate: 0, epochs: [] });
    expect(history.state.best).toBeUndefined();
    const resumed = await train(PLAN, { resumeFrom: history.state });
    expect(resumed.everything).toEqual((await train(PLAN)).everything);
  });

  test('during validation: the epoch is not over, and its batches are not trained again', async () => {
    // Validation checks the signal after 256 samples. All 300 are read at once: one read an epoch.
    const plan = { ...PLAN, options: { validationData: toyImages(300, 5) } };
    const controller = new AbortController();
    let reads = 0;
    const onRead = () => {
      if (++reads === 2) controller.abort(); // in the second epoch
    };
    const validationData = storedSamples(toyImages(300, 5), { onRead });
    const stopped = await train(plan, { validationData, signal: controller.signal });
    expect(stopped.history).toMatchObject({ stopped: 'signal', state: { epoch: 2, batch: 4 } });
    const seen: number[] = [];
    const resumed = await train(plan, {
      resumeFrom: stopped.history.state,
      onBatchEnd: ({ epoch }) => seen.push(epoch),
    });
    expect(seen).toEqual([3, 3, 3, 3, 4, 4, 4, 4]);
    expect(resumed.everything).toEqual((await train(plan)).everything);
  });

  test('after the last epoch there is nothing to do, and the same weights come back', async () => {
    const plan = { ...PLAN, options: { ...PLAN.options, keep: 'best' as const } };
    const whole = await train(plan);
    const onBatchEnd = () => {
      throw new Error('no batch was expected');
    };
    const resumed = await train(plan, { resumeFrom: whole.history.state, onBatchEnd });
    expect(resumed.everything).toEqual(whole.everything);
    expect(resumed.history.epochs).toHaveLength(4);
  });

  test('after patience ran out nothing more is trained', async () => {
    const [, plan] = PLANS[2];
    const whole = await train(plan);
    expect(whole.history.stopped).toBe('patience');
    expect(whole.history.epochs.length).toBeLessThan(9);
    const resumed = await train(plan, { resumeFrom: whole.history.state });
    expect(resumed.everything).toEqual(whole.everything);
  });

  test('more epochs than planned are those of a longer plan', async () => {
    const { history } = await train(PLAN);
    const longer = await train(PLAN, { epochs: 7, resumeFrom: history.state });
    expect(longer.everything).toEqual((await train(PLAN, { epochs: 7 })).everything);
    expect(longer.history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('samples in memory and stored samples give the same', async () => {
    const resumeFrom = await stoppedAfter(5, PLAN);
    const stored = { ...PLAN, samples: storedSamples(toyImages(30)) };
    const resumed = await train(stored, { resumeFrom });
    expect(resumed.everything).toEqual((await train(PLAN)).everything);
  });

  test('the mean loss of the epoch so far continues', async () => {
    const losses = async (resumeFrom?: TrainingState) => {
      const seen: number[] = [];
      await train(PLAN, { resumeFrom, onBatchEnd: ({ loss }) => seen.push(loss) });
      return seen;
    };
    const all = await losses();
    expect(await losses(await stoppedAfter(5, PLAN))).toEqual(all.slice(5));
  });
});

describe('negative controls: a state with one difference gives other weights', () => {
  const weights = async (change: (state: TrainingState) => TrainingState, plan: Plan = PLAN) => {
    const { model } = await train(plan, { resumeFrom: change(await stoppedAfter(5, PLAN)) });
    return model.parameters.values;
  };

  test.each<[string, (state: TrainingState) => TrainingState]>([
    ['another random state', (state) => ({ ...state, random: [1, 2, 3, 4] })],
    ['another batch', (state) => ({ ...state, batch: state.batch + 1 })],
    ['another number of steps', (state) => ({ ...state, optimizer: { ...state.optimizer, steps: 0 } })],
    [
      'other moments',
      (state) => ({
        ...state,
        optimizer: {
          ...state.optimizer,
          moments: { ...state.optimizer.moments, m: new Float32Array(state.weights.length) },
        },
      }),
    ],
  ])('%s', async (_, change) => {
    const expected = await weights((state) => state);
    expect(expected).toEqual((await train(PLAN)).model.parameters.values);
    expect(await weights(change)).not.toEqual(expected);
  });

  test('another seed: another split', async () => {
    expect(await weights((state) => state, { ...PLAN, seed: 8 })).not.toEqual(
      await weights((state) => state),
    );
  });
});

describe('the state that callbacks get', () => {
  test('is that of a training that was stopped there', async () => {
    const states: TrainingState[] = [];
    const [, plan] = PLANS[1];
    await train(plan, { onBatchEnd: (_, state) => states.push(state()) });
    for (const [i, state] of states.entries()) {
      if ((i + 1) % 4 === 0) continue; // an epoch's last: stopping there ends the epoch first
      expect(await stoppedAfter(i + 1, plan)).toEqual(state);
    }
  });

  test('says where training is at the start, after each batch and after each epoch', async () => {
    const seen: string[] = [];
    const note = (what: string) => (_: unknown, state: () => TrainingState) => {
      const { epoch, batch, epochs, optimizer } = state();
      seen.push(`${what} ${epoch}.${batch}, ${epochs.length} done, ${optimizer.steps} steps`);
    };
    await train(PLAN, {
      epochs: 2,
      onStart: (state) => note('start')(undefined, state),
      onBatchEnd: note('batch'),
      onEpochEnd: note('epoch'),
    });
    expect(seen).toEqual([
      'start 1.0, 0 done, 0 steps',
      'batch 1.1, 0 done, 1 steps',
      'batch 1.2, 0 done, 2 steps',
      'batch 1.3, 0 done, 3 steps',
      'epoch 2.0, 1 done, 3 steps',
      'batch 2.1, 1 done, 4 steps',
      'batch 2.2, 1 done, 5 steps',
      'batch 2.3, 1 done, 6 steps',
      'epoch 3.0, 2 done, 6 steps',
    ]);
  });

  test('onStart is called before the first step with the resumed state, and is awaited', async () => {
    const resumeFrom = await stoppedAfter(5, PLAN);
    const seen: unknown[] = [];
    await train(PLAN, {
      resumeFrom,
      onStart: async (state) => {
        expect(state()).toEqual(resumeFrom);
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push('started');
      },
      onBatchEnd: ({ epoch, batch }) => seen.push([epoch, batch]),
    });
    expect(seen.slice(0, 3)).toEqual(['started', [2, 3], [3, 1]]);
  });

  test('is a copy: writing to it changes nothing', async () => {
    const plan = { ...PLAN, options: { ...PLAN.options, keep: 'best' as const } };
    const scribble = (state: TrainingState) => {
      state.weights.fill(9);
      for (const moment of Object.values(state.optimizer.moments)) moment.fill(9);
      state.best?.weights?.fill(9);
      (state.random as unknown as number[]).fill(9);
      for (const record of state.epochs) (record as { loss: number }).loss = 9;
      (state.epochs as unknown[]).length = 0;
    };
    const { everything } = await train(plan);
    const scribbled = await train(plan, {
      onStart: (state) => scribble(state()),
      onBatchEnd: (_, state) => scribble(state()),
      onEpochEnd: (_, state) => scribble(state()),
    });
    expect(scribbled.everything).toEqual(everything);
    const resumeFrom = await stoppedAfter(8, plan);
    const resumed = await train(plan, { resumeFrom, onStart: () => scribble(resumeFrom) });
    expect(resumed.everything).toEqual(everything);
  });
});

describe('states that are refused', () => {
  const state = () => stoppedAfter(5, PLAN);

  test.each<[string, (state: TrainingState) => TrainingState, CompileOptions, string]>([
    [
      'weights of another network',
      (from) => ({ ...from, weights: new Float32Array(3) }),
      {},
      'fit: the state to resume from has 3 weights, expected 499.',
    ],
    [
      'best weights of another network',
      (from) => ({ ...from, best: { epoch: 1, loss: 1, waited: 0, weights: new Float32Array(4) } }),
      {},
      'fit: the state to resume from has 4 weights, expected 499.',
    ],
    [
      'another optimizer',
      (from) => from,
      { optimizer: new SGD() },
      "SGD.restore: got the state of 'adam', expected that of 'sgd'.",
    ],
    [
      'other settings',
      (from) => from,
      { optimizer: new Adam({ beta1: 0.8 }) },
      'Adam.restore: got beta1 0.9, expected 0.8.',
    ],
    [
      'no clipping',
      (from) => from,
      { optimizer: new Adam({ clipNorm: 2 }) },
      'Adam.restore: got clipNorm missing, expected 2.',
    ],
    [
      'moments of another network',
      (from) => ({
        ...from,
        optimizer: { ...from.optimizer, moments: { m: new Float32Array(2), v: new Float32Array(2) } },
      }),
      {},
      'Adam.restore: got 2 numbers of m, 2 numbers of v, expected 499 numbers of m, 499 numbers of v.',
    ],
    [
      'a batch that an epoch does not have',
      (from) => ({ ...from, batch: 9 }),
      {},
      'fit: the state to resume from is after batch 9, an epoch has 4.',
    ],
    [
      'half a step',
      (from) => ({ ...from, optimizer: { ...from.optimizer, steps: 0.5 } }),
      {},
      'Adam.restore: got 0.5 steps, expected an integer >= 0.',
    ],
    [
      'no random state',
      (from) => ({ ...from, random: [0, 0, 0, 0] }),
      {},
      'Random.restore: expected four 32-bit words, not all zero.',
    ],
  ])('%s: refused with a message, and nothing changes', async (_, change, compile, message) => {
    const [model, untouched] = [toyModel(), toyModel()];
    model.compile(compile);
    const resumeFrom = change(await state());
    await expect(model.fit(toyImages(30), { resumeFrom, batchSize: 8 })).rejects.toThrow(
      new RangeError(message),
    );
    expect(model.normalization).toEqual(untouched.normalization);
    expect(model.parameters.values).toEqual(untouched.parameters.values);
    expect(compile.optimizer?.steps ?? 0).toBe(0);
    // The weights depend on the generator's state, which decides the order of the samples.
    for (const one of [model, untouched]) {
      one.compile();
      await one.fit(toyImages(30), { epochs: 2, batchSize: 8 });
    }
    expect(model.parameters.values).toEqual(untouched.parameters.values);
  });
});
