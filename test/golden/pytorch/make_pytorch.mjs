/**
 * Writes the golden exports, and what PyTorch makes of them in ten further steps:
 *
 *   npm run -s build && node test/golden/pytorch/make_pytorch.mjs python3
 *
 * For each optimizer: its folder as `isthmus export --format pytorch` writes it, after ten steps with the naive kernels, and
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
  const autoencoder = new Autoencoder({ inputShape: [3, 4], hidden: [8, 5], encodingDim: 3, activation: 'silu', seed: 1 });
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
