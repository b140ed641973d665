/** The worker of the page, without a browser: calls in, events out. */

import { afterEach, describe, expect, test } from '@jest/globals';
import type { Settings, SnapshotEvent, WorkerEvent } from '../../../demo/messages.ts';
import { sentenceOf } from '../../../demo/worker/problems.ts';
import { Session } from '../../../demo/worker/session.ts';
import {
  Autoencoder,
  type AutoencoderSpec,
  generateDigits,
  readAnyModel,
  writeModel,
} from '../../../src/index.ts';
import { writeNpy } from '../../../src/io/index.ts';

const SETTINGS: Settings = {
  kind: 'autoencoder',
  conv: [],
  denseCode: true,
  hidden: [12],
  encodingDim: 4,
  activation: 'relu',
  optimizer: 'adam',
  learningRate: 1e-3,
  noise: 0,
  batchSize: 32,
  seed: 7,
};

/** Few, so that the tests are quick. */
const { labels, ...array } = generateDigits({ count: 300, seed: 1 });
const DIGITS = { name: 'digits', notes: [], array, labels };

/** A session, and what it reports. */
function start() {
  const events: WorkerEvent[] = [];
  let onEvent = () => {};
  const session = new Session((event) => {
    events.push(event);
    onEvent();
  }, DIGITS);
  const last = <Name extends WorkerEvent['event']>(name: Name) =>
    events.findLast((event) => event.event === name) as Extract<WorkerEvent, { event: Name }>;
  /** Resolves when the last event of a name is as wanted. */
  const until = (isWanted: () => boolean) =>
    new Promise<void>((resolve) => {
      onEvent = () => {
        if (isWanted()) resolve();
      };
      onEvent();
    });
  const steps = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const before = events.length;
      session.step();
      await until(() =>
        events.slice(before).some((event) => event.event === 'status' && event.phase === 'paused'),
      );
    }
  };
  const weights = async () => [...readAnyModel((await session.save()).bytes).model.parameters.values];
  open.push(session);
  return { session, events, last, until, steps, weights };
}

const open: Session[] = [];
afterEach(async () => {
  for (const session of open.splice(0)) await session.configure(SETTINGS, false); // ends a training that still goes on
});

const file = (name: string, bytes: Uint8Array | string) => new File([bytes as BlobPart], name);

