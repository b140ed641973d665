import { setImmediate as hostTurn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import type { CompileOptions } from '../../src/autoencoder/options.ts';
import { NO_NORMALIZATION, type Samples } from '../../src/data/samples.ts';
import { writeModel } from '../../src/io/model.ts';
import { MeanSquaredError } from '../../src/losses/loss.ts';
import { Adam, AdamW } from '../../src/optim/adam.ts';
import { constant, warmUp } from '../../src/optim/schedule.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { FlatParameters } from '../../src/tensor/flatParameters.ts';
import { kernels, setKernels, supportedKernels } from '../../src/tensor/kernels/active.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { plural } from '../../src/tensor/words.ts';
import { DivergenceError } from '../../src/training/divergence.ts';
import { fitModel } from '../../src/training/fit.ts';
import type { BatchRecord, FitOptions } from '../../src/training/fitOptions.ts';
import type { EpochRecord } from '../../src/training/trainingState.ts';
import { firstOutside, scaleOf, UNIT_ROUNDOFF as u } from '../helpers/bounds.ts';
import { describeEachKernels, lossDecimals } from '../helpers/eachKernels.ts';
import { flatten, goldenTensor, readGolden } from '../helpers/golden.ts';
import { referenceLosses } from '../helpers/naive/reference.ts';
import { asInputs, FEATURES, numberedSamples, toyImages, toyModel } from './toy.ts';

/** Trains a new toy model and returns the bytes of its file. */
async function trainedBytes(options: FitOptions & { seed?: number }, samples: Samples = toyImages(50)) {
  const { seed = 7, ...fitOptions } = options;
  const model = toyModel({ seed });
  await model.fit(samples, { epochs: 3, batchSize: 8, validationSplit: 0.2, ...fitOptions });
  return writeModel(model);
}

/** Learns as usual, but reports these values, one for each call. */
class ScriptedLoss extends MeanSquaredError {
  readonly #values: number[];

  constructor(values: readonly number[]) {
    super();
    this.#values = [...values];
  }

  override forward(prediction: Tensor, target: Tensor): number {
    super.forward(prediction, target);
    return this.#values.shift() ?? Number.NaN;
  }
}

/** Records the numbers of the samples that it is given ({@link numberedSamples}). */
class RecordingLoss extends MeanSquaredError {
  readonly calls: number[][] = [];

  override forward(prediction: Tensor, target: Tensor): number {
    this.calls.push(Array.from(target.data).filter((_, i) => i % 2 === 0));
    return super.forward(prediction, target);
  }
}

/** A model of two inputs and one code number. */
function tinyModel({ seed = 0, ...compile }: CompileOptions & { seed?: number } = {}): Autoencoder {
  const model = new Autoencoder({ inputShape: [2], encodingDim: 1, hidden: [], seed });
  model.compile({ optimizer: new SGD({ learningRate: 1e-6 }), ...compile });
  return model;
}

describeEachKernels('what is learned', () => {
  test('the loss falls, by validation and by evaluate', async () => {
    const model = toyModel();
    const [images, others] = [toyImages(200, 1), toyImages(50, 2)];
    const before = (await model.evaluate(others)).mse;
    model.compile({ optimizer: new Adam({ learningRate: 0.01 }) });
    const { epochs } = await model.fit(images, { epochs: 15, validationData: others });
    const last = epochs[epochs.length - 1];
    expect(last.loss).toBeLessThan(epochs[0].loss / 4);
    expect(last.validationLoss).toBeLessThan(before / 4);
    expect((await model.evaluate(others)).mse).toBeCloseTo(last.validationLoss!, lossDecimals());
  });

  test('one step by hand', async () => {
    // 2-1-2 without activations, x = [1, 0.5]. All numbers below are exact in float32.
    const model = tinyModel({ optimizer: new SGD({ learningRate: 0.5 }) });
    // encoder [1; 2] + 0.5: code 2.5. decoder [1 -1] + [0 1]: output [2.5, -1.5].
    model.parameters.values.set([1, 2, 0.5, 1, -1, 0, 1]);
    const { epochs } = await model.fit(Tensor.from([1, 0.5], [1, 2]), { epochs: 1 });
    // Errors [1.5, -2]: loss (2.25 + 4) / 2, dP = 2 [1.5, -2] / 2.
    expect(epochs).toEqual([{ epoch: 1, loss: 3.125, learningRate: 0.5 }]);
    // Decoder: dW = 2.5 dP = [3.75, -5], db = dP. dCode = 1.5 + 2 = 3.5. Encoder: dW = 3.5 x = [3.5; 1.75], db = 3.5.
    expect(Array.from(model.parameters.values)).toEqual([-0.75, 1.125, -1.25, -0.875, 1.5, -0.75, 2]);
  });

  test.each([
    ['sgd lr=0.1 momentum=0.9', () => new SGD({ learningRate: 0.1, momentum: 0.9 })],
    [
      'adam lr=0.01 beta1=0.9 beta2=0.999 epsilon=1e-8',
      () => new Adam({ learningRate: 0.01, epsilon: 1e-8 }),
    ],
    [
      'adamw lr=0.01 weight_decay=0.1',
      () => new AdamW({ learningRate: 0.01, epsilon: 1e-8, weightDecay: 0.1 }),
    ],
  ])('ten epochs of one batch are the ten steps that PyTorch took: %s', async (name, optimizer) => {
    const golden = readGolden('autoencoder');
    const { losses_before_each_step: losses, parameters_after } = golden.ten_steps_on_the_same_batch[name];
    const model = new Autoencoder({ inputShape: [12], encodingDim: 3, hidden: [8, 5] });
    model.parameters.values.set(flatten(golden.parameters));
    model.compile({ optimizer: optimizer() });
    const { epochs } = await model.fit(goldenTensor(golden.input), { epochs: 10, batchSize: 7 });
    // The bounds of test/golden.test.ts. The shuffled rows change the order of sums, which those bounds don't depend on.
    const seen = epochs.map(({ loss }) => loss);
    expect(
      firstOutside(
        seen,
        losses,
        losses.map((loss) => 2 * u * loss),
      ),
    ).toBeUndefined();
    const expected = flatten(parameters_after);
    expect(firstOutside(model.parameters.values, expected, 16 * u * scaleOf(expected))).toBeUndefined();
  });

  test('mae: the first loss is that of the untrained model, and it falls', async () => {
    const model = toyModel();
    const images = toyImages(60);
    model.compile({ loss: 'mae', optimizer: new Adam({ learningRate: 0.01 }) });
    const { mae } = await model.evaluate(images);
    const { epochs } = await model.fit(images, { epochs: 30, batchSize: 60 });
    expect(epochs[0].loss).toBeCloseTo(mae, lossDecimals());
    expect(epochs[29].loss).toBeLessThan(mae / 2);
  });

  test('bce: the first loss is that of the untrained model, it falls, and outputs are probabilities', async () => {
    const model = toyModel({ outputActivation: 'sigmoid' });
    const images = toyImages(60);
    model.compile({ loss: 'bce', optimizer: new Adam({ learningRate: 0.02 }) });
    const targets = Array.from(asInputs(images).data);
    const logits = Array.from(model.predict(images).data, (p) => Math.log(p / (1 - p)));
    const untrained = referenceLosses.binaryCrossEntropy(logits, targets);
    const { epochs } = await model.fit(images, { epochs: 50, batchSize: 60 });
    // The logits are recomputed from outputs rounded to float32.
    expect(epochs[0].loss).toBeCloseTo(untrained, 6);
    // The minimum of the loss is the entropy of the gray targets.
    const entropy = targets
      .filter((t) => t > 0 && t < 1)
      .reduce((sum, t) => sum - t * Math.log(t) - (1 - t) * Math.log(1 - t), 0);
    const minimum = entropy / targets.length;
    expect(epochs[49].loss).toBeGreaterThan(minimum);
    expect(epochs[49].loss - minimum).toBeLessThan((untrained - minimum) / 2);
    expect(model.predict(images).data.every((p) => p > 0 && p < 1)).toBe(true);
  });
});

test('every set of kernels learns the same, but for rounding', async () => {
  const before = kernels().name;
  const results: Float32Array[] = [];
  for (const { name } of supportedKernels()) {
    setKernels(name);
    const model = toyModel();
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }) });
    await model.fit(toyImages(40), { epochs: 2, batchSize: 8 });
    results.push(model.parameters.values);
  }
  setKernels(before);
  const [expected, ...others] = results;
  // As in test/golden.test.ts: one or two roundings a step, of random direction, times 0.1 for those of gradients.
  for (const values of others) {
    expect(firstOutside(values, expected, 16 * u * scaleOf(expected))).toBeUndefined();
  }
});

