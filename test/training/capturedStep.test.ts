/** A training whose steps are captured is, bit for bit, the training whose steps run as they are written. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import type { AutoencoderOptions, CompileOptions } from '../../src/autoencoder/options.ts';
import { NO_NORMALIZATION } from '../../src/data/samples.ts';
import { Tanh } from '../../src/layers/activation.ts';
import { useConvolutions } from '../../src/layers/convolutions.ts';
import { Dense } from '../../src/layers/dense.ts';
import { Sequential } from '../../src/layers/sequential.ts';
import { type Loss, MeanSquaredError } from '../../src/losses/loss.ts';
import { Adam } from '../../src/optim/adam.ts';
import { FlatParameters } from '../../src/tensor/flatParameters.ts';
import {
  type KernelsOptions,
  kernels,
  setKernels,
  supportedKernels,
  useThreads,
} from '../../src/tensor/kernels/active.ts';
import { Random } from '../../src/tensor/random.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { fitModel } from '../../src/training/fit.ts';
import type { FitOptions } from '../../src/training/fitOptions.ts';
import { Restoration } from '../../src/training/objective.ts';
import type { TrainingState } from '../../src/training/trainingState.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';
import {
  ACTIVATIONS,
  BATCH_SIZES,
  type Counts,
  counting,
  LOSSES,
  OPTIMIZERS,
  outcomeOf,
  type Run,
  train,
  WIDTHS,
  withoutCapture,
  withThreads,
} from './capturedRuns.ts';

useConvolutions();

const before = kernels().name;
beforeAll(() => {
  setKernels('simd');
});
afterAll(() => {
  setKernels(before);
});

// Each activation with each loss; what else there is goes round.
const RUNS = ACTIVATIONS.flatMap((activation, i) =>
  LOSSES.map((loss, j): Run => {
    const n = LOSSES.length * i + j;
    const names = Object.keys(OPTIMIZERS) as Run['optimizer'][];
    return {
      ...{
        activation,
        loss,
        optimizer: names[(4 * (n + i + j)) % names.length],
        clipNorm: n % 3 === 1 ? 0.05 : undefined,
      },
      ...{
        widths: WIDTHS[(i + j) % WIDTHS.length],
        batchSize: BATCH_SIZES[n % BATCH_SIZES.length],
      },
      ...{ validation: n % 2 === 0, noise: n % 4 > 1 },
    };
  }),
);
const title = (run: Run) => Object.values(run).join(' ');

test('these runs have every width, and every optimizer and batch size with and without validation', () => {
  const seen = (of: (run: Run) => unknown) => new Set(RUNS.map((run) => `${of(run)} ${run.validation}`)).size;
  expect(seen(({ optimizer }) => optimizer)).toBe(2 * 5);
  expect(new Set(RUNS.map(({ widths }) => widths)).size).toBe(WIDTHS.length);
  expect(seen(({ batchSize }) => batchSize)).toBe(2 * BATCH_SIZES.length);
  expect(new Set(RUNS.map(({ widths, batchSize }) => `${widths} ${batchSize}`)).size).toBe(12);
});

test.each(RUNS.map((run) => [title(run), run] as const))('%s: on 1, 2 and 3 threads', async (_, run) => {
  const expected = await withoutCapture(() => train(run));
  for (const threads of [1, 2, 3]) {
    const counts = await counting(async () => {
      expect(await withThreads(threads, () => train(run))).toEqual(expected);
    });
    // Batches of two sizes; if those of validation are larger, the arrays are others after the first epoch.
    const plain = (run.batchSize === 1 ? 33 : 9) - counts.captured - counts.replayed;
    expect([1, 2, 3, 4]).toContain(plain);
    // A step is captured at its second time.
    expect(counts.captured).toBeLessThanOrEqual(plain);
    expect(counts.replayable).toBe(counts.captured);
    expect(counts.replayed).toBeGreaterThan(0);
  }
});

test('negative control: a training with another batch size has other bits', async () => {
  expect(await train({ ...RUNS[0], batchSize: 31 })).not.toEqual(await train({ ...RUNS[0], batchSize: 32 }));
});

test('steps are recorded at their second time: a training of one step of each size records nothing', async () => {
  const model = new Autoencoder({ inputShape: [13], hidden: [30], encodingDim: 3 });
  const fitOn = (samples: number) => () =>
    model.fit(uniformTensor([samples, 13], 1, 0, 1), { epochs: 1, batchSize: 10 });
  expect((await counting(fitOn(15))).captured).toBe(0);
  expect((await counting(fitOn(20))).captured).toBe(1);
});

test('without capture nothing is captured, with other kernels either', async () => {
  const none: Counts = { captured: 0, replayable: 0, replayed: 0 };
  expect(await counting(() => withoutCapture(() => train(RUNS[0])))).toEqual(none);
  const others = async () => {
    setKernels('blocked');
    await train(RUNS[0]);
    setKernels('simd');
  };
  expect(await counting(others)).toEqual(none);
});

describe('what changes during a training', () => {
  const RUN: Run = {
    ...{ activation: 'tanh', loss: 'mse', optimizer: 'adam', widths: [30, 65, 13], batchSize: 32 },
    ...{ validation: true, noise: true },
  };

  test('as the number of threads, or the kernels, from epoch to epoch', async () => {
    const expected = await withoutCapture(() => train(RUN, { epochs: 6 }));
    const counts = await counting(async () => {
      const got = await train(RUN, {
        epochs: 6,
        onEpochEnd: async ({ epoch }) => {
          await useThreads([2, 3, 1][epoch % 3]);
        },
      });
      expect(got).toEqual(expected);
    });
    await useThreads(1);
    expect(counts.replayed).toBeGreaterThan(0);
    const changing = (toOthers: () => void) =>
      train(RUN, {
        epochs: 6,
        onEpochEnd: ({ epoch }) => {
          if (epoch % 2 === 1) toOthers();
          else setKernels('simd', { capture: true });
        },
      });
    expect(await changing(() => setKernels('simd', { capture: false }))).toEqual(expected);
    setKernels('simd', { capture: true });
    const toBlocked = () => changing(() => setKernels('blocked'));
    const plain = await withoutCapture(() =>
      train(RUN, {
        epochs: 6,
        onEpochEnd: ({ epoch }) => {
          setKernels(epoch % 2 === 1 ? 'blocked' : 'simd');
        },
      }),
    );
    expect(await toBlocked()).toEqual(plain);
    setKernels('simd');
  });

  const isFused = supportedKernels().some(({ name }) => name === 'simd-fma');
  (isFused ? test : test.skip)('as the kernels to others that capture, too', async () => {
    const changing = () =>
      train(RUN, {
        epochs: 6,
        onEpochEnd: ({ epoch }) => {
          setKernels(epoch % 3 === 2 ? 'simd-fma' : 'simd');
        },
      });
    const expected = await withoutCapture(changing);
    setKernels('simd');
    expect(await changing()).toEqual(expected);
    setKernels('simd');
    expect(await train(RUN, { epochs: 6 })).not.toEqual(expected);
  });

  test('as weights, moments or the rate that a callback changes, or a model that it uses: the next step sees it', async () => {
    const trainChanged = async (isChanged: boolean) => {
      const model = new Autoencoder({ inputShape: [30], hidden: [65], encodingDim: 13, seed: 3 });
      const optimizer = new Adam({ learningRate: 0.01 });
      model.compile({ optimizer });
      const samples = uniformTensor([70, 30], 1, 0, 1);
      const history = await model.fit(samples, {
        ...{ epochs: 4, batchSize: 32 },
        onBatchEnd: ({ batch }) => {
          model.predict(uniformTensor([50 + batch, 30], batch, 0, 1)); // other batches on the same layers
        },
        onEpochEnd: ({ epoch }, state) => {
          if (!isChanged) return;
          const { values } = model.parameters;
          for (let i = 0; i < values.length; i += 7) values[i] += 0.01 * epoch;
          const now = state().optimizer;
          const moments = Object.entries(now.moments).map(([name, moment]) => [
            name,
            moment.map((x) => x / 2),
          ]);
          optimizer.restore({ ...now, moments: Object.fromEntries(moments) });
        },
      });
      return outcomeOf(model, history);
    };
    const expected = await withoutCapture(() => trainChanged(true));
    const counts = await counting(async () => expect(await trainChanged(true)).toEqual(expected));
    expect(counts.replayed).toBeGreaterThan(0);
    expect(await trainChanged(false)).not.toEqual(expected);
  });

  test('as a signal, and a resume: of the one and the other with and without capture', async () => {
    const expected = await withoutCapture(() => train(RUN, { epochs: 4 }));
    const start = async () => {
      const controller = new AbortController();
      let state: TrainingState | undefined;
      await train(RUN, {
        ...{ epochs: 4, signal: controller.signal },
        onBatchEnd: ({ epoch, batch }, stateNow) => {
          if (epoch !== 2 || batch !== 2) return;
          controller.abort();
          state = stateNow();
        },
      });
      return state;
    };
    const end = (resumeFrom: TrainingState | undefined) => train(RUN, { epochs: 4, resumeFrom });
    expect(await end(await start())).toEqual(expected);
    expect(await end(await withoutCapture(start))).toEqual(expected);
    const state = await start();
    expect(await withoutCapture(() => end(state))).toEqual(expected);
  });

  test('as the model: several are trained one by one, and at the same time', async () => {
    const runs = [
      RUN,
      { ...RUN, activation: 'relu' },
      { ...RUN, widths: [65, 13, 3], batchSize: 33 },
    ] as const;
    const expected = await withoutCapture(() => Promise.all(runs.map((run) => train(run))));
    expect(await Promise.all(runs.map((run) => train(run)))).toEqual(expected);
    const again = [];
    for (const run of runs) again.push(await train(run));
    expect(again).toEqual(expected);
  });

  test('as the samples, the optimizer and the loss of the next fit of the same model', async () => {
    const fits = async () => {
      const model = new Autoencoder({ inputShape: [13], hidden: [30], encodingDim: 3, seed: 3 });
      const outcomes = [];
      for (const [count, loss] of [
        [70, 'mse'],
        [40, 'mae'],
        [70, 'mse'],
      ] as const) {
        model.compile({ loss, optimizer: new Adam() });
        const history = await model.fit(uniformTensor([count, 13], count, 0, 1), {
          epochs: 2,
          batchSize: 32,
        });
        outcomes.push(outcomeOf(model, history));
        outcomes.push(outcomeOf(model, await model.fit(uniformTensor([count, 13], 5, 0, 1), { epochs: 2 })));
      }
      return outcomes;
    };
    const expected = await withoutCapture(fits);
    const counts = await counting(async () => expect(await fits()).toEqual(expected));
    expect(counts.replayed).toBeGreaterThan(0);
  });
});

test('a model whose arrays are outside of the memory is trained as it is written', async () => {
  const trainNaive = async () => {
    setKernels('naive');
    const model = new Autoencoder({ inputShape: [13], hidden: [30], encodingDim: 3, seed: 3 });
    setKernels('simd');
    const history = await model.fit(uniformTensor([70, 13], 1, 0, 1), { epochs: 3, batchSize: 32 });
    return outcomeOf(model, history);
  };
  const expected = await withoutCapture(trainNaive);
  const counts = await counting(async () => expect(await trainNaive()).toEqual(expected));
  // Tried once for each size of batches.
  expect(counts).toEqual({ captured: 2, replayable: 0, replayed: 0 });
});

test('a network of convolutions is not captured, and so trained as it is without capture', async () => {
  const training = async () => {
    const model = new Autoencoder({ inputShape: [9, 9], conv: [3, 5], encodingDim: 3, seed: 3 });
    const history = await model.fit(uniformTensor([70, 9, 9], 1, 0, 1), { epochs: 3, batchSize: 32 });
    return outcomeOf(model, history);
  };
  const expected = await withoutCapture(training);
  const counts = await counting(async () => expect(await training()).toEqual(expected));
  expect(counts).toEqual({ captured: 0, replayable: 0, replayed: 0 });
});

// --- Steps that do more than call kernels

/** Multiplies its output by another factor each time. */
class Wobbling extends Dense {
  #calls = 0;

