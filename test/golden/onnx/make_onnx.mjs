/**
 * Writes the golden ONNX files and what onnxruntime computes with them (expected.json):
 *
 *   npm run -s build && node test/golden/onnx/make_onnx.mjs /tmp/ort/node_modules/onnxruntime-node
 *
 * run_onnx.mjs says how that folder is made. The models are tiny, their weights drawn from a seed.
 */

import { writeFileSync } from 'node:fs';
import { Autoencoder, GAN, Random, VariationalAutoencoder, writeOnnx } from '../../../dist/src/index.js';
import { loadOnnxruntime, runOnnx } from './run_onnx.mjs';

const COUNT = 3; // images, and codes
const ALL = ['encoder', 'decoder', 'autoencoder'];
const ALL_OF_GAN = ['generator', 'discriminator'];
const TYPES = {
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  b1: 'bool',
};

const NESTED = {
  type: 'autoencoder',
  inputShape: [2, 4],
  encoder: [
    { type: 'sequential', layers: [{ type: 'dense', inFeatures: 8, outFeatures: 5, bias: false }, { type: 'silu' }] },
    { type: 'dense', inFeatures: 5, outFeatures: 2, bias: true },
  ],
  decoder: [
    { type: 'dense', inFeatures: 2, outFeatures: 5, bias: true },
    {
      type: 'sequential',
      layers: [{ type: 'leakyRelu', slope: 0.25 }, { type: 'dense', inFeatures: 5, outFeatures: 8, bias: false }],
    },
  ],
};

/** Every layer for images, on colour images of odd sizes; turned within the images, too. */
const IMAGES = {
  type: 'autoencoder',
  inputShape: [7, 5, 3],
  encoder: [
    { type: 'reshape', shape: [7, 5, 3] },
    { type: 'conv2d', inChannels: 3, outChannels: 4, kernelSize: 3, stride: 2, padding: 1, bias: true },
    { type: 'leakyRelu', slope: 0.2 },
    { type: 'maxPool2d', kernelSize: 3, stride: 1, padding: 1 },
    { type: 'conv2d', inChannels: 4, outChannels: 2, kernelSize: 2, stride: 1, padding: 0, bias: false },
    { type: 'gelu' },
    { type: 'flatten' },
    { type: 'dense', inFeatures: 12, outFeatures: 3, bias: true },
  ],
  decoder: [
    { type: 'dense', inFeatures: 3, outFeatures: 12, bias: true },
    { type: 'reshape', shape: [3, 2, 2] },
    {
      type: 'sequential',
      layers: [
        { type: 'upsample2d', factor: 3 },
        { type: 'silu' },
        { type: 'maxPool2d', kernelSize: 2, stride: 3, padding: 0 },
      ],
    },
    { type: 'reshape', shape: [2, 2, 3] },
    { type: 'convTranspose2d', inChannels: 3, outChannels: 2, kernelSize: 4, stride: 3, padding: 1, outputPadding: 2, bias: true },
    { type: 'conv2d', inChannels: 2, outChannels: 2, kernelSize: 3, stride: 1, padding: 0, bias: true },
    { type: 'reshape', shape: [5, 2, 5] },
    { type: 'convTranspose2d', inChannels: 5, outChannels: 3, kernelSize: 2, stride: 1, padding: 1, outputPadding: 0, bias: false },
    { type: 'reshape', shape: [12] },
    { type: 'dense', inFeatures: 12, outFeatures: 105, bias: false },
    { type: 'sigmoid' },
    { type: 'flatten' },
  ],
};

const one = (type, inChannels, outChannels, kernelSize, stride, padding, more = {}) => ({
  type,
  inChannels,
  outChannels,
  kernelSize,
  stride,
  padding,
  ...more,
  bias: true,
});

/** Nothing but a convolution and its way back, so that the bound of docs/math.md, section 2.2, holds for each. */
const CONVOLUTION = {
  type: 'autoencoder',
  inputShape: [6, 5, 8],
  encoder: [{ type: 'reshape', shape: [6, 5, 8] }, one('conv2d', 8, 5, 4, 1, 1), { type: 'flatten' }],
  decoder: [
    { type: 'reshape', shape: [5, 4, 5] },
    one('convTranspose2d', 5, 8, 4, 1, 1, { outputPadding: 0 }),
    { type: 'flatten' },
  ],
};