describe('a session', () => {
  test('reports data, network and pictures as soon as it is configured', async () => {
    const { session, events, last } = start();
    await session.configure(SETTINGS, false);
    expect(events.map(({ event }) => event)).toEqual(['data', 'model', 'status', 'snapshot']);
    expect(last('data')).toMatchObject({
      name: 'digits',
      count: 300,
      testCount: 30,
      sampleShape: [28, 28],
    });
    expect(last('model').layers.map(({ width }) => width)).toEqual([784, 12, 4, 12, 784]);
    const { outputs, filters, plane, codeLow } = last('snapshot');
    expect([outputs.count, filters.count, plane?.points.length, codeLow.length]).toEqual([10, 12, 600, 4]);
    expect(Math.max(...filters.values.map(Math.abs))).toBeCloseTo(1);
  });

  test('trains until it is paused, and the loss falls', async () => {
    const { session, last, until, events } = start();
    // Small batches: the hundred epochs of a run must take longer than a progress event.
    await session.configure({ ...SETTINGS, hidden: [64], batchSize: 2 }, false);
    session.train();
    await until(() => (last('progress')?.step ?? 0) > 100);
    session.pause();
    await until(() => last('status').phase === 'paused');
    const losses = events.flatMap((event) => (event.event === 'progress' ? event.losses : []));
    const training = losses.flatMap(({ values }) => values.training ?? []);
    expect(training.at(-1)).toBeLessThan(0.8 * training[0]);
    expect(last('progress').samplesPerSecond).toBe(0); // it rests
  });

  test('makes single steps, and begins again with the same bits', async () => {
    const { session, steps, weights, last } = start();
    await session.configure(SETTINGS, false);
    const initial = await weights();
    await steps(3);
    expect(last('progress').step).toBe(3);
    const trained = await weights();
    expect(trained).not.toEqual(initial);
    await session.configure(SETTINGS, false);
    expect(await weights()).toEqual(initial);
    await steps(3);
    expect(await weights()).toEqual(trained);
    await session.configure({ ...SETTINGS, seed: 8 }, false);
    expect(await weights()).not.toEqual(initial);
  });

  test('goes on training with other settings if it shall, and rests after a reset', async () => {
    const { session, last, until } = start();
    await session.configure(SETTINGS, true);
    expect(last('status').phase).toBe('idle'); // there was no training that could go on
    session.train();
    await until(() => (last('progress')?.step ?? 0) > 3);
    await session.configure({ ...SETTINGS, seed: 8 }, true);
    expect(last('status').phase).toBe('training');
    await until(() => last('progress').step === 1);
    session.pause();
    await until(() => last('status').phase === 'paused');
    await session.configure(SETTINGS, true);
    expect(last('status').phase).toBe('idle');
    session.train();
    await session.configure(SETTINGS, false);
    expect(last('status').phase).toBe('idle');
  });

  test('stops where the loss is no longer a number, and says what to do', async () => {
    const { session, last, until } = start();
    await session.configure({ ...SETTINGS, optimizer: 'sgd', learningRate: 1e9 }, false);
    session.train();
    await until(() => last('status').phase === 'stopped');
    expect(last('status').problem).toBe(
      'The loss is no longer a number: the learning rate is likely too high. Choose a lower one and press Reset.',
    );
    const noNumbers = 'The weights of the network are no longer numbers: press Reset.';
    await expect(session.sample(3, 1)).rejects.toThrow(noNumbers);
    await expect(session.save()).rejects.toThrow(noNumbers);
    await session.configure(SETTINGS, false);
    session.step();
    await until(() => last('status').phase === 'paused');
    expect(last('progress').step).toBe(1);
  });

  test('moves the learning rate of a network that has begun', async () => {
    const { session, steps, weights, last } = start();
    await session.configure(SETTINGS, false);
    await steps(1);
    const before = await weights();
    session.setLearningRate(1e-9);
    await steps(1);
    const change = (await weights()).map((weight, i) => Math.abs(weight - before[i]));
    expect(Math.max(...change)).toBeLessThan(1e-6);
    await session.open(file('model.safetensors', (await session.save()).bytes));
    expect(last('model').settings.learningRate).toBe(1e-9); // it stays for a model of a file
  });

  test.each(['autoencoder', 'vae', 'gan'] as const)(
    'saves a model of kind %s and opens it again',
    async (kind) => {
      const { session, steps, weights, last } = start();
      await session.configure({ ...SETTINGS, kind }, false);
      await steps(2);
      const { bytes } = await session.save();
      const trained = await weights();
      const pictures = last('snapshot').outputs.values;
      await session.configure({ ...SETTINGS, hidden: [5], encodingDim: 2, seed: 1 }, false);
      await session.open(file('model.safetensors', bytes));
      expect(last('model').settings).toMatchObject({ kind, hidden: [12], encodingDim: 4 });
      expect(await weights()).toEqual(trained);
      expect(last('snapshot').outputs.values).toEqual(pictures);
      await steps(1); // it can be trained on
      expect(await weights()).not.toEqual(trained);
    },
  );

  test.each(['autoencoder', 'vae', 'gan'] as const)(
    'trains convolutions of kind %s, shows their kernels, and opens them again',
    async (kind) => {
      const { session, steps, weights, last } = start();
      const settings = { ...SETTINGS, kind, conv: [3, 5], hidden: [] };
      await session.configure(settings, false);
      const widths = last('model').layers.map(({ width }) => width);
      const [down, up] = [
        [784, 588, 245],
        [245, 588, 784],
      ];
      expect(widths).toEqual(kind === 'gan' ? [4, ...up, 588, 245, 1] : [...down, 4, ...up]);
      const { filters } = last('snapshot');
      expect(filters).toMatchObject({
        view: { kind: 'picture', height: 3, width: 3, channels: 1 },
        count: 3,
      });
      expect(filters.values).toHaveLength(27);
      await steps(2);
      const { bytes } = await session.save();
      const trained = await weights();
      await session.configure(SETTINGS, false);
      await session.open(file('model.safetensors', bytes));
      expect(last('model').settings).toEqual(settings);
      expect(await weights()).toEqual(trained);
      await steps(1);
      expect(await weights()).not.toEqual(trained);
    },
  );

  test('opens a model whose code is what convolutions make, and begins with it again', async () => {
    const { session, weights, last } = start();
    await session.configure(SETTINGS, false);
    const model = new Autoencoder({ inputShape: [28, 28], conv: [2, 3], denseCode: false, seed: 7 });
    await session.open(file('model.safetensors', writeModel(model)));
    const { settings, layers } = last('model');
    expect(layers.map(({ width }) => width)).toEqual([784, 392, 147, 392, 784]);
    expect(settings).toMatchObject({ conv: [2, 3], denseCode: false, hidden: [], encodingDim: 147 });
    await session.configure(settings, false);
    expect(await weights()).toEqual([...model.parameters.values]);
  });

  test('opens a model whose encoder has no weights: there are no filters to show', async () => {
    const { session, steps, last } = start();
    await session.configure(SETTINGS, false);
    const spec: AutoencoderSpec = {
      type: 'autoencoder',
      inputShape: [28, 28],
      encoder: [
        { type: 'reshape', shape: [28, 28, 1] },
        { type: 'maxPool2d', kernelSize: 7, stride: 7, padding: 0 },
        { type: 'flatten' },
      ],
      decoder: [{ type: 'dense', inFeatures: 16, outFeatures: 784, bias: true }],
    };
    await session.open(file('model.safetensors', writeModel(new Autoencoder({ spec }))));
    expect(last('snapshot').filters.count).toBe(0);
    await steps(1);
    const { settings } = last('model');
    await session.configure(settings, false); // begins again, with dense layers
    expect(last('model').layers.map(({ width }) => width)).toEqual([784, 16, 784]);
  });

  test('decodes a place on the plane to what stands there', async () => {
    const { session, steps, last } = start();
    await session.configure({ ...SETTINGS, encodingDim: 2 }, false);
    await steps(5);
    const { plane } = last('snapshot') as SnapshotEvent;
    const [x, y] = plane?.points.subarray(6, 8) ?? [];
    expect(plane?.shares).toBeUndefined(); // two numbers need no projection
    expect([...session.place(x, y).code]).toEqual([...session.point(3).code]);
  });

  test('makes new samples, and others of another seed', async () => {
    for (const kind of ['autoencoder', 'vae', 'gan'] as const) {
      const { session } = start();
      await session.configure({ ...SETTINGS, kind }, false);
      const samples = await session.sample(3, 1);
      expect([samples.count, samples.values.length]).toEqual([3, 3 * 784]);
      expect(await session.sample(3, 1)).toEqual(samples);
      expect(await session.sample(3, 2)).not.toEqual(samples);
    }
  });

  test('codes a drawing, or judges it', async () => {
    const line = Float32Array.from({ length: 784 }, (_, i) => Number(i % 28 === 5 && i > 200 && i < 500));
    const { session } = start();
    await session.configure(SETTINGS, false);
    const { seen, sample, realness } = session.draw(line);
    expect(sample?.code).toHaveLength(4);
    expect(realness).toBeUndefined();
    // Moved to the middle, as the digits are.
    const column = (x: number) =>
      seen.values.filter((_, i) => i % 28 === x).reduce((sum, value) => sum + value, 0);
    expect(column(13) + column(14)).toBeGreaterThan(5 * column(5));
    await session.configure({ ...SETTINGS, kind: 'gan' }, false);
    expect(session.draw(line).realness).toBeGreaterThan(0);
  });

  test('adds the noise of its settings to what the encoder sees', async () => {
    const { session, last } = start();
    await session.configure({ ...SETTINGS, noise: 0.3 }, false);
    const { values } = last('data').originals;
    const noisy = last('snapshot').noisy?.values ?? new Float32Array();
    const differences = Float64Array.from(noisy, (value, i) => value - values[i]);
    const deviation = Math.sqrt(differences.reduce((sum, d) => sum + d * d, 0) / differences.length);
    expect(deviation).toBeCloseTo(0.3, 1);
  });
});

