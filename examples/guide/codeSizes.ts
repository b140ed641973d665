/**
 * The second picture of chapter 2 of the guide: how well unseen digits are restored from codes of 1 to 64 numbers.
 *
 * To draw it: `npm run -s build && node dist/examples/guide/codeSizes.js docs/images/guide/code-sizes.svg`.
 */

import { writeFileSync } from 'node:fs';
import { AdamW, Autoencoder, generateDigits, linear, normalize, PCA, psnr } from 'isthmus';
import { lineChart } from '../../src/node/charts/lineChart.ts';

const [path = 'code-sizes.svg'] = process.argv.slice(2);
const [TRAINING, EPOCHS, BATCH] = [1500, 20, 64];
const images = normalize(generateDigits({ count: TRAINING, seed: 1 }));
const unseen = normalize(generateDigits({ count: 500, seed: 2 }));

function byPca(encodingDim: number): number {
  const errors = PCA.fit(images, encodingDim).errors(unseen);
  return psnr(errors.reduce((a, b) => a + b) / errors.length);
}

async function byNetwork(encodingDim: number, hidden: readonly number[]): Promise<number> {
  const autoencoder = new Autoencoder({
    inputShape: [28, 28],
    encodingDim,
    hidden,
    activation: 'silu',
    seed: 1,
  });
  const steps = EPOCHS * Math.ceil(TRAINING / BATCH);
  const learningRate = linear({ learningRate: 0.004, steps });
  autoencoder.compile({ optimizer: new AdamW({ learningRate, weightDecay: 0.1 }) });
  await autoencoder.fit(images, { epochs: EPOCHS, batchSize: BATCH, start: 'mean' });
  return (await autoencoder.evaluate(unseen)).psnr;
}

const lines = ['PCA', '64, 32', '192'].map((name) => ({ name, points: [] as { x: number; y: number }[] }));
console.log(`PSNR in dB of ${unseen.shape[0]} unseen digits, after training with ${TRAINING}`);
console.log('numbers    PCA   64, 32    192');
for (const size of [1, 2, 4, 8, 16, 32, 64]) {
  const found = [byPca(size), await byNetwork(size, [64, 32]), await byNetwork(size, [192])];
  found.forEach((y, i) => {
    lines[i].points.push({ x: size, y });
  });
  console.log(`${String(size).padStart(7)}  ${found.map((value) => value.toFixed(2)).join('    ')}`);
}
const title = 'Unseen digits, restored from codes of 1 to 64 numbers';
writeFileSync(path, lineChart({ title, xLabel: 'numbers in a code', yLabel: 'PSNR in dB' }, lines));
