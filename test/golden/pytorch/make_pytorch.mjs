/**
 * Writes the golden exports, and what PyTorch makes of them in ten further steps:
 *
 *   npm run -s build && node test/golden/pytorch/make_pytorch.mjs python3
 *
 * For each optimizer, and for convolutions: a folder as `isthmus export --format pytorch` writes it, after ten steps with the naive kernels, and
 * in `after/` what continue_training.py saved.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Adam, AdamW, Autoencoder, Random, setKernels, SGD, writePyTorch } from '../../../dist/src/index.js';

const OPTIMIZERS = {
  adam: new Adam({ learningRate: 0.01 }),
  adamw: new AdamW({ learningRate: 0.01, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.05 }),
  momentum: new SGD({ learningRate: 0.1, momentum: 0.9 }),
  nesterov: new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  conv: new Adam({ learningRate: 0.01 }),
};

const DENSE = { inputShape: [3, 4], hidden: [8, 5], encodingDim: 3, activation: 'silu', seed: 1 };

/** Every layer for images, on images that are not square. */
const CONV = {
  spec: {
    type: 'autoencoder',
    inputShape: [3, 4],
    encoder: [
      { type: 'reshape', shape: [3, 4, 1] },
      { type: 'conv2d', inChannels: 1, outChannels: 3, kernelSize: 3, stride: 1, padding: 1, bias: true },
      { type: 'silu' },
      { type: 'maxPool2d', kernelSize: 2, stride: 1, padding: 0 },
      { type: 'flatten' },
      { type: 'dense', inFeatures: 18, outFeatures: 3, bias: true },
    ],
    decoder: [
      { type: 'dense', inFeatures: 3, outFeatures: 12, bias: true },
      { type: 'silu' },
      { type: 'reshape', shape: [2, 3, 2] },
      { type: 'upsample2d', factor: 2 },
      { type: 'conv2d', inChannels: 2, outChannels: 3, kernelSize: 3, stride: 2, padding: 1, bias: false },
      { type: 'silu' },
      { type: 'convTranspose2d', inChannels: 3, outChannels: 2, kernelSize: 3, stride: 2, padding: 1, outputPadding: 1, bias: true },
      { type: 'maxPool2d', kernelSize: 3, stride: 1, padding: 1 },
      { type: 'flatten' },
      { type: 'reshape', shape: [4, 6, 2] },
      { type: 'convTranspose2d', inChannels: 2, outChannels: 1, kernelSize: 2, stride: 1, padding: 1, outputPadding: 0, bias: true },
      { type: 'flatten' },
      { type: 'dense', inFeatures: 15, outFeatures: 12, bias: true },
    ],
  },
  seed: 1,
};

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const random = new Random(1);
const shape = [16, 3, 4];
const images = Array.from({ length: 16 }, () =>
  Array.from({ length: 3 }, () => Array.from({ length: 4 }, () => random.integer(256))),
);
writeFileSync(here('batch.json'), `${JSON.stringify(images)}\n`);

setKernels('naive');
for (const [name, optimizer] of Object.entries(OPTIMIZERS)) {
  const autoencoder = new Autoencoder(name === 'conv' ? CONV : DENSE);
  autoencoder.compile({ optimizer });
  const normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };
  const samples = { shape, data: Uint8Array.from(images.flat(2)), normalization };
  await autoencoder.fit(samples, { epochs: 10, batchSize: 16 });
  const folder = here(name);
  mkdirSync(folder, { recursive: true });
  for (const [file, contents] of Object.entries(writePyTorch(autoencoder, optimizer.state()))) {
    writeFileSync(`${folder}/${file}`, contents);
  }
  const after = `${folder}/after`;
  execFileSync(process.argv[2], [here('continue_training.py'), folder, here('batch.json'), after], { stdio: 'inherit' });
  rmSync(`${after}/autoencoder.py`); // a copy
}
