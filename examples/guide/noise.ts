/**
 * Unseen digits with noise, and what a median filter, a plain network and a denoising one make of them: for chapter 9 of the
 * guide. It prints how far each is from the clean digits, and draws some.
 *
 * `npm run -s build && node dist/examples/guide/noise.js noise.png runs/guide-plain runs/guide-denoise`
 */

import { writeFileSync } from 'node:fs';
import { addNoise, generateDigits, medianFilter, psnr, Random, Tensor } from 'isthmus';
import { encodePng, imageGrid, loadModel } from 'isthmus/node';

const [path = 'noise.png', plainRun = 'runs/guide-plain', run = 'runs/guide-denoise'] = process.argv.slice(2);
const COUNT = 500;
const SHOWN = 12;

const { autoencoder: plain } = await loadModel(`${plainRun}/model.safetensors`);
const { autoencoder } = await loadModel(`${run}/model.safetensors`);
const { shape, data } = generateDigits({ count: COUNT, seed: 2 });
const clean = Tensor.from(
  Array.from(data, (pixel) => pixel / 255),
  shape,
);
const noisy = addNoise(clean, { kind: 'gaussian', amount: 0.3 }, new Random(1));
const median = medianFilter([28, 28], 3);
const filtered = Tensor.zeros(shape);
for (let start = 0; start < clean.size; start += 784) {
  filtered.data.set(median(noisy.data.slice(start, start + 784)), start);
}

const rows = [
  { name: 'clean', images: clean },
  { name: 'with noise', images: noisy },
  { name: 'median filter', images: filtered },
  { name: 'plain autoencoder', images: plain.predict(noisy) },
  { name: 'denoising autoencoder', images: autoencoder.predict(noisy) },
];
for (const { name, images } of rows.slice(1)) {
  const mse = images.data.reduce((sum, pixel, i) => sum + (pixel - clean.data[i]) ** 2, 0) / clean.size;
  console.log(`${name.padEnd(23)}${psnr(mse).toFixed(2)} dB`);
}

const shown = rows.flatMap(({ images }) => [...images.data.subarray(0, SHOWN * 784)]);
const grid = imageGrid(Tensor.from(shown, [rows.length * SHOWN, 28, 28]), { columns: SHOWN, scale: 2 });
writeFileSync(path, encodePng(grid));
