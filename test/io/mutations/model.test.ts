/** No damaged model file may give a model that it doesn't hold. */

import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import type { AutoencoderSpec } from '../../../src/autoencoder/spec.ts';
import type { Normalization } from '../../../src/data/samples.ts';
import { FormatError } from '../../../src/io/errors.ts';
import { type LoadedModel, readModel, writeModel } from '../../../src/io/model.ts';
import { zeros } from '../../../src/tensor/initializers.ts';
import { Random } from '../../../src/tensor/random.ts';
import { MUTATIONS, MUTATIONS_OF_EACH_FILE } from '../../helpers/cases.ts';
import { headerLies } from '../../helpers/mutations/headerLies.ts';
import { requireModel, requireSealed } from '../../helpers/mutations/sealedRight.ts';
import { noticesEveryByte, surviveMutations } from '../../helpers/mutations/survival.ts';
import { uniformArray } from '../../helpers/randomArrays.ts';

const STANDARD: Normalization = { kind: 'standard', dtype: 'u2', shift: 0.1, scale: 1 / 3 };

function file(spec: AutoencoderSpec, training = {}, normalization = STANDARD): Uint8Array {
  const autoencoder = new Autoencoder({ spec });
  autoencoder.parameters.values.set(uniformArray(autoencoder.parameters.size, new Random(5)));
  autoencoder.normalization = normalization;
  return writeModel(autoencoder, training);
}

const FILES = {
  small: file({
    type: 'autoencoder',
    inputShape: [2],
    encoder: [{ type: 'dense', inFeatures: 2, outFeatures: 1, bias: true }],
    decoder: [{ type: 'dense', inFeatures: 1, outFeatures: 2, bias: true }],
  }),
  layered: file(
    {
      type: 'autoencoder',
      inputShape: [3, 1],
      encoder: [
        { type: 'dense', inFeatures: 3, outFeatures: 2, bias: false },
        { type: 'sequential', layers: [{ type: 'leakyRelu', slope: 0.3 }, { type: 'silu' }] },
      ],
      decoder: [{ type: 'dense', inFeatures: 2, outFeatures: 3, bias: true }, { type: 'sigmoid' }],
    },
    { epochs: 3, loss: [0.5, 1 / 3], note: 'naïve' },
  ),
  byFeature: file(
    {
      type: 'autoencoder',
      inputShape: [2, 2],
      encoder: [{ type: 'dense', inFeatures: 4, outFeatures: 1, bias: false }],
      decoder: [{ type: 'dense', inFeatures: 1, outFeatures: 4, bias: false }],
    },
    {},
    { kind: 'minmax', dtype: 'f8', shift: [0, -2.5, 1e9, 0.1], scale: [1, 3, 1 / 3, 1e-7] },
  ),
};

const requireRight = ({ autoencoder, training }: LoadedModel, bytes: Uint8Array) => {
  const right = requireSealed(bytes);
  requireModel(autoencoder, right);
  expect(training).toEqual(JSON.parse(right.metadata.get('training')!));
};

let reads = 0;

/** Pauses now and then, as networks' memory is freed only in a pause. */
async function paused<Result>(read: () => Result): Promise<Result> {
  if (++reads % 100 === 0) await setImmediate();
  return read();
}

describe('damaged models', () => {
  test('are refused, or are what the file says and can be used', async () => {
    for (const bytes of Object.values(FILES)) requireRight(readModel(bytes), bytes);
    const tally = await surviveMutations({
      files: FILES,
      lies: (original) => headerLies(original, true),
      read: (bytes) => paused(() => readModel(bytes)),
      requireRight,
    });
    if (MUTATIONS_OF_EACH_FILE) console.log('model', tally);
    expect(tally.read).toBeGreaterThan(MUTATIONS / 100);
    expect(tally.refused).toBeGreaterThan(MUTATIONS / 5);
  }, 600_000);

  test('are noticed whichever byte is changed', () => {
    for (const bytes of Object.values(FILES)) noticesEveryByte(bytes, readModel, [1, 0x20, 0x80, 0xff]);
  });

  test('are read as sound by a reader that doubts nothing', async () => {
    const careless = surviveMutations({ files: FILES, read: believing, requireRight, cases: 1000 });
    await expect(careless).rejects.toThrow('Property failed');
  });
});

/** Takes the description as it is, and fills the weights one after another with what follows the header. */
function believing(bytes: Uint8Array): LoadedModel {
  try {
    const length = Number(Buffer.from(bytes).readBigUInt64LE());
    const { __metadata__: metadata } = JSON.parse(Buffer.from(bytes).toString('utf8', 8, 8 + length));
    const autoencoder = new Autoencoder({ spec: JSON.parse(metadata.model), initializer: zeros });
    autoencoder.normalization = JSON.parse(metadata.normalization);
    autoencoder.parameters.values.set(new Float32Array(bytes.slice(8 + length).buffer));
    return { autoencoder, training: JSON.parse(metadata.training) };
  } catch {
    throw new FormatError('refused.');
  }
}
