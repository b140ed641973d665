/** No damaged checkpoint may let a training go on from a state that it was never in. */

import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../../src/io/checkpoint.ts';
import { FormatError } from '../../../src/io/errors.ts';
import { readSafetensors, writeSafetensors } from '../../../src/io/safetensors.ts';
import '../../../src/layers/convolutions.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { VariationalAutoencoder } from '../../../src/vae/variationalAutoencoder.ts';
import { MUTATIONS, MUTATIONS_OF_EACH_FILE } from '../../helpers/cases.ts';
import { headerLies } from '../../helpers/mutations/headerLies.ts';
import { resealed } from '../../helpers/mutations/resealed.ts';
import { requireBits, requireModel, requireSealed } from '../../helpers/mutations/sealedRight.ts';
import { noticesEveryByte, surviveMutations } from '../../helpers/mutations/survival.ts';
import { uniformTensor } from '../../helpers/randomArrays.ts';

const SAMPLES = uniformTensor([5, 2], 1, 0, 1);

function small(): Autoencoder {
  return new Autoencoder({ inputShape: [2], encodingDim: 1, hidden: [], seed: 3 });
}

const trained = small();
const { state: END } = await trained.fit(SAMPLES, { epochs: 2, batchSize: 3, keep: 'best' });

/** In the middle of an epoch, with sums of the parts of the loss. */
async function ofVae(): Promise<Uint8Array> {
  const vae = new VariationalAutoencoder({ inputShape: [2], encodingDim: 1, hidden: [], seed: 3 });
  let file: Uint8Array = new Uint8Array();
  await vae.fit(SAMPLES, {
    epochs: 2,
    batchSize: 3,
    validationSplit: 0.2,
    onBatchEnd: ({ epoch }, state) => {
      if (epoch === 2 && file.length === 0) file = writeCheckpoint(vae, state(), {});
    },
  });
  return file;
}

/** At the end of an epoch, of convolutions. */
async function ofConvolutions(): Promise<Uint8Array> {
  const autoencoder = new Autoencoder({ inputShape: [3, 3], conv: [2], encodingDim: 1, seed: 3 });
  const { state } = await autoencoder.fit(uniformTensor([5, 3, 3], 1, 0, 1), { epochs: 1, batchSize: 3 });
  return writeCheckpoint(autoencoder, state, {});
}

const FILES = {
  end: writeCheckpoint(trained, END, { note: 'naïve' }),
  vae: await ofVae(),
  conv: await ofConvolutions(),
};

function requireRight({ model: autoencoder, state, run }: Checkpoint, bytes: Uint8Array): void {
  const right = requireSealed(bytes);
  requireModel(autoencoder, right);
  const { weights, optimizer, best, ...rest } = state;
  const { moments, ...optimizerFacts } = optimizer;
  const { weights: bestWeights, ...bestFacts } = best ?? {};
  const facts = { ...rest, optimizer: optimizerFacts, ...(best && { best: bestFacts }) };
  expect(facts).toEqual(JSON.parse(right.metadata.get('state')!));
  expect(run).toEqual(JSON.parse(right.metadata.get('run')!));
  expect(weights).toEqual(autoencoder.parameters.values);
  for (const [name, moment] of Object.entries(moments)) {
    requireBits(name, moment, right.tensors.get(`optimizer.${name}`)?.bytes);
  }
  if (bestWeights) requireBits('best', bestWeights, right.tensors.get('best')?.bytes);
  const taken = autoencoder.namedParameters().length + Object.keys(moments).length + (bestWeights ? 1 : 0);
  if (taken !== right.tensors.size) throw new Error('wrong: tensors that went unread');
}

/** Whether a training goes on from there for a step; if not, the error must be a sentence of isthmus. */
async function goesOn(file: Uint8Array): Promise<boolean> {
  const { state } = readCheckpoint(file);
  const autoencoder = small();
  try {
    await autoencoder.fit(SAMPLES, {
      epochs: Math.min(state.epoch + 1, 4),
      batchSize: 3,
      keep: 'best',
      resumeFrom: state,
    });
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'RangeError' && name !== 'DivergenceError') throw error;
    expect(message).toMatch(/^(fit|Adam\.restore|Random\.restore): .*\.$|^training/s);
    return false;
  }
  return true;
}

let reads = 0;

/** Pauses now and then, as networks' memory is freed only in a pause. */
async function paused<Result>(read: () => Result): Promise<Result> {
  if (++reads % 100 === 0) await setImmediate();
  return read();
}

