/** Layers for images, to PyTorch and back. pytorch.test.ts has the formats, and a golden model of all these layers. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { GAN } from '../../../src/gan/gan.ts';
import { fromPyTorch, shapeInPyTorch, toPyTorch } from '../../../src/io/export/layout.ts';
import { readPyTorch, writePyTorch } from '../../../src/io/export/pytorch.ts';
import { readPyTorchOptimizer } from '../../../src/io/export/pytorchOptimizer.ts';
import { type AnyModel, requireAutoencoder, writeModel } from '../../../src/io/model.ts';
import { readSafetensors, writeSafetensors } from '../../../src/io/safetensors.ts';
import type { Conv2dSpec } from '../../../src/layers/spec.ts';
import { Adam } from '../../../src/optim/adam.ts';
import { kernels, setKernels } from '../../../src/tensor/kernels/active.ts';
import { KERNEL_NAMES } from '../../../src/tensor/kernels/kernels.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { VariationalAutoencoder } from '../../../src/vae/variationalAutoencoder.ts';
import {
  bytesOf,
  FOLDER,
  largestDifference,
  momentError,
  objectiveOf,
  PYTHON,
  readAutoencoder,
  runTorch,
  tenNoisySteps,
  weightError,
} from '../../helpers/pytorch.ts';
import { uniformTensor } from '../../helpers/randomArrays.ts';

const COLOUR = { inputShape: [5, 6, 3], conv: [4, 2], encodingDim: 3, seed: 1 };
const MODELS: Readonly<Record<string, () => AnyModel>> = {
  autoencoder: () => new Autoencoder(COLOUR),
  vae: () => new VariationalAutoencoder({ ...COLOUR, activation: 'silu' }),
  gan: () => new GAN(COLOUR),
};

const STAGE = { type: 'conv2d', kernelSize: 3, stride: 1, padding: 1, bias: false } as const;

/** A dense layer with its transposed one, which shares weights beside a convolution that does not. */
const tied = () =>
  new Autoencoder({
    spec: {
      type: 'autoencoder',
      inputShape: [3, 4],
      encoder: [
        { type: 'reshape', shape: [3, 4, 1] },
        { ...STAGE, inChannels: 1, outChannels: 1 },
        { type: 'flatten' },
        { type: 'dense', inFeatures: 12, outFeatures: 3, bias: true },
      ],
      decoder: [
        { type: 'transposedDense', tiedTo: 'encoder.3', inFeatures: 3, outFeatures: 12, bias: true },
        { type: 'reshape', shape: [3, 4, 1] },
        { ...STAGE, inChannels: 1, outChannels: 1 },
        { type: 'flatten' },
      ],
    },
    seed: 1,
  });

describe('weights in the layout of PyTorch', () => {
  test('have the channels before the kernel', () => {
    const weight = Tensor.from(Array.from({ length: 36 }, (_, i) => i)).reshape([2, 2, 3, 3]);
    const theirs = toPyTorch(weight);
    for (const [y, x, c, o] of [
      [0, 1, 2, 0],
      [1, 0, 0, 2],
      [1, 1, 1, 0],
    ]) {
      expect(theirs.data[((o * 3 + c) * 2 + y) * 2 + x]).toBe(weight.data[((y * 2 + x) * 3 + c) * 3 + o]);
    }
    expect(fromPyTorch(theirs)).toEqual(weight);
    expect(toPyTorch(theirs)).not.toEqual(weight); // one way is not the other
  });

  test.each([
    [
      [5, 5, 3, 4],
      [4, 3, 5, 5],
    ],
    [
      [3, 4],
      [4, 3],
    ],
    [[4], [4]],
  ])('%j becomes %j', (ours, theirs) => {
    const weight = uniformTensor(ours, 1);
    expect(toPyTorch(weight).shape).toEqual(theirs);
    expect(shapeInPyTorch(ours)).toEqual(theirs);
    expect(fromPyTorch(toPyTorch(weight))).toEqual(weight);
  });
});