/** A dense layer with its transposed one beside convolutions, on gray images without channels. */
const TIED_IMAGES = {
  type: 'autoencoder',
  inputShape: [5, 4],
  encoder: [
    { type: 'reshape', shape: [5, 4, 1] },
    one('conv2d', 1, 3, 3, 2, 1),
    { type: 'tanh' },
    { type: 'flatten' },
    { type: 'dense', inFeatures: 18, outFeatures: 2, bias: true },
  ],
  decoder: [
    { type: 'transposedDense', tiedTo: 'encoder.4', inFeatures: 2, outFeatures: 18, bias: true },
    { type: 'reshape', shape: [3, 2, 3] },
    one('convTranspose2d', 3, 1, 3, 2, 1, { outputPadding: 1 }),
    { type: 'conv2d', inChannels: 1, outChannels: 1, kernelSize: 2, stride: 1, padding: 0, bias: false },
    { type: 'reshape', shape: [15] },
    { type: 'dense', inFeatures: 15, outFeatures: 20, bias: false },
  ],
};

/** Of an activation, on 2x3 numbers. */
const small = (activation, more = {}) => ({
  inputShape: [2, 3],
  hidden: [4],
  encodingDim: 2,
  activation,
  ...more,
});

/** Of six features each, with very different units. */
const UNITS = { shift: [1e9, -273.15, 1e-6, 13, 750, 0.1], scale: [3, 20, 1e-7, 0.8, 315, 1] };
const COUNTS = { shift: [-500, 0, 3, 7, -32768, 100], scale: [1000, 1, 40, 12, 65535, 9] };

const SMALL_VAE = { kind: VariationalAutoencoder, inputShape: [2, 3], hidden: [4], encodingDim: 2 };
const SMALL_GAN = { kind: GAN, inputShape: [2, 3], generatorHidden: [4], discriminatorHidden: [5, 3], encodingDim: 2 };

/** Name, network, normalization, and the stored images: from a number between 0 and 1, and the number of the feature. */
const CASES = [
  ['divide-u1', { inputShape: [3, 4], hidden: [5], encodingDim: 2 }, ['divide', 'u1', 0, 255], (t) => Math.round(255 * t)],
  ['standard-f4', small('leakyRelu'), ['standard', 'f4', 1e6, 2.5], (t) => Math.fround(1e6 + 10 * (t - 0.5))],
  ['minmax-u2', small('sigmoid', { outputActivation: 'sigmoid' }), ['minmax', 'u2', 1000, 5000], (t) => 1000 + Math.round(5000 * t)],
  ['none-f4', { inputShape: [7], hidden: [5, 3], encodingDim: 2, activation: 'tanh' }, ['none', 'f4', 0, 1], Math.fround],
  ['none-b1', { spec: NESTED }, ['none', 'b1', 0, 1], Math.round],
  ['standard-f8', small('silu'), ['standard', 'f8', 1e9, 3], (t) => 1e9 + 12 * (t - 0.5)],
  ['minmax-i8', small('relu'), ['minmax', 'i8', -5e9, 1e10], (t) => -5e9 + Math.round(1e10 * t), ['autoencoder']],
  ['minmax-u8', small('relu'), ['minmax', 'u8', 5e9, 1e10], (t) => 5e9 + Math.round(1e10 * t), ['autoencoder']],
  ['standard-i4', small('relu'), ['standard', 'i4', 2e8, 3e4], (t) => 2e8 + Math.round(1e5 * (t - 0.5)), ['autoencoder']],
  ['divide-u4', small('relu'), ['divide', 'u4', 0, 65535], (t) => Math.round(65535 * t), ['autoencoder']],
  ['divide-i2', small('relu'), ['divide', 'i2', 0, 32767], (t) => Math.round(32767 * t), ['autoencoder']],
  ['standard-i1', small('relu'), ['standard', 'i1', -3.5, 40.25], (t) => Math.round(255 * t - 128), ['autoencoder']],
  ['none-f2', small('relu'), ['none', 'f2', 0, 1], (t) => Math.ceil(32 * t) / 32, ['autoencoder']],
  ['standard-f8-features', { inputShape: [6], hidden: [4], encodingDim: 2, activation: 'tanh' }, ['standard', 'f8', UNITS.shift, UNITS.scale], (t, j) => UNITS.shift[j] + 4 * (t - 0.5) * UNITS.scale[j]],
  ['minmax-i2-features', small('silu'), ['minmax', 'i2', COUNTS.shift, COUNTS.scale], (t, j) => Math.round(COUNTS.shift[j] + t * COUNTS.scale[j])],
  ['divide-u1-tied', small('relu', { tied: true }), ['divide', 'u1', 0, 255], (t) => Math.round(255 * t)],
  ['vae-divide-u1', SMALL_VAE, ['divide', 'u1', 0, 255], (t) => Math.round(255 * t)],
  ['vae-standard-f8-features', { kind: VariationalAutoencoder, inputShape: [6], hidden: [], encodingDim: 2, outputActivation: 'linear' }, ['standard', 'f8', UNITS.shift, UNITS.scale], (t, j) => UNITS.shift[j] + 4 * (t - 0.5) * UNITS.scale[j]],
  ['gan-divide-u1', SMALL_GAN, ['divide', 'u1', 0, 255], (t) => Math.round(255 * t), ALL_OF_GAN],
  ['gan-none-f4', { ...SMALL_GAN, inputShape: [7], generatorHidden: [], activation: 'tanh' }, ['none', 'f4', 0, 1], Math.fround, ALL_OF_GAN],
  ['gan-minmax-i8', { ...SMALL_GAN, outputActivation: 'linear' }, ['minmax', 'i8', -5e9, 1e10], (t) => -5e9 + Math.round(1e10 * t), ALL_OF_GAN],
  ['none-f4-gelu', { inputShape: [7], hidden: [5, 3], encodingDim: 2, activation: 'gelu' }, ['none', 'f4', 0, 1], Math.fround],
  ['conv-divide-u1', { spec: IMAGES }, ['divide', 'u1', 0, 255], (t) => Math.round(255 * t)],
  ['conv-none-f4', { spec: CONVOLUTION }, ['none', 'f4', 0, 1], Math.fround, ['encoder', 'decoder']],
  ['conv-tied-minmax-u2', { spec: TIED_IMAGES }, ['minmax', 'u2', 1000, 5000], (t) => 1000 + Math.round(5000 * t)],
  ['conv-vae-divide-u1', { ...SMALL_VAE, inputShape: [6, 4], hidden: [], conv: [3] }, ['divide', 'u1', 0, 255], (t) => Math.round(255 * t)],
  ['conv-gan-divide-u1', { ...SMALL_GAN, inputShape: [5, 6, 2], conv: [2, 3] }, ['divide', 'u1', 0, 255], (t) => Math.round(255 * t), ALL_OF_GAN],
];