describe('damaged checkpoints', () => {
  test('are refused, or are what the file says', async () => {
    for (const bytes of Object.values(FILES)) requireRight(readCheckpoint(bytes), bytes);
    expect(Object.keys(readCheckpoint(FILES.vae).state.partSums ?? {})).toEqual(['reconstruction', 'kl']);
    const tally = await surviveMutations({
      files: FILES,
      lies: (original) => headerLies(original, true),
      read: (bytes) => paused(() => readCheckpoint(bytes)),
      requireRight,
    });
    if (MUTATIONS_OF_EACH_FILE) console.log('checkpoint', tally);
    expect(tally.read).toBeGreaterThan(0.003 * MUTATIONS);
    expect(tally.refused).toBeGreaterThan(MUTATIONS / 5);
  }, 600_000);

  test('that are read let training go on, or are refused by it with a sentence', async () => {
    const ends = { went: 0, refused: 0 };
    const onward = fc.asyncProperty(fc.oneof(headerLies(FILES.end, true), stateLies()), async (bytes) => {
      try {
        ends[(await goesOn(bytes)) ? 'went' : 'refused']++;
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
    });
    await fc.assert(onward, { numRuns: MUTATIONS_OF_EACH_FILE || 1000 });
    if (MUTATIONS_OF_EACH_FILE) console.log('checkpoint, resumed', ends);
    expect(await goesOn(FILES.end)).toBe(true);
    expect(Math.min(ends.went, ends.refused)).toBeGreaterThan(10);
  }, 600_000);

  test('are noticed whichever byte is changed', () => {
    noticesEveryByte(FILES.end, readCheckpoint, [1, 0x20, 0x80, 0xff]);
  });

  test('are read as sound by a reader that looks at no checksum', async () => {
    const careless = surviveMutations({ files: FILES, read: unsealed, requireRight, cases: 1000 });
    await expect(careless).rejects.toThrow('Property failed');
  });
});

describe('checkpoints with a checksum that fits are refused', () => {
  const state = JSON.parse(readSafetensors(FILES.end).metadata.state);
  const withState = (changes: object) =>
    readCheckpoint(resealed(FILES.end, { state: JSON.stringify({ ...state, ...changes }) }));

  test('the control: the state as it is', () => {
    expect(withState({}).state).toEqual(END);
  });

  test("with the best epoch's weights but not which epoch that was", () => {
    expect(() => withState({ epoch: 1, epochs: [], best: undefined })).toThrow(
      'the checkpoint holds the weights of a best epoch, expected none before the first epoch ends.',
    );
  });

  test('with epochs of which none was the best, or one that is not among them', () => {
    const { best } = state;
    for (const other of [
      undefined,
      { ...best, epoch: best.epoch + 1 },
      { ...best, waited: best.waited + 1 },
    ]) {
      expect(() => withState({ best: other })).toThrow("'state' is not the state of a training.");
    }
  });

  test.each([
    ['a loss that is text', { loss: '0.5' }],
    ['a learning rate that is a list', { learningRate: [] }],
    ['a validation loss that is empty', { validationLoss: null }],
  ])('with %s in the history', (_, changes) => {
    const epochs = [{ ...state.epochs[0], ...changes }, ...state.epochs.slice(1)];
    expect(() => withState({ epochs })).toThrow("'state' is not the state of a training.");
  });

  test('with a setting of the optimizer that is neither a number nor yes or no', () => {
    const settings = { ...state.optimizer.settings, beta1: { toString: 1, valueOf: 1 } };
    expect(() => withState({ optimizer: { ...state.optimizer, settings } })).toThrow(FormatError);
  });

  test('by fit, with a moment named like a prototype', async () => {
    const { tensors, metadata } = readSafetensors(FILES.end);
    const extra = { name: 'optimizer.__proto__', tensor: Tensor.zeros([small().parameters.size]) };
    const list = [...[...tensors].map(([name, tensor]) => ({ name, tensor })), extra];
    const { state: read } = readCheckpoint(resealed(writeSafetensors(list, metadata)));
    expect(Object.keys(read.optimizer.moments)).toContain('__proto__');
    await expect(small().fit(SAMPLES, { epochs: 3, resumeFrom: read })).rejects.toThrow(RangeError);
  });
});

/** Replaces one of the state's numbers or words. */
function stateLies(): fc.Arbitrary<Uint8Array> {
  const state = readSafetensors(FILES.end).metadata.state;
  const tokens = [...state.matchAll(/"[^"]*"|-?\d[\d.e+-]*|true|false/g)];
  const other = fc.constantFrom(
    '0',
    '1',
    '2',
    '3',
    '-1',
    '0.5',
    '1e999',
    '9007199254740991',
    'null',
    '[]',
    '"sgd"',
  );
  return fc.tuple(fc.nat({ max: tokens.length - 1 }), other).map(([i, to]) => {
    const { index, 0: token } = tokens[i];
    return resealed(FILES.end, { state: state.slice(0, index) + to + state.slice(index + token.length) });
  });
}

/** The file with the right checksum. */
function unsealed(bytes: Uint8Array): Checkpoint {
  try {
    return readCheckpoint(resealed(bytes));
  } catch {
    throw new FormatError('refused.');
  }
}