describe('export and import', () => {
  test.each(Object.entries({ ...MODELS, tied }))(
    'bring the same bits of a convolutional model back: %s',
    async (_, make) => {
      const model = make();
      const samples = uniformTensor([6, ...model.inputShape], 1, 0, 1);
      const { state } = await model.fit(samples, { epochs: 2, batchSize: 4 });
      const files = writePyTorch(model, state.optimizer);
      const again = readPyTorch(files['weights.safetensors']).model;
      expect(writeModel(again)).toEqual(writeModel(model));
      expect(readPyTorchOptimizer(files['optimizer.safetensors'] as Uint8Array, again)).toEqual(
        state.optimizer,
      );
    },
  );

  test('say how many rows and columns a transposed convolution adds', () => {
    const python = writePyTorch(MODELS.autoencoder())['autoencoder.py'] ?? '';
    const paddings = Array.from(python.matchAll(/output_padding=(.*)\),/g), ([, padding]) => padding);
    expect(paddings).toEqual(['0', '(0, 1)']); // of 2x2 to 3x3, and to 5x6
  });

  test('have the names and shapes of a state_dict', () => {
    const { tensors } = readSafetensors(writePyTorch(MODELS.autoencoder())['weights.safetensors']);
    const shapes = Array.from(tensors, ([name, { shape }]) => `${name} ${shape}`);
    expect(shapes.filter((line) => line.split(',').length === 4)).toEqual([
      'encoder.1.weight 4,3,3,3',
      'encoder.3.weight 2,4,3,3',
      'decoder.3.weight 2,4,3,3',
      'decoder.5.weight 4,3,3,3',
    ]);
  });

  test.each<[string, object, string]>([
    [
      'larger kernels than the file holds',
      { kernelSize: 1e9 },
      "tensor 'encoder.1.weight' is [4, 3, 3, 3], expected [4, 3, 1000000000, 1000000000].",
    ],
    [
      'other channels',
      { outChannels: 5 },
      "tensor 'encoder.1.weight' is [4, 3, 3, 3], expected [5, 3, 3, 3].",
    ],
    [
      'no stride',
      { stride: undefined },
      "the model's description can't be used: the stride of a layer 'conv2d' is missing, expected an integer >= 1.",
    ],
  ])('refuse a description of %s', (_, changes, message) => {
    const { tensors, metadata } = readSafetensors(writePyTorch(MODELS.autoencoder())['weights.safetensors']);
    const spec = JSON.parse(metadata.model);
    Object.assign(spec.encoder[1] as Conv2dSpec, changes);
    const list = Array.from(tensors, ([name, tensor]) => ({ name, tensor }));
    const read = () => readPyTorch(writeSafetensors(list, { ...metadata, model: JSON.stringify(spec) }));
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ name: 'FormatError' }));
  });
});

test.each(KERNEL_NAMES)('%s kernels: a model whose weights were not turned back would be found', (name) => {
  const fastest = kernels().name;
  setKernels(name);
  const after = readAutoencoder(bytesOf(`${FOLDER}/conv/after/weights.safetensors`));
  const x = uniformTensor([4, 3, 4], 1, 0, 1);
  const right = after.predict(x).data.slice();
  const { weight } = after.decoder.layers[4] as unknown as { weight: { value: Tensor } };
  const before = weight.value.copy();
  const [height, width, inner, outer] = weight.value.shape;
  weight.value.data.set(toPyTorch(before.reshape([inner, outer, height, width])).data);
  expect(largestDifference(after.predict(x).data, right)).toBeGreaterThan(1e-3);
  setKernels(fastest);
});

const live = PYTHON
  ? { test, note: '' }
  : { test: test.skip, note: ' (skipped: no python3 with torch here, PYTHON can name one)' };