const { ort, version } = loadOnnxruntime(process.argv[2]);
const cases = [];
for (const [index, [name, network, [kind, dtype, shift, scale], stored, parts = ALL]] of CASES.entries()) {
  const seed = index + 1;
  const { kind: Model = Autoencoder, ...options } = network;
  const model = new Model({ ...options, seed });
  model.normalization = { kind, dtype, shift, scale };
  const { inputShape, encodingDim } = model;
  const features = inputShape.reduce((product, length) => product * length, 1);
  const random = new Random(seed);
  const draw = (count, from) => Array.from({ length: count }, (_, i) => from(random.uniform(), i % features));
  // Biases too, which a new model has at 0; in the order of the parameters.
  model.parameters.values.set(draw(model.parameters.size, (t) => t - 0.5));
  const images = draw(COUNT * features, stored);
  const codes = draw(COUNT * encodingDim, (t) => Math.fround(4 * t - 2));
  const outputs = {};
  for (const part of parts) {
    const bytes = writeOnnx(model, part);
    writeFileSync(new URL(`${name}.${part}.onnx`, import.meta.url), bytes);
    const input =
      part === 'decoder' || part === 'generator'
        ? { name: 'codes', type: 'float32', dims: [COUNT, encodingDim], data: codes }
        : { name: 'images', type: TYPES[dtype], dims: [COUNT, ...inputShape], data: images };
    [outputs[part]] = await runOnnx(ort, [{ model: Buffer.from(bytes).toString('base64'), ...input }]);
  }
  cases.push({ name, seed, model: model.spec(), normalization: model.normalization, images, codes, outputs });
}
writeFileSync(
  new URL('expected.json', import.meta.url),
  `${JSON.stringify({ onnxruntime: version, cases })}\n`,
);
console.log(`onnxruntime ${version}: ${cases.map(({ name }) => name).join(', ')}`);
