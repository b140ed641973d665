import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import type { AutoencoderSpec } from '../../src/autoencoder/spec.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../src/io/checkpoint.ts';
import { FormatError } from '../../src/io/errors.ts';
import { readModel, writeModel } from '../../src/io/model.ts';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { runRecordOf } from '../../src/node/cli/train/resume.ts';
import { AdamW } from '../../src/optim/adam.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import type { TrainingState } from '../../src/training/trainingState.ts';
import { resealed } from '../helpers/mutations/resealed.ts';
import { uniformArray } from '../helpers/randomArrays.ts';

/** Seven weights: few bytes, so that each can be changed in turn. */
const SPEC: AutoencoderSpec = {
  type: 'autoencoder',
  inputShape: [2],
  encoder: [{ type: 'dense', inFeatures: 2, outFeatures: 1, bias: true }],
  decoder: [{ type: 'dense', inFeatures: 1, outFeatures: 2, bias: true }],
};
const SIZE = 7;

const SAMPLES = new Tensor(uniformArray(10, new Random(3)), [5, 2]);

function model(): Autoencoder {
  const autoencoder = new Autoencoder({ spec: SPEC, seed: 2 });
  autoencoder.normalization = { kind: 'standard', dtype: 'u2', shift: 0.1, scale: 1 / 3 };
  return autoencoder;
}

/** All fields, with numbers that are easily lost. */
function fullState(): TrainingState {
  const numbers = (seed: number) => uniformArray(SIZE, new Random(seed));
  const weights = numbers(1);
  weights.set([-0, 2 ** -149, -(2 ** -140), 3.4028234663852886e38]);
  const m = numbers(2);
  m.set([-0, 2 ** -149], 3);
  return {
    epoch: 3,
    batch: 17,
    lossSum: 1 / 3,
    learningRate: 5e-324,
    random: [0, 4294967295, 1, 2147483648],
    weights,
    optimizer: {
      name: 'adamw',
      steps: 1234567,
      learningRate: 0.1 + 0.2,
      settings: { beta1: 0.9, epsilon: 1e-8, nesterov: false },
      moments: { m, v: numbers(4) },
    },
    epochs: [
      { epoch: 1, loss: 0.1, validationLoss: 1e-300, learningRate: 0.001 },
      { epoch: 2, loss: 1e300, learningRate: 0.0005 },
    ],
    best: { epoch: 1, loss: 0.1, waited: 1, weights: numbers(5) },
  };
}

const RUN = {
  options: { data: '/a/ü "b".npy', json: '' },
  kernels: 'simd',
  seconds: [0.5, 1 / 3],
  none: null,
};

/** The state's arrays as bits, as toEqual compares numbers. */
const bitsOf = (array: Float32Array) => [...new Uint32Array(array.slice().buffer)];

