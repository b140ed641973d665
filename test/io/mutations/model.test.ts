/** No damaged model file may give a model that it doesn't hold. */

import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import type { AutoencoderSpec } from '../../../src/autoencoder/spec.ts';
import type { Normalization } from '../../../src/data/samples.ts';
import { ErrorDistribution, type ErrorDistributions } from '../../../src/evaluation/errorDistribution.ts';
import { GAN } from '../../../src/gan/gan.ts';
import type { GANSpec } from '../../../src/gan/spec.ts';
import { FormatError } from '../../../src/io/errors.ts';
import { type AnyModel, type LoadedAnyModel, readAnyModel, writeModel } from '../../../src/io/model.ts';
import '../../../src/layers/convolutions.ts';
import { GaussianDistribution } from '../../../src/latent/gaussian.ts';
import { zeros } from '../../../src/tensor/initializers.ts';
import { Random } from '../../../src/tensor/random.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { VariationalAutoencoder } from '../../../src/vae/variationalAutoencoder.ts';
import { MUTATIONS, MUTATIONS_OF_EACH_FILE } from '../../helpers/cases.ts';
import { headerLies } from '../../helpers/mutations/headerLies.ts';
import { requireBits, requireModel, requireSealed } from '../../helpers/mutations/sealedRight.ts';
import { noticesEveryByte, surviveMutations } from '../../helpers/mutations/survival.ts';
import { uniformArray } from '../../helpers/randomArrays.ts';

const STANDARD: Normalization = { kind: 'standard', dtype: 'u2', shift: 0.1, scale: 1 / 3 };

function modelOf(spec: AutoencoderSpec | GANSpec): AnyModel {
  if (spec.type === 'gan') return new GAN({ spec, initializer: zeros });
  const options = { spec, initializer: zeros };
  return spec.type === 'vae' ? new VariationalAutoencoder(options) : new Autoencoder(options);
}

function file(
  spec: AutoencoderSpec | GANSpec,
  training = {},
  normalization = STANDARD,
  codes?: GaussianDistribution,
  errors?: ErrorDistributions,
): Uint8Array {
  const model = modelOf(spec);
  model.parameters.values.set(uniformArray(model.parameters.size, new Random(5)));
  model.normalization = normalization;
  return writeModel(model, { training, codes, errors });
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
  codes: file(
    {
      type: 'autoencoder',
      inputShape: [3],
      encoder: [{ type: 'dense', inFeatures: 3, outFeatures: 2, bias: false }],
      decoder: [{ type: 'dense', inFeatures: 2, outFeatures: 3, bias: false }],
    },
    {},
    STANDARD,
    new GaussianDistribution(Tensor.from([1, -2]), Tensor.from([1, 0, 0.5, 2], [2, 2])),
  ),
  errors: file(
    {
      type: 'autoencoder',
      inputShape: [2],
      encoder: [{ type: 'dense', inFeatures: 2, outFeatures: 1, bias: false }],
      decoder: [{ type: 'dense', inFeatures: 1, outFeatures: 2, bias: false }],
    },
    {},
    STANDARD,
    undefined,
    {
      rankedBy: 'mse',
      training: ErrorDistribution.of([0.25, 0.5, 3]),
      heldOut: ErrorDistribution.of([0.5, 0.75]),
    },
  ),
  vae: file({
    type: 'vae',
    inputShape: [3],
    encoder: [{ type: 'gaussianCode', inFeatures: 3, outFeatures: 2 }],
    decoder: [{ type: 'dense', inFeatures: 2, outFeatures: 3, bias: true }, { type: 'sigmoid' }],
  }),
  conv: file({
    type: 'autoencoder',
    inputShape: [3, 3],
    encoder: [
      { type: 'reshape', shape: [3, 3, 1] },
      { type: 'conv2d', inChannels: 1, outChannels: 2, kernelSize: 2, stride: 1, padding: 1, bias: true },
      { type: 'maxPool2d', kernelSize: 2, stride: 2, padding: 0 },
      { type: 'flatten' },
    ],
    decoder: [
      { type: 'reshape', shape: [2, 2, 2] },
      { type: 'upsample2d', factor: 1 },
      {
        type: 'convTranspose2d',
        inChannels: 2,
        outChannels: 1,
        kernelSize: 2,
        stride: 2,
        padding: 1,
        outputPadding: 1,
        bias: false,
      },
      { type: 'flatten' },
    ],
  }),
  gan: file({
    type: 'gan',
    inputShape: [3],
    generator: [{ type: 'dense', inFeatures: 2, outFeatures: 3, bias: true }, { type: 'sigmoid' }],
    discriminator: [
      { type: 'leakyRelu', slope: 0.2 },
      { type: 'dense', inFeatures: 3, outFeatures: 1, bias: true },
    ],
  }),
};