test("bce without a sigmoid at the model's end is refused", () => {
  const message = "Autoencoder.compile: the loss 'bce' needs outputActivation 'sigmoid'.";
  expect(() => toyModel().compile({ loss: 'bce' })).toThrow(new RangeError(message));
});

test('an unknown loss is refused by name', () => {
  expect(() => toyModel().compile({ loss: 'mes' as 'mse' })).toThrow(/'mes' is not a loss.*mse, mae, bce/);
});

describe('same seed, same bytes', () => {
  test('two runs give the same', async () => {
    expect(await trainedBytes({})).toEqual(await trainedBytes({}));
  });

  test('another seed gives another model', async () => {
    expect(await trainedBytes({ seed: 8 })).not.toEqual(await trainedBytes({}));
  });

  test('floats give the weights that uint8 gives', async () => {
    const [one, other] = [toyModel(), toyModel()];
    const images = toyImages(50);
    await one.fit(images, { epochs: 2 });
    await other.fit(asInputs(images), { epochs: 2 });
    expect(other.parameters.values).toEqual(one.parameters.values);
  });

  test('fit without compile is compile without options', async () => {
    const model = toyModel();
    model.compile();
    await model.fit(toyImages(50), { epochs: 3, batchSize: 8, validationSplit: 0.2 });
    expect(writeModel(model)).toEqual(await trainedBytes({}));
  });

  test('pauses change nothing, nor does a host that uses the model in them', async () => {
    const model = toyModel();
    const images = toyImages(50);
    const slow = ({ batch, epoch }: BatchRecord) => {
      if (batch === 2) burn(30 + epoch);
    };
    let turns = 0;
    const evaluations: Promise<unknown>[] = [];
    const timer = setInterval(() => {
      turns++;
      model.predict(toyImages(20, turns));
      evaluations.push(model.evaluate(toyImages(300, turns)));
    }, 1);
    try {
      await model.fit(images, { epochs: 3, batchSize: 8, validationSplit: 0.2, onBatchEnd: slow });
    } finally {
      clearInterval(timer);
      await Promise.all(evaluations);
    }
    // Once in each epoch at least.
    expect(turns).toBeGreaterThanOrEqual(3);
    expect(writeModel(model)).toEqual(await trainedBytes({}));
  });

  test('a second fit continues the first, with its optimizer and random numbers', async () => {
    const fitTwice = async () => {
      const model = toyModel();
      const optimizer = new Adam();
      model.compile({ optimizer });
      await model.fit(toyImages(50), { epochs: 1 });
      await model.fit(toyImages(50), { epochs: 1 });
      expect(optimizer.steps).toBe(4);
      return model.parameters.values;
    };
    const values = await fitTwice();
    expect(await fitTwice()).toEqual(values);
    const once = toyModel();
    await once.fit(toyImages(50), { epochs: 1 });
    expect(values).not.toEqual(once.parameters.values);
  });
});