describe('a checkpoint that is written and read', () => {
  test('has every field of the state, to the last bit', () => {
    const state = fullState();
    const read = readCheckpoint(writeCheckpoint(model(), state, RUN));
    expect(read.state).toEqual(state);
    expect(read.run).toEqual(RUN);
    expect(bitsOf(read.state.weights)).toEqual(bitsOf(state.weights));
    expect(bitsOf(read.state.optimizer.moments.m)).toEqual(bitsOf(state.optimizer.moments.m));
    expect(bitsOf(read.state.weights).slice(0, 2)).toEqual([0x80000000, 1]);
    expect('validationLoss' in read.state.epochs[1]).toBe(false);
  });

  test("has the model: spec, normalization, and the state's weights, not those of the autoencoder", () => {
    const original = model();
    const state = fullState();
    const { model: autoencoder } = readCheckpoint(writeCheckpoint(original, state));
    expect(autoencoder.spec()).toEqual(SPEC);
    expect(autoencoder.normalization).toEqual(original.normalization);
    expect(autoencoder.parameters.values).toEqual(state.weights);
    expect(original.parameters.values).not.toEqual(state.weights);
  });

  test('may be of the very start, of an optimizer without moments, and without best weights', async () => {
    const autoencoder = model();
    autoencoder.compile({ optimizer: new SGD() });
    const { state } = await autoencoder.fit(SAMPLES, { signal: AbortSignal.abort() });
    const read = readCheckpoint(writeCheckpoint(autoencoder, state));
    expect(read.state).toEqual(state);
    expect(read.state.best).toBeUndefined();
    expect(read.state.optimizer.moments).toEqual({});
    expect(read.run).toEqual({});
    const later = await autoencoder.fit(SAMPLES, { epochs: 2, validationSplit: 0.4 });
    expect(readCheckpoint(writeCheckpoint(autoencoder, later.state)).state).toEqual(later.state);
  });

  test('is the same bytes for the same state, and for what was read from it', () => {
    const bytes = writeCheckpoint(model(), fullState(), RUN);
    expect(writeCheckpoint(model(), fullState(), RUN)).toEqual(bytes);
    const { model: autoencoder, state, run } = readCheckpoint(bytes);
    expect(writeCheckpoint(autoencoder, state, run)).toEqual(bytes);
    expect(writeCheckpoint(autoencoder, { ...state, batch: 18 }, run)).not.toEqual(bytes);
  });

  test('shares no memory with the state', () => {
    const state = fullState();
    const bytes = writeCheckpoint(model(), state);
    const before = bytes.slice();
    state.weights.fill(0);
    expect(bytes).toEqual(before);
  });

  test('is a safetensors file that other programs read', () => {
    const { tensors, metadata } = readSafetensors(writeCheckpoint(model(), fullState()));
    expect([...tensors.keys()].sort()).toEqual([
      'best',
      'decoder.0.bias',
      'decoder.0.weight',
      'encoder.0.bias',
      'encoder.0.weight',
      'optimizer.m',
      'optimizer.v',
    ]);
    expect(metadata).toMatchObject({ format: 'isthmus-checkpoint', version: '1' });
  });

  test.each<[string, (state: TrainingState) => Float32Array | undefined]>([
    ['decoder.0.bias', ({ weights }) => weights],
    ['optimizer.m', ({ optimizer }) => optimizer.moments.m],
    ['best', ({ best }) => best?.weights],
  ])("is refused if '%s' is not finite", (name, arrayOf) => {
    for (const value of [Number.NaN, Infinity, -Infinity]) {
      const state = fullState();
      arrayOf(state)![SIZE - 1] = value;
      expect(() => writeCheckpoint(model(), state)).toThrow(
        new FormatError(`the checkpoint's '${name}' holds NaN or infinity, expected finite numbers.`),
      );
    }
  });
});