describe(`with PyTorch${live.note}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-images-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Models on the images and the noise of the golden folders. */
  const small = { inputShape: [3, 4], encodingDim: 3 };
  const down = [
    { type: 'reshape', shape: [3, 4, 1] },
    { type: 'conv2d', inChannels: 1, outChannels: 3, kernelSize: 3, stride: 2, padding: 1, bias: true },
    { type: 'silu' },
    { type: 'flatten' },
  ] as const;
  const up = [
    { type: 'dense', inFeatures: 3, outFeatures: 12, bias: true },
    { type: 'tanh' },
    { type: 'reshape', shape: [2, 2, 3] },
    { type: 'upsample2d', factor: 3 },
    { type: 'conv2d', inChannels: 3, outChannels: 2, kernelSize: 3, stride: 3, padding: 0, bias: true },
    {
      type: 'convTranspose2d',
      inChannels: 2,
      outChannels: 1,
      kernelSize: 3,
      stride: 2,
      padding: 1,
      outputPadding: 1,
      bias: false,
    },
    { type: 'flatten' },
    { type: 'dense', inFeatures: 16, outFeatures: 12, bias: true },
    { type: 'sigmoid' },
  ] as const;
  const generative: Readonly<Record<string, () => AnyModel>> = {
    vae: () =>
      new VariationalAutoencoder({
        spec: {
          type: 'vae',
          inputShape: small.inputShape,
          encoder: [...down, { type: 'gaussianCode', inFeatures: 12, outFeatures: 3 }],
          decoder: up,
        },
        seed: 1,
      }),
    gan: () =>
      new GAN({
        spec: {
          type: 'gan',
          inputShape: small.inputShape,
          generator: up,
          discriminator: [...down, { type: 'dense', inFeatures: 12, outFeatures: 1, bias: true }],
        },
        seed: 1,
      }),
  };

  live.test.each(Object.entries(generative))(
    'a convolutional %s goes on training there for ten steps, as here',
    (name, make) => {
      const [exported, after] = [join(folder, name), join(folder, `${name}-after`)];
      const model = make();
      model.normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };
      const optimizer = new Adam({ learningRate: 0.005, beta1: 0.5 });
      optimizer.attach(model.parameters);
      tenNoisySteps(model, optimizer, objectiveOf(model));
      mkdirSync(exported);
      for (const [file, contents] of Object.entries(writePyTorch(model, optimizer.state()))) {
        writeFileSync(join(exported, file), contents);
      }
      const files = ['continue_generative.py', 'batch.json', 'noise.json'].map((file) => join(FOLDER, file));
      const [script, batch, noise] = files;
      expect(runTorch(['-W', 'error', script, exported, batch, noise, after])).toEqual({
        status: 0,
        stderr: '',
      });
      const [{ loss, parts = {} }] = tenNoisySteps(model, optimizer, objectiveOf(model));
      const { losses } = JSON.parse(readFileSync(join(after, 'outputs.json'), 'utf8'));
      const ours = model instanceof GAN ? [parts.generator, parts.discriminator] : [loss];
      expect(largestDifference(ours, losses)).toBeLessThan(1e-6 * loss);
      const theirs = readPyTorch(bytesOf(join(after, 'weights.safetensors'))).model;
      expect(weightError(model, theirs)).toBeLessThanOrEqual(1);
      const state = readPyTorchOptimizer(bytesOf(join(after, 'optimizer.safetensors')), theirs);
      expect(momentError(optimizer.state(), state)).toBeLessThan(1);
    },
  );

  live.test(
    'upsampling repeats the right pixel at a factor of 41, pooling is the same to the last bit',
    () => {
      const model = new Autoencoder({
        spec: {
          type: 'autoencoder',
          inputShape: [3, 2, 2],
          encoder: [
            { type: 'reshape', shape: [3, 2, 2] },
            { type: 'upsample2d', factor: 41 },
            { type: 'maxPool2d', kernelSize: 3, stride: 7, padding: 1 },
            { type: 'flatten' },
          ],
          decoder: [{ type: 'dense', inFeatures: 18 * 12 * 2, outFeatures: 12, bias: true }],
        },
      });
      const exported = join(folder, 'moves');
      mkdirSync(exported);
      for (const [file, contents] of Object.entries(writePyTorch(model))) {
        writeFileSync(join(exported, file), contents);
      }
      const x = uniformTensor([2, 3, 2, 2], 4);
      const program = `
import json, sys, torch
sys.path.insert(0, ${JSON.stringify(exported)})
import autoencoder as a
model, _ = a.load(${JSON.stringify(exported)})
codes = model.encoder(a.to_network(torch.tensor(${JSON.stringify(Array.from(x.data))}).reshape(2, 3, 2, 2)))
with open(${JSON.stringify(join(exported, 'out.json'))}, "w") as f:
    json.dump(codes.flatten().tolist(), f)
`;
      expect(runTorch(['-W', 'error', '-c', program])).toEqual({ status: 0, stderr: '' });
      const codes = JSON.parse(readFileSync(join(exported, 'out.json'), 'utf8'));
      expect(codes).toEqual(Array.from(model.encode(x).data));
    },
  );

  const [turns] = /(?<=```python\n)behind, before[^`]*/.exec(readFileSync('docs/interop.md', 'utf8')) ?? [];

  live.test.each([
    ['is turned by what docs/interop.md says', turns, true],
    ['computes something else without it', '', false],
  ])('a network of nn.Flatten and nn.Unflatten %s', (_, turned, isSame) => {
    const shape = { inputShape: [28, 28], conv: [16, 32], encodingDim: 32 };
    const program = `
import json, sys, torch
from torch import nn
sys.path.insert(0, ${JSON.stringify(folder)})
from autoencoder import write
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        stage = dict(kernel_size=3, stride=2, padding=1)
        self.encoder = nn.Sequential(nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 16, **stage), nn.ReLU(),
            nn.Conv2d(16, 32, **stage), nn.ReLU(), nn.Flatten(), nn.Linear(1568, 32))
        self.decoder = nn.Sequential(nn.Linear(32, 1568), nn.ReLU(), nn.Unflatten(1, (32, 7, 7)),
            nn.ConvTranspose2d(32, 16, output_padding=1, **stage), nn.ReLU(),
            nn.ConvTranspose2d(16, 1, output_padding=1, **stage), nn.Flatten())
torch.manual_seed(0)
model, x = Model(), torch.rand(2, 784)
y = model.decoder(model.encoder(x))
${turned}
from pathlib import Path
write(Path(${JSON.stringify(join(folder, 'own.safetensors'))}), model.state_dict(), {"format": "pt"})
with open(${JSON.stringify(join(folder, 'own.json'))}, "w") as f:
    json.dump([x.flatten().tolist(), y.flatten().tolist()], f)
`;
    writeFileSync(
      join(folder, 'autoencoder.py'),
      writePyTorch(new Autoencoder(shape))['autoencoder.py'] ?? '',
    );
    expect(runTorch(['-W', 'error', '-c', program])).toEqual({ status: 0, stderr: '' });
    const [x, y] = JSON.parse(readFileSync(join(folder, 'own.json'), 'utf8'));
    const like = new Autoencoder(shape);
    const { model } = readPyTorch(bytesOf(join(folder, 'own.safetensors')), { like });
    const ours = requireAutoencoder(model).predict(Tensor.from(x, [2, 28, 28])).data;
    expect(largestDifference(ours, y) < 1e-5).toBe(isSame);
  });
});