function burn(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('control goes back to the host', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** The longest time between two turns of the host, on a clock that only `advance` moves. */
  async function longestWait(run: (advance: (milliseconds: number) => void) => Promise<unknown>) {
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    let longest = 0;
    let lastTurn = 0;
    let isOver = false;
    const host = (async () => {
      while (!isOver) {
        await hostTurn();
        longest = Math.max(longest, now - lastTurn);
        lastTurn = now;
      }
    })();
    try {
      await run((milliseconds) => {
        now += milliseconds;
      });
    } finally {
      isOver = true;
      await host;
    }
    return longest;
  }

  test('at least every 50 ms if a step takes 10 ms', async () => {
    const longest = await longestWait((advance) =>
      toyModel().fit(toyImages(80), { epochs: 2, batchSize: 4, onBatchEnd: () => advance(10) }),
    );
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(50);
  });

  test('after each step if steps take longer than that', async () => {
    const longest = await longestWait((advance) =>
      toyModel().fit(toyImages(80), { epochs: 1, batchSize: 8, onBatchEnd: () => advance(70) }),
    );
    expect(longest).toBe(70);
  });

  test('during validation as well', async () => {
    let advance = (_milliseconds: number) => {};
    class SlowLoss extends MeanSquaredError {
      override forward(prediction: Tensor, target: Tensor): number {
        advance(20);
        return super.forward(prediction, target);
      }
    }
    const longest = await longestWait((move) => {
      advance = move;
      const model = tinyModel({ loss: new SlowLoss() });
      return model.fit(numberedSamples(1), { epochs: 1, validationData: numberedSamples(3000) });
    });
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(50);
  });
});