describe('files that are no sound checkpoint', () => {
  const bytes = writeCheckpoint(model(), fullState(), RUN);
  const metadata = readSafetensors(bytes).metadata;

  test('any single byte changed is noticed', () => {
    for (const mask of [0x01, 0x20, 0x80, 0xff]) {
      for (let at = 0; at < bytes.length; at++) {
        const changed = bytes.slice();
        changed[at] ^= mask;
        let error: unknown;
        try {
          readCheckpoint(changed);
        } catch (caught) {
          error = caught;
        }
        if (!(error instanceof FormatError)) throw new Error(`byte ${at} ^ ${mask}: ${error ?? 'accepted'}`);
      }
    }
  });

  test('cut off anywhere, or with something behind, it is refused', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readCheckpoint(bytes.subarray(0, length))).toThrow(FormatError);
    }
    expect(() => readCheckpoint(Uint8Array.of(...bytes, 0))).toThrow(FormatError);
  });

  test('a damaged one is called damaged', () => {
    const changed = bytes.slice();
    changed[changed.length - 1] ^= 1;
    expect(() => readCheckpoint(changed)).toThrow(
      /^the checkpoint is damaged: its checksum is not that of its contents\.$/,
    );
  });

  test('a model is called a model, and a checkpoint a checkpoint', () => {
    expect(() => readCheckpoint(writeModel(model()))).toThrow(
      new FormatError(
        'the file is not an isthmus checkpoint: the format in its metadata is "isthmus", expected "isthmus-checkpoint".',
      ),
    );
    expect(() => readModel(bytes)).toThrow(
      new FormatError(
        'the file is not an isthmus model: the format in its metadata is "isthmus-checkpoint", expected "isthmus".',
      ),
    );
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'tensors of another program',
      writeSafetensors([], { format: 'pt' }),
      /^the file is not an isthmus checkpoint: the format in its metadata is "pt"/,
    ],
    [
      'the name of a property of all objects',
      writeSafetensors([], { format: 'constructor' }),
      /metadata is "constructor"/,
    ],
    ['tensors of nobody', writeSafetensors([], {}), /metadata is missing, expected/],
    ['nothing', new Uint8Array(), /^not a safetensors file but an empty file/],
    [
      'a later version',
      resealed(bytes, { version: '2' }),
      /^the checkpoint has format version 2, expected 1: a later isthmus wrote it\.$/,
    ],
    [
      'no version',
      resealed(bytes, { version: undefined }),
      /^the checkpoint has format version missing, expected 1\.$/,
    ],
  ])('%s', (_, file, message) => {
    expect(() => readCheckpoint(file)).toThrow(message);
    expect(() => readCheckpoint(file)).toThrow(FormatError);
  });

  const changedState = (change: (state: Record<string, never>) => unknown) => {
    const state = JSON.parse(metadata.state);
    return resealed(bytes, { state: JSON.stringify(change(state) ?? state) });
  };
  const NO_STATE = /^the checkpoint's metadata 'state' is not the state of a training\.$/;

  test.each<[string, Uint8Array, RegExp]>([
    ['no state', resealed(bytes, { state: undefined }), /'state' is missing, expected JSON\.$/],
    ['half a state', resealed(bytes, { state: '{"epoch":' }), /'state' is "\{.*", expected JSON\.$/],
    ['no run', resealed(bytes, { run: undefined }), /'run' is missing, expected JSON\.$/],
    [
      'a run that is a list',
      resealed(bytes, { run: '[]' }),
      /^the checkpoint's metadata 'run' is a list, expected a JSON object\.$/,
    ],
    ['a state that is null', resealed(bytes, { state: 'null' }), NO_STATE],
    ['epoch 0', changedState((state) => ({ ...state, epoch: 0, epochs: [] })), NO_STATE],
    ['half a batch', changedState((state) => ({ ...state, batch: 0.5 })), NO_STATE],
    ['a loss that is null', changedState((state) => ({ ...state, lossSum: null })), NO_STATE],
    [
      'one epoch too few',
      changedState((state) => ({ ...state, epochs: [{ epoch: 1, loss: 1, learningRate: 1 }] })),
      NO_STATE,
    ],
    [
      'an epoch without a learning rate',
      changedState((state) => ({
        ...state,
        epochs: [
          { epoch: 1, loss: 1, learningRate: 1 },
          { epoch: 2, loss: 1 },
        ],
      })),
      NO_STATE,
    ],
    [
      'a validation loss that is text',
      changedState((state) => {
        (state.epochs as { validationLoss: unknown }[])[1].validationLoss = '0.5';
      }),
      NO_STATE,
    ],
    ['a random state of zeros', changedState((state) => ({ ...state, random: [0, 0, 0, 0] })), NO_STATE],
    ['a random state that is text', changedState((state) => ({ ...state, random: '1234' })), NO_STATE],
    [
      'an optimizer without settings',
      changedState((state) => ({ ...state, optimizer: { ...(state.optimizer as object), settings: null } })),
      NO_STATE,
    ],
    [
      'settings that are no numbers',
      changedState((state) => ({
        ...state,
        optimizer: { ...(state.optimizer as object), settings: { beta1: { toString: 1 } } },
      })),
      NO_STATE,
    ],
    ['no best epoch', changedState(({ best: _, ...state }) => state), NO_STATE],
    [
      'a best epoch to come',
      changedState((state) => ({ ...state, best: { epoch: 3, loss: 1, waited: 0 } })),
      NO_STATE,
    ],
  ])('sealed again with %s', (_, file, message) => {
    expect(() => readCheckpoint(file)).toThrow(message);
    expect(() => readCheckpoint(file)).toThrow(FormatError);
  });

  test('arrays of another size than the model are refused by name', () => {
    const state = fullState();
    const short = new Float32Array(3);
    const { optimizer, best } = state;
    for (const [name, changed] of [
      ['optimizer.m', { ...state, optimizer: { ...optimizer, moments: { ...optimizer.moments, m: short } } }],
      ['best', { ...state, best: { ...best!, weights: short } }],
    ] as const) {
      expect(() => readCheckpoint(writeCheckpoint(model(), changed))).toThrow(
        new FormatError(
          `the checkpoint's '${name}' has 3 numbers, expected 7, one for each weight of its model.`,
        ),
      );
    }
  });

  test("unknown fields of 'best' are not taken for weights", () => {
    const { best, ...state } = fullState();
    const { weights: _, ...facts } = best!;
    const file = writeCheckpoint(model(), { ...state, best: facts });
    const text = JSON.parse(readSafetensors(file).metadata.state);
    const lying = { ...text, best: { ...facts, weights: { length: 7 } } };
    expect(readCheckpoint(resealed(file, { state: JSON.stringify(lying) })).state.best).toEqual(facts);
  });
});