describe('other data', () => {
  const pictures = writeNpy({
    shape: [30, 4, 6],
    data: Uint8Array.from({ length: 720 }, (_, i) => (i * 37) % 256),
  });

  test('gets a new network with the same settings, and a tenth is held out', async () => {
    const { session, last } = start();
    await session.configure(SETTINGS, false);
    await session.readFiles([file('small.npy', pictures)]);
    expect(last('data')).toMatchObject({ name: 'small.npy', count: 30, testCount: 3, sampleShape: [4, 6] });
    expect(last('data').view).toEqual({ kind: 'picture', height: 4, width: 6, channels: 1 });
    expect(last('model').layers[0].width).toBe(24);
  });

  test('that convolutions can not see gets dense layers, and these are refused for it', async () => {
    const { session, last } = start();
    const settings = { ...SETTINGS, conv: [2, 2], hidden: [] };
    await session.configure(settings, false);
    const table = new TextEncoder().encode(Array.from({ length: 30 }, (_, i) => `${i},${i * i}`).join('\n'));
    await session.readFiles([file('table.csv', table)]);
    expect(last('model').settings).toMatchObject({ conv: [], hidden: [64, 32] });
    await expect(session.configure(settings, false)).rejects.toThrow(
      'Convolutional layers are for pictures whose height and width can be halved 2 times, such as 28 × 28; the samples are 2.',
    );
    expect(last('model').layers[0].width).toBe(2);
  });

  test.each([
    [
      [3, 3],
      [2, 2],
    ],
    [[3, 2], []],
    [[2, 9], []],
  ])('pictures of %j have stages of convolutions %j, where two were asked for', async (size, conv) => {
    const { session, last } = start();
    await session.configure({ ...SETTINGS, conv: [2, 2], hidden: [] }, false);
    const data = Uint8Array.from({ length: 30 * size[0] * size[1] }, (_, i) => (i * 37) % 256);
    await session.readFiles([file('small.npy', writeNpy({ shape: [30, ...size], data }))]);
    expect(last('model').settings.conv).toEqual(conv);
  });

  test('pictures that come as vectors are pictures for convolutions', async () => {
    const { session, steps, last } = start();
    await session.configure({ ...SETTINGS, conv: [2], hidden: [] }, false);
    const data = Uint8Array.from({ length: 30 * 64 }, (_, i) => (i * 37) % 256);
    await session.readFiles([file('flat.npy', writeNpy({ shape: [30, 64], data }))]);
    expect(last('model').settings.conv).toEqual([2]);
    expect(last('model').layers.map(({ width }) => width)).toEqual([64, 32, 4, 32, 64]);
    await steps(1);
  });

  test('that can not be used changes nothing', async () => {
    const { session, weights, events } = start();
    await session.configure(SETTINGS, false);
    const before = await weights();
    const count = events.length;
    const values = new Float32Array(120);
    const array = { shape: [30, 4], data: values };
    await expect(session.readFiles([file('zeros.npy', writeNpy(array))])).rejects.toThrow(
      'zeros.npy: all numbers are 0, so there is nothing to learn.',
    );
    values[38] = Number.NaN; // in one of the samples that would be held out
    await expect(session.readFiles([file('nan.npy', writeNpy(array))])).rejects.toThrow(
      'nan.npy: number 3 of sample 10 is NaN, expected finite numbers: fill it in or leave the sample out.',
    );
    const one = writeNpy({ shape: [1, 4], data: values.subarray(0, 4) });
    await expect(session.readFiles([file('one.npy', one)])).rejects.toThrow(
      'one.npy: the array is [1, 4], expected at least two samples, [n, …].',
    );
    await expect(session.readFiles([file('x.npy', 'no array')])).rejects.toThrow(/^x\.npy: /);
    await expect(session.readFiles([file('x.heic', 'photo')])).rejects.toThrow(
      'x.heic: unknown kind of file, expected .npy, .npz, IDX (also .gz), .csv, .tsv, or images.',
    );
    expect(events).toHaveLength(count);
    expect(await weights()).toEqual(before);
  });

  test('that needs too large a network is refused, and the network in use stays', async () => {
    const { session, last } = start();
    await session.configure({ ...SETTINGS, hidden: [4096] }, false);
    const large = writeNpy({ shape: [2, 3000, 3000], data: new Uint8Array(18e6).map((_, i) => i) });
    const refusal = await session.readFiles([file('large.npy', large)]).catch(sentenceOf);
    expect(refusal).toMatch(/^This network needs more memory than the browser gives: /);
    expect(session.decode(new Float32Array(4)).values).toHaveLength(784);
    await session.configure(SETTINGS, false);
    expect([last('data').name, last('model').layers[0].width]).toEqual(['digits', 784]);
  });

  test('that does not fit a model file is named, and what to do', async () => {
    const { session } = start();
    await session.configure(SETTINGS, false);
    const { bytes } = await session.save();
    await session.readFiles([file('small.npy', pictures)]);
    await expect(session.open(file('digits.safetensors', bytes))).rejects.toThrow(
      'digits.safetensors: the model takes samples of [28, 28], and those on the page are [4, 6]: open its data first.',
    );
    await expect(session.open(file('broken.safetensors', bytes.subarray(0, 999)))).rejects.toThrow(
      /^broken\.safetensors: /,
    );
  });

  test('of floats beyond [0, 1] is scaled, and that is said', async () => {
    const { session, last } = start();
    await session.configure(SETTINGS, false);
    const data = Float32Array.from({ length: 40 * 9 }, (_, i) => 20 * Math.sin(i));
    await session.readFiles([file('waves.npy', writeNpy({ shape: [40, 3, 3], data }))]);
    expect(last('data').notes).toEqual([
      'The values were scaled so that their minimum is 0 and their maximum 1.',
    ]);
    const { values } = last('data').originals;
    expect([Math.min(...values) >= 0, Math.max(...values) <= 1]).toEqual([true, true]);
  });
});