  override forward(x: Tensor): Tensor {
    const y = super.forward(x);
    const factor = 1 + 0.25 * (this.#calls++ % 3);
    for (let i = 0; i < y.size; i++) y.data[i] *= factor;
    return y;
  }
}

/** Returns half of the mean squared error. */
class Halving extends MeanSquaredError {
  protected override evaluate(...given: Parameters<MeanSquaredError['evaluate']>): number {
    return super.evaluate(...given) / 2;
  }
}

/** Says of any step that it can be captured. */
class Captured extends Restoration {
  override get callsKernelsOnly(): boolean {
    return true;
  }
}

describe('a step that does more than call kernels runs as it is written', () => {
  const SAMPLES = uniformTensor([70, 13], 1, 0, 1);
  const FIT: FitOptions = { epochs: 3, batchSize: 32 };

  async function expectPlain(training: () => Promise<unknown>): Promise<void> {
    const expected = await withoutCapture(training);
    const counts = await counting(async () => expect(await training()).toEqual(expected));
    expect(counts.captured).toBe(0);
  }

  test.each<[string, Partial<AutoencoderOptions>, () => CompileOptions]>([
    ['with dropout', {}, () => ({ dropout: 0.2 })],
    ['with a penalty on the code', {}, () => ({ sparsity: 0.01 })],
    ['with tied weights', { tied: true }, () => ({})],
    ['with a loss of your own', {}, () => ({ loss: new Halving() })],
  ])('%s', async (_, options, compile) => {
    await expectPlain(async () => {
      const architecture = { inputShape: [13], hidden: [30], encodingDim: 3, seed: 3, ...options };
      const model = new Autoencoder(architecture as AutoencoderOptions);
      model.compile(compile());
      return outcomeOf(model, await model.fit(SAMPLES, FIT));
    });
  });

  /** Trains layers that no options of an autoencoder make. */
  async function fitNetwork(
    makeLayer: (random: Random) => Dense,
    {
      loss = new MeanSquaredError(),
      Objective = Restoration,
    }: { loss?: Loss; Objective?: typeof Restoration } = {},
  ) {
    const random = new Random(3);
    const network = new Sequential([makeLayer(random), new Tanh(), new Dense(30, 13, { random })]);
    const parameters = new FlatParameters(network.namedParameters().map(([, parameter]) => parameter));
    network.useArena(parameters.arena);
    const optimizer = new Adam({ learningRate: 0.01 });
    const model = {
      ...{ objective: new Objective(network, network, loss), optimizer, parameters },
      ...{ random: new Random(1), stepRandom: new Random(2), inputShape: [13], seed: 1 },
    };
    const owner = { normalization: NO_NORMALIZATION };
    const { epochs } = await fitModel('test', owner, model, SAMPLES, FIT);
    return { epochs, weights: parameters.values.slice(), ...optimizer.state().moments };
  }
  const wobbling = (random: Random) => new Wobbling(13, 30, { random });
  const plain = (random: Random) => new Dense(13, 30, { random });

  test.each(['forward', 'backward'] as const)(
    'with a layer whose method %s was replaced after compile',
    async (name) => {
      const model = new Autoencoder({ inputShape: [13], hidden: [30], encodingDim: 3 });
      model.compile();
      const layer = model.decoder.layers[0];
      const method = layer[name];
      let calls = 0;
      layer[name] = (x) => {
        calls++;
        return method.call(layer, x);
      };
      await model.fit(SAMPLES, FIT);
      expect(calls).toBe(9);
    },
  );

  test('with a layer of your own', () => expectPlain(() => fitNetwork(wobbling)));

  test('the control: the same network without it is captured', async () => {
    const expected = await withoutCapture(() => fitNetwork(plain));
    const counts = await counting(async () => expect(await fitNetwork(plain)).toEqual(expected));
    expect(counts).toEqual({ captured: 2, replayable: 2, replayed: 5 });
  });

  test('negative control: if such a layer were captured, the result would be another', async () => {
    const expected = await withoutCapture(() => fitNetwork(wobbling));
    const counts = await counting(async () => {
      expect(await fitNetwork(wobbling, { Objective: Captured })).not.toEqual(expected);
    });
    expect(counts.replayed).toBe(5);
  });

  test('a loss that is captured although it returns another number than its kernel has no replay', async () => {
    const halved = () => fitNetwork(plain, { loss: new Halving(), Objective: Captured });
    const expected = await withoutCapture(halved);
    const counts = await counting(async () => expect(await halved()).toEqual(expected));
    expect(counts.captured).toBeGreaterThan(0);
    expect(counts.replayable).toBe(0);
  });
});

describe('the option capture of setKernels', () => {
  test('stays as it is when it is left out', async () => {
    const captured = async () => (await counting(() => train(RUNS[0]))).captured > 0;
    setKernels('simd', { capture: false });
    setKernels('simd');
    setKernels('naive');
    setKernels('simd', {});
    expect(await captured()).toBe(false);
    setKernels('blocked', { capture: true });
    setKernels('simd', { capture: undefined } as unknown as KernelsOptions);
    expect(await captured()).toBe(true);
  });

  test.each<[string, unknown, string]>([
    ['unknown', { captures: true }, "setKernels: there is no option 'captures'"],
    ['of another kind', { capture: 'no' }, "setKernels: capture is 'no', expected true or false."],
    ['no object', false, 'setKernels'],
  ])('that is %s is refused, and nothing changes', async (_, options, message) => {
    const name = kernels().name;
    expect(() => setKernels('naive', options as KernelsOptions)).toThrow(TypeError);
    expect(() => setKernels('naive', options as KernelsOptions)).toThrow(message);
    expect(kernels().name).toBe(name);
  });

  test('is not taken with the name of kernels that there are not', async () => {
    expect(() => setKernels('fast' as 'simd', { capture: false })).toThrow(RangeError);
    expect((await counting(() => train(RUNS[0]))).captured).toBeGreaterThan(0);
  });
});