/** Replaces or removes a value somewhere in a JSON value. */
function changedJson(value: unknown): fc.Arbitrary<unknown> {
  const other = fc.oneof(
    fc.constantFrom<unknown>(null, undefined, true, '', 'x', [], {}, 0, -1, 0.5, 1e308, { length: 4 }, [
      null,
    ]),
    fc.jsonValue({ maxDepth: 1 }),
  );
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return other;
  const inner = fc.constantFrom(...Object.keys(value)).chain((key) => {
    const held = (value as Record<string, unknown>)[key];
    return changedJson(held).map((changed) =>
      Array.isArray(value)
        ? value.map((one, i) => (String(i) === key ? changed : one))
        : { ...value, [key]: changed },
    );
  });
  return fc.oneof({ weight: 1, arbitrary: other }, { weight: 6, arbitrary: inner });
}

describe('metadata changed anywhere, and sealed again', () => {
  test("'state': refused in words, or training goes on", async () => {
    const trained = model();
    trained.compile({ optimizer: new AdamW() });
    const { state } = await trained.fit(SAMPLES, { epochs: 3, batchSize: 2, keep: 'best' });
    const bytes = writeCheckpoint(trained, state);
    const facts = JSON.parse(readSafetensors(bytes).metadata.state);
    let usable = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(changedJson(facts), async (changed) => {
        let checkpoint: Checkpoint;
        try {
          checkpoint = readCheckpoint(resealed(bytes, { state: JSON.stringify(changed) ?? '' }));
        } catch (error) {
          expect((error as Error).name).toBe('FormatError');
          refused++;
          return;
        }
        const autoencoder = checkpoint.model as Autoencoder;
        autoencoder.compile({ optimizer: new AdamW() });
        try {
          const resumeFrom = checkpoint.state;
          const { epochs } = await autoencoder.fit(SAMPLES, {
            epochs: 4,
            batchSize: 2,
            keep: 'best',
            resumeFrom,
          });
          expect(epochs.every(({ loss }) => Number.isFinite(loss))).toBe(true);
          usable++;
        } catch (error) {
          // Another optimizer, other settings; a sum of losses that overflows.
          expect((error as Error).message).toMatch(
            /^AdamW\.restore: got |^fit: the (validation )?loss became/,
          );
        }
      }),
      { numRuns: 400 },
    );
    expect(Math.min(usable, refused)).toBeGreaterThan(10);
  });

  test("'run': refused in words, or what train needs is there", () => {
    const run = {
      options: { epochs: '5', json: '' },
      kernels: 'simd',
      data: {
        shape: [5, 2],
        fingerprint: 'sha256:0',
        testShape: [1, 2],
        testFingerprint: 'sha256:1',
        facts: {},
      },
      seconds: [0.5, 1],
      elapsed: 1.5,
    };
    const bytes = writeCheckpoint(model(), fullState(), run);
    expect(runRecordOf(readCheckpoint(bytes))).toEqual(run);
    let usable = 0;
    fc.assert(
      fc.property(changedJson(run), (changed) => {
        try {
          const record = runRecordOf(readCheckpoint(resealed(bytes, { run: JSON.stringify(changed) ?? '' })));
          expect(Object.values(record.options).every((text) => typeof text === 'string')).toBe(true);
          expect(record.seconds.map((seconds) => seconds.toFixed(3))).toHaveLength(2);
          expect([record.data.shape.join(), record.data.testShape?.join()]).toBeDefined();
          expect(record.elapsed.toFixed(3)).toBeDefined();
          usable++;
        } catch (error) {
          expect((error as Error).name).toBe('FormatError');
        }
      }),
      { numRuns: 400 },
    );
    expect(usable).toBeGreaterThan(10);
  });

  test('a run of another caller is not taken for one of train', () => {
    for (const run of [{}, { options: null }, { ...RUN, data: null, elapsed: 1 }]) {
      const checkpoint = readCheckpoint(writeCheckpoint(model(), fullState(), run));
      expect(() => runRecordOf(checkpoint)).toThrow(
        new FormatError('the checkpoint is not that of a run of isthmus train.'),
      );
    }
  });
});