describe('batches', () => {
  test('each epoch takes each sample once, in another order', async () => {
    const loss = new RecordingLoss();
    await tinyModel({ loss }).fit(numberedSamples(10), { epochs: 2, batchSize: 4 });
    expect(loss.calls.map((call) => call.length)).toEqual([4, 4, 2, 4, 4, 2]);
    const epochs = [loss.calls.slice(0, 3).flat(), loss.calls.slice(3).flat()];
    const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    for (const epoch of epochs) {
      expect(epoch).not.toEqual(all);
      expect(epoch.toSorted((a, b) => a - b)).toEqual(all);
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  test("an epoch's loss weighs a smaller last batch by its number of samples", async () => {
    const records: BatchRecord[] = [];
    const model = tinyModel({ loss: new ScriptedLoss([1, 2, 6, 0, 0, 5]) });
    const { epochs } = await model.fit(numberedSamples(10), {
      epochs: 2,
      batchSize: 4,
      onBatchEnd: (record) => records.push(record),
    });
    expect(records.slice(0, 3)).toEqual([
      { epoch: 1, epochs: 2, batch: 1, batches: 3, loss: 1, samples: 4 },
      { epoch: 1, epochs: 2, batch: 2, batches: 3, loss: 1.5, samples: 8 },
      { epoch: 1, epochs: 2, batch: 3, batches: 3, loss: 2.4, samples: 10 },
    ]);
    expect(records[5]).toEqual({ epoch: 2, epochs: 2, batch: 3, batches: 3, loss: 1, samples: 10 });
    expect(epochs.map(({ loss }) => loss)).toEqual([2.4, 1]);
  });

  test('a batch larger than the data holds all of it', async () => {
    const optimizer = new SGD({ learningRate: 1e-6 });
    const records: BatchRecord[] = [];
    await tinyModel({ optimizer }).fit(numberedSamples(5), {
      epochs: 3,
      batchSize: 1000,
      onBatchEnd: (record) => records.push(record),
    });
    expect(optimizer.steps).toBe(3);
    expect(records.map(({ batches, samples }) => [batches, samples])).toEqual([
      [1, 5],
      [1, 5],
      [1, 5],
    ]);
  });

  test('100 epochs of batches of 32 without options', async () => {
    const optimizer = new SGD({ learningRate: 1e-6 });
    const { epochs, stopped, bestEpoch, restoredBestWeights } = await tinyModel({ optimizer }).fit(
      numberedSamples(33),
    );
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(optimizer.steps).toBe(200);
    expect({ stopped, restoredBestWeights }).toEqual({ stopped: 'epochs', restoredBestWeights: false });
    const best = epochs.reduce((a, b) => (b.loss < a.loss ? b : a));
    expect(bestEpoch).toBe(best.epoch);
  });

  test('options that are undefined, as in JavaScript, count as left out', async () => {
    const options = {
      epochs: undefined,
      batchSize: undefined,
      validationSplit: undefined,
      validationData: undefined,
      earlyStopping: undefined,
      signal: undefined,
      onBatchEnd: undefined,
      onEpochEnd: undefined,
    } as unknown as FitOptions;
    const [model, plain] = [tinyModel(), tinyModel()];
    const history = await model.fit(numberedSamples(33), options);
    expect(history.epochs).toHaveLength(100);
    expect(history).toEqual(await plain.fit(numberedSamples(33)));
    expect(model.parameters.values).toEqual(plain.parameters.values);
  });

  test('undefined options together with others', async () => {
    const controller = new AbortController();
    const records: BatchRecord[] = [];
    const options = {
      epochs: undefined,
      batchSize: undefined,
      validationSplit: undefined,
      earlyStopping: { patience: 1, minDelta: undefined },
      signal: controller.signal,
      onBatchEnd: (record: BatchRecord) => records.push(record),
      onEpochEnd: () => controller.abort(),
    } as unknown as FitOptions;
    const { epochs, stopped, restoredBestWeights } = await tinyModel().fit(numberedSamples(33), options);
    expect(records.map(({ samples, epochs: of }) => [samples, of])).toEqual([
      [32, 100],
      [33, 100],
    ]);
    expect(Object.keys(epochs[0])).toEqual(['epoch', 'loss', 'learningRate']);
    expect({ stopped, restoredBestWeights }).toEqual({ stopped: 'signal', restoredBestWeights: true });
  });

  test("an epoch's learning rate is that of its last step", async () => {
    const schedule = warmUp({ steps: 4, schedule: constant(0.004) });
    const model = tinyModel({ optimizer: new SGD({ learningRate: schedule }) });
    const { epochs } = await model.fit(numberedSamples(6), { epochs: 3, batchSize: 2 });
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual([0.003, 0.004, 0.004]);
  });
});

describe('validation', () => {
  test('a split keeps the same share of the samples out of training in each epoch', async () => {
    const loss = new RecordingLoss();
    const model = tinyModel({ loss });
    await model.fit(numberedSamples(10), { epochs: 3, batchSize: 7, validationSplit: 0.3 });
    const [training, validation] = [0, 1].map((odd) => loss.calls.filter((_, i) => i % 2 === odd));
    expect(training.map((call) => call.length)).toEqual([7, 7, 7]);
    expect(validation[1]).toEqual(validation[0]);
    expect(validation[2]).toEqual(validation[0]);
    // Drawn at random, neither the first nor the last ones: files are often sorted by class.
    const kept = validation[0].toSorted((a, b) => a - b);
    expect([
      [0, 1, 2],
      [7, 8, 9],
    ]).not.toContainEqual(kept);
    for (const call of training) {
      expect([...call, ...validation[0]].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  /** The numbers of the samples on which one fit of two epochs trained, and on which it validated. */
  async function splitOf(model: Autoencoder, loss: RecordingLoss, samples: Samples = numberedSamples(20)) {
    loss.calls.length = 0;
    await model.fit(samples, { epochs: 2, batchSize: 14, validationSplit: 0.3 });
    const [trained, measured] = [0, 1].map((odd) => loss.calls.filter((_, i) => i % 2 === odd));
    expect(loss.calls.map((call) => call.length)).toEqual([14, 6, 14, 6]);
    return { trained: trained.flat(), measured: measured[0].toSorted((a, b) => a - b) };
  }

  test('a second fit keeps out the same samples: those of the validation are never trained on', async () => {
    const loss = new RecordingLoss();
    const model = tinyModel({ loss });
    const first = await splitOf(model, loss);
    const second = await splitOf(model, loss);
    expect(second.measured).toEqual(first.measured);
    expect(second.trained.filter((sample) => first.measured.includes(sample))).toEqual([]);
    // The order of the others continues from the first fit.
    expect(second.trained).not.toEqual(first.trained);
  });

  test('so does a fit after other trainings, with another loss, and in another model with the seed', async () => {
    const [loss, otherLoss] = [new RecordingLoss(), new RecordingLoss()];
    const model = tinyModel({ loss });
    const { measured } = await splitOf(model, loss);
    await model.fit(numberedSamples(7), { epochs: 3, batchSize: 2 });
    await model.fit(numberedSamples(9), { epochs: 1, validationSplit: 0.5 });
    model.compile({ loss: otherLoss, optimizer: new SGD({ learningRate: 1e-6 }) });
    expect((await splitOf(model, otherLoss)).measured).toEqual(measured);
    const other = new RecordingLoss();
    expect((await splitOf(tinyModel({ loss: other }), other)).measured).toEqual(measured);
  });

  test('another seed keeps out other samples', async () => {
    const kept = new Set<string>();
    for (const seed of [0, 1, 2, 3]) {
      const loss = new RecordingLoss();
      kept.add((await splitOf(tinyModel({ loss, seed }), loss)).measured.join());
    }
    // One of 38,760 choices each.
    expect(kept.size).toBe(4);
  });

  test('other data is measured after the epoch and not trained on', async () => {
    const [model, alone] = [toyModel(), toyModel()];
    const [images, others] = [toyImages(40), toyImages(300, 2)];
    const measured: number[] = [];
    const { epochs } = await model.fit(images, {
      epochs: 3,
      validationData: others,
      onEpochEnd: async () => {
        measured.push((await model.evaluate(others)).mse);
      },
    });
    await alone.fit(images, { epochs: 3 });
    // The same sums, in float64 but in another order.
    for (const [i, { validationLoss }] of epochs.entries())
      expect(validationLoss).toBeCloseTo(measured[i], lossDecimals());
    expect(model.parameters.values).toEqual(alone.parameters.values);
  });

  test('without validation there is no validation loss', async () => {
    const { epochs } = await tinyModel().fit(numberedSamples(4), { epochs: 1 });
    expect(Object.keys(epochs[0])).toEqual(['epoch', 'loss', 'learningRate']);
  });

  test.each([
    [0.04, 10, 0],
    [0.96, 10, 10],
    [0.5, 1, 1],
    [0.4, 1, 0],
  ])('a split of %d of %d samples leaves one side empty', async (validationSplit, count, kept) => {
    const message = `fit: a validation split of ${validationSplit} keeps ${kept} of ${plural(count, 'sample')}, expected at least one on each side.`;
    await expect(tinyModel().fit(numberedSamples(count), { validationSplit })).rejects.toThrow(
      new RangeError(message),
    );
  });

  test('other data that does not fit is refused by name', async () => {
    await expect(
      tinyModel().fit(numberedSamples(3), { validationData: Tensor.zeros([3, 5]) }),
    ).rejects.toThrow(new ShapeError('fit, validationData: the samples are [3, 5], expected [n, 2].'));
  });
});

describe('early stopping', () => {
  /** Trains for one epoch a value. Returns what happened, and the weights after each epoch. */
  async function run(script: readonly number[], options: FitOptions) {
    const model = tinyModel({
      loss: new ScriptedLoss(script),
      optimizer: new SGD({ learningRate: 1e-3 }),
    });
    const after: Float32Array[] = [];
    const history = await model.fit(numberedSamples(4), {
      epochs: script.length,
      ...options,
      onEpochEnd: () => {
        after.push(model.parameters.values.slice());
      },
    });
    return { ...history, ran: history.epochs.length, after, values: model.parameters.values };
  }

  test('stops after `patience` epochs without improvement, with the best weights', async () => {
    const { ran, stopped, bestEpoch, restoredBestWeights, after, values } = await run(
      [5, 4, 4.5, 3, 3.2, 3.1, 3.3, 1],
      { earlyStopping: { patience: 3 } },
    );
    expect({ ran, stopped, bestEpoch, restoredBestWeights }).toEqual({
      ran: 7,
      stopped: 'patience',
      bestEpoch: 4,
      restoredBestWeights: true,
    });
    expect(values).toEqual(after[3]);
    expect(values).not.toEqual(after[6]);
  });

  test('an equal loss is no improvement', async () => {
    const { ran, bestEpoch } = await run([2, 2, 2, 2], { earlyStopping: { patience: 2 } });
    expect({ ran, bestEpoch }).toEqual({ ran: 3, bestEpoch: 1 });
  });

  test('an improvement below minDelta does not count, but small ones since the best epoch add up', async () => {
    const { ran, bestEpoch } = await run([5, 4.75, 4.625, 4.25, 4, 3.9], {
      earlyStopping: { patience: 2, minDelta: 0.5 },
    });
    expect({ ran, bestEpoch }).toEqual({ ran: 3, bestEpoch: 1 });
    const patient = await run([5, 4.75, 4.25, 4, 3.9], { earlyStopping: { patience: 2, minDelta: 0.5 } });
    expect({ ran: patient.ran, bestEpoch: patient.bestEpoch }).toEqual({ ran: 5, bestEpoch: 3 });
  });

  test('the best weights come back after all epochs', async () => {
    const { stopped, bestEpoch, after, values } = await run([3, 1, 2], { earlyStopping: { patience: 9 } });
    expect({ stopped, bestEpoch }).toEqual({ stopped: 'epochs', bestEpoch: 2 });
    expect(values).toEqual(after[1]);
  });

  test('the best weights come back after a signal', async () => {
    const controller = new AbortController();
    const { stopped, bestEpoch, after, values } = await run([3, 1, 2, 2, 2], {
      earlyStopping: { patience: 9 },
      signal: controller.signal,
      onBatchEnd: ({ epoch }) => {
        if (epoch === 4) controller.abort();
      },
    });
    expect({ stopped, bestEpoch, ran: after.length }).toEqual({ stopped: 'signal', bestEpoch: 2, ran: 4 });
    expect(values).toEqual(after[1]);
  });

  test('the best weights come back after divergence', async () => {
    const model = tinyModel({
      loss: new ScriptedLoss([3, 1, 2]),
      optimizer: new SGD({ learningRate: 1e-3 }),
    });
    const after: Float32Array[] = [];
    const fitted = model.fit(numberedSamples(4), {
      earlyStopping: { patience: 9 },
      onEpochEnd: () => {
        after.push(model.parameters.values.slice());
      },
    });
    await expect(fitted).rejects.toThrow(DivergenceError);
    expect(model.parameters.values).toEqual(after[1]);
  });

  test('the last weights stay if asked for', async () => {
    const { bestEpoch, restoredBestWeights, after, values } = await run([3, 1, 2], {
      earlyStopping: { patience: 9 },
      keep: 'last',
    });
    expect({ bestEpoch, restoredBestWeights }).toEqual({ bestEpoch: 2, restoredBestWeights: false });
    expect(values).toEqual(after[2]);
  });

  test('without it nothing is restored', async () => {
    const { bestEpoch, restoredBestWeights, after, values } = await run([3, 1, 2], {});
    expect({ bestEpoch, restoredBestWeights }).toEqual({ bestEpoch: 2, restoredBestWeights: false });
    expect(values).toEqual(after[2]);
  });

  test('the validation loss is watched if there is one', async () => {
    // Training, validation, training, ...: the first keeps falling, the second is best in epoch 2.
    const { ran, bestEpoch } = await run([9, 5, 8, 4, 7, 4.5, 6, 4.5, 5, 4.5], {
      epochs: 5,
      validationData: numberedSamples(2),
      earlyStopping: { patience: 2 },
    });
    expect({ ran, bestEpoch }).toEqual({ ran: 4, bestEpoch: 2 });
  });
});

describe('a signal', () => {
  test('ends training after the current step', async () => {
    const controller = new AbortController();
    const optimizer = new SGD({ learningRate: 1e-6 });
    const { epochs, stopped, bestEpoch } = await tinyModel({ optimizer }).fit(numberedSamples(8), {
      batchSize: 2,
      signal: controller.signal,
      onBatchEnd: ({ epoch, batch }) => {
        if (epoch === 2 && batch === 3) controller.abort();
      },
    });
    expect({ stopped, bestEpoch, finished: epochs.length }).toEqual({
      stopped: 'signal',
      bestEpoch: 1,
      finished: 1,
    });
    expect(optimizer.steps).toBe(4 + 3);
  });

  test('may come during a pause', async () => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 1);
    const { stopped } = await tinyModel().fit(numberedSamples(4), {
      epochs: 400,
      signal: controller.signal,
      onBatchEnd: () => burn(5),
    });
    clearTimeout(timer);
    expect(stopped).toBe('signal');
  });

  test('in the first epoch: there is no best epoch, and nothing to restore', async () => {
    const controller = new AbortController();
    const history = await tinyModel().fit(numberedSamples(4), {
      batchSize: 2,
      earlyStopping: { patience: 1 },
      signal: controller.signal,
      onBatchEnd: () => controller.abort(),
    });
    expect(history).toMatchObject({
      epochs: [],
      stopped: 'signal',
      bestEpoch: undefined,
      restoredBestWeights: false,
    });
  });

  test('that came before fit prevents all steps', async () => {
    const optimizer = new SGD();
    const history = await tinyModel({ optimizer }).fit(numberedSamples(4), { signal: AbortSignal.abort() });
    expect(history.stopped).toBe('signal');
    expect(optimizer.steps).toBe(0);
  });
});

describe('divergence', () => {
  test('is an error that says where', async () => {
    const model = toyModel();
    model.compile({ optimizer: new SGD({ learningRate: 1e20 }) });
    const fitted = model.fit(toyImages(16), { batchSize: 8 });
    await expect(fitted).rejects.toThrow(DivergenceError);
    await expect(fitted).rejects.toThrow(
      /^fit: the loss became (NaN|Infinity) in epoch \d+ of 100, batch \d of 2, expected a finite number: the learning rate \(.*\) is likely too high, or the range of the data too wide \(this batch's inputs .*\)\.$/,
    );
  });

  test('is found in the validation loss of its epoch, and is an error rather than a number of the history', async () => {
    // One step an epoch: the training loss is measured before the step, so only the validation shows its effect.
    const model = toyModel();
    model.compile({ optimizer: new SGD({ learningRate: 1e30 }) });
    const fitted = model.fit(toyImages(16), { epochs: 1, validationData: toyImages(4, 2) });
    await expect(fitted).rejects.toThrow(DivergenceError);
  });

  test('a NaN among the samples is found in the first batch that holds it', async () => {
    const samples = numberedSamples(4);
    samples.data[5] = Number.NaN;
    await expect(tinyModel().fit(samples, { batchSize: 4 })).rejects.toThrow(
      /NaN in epoch 1 of 100, batch 1 of 1.*inputs hold NaN/,
    );
  });
});

describe('callbacks', () => {
  test('onEpochEnd is awaited', async () => {
    const events: string[] = [];
    await tinyModel().fit(numberedSamples(2), {
      epochs: 2,
      onBatchEnd: ({ epoch }) => events.push(`step of epoch ${epoch}`),
      onEpochEnd: async ({ epoch }) => {
        await sleep(2);
        events.push(`end of epoch ${epoch}`);
      },
    });
    expect(events).toEqual(['step of epoch 1', 'end of epoch 1', 'step of epoch 2', 'end of epoch 2']);
  });

  test('onEpochEnd gets the record that the history holds', async () => {
    const records: EpochRecord[] = [];
    const { epochs } = await tinyModel().fit(numberedSamples(4), {
      epochs: 2,
      validationSplit: 0.5,
      onEpochEnd: (record) => {
        records.push(record);
      },
    });
    expect(records).toEqual(epochs);
  });

  test.each([
    ['onBatchEnd', { onBatchEnd: fail }],
    ['onEpochEnd', { onEpochEnd: fail }],
    ['an async onEpochEnd', { onEpochEnd: async () => fail() }],
  ])('an error in %s ends fit with it, and the model can be trained again', async (_name, options) => {
    const model = tinyModel();
    await expect(model.fit(numberedSamples(2), options)).rejects.toThrow('from the callback');
    expect((await model.fit(numberedSamples(2), { epochs: 1 })).epochs).toHaveLength(1);
  });
});

function fail(): never {
  throw new Error('from the callback');
}

test('fit during fit is refused, and the first continues', async () => {
  const model = toyModel();
  const first = model.fit(toyImages(50), { epochs: 3, batchSize: 8, validationSplit: 0.2 });
  await expect(model.fit(toyImages(4))).rejects.toThrow(
    new Error('Autoencoder.fit: called during another fit, expected to be called after it.'),
  );
  expect((await first).epochs).toHaveLength(3);
  expect(writeModel(model)).toEqual(await trainedBytes({}));
});

describe('what is refused', () => {
  test.each<[FitOptions, string]>([
    [{ epochs: 0 }, 'fit: epochs is 0, expected an integer >= 1.'],
    [{ epochs: 1.5 }, 'fit: epochs is 1.5, expected an integer >= 1.'],
    [{ batchSize: 0 }, 'fit: batchSize is 0, expected an integer >= 1.'],
    [{ batchSize: Number.NaN }, 'fit: batchSize is NaN, expected an integer >= 1.'],
    [{ validationSplit: 1 }, 'fit: validationSplit is 1, expected 0 <= split < 1.'],
    [{ validationSplit: -0.1 }, 'fit: validationSplit is -0.1, expected 0 <= split < 1.'],
    [{ validationSplit: Number.NaN }, 'fit: validationSplit is NaN, expected 0 <= split < 1.'],
    [
      { validationSplit: 0.5, validationData: numberedSamples(1) },
      'fit: got both validationSplit and validationData, expected one of them.',
    ],
    [{ earlyStopping: { patience: 0 } }, 'fit: patience is 0, expected an integer >= 1.'],
    [{ earlyStopping: { patience: 1, minDelta: -1 } }, 'fit: minDelta is -1, expected a number >= 0.'],
  ])('%j', async (options, message) => {
    const model = tinyModel();
    const before = model.parameters.values.slice();
    await expect(model.fit(numberedSamples(4), options)).rejects.toThrow(new RangeError(message));
    expect(model.parameters.values).toEqual(before);
  });

  test('samples of another shape, and no samples', async () => {
    await expect(toyModel().fit(Tensor.zeros([3, 5]))).rejects.toThrow(
      new ShapeError('fit: the samples are [3, 5], expected [n, 4, 4, 1].'),
    );
    await expect(toyModel().fit(Tensor.zeros([0, FEATURES]))).rejects.toThrow(
      new ShapeError('fit: got no samples, expected at least one.'),
    );
  });

  test('a fit that is refused keeps the normalization of the one before', async () => {
    const model = toyModel();
    await model.fit(toyImages(4), { epochs: 1 });
    const { normalization } = model;
    await expect(model.fit(Tensor.zeros([3, 5]))).rejects.toThrow(ShapeError);
    await expect(model.fit(asInputs(toyImages(4)), { epochs: 0 })).rejects.toThrow(RangeError);
    expect(model.normalization).toEqual(normalization);
  });
});

test('validation draws its noise and what the model draws from one generator: they are different numbers', async () => {
  const x = toyImages(8);
  const draws: { readonly noise: number[]; readonly own: number[] }[] = [];
  const stepRandom = new Random(3);
  const parameters = new FlatParameters([]);
  const objective = {
    callsKernelsOnly: false,
    needsUnitRange: false,
    lastLayer: undefined,
    learn: () => ({ loss: 1 }),
    measure: (input: Tensor, target: Tensor) => {
      const own = new Float32Array(input.size);
      stepRandom.fillNormal(own);
      draws.push({ noise: Array.from(input.data, (value, i) => value - target.data[i]), own: [...own] });
      return { loss: 1 };
    },
  };
  const model = { objective, optimizer: new SGD(), parameters, random: new Random(1), stepRandom };
  const owner = { normalization: NO_NORMALIZATION };
  const options = { epochs: 2, validationData: x, noise: { kind: 'gaussian', amount: 1 } } as const;
  await fitModel('test', owner, { ...model, inputShape: x.shape.slice(1), seed: 0 }, x, options);
  const [first, second] = draws;
  expect(second).toEqual(first); // the same after each epoch
  const apart = first.noise.filter((value, i) => Math.abs(value - first.own[i]) > 1e-3);
  expect(apart.length).toBeGreaterThan(0.9 * first.noise.length);
});
