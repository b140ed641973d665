/**
 * Writes the golden exports of models that make new samples, and what PyTorch makes of them in ten further steps, as
 * make_pytorch.mjs does of autoencoders:
 *
 *   npm run -s build && node test/golden/pytorch/make_generative.mjs python3
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Adam, AdamW, GAN, Random, setKernels, VariationalAutoencoder, writePyTorch } from '../../../dist/src/index.js';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const shape = { inputShape: [3, 4], encodingDim: 3, seed: 1 };
const MODELS = {
  vae: [new VariationalAutoencoder({ ...shape, hidden: [8] }), new Adam({ learningRate: 0.01 })],
  'vae-linear': [
    new VariationalAutoencoder({ ...shape, hidden: [8, 5], activation: 'silu', outputActivation: 'linear' }),
    new AdamW({ learningRate: 0.01, weightDecay: 0.05 }),
  ],
  gan: [
    new GAN({ ...shape, generatorHidden: [6, 8], discriminatorHidden: [7, 5] }),
    new Adam({ learningRate: 0.002, beta1: 0.5 }),
  ],
};

const [steps, batch, width] = [10, 16, 3];
const noise = new Float32Array(steps * batch * width);
new Random(2).fillNormal(noise);
const rows = Array.from({ length: steps * batch }, (_, i) => [...noise.subarray(i * width, (i + 1) * width)]);
const draws = Array.from({ length: steps }, (_, i) => rows.slice(i * batch, (i + 1) * batch));
writeFileSync(here('noise.json'), `${JSON.stringify(draws)}\n`);
const images = Uint8Array.from(JSON.parse(readFileSync(here('batch.json'), 'utf8')).flat(2));
const normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };

setKernels('naive');
for (const [name, [model, optimizer]] of Object.entries(MODELS)) {
  model.compile({ optimizer });
  await model.fit({ shape: [batch, 3, 4], data: images, normalization }, { epochs: 20, batchSize: batch });
  const folder = here(name);
  mkdirSync(folder, { recursive: true });
  const files = writePyTorch(model, optimizer.state());
  for (const [file, contents] of Object.entries(files)) writeFileSync(`${folder}/${file}`, contents);
  const after = `${folder}/after`;
  const args = [folder, here('batch.json'), here('noise.json'), after];
  execFileSync(process.argv[2], [here('continue_generative.py'), ...args], { stdio: 'inherit' });
  for (const file of Object.keys(files)) if (file.endsWith('.py')) rmSync(`${after}/${file}`); // a copy
}