const KINDS = { autoencoder: Autoencoder, vae: VariationalAutoencoder, gan: GAN };

const requireRight = ({ model, training, codes, errors }: LoadedAnyModel, bytes: Uint8Array) => {
  const right = requireSealed(bytes);
  requireModel(model, right);
  const kind: unknown = model.constructor;
  if (kind !== KINDS[model.spec().type]) throw new Error(`wrong kind: ${model.constructor.name}`);
  expect(training).toEqual(JSON.parse(right.metadata.get('training')!));
  if (codes) {
    requireBits('codes.mean', codes.mean.data, right.tensors.get('codes.mean')?.bytes);
    requireBits('codes.factor', codes.factor.data, right.tensors.get('codes.factor')?.bytes);
  }
  if (errors) {
    const { training, heldOut } = errors;
    requireBits('errors.training', training.points, right.tensors.get('errors.training')?.bytes);
    if (heldOut) requireBits('errors.heldOut', heldOut.points, right.tensors.get('errors.heldOut')?.bytes);
    const counts = { training: training.count, ...(heldOut && { heldOut: heldOut.count }) };
    expect(JSON.parse(right.metadata.get('errors')!)).toMatchObject({ rankedBy: errors.rankedBy, counts });
  }
  const taken = model.namedParameters().length + (codes ? 2 : 0) + (errors ? (errors.heldOut ? 2 : 1) : 0);
  if (taken !== right.tensors.size) throw new Error('wrong: tensors that went unread');
};

let reads = 0;

/** Pauses now and then, as networks' memory is freed only in a pause. */
async function paused<Result>(read: () => Result): Promise<Result> {
  if (++reads % 100 === 0) await setImmediate();
  return read();
}

describe('damaged models', () => {
  test('are refused, or are what the file says and can be used', async () => {
    for (const bytes of Object.values(FILES)) requireRight(readAnyModel(bytes), bytes);
    const tally = await surviveMutations({
      files: FILES,
      lies: (original) => headerLies(original, true),
      read: (bytes) => paused(() => readAnyModel(bytes)),
      requireRight,
    });
    if (MUTATIONS_OF_EACH_FILE) console.log('model', tally);
    expect(tally.read).toBeGreaterThan(MUTATIONS / 100);
    expect(tally.refused).toBeGreaterThan(MUTATIONS / 5);
  }, 600_000);

  test('are noticed whichever byte is changed', () => {
    const { small, layered, byFeature, ...others } = FILES;
    for (const bytes of [small, layered, byFeature])
      noticesEveryByte(bytes, readAnyModel, [1, 0x20, 0x80, 0xff]);
    for (const bytes of Object.values(others)) noticesEveryByte(bytes, readAnyModel, [0x20]); // one mask: it takes long
  });

  test('are read as sound by a reader that doubts nothing', async () => {
    const careless = surviveMutations({ files: FILES, read: believing, requireRight, cases: 1000 });
    await expect(careless).rejects.toThrow('Property failed');
  });
});

/** Takes the description as it is, and fills the weights one after another with what follows the header. */
function believing(bytes: Uint8Array): LoadedAnyModel {
  try {
    const length = Number(Buffer.from(bytes).readBigUInt64LE());
    const { __metadata__: metadata } = JSON.parse(Buffer.from(bytes).toString('utf8', 8, 8 + length));
    const model = modelOf(JSON.parse(metadata.model));
    model.normalization = JSON.parse(metadata.normalization);
    model.parameters.values.set(new Float32Array(bytes.slice(8 + length).buffer));
    return { model, training: JSON.parse(metadata.training) };
  } catch {
    throw new FormatError('refused.');
  }
}
