/**
 * Which share of unseen digits gets its right class, by the number of labels, from pixels and from codes: for chapter 9 of
 * the guide. The networks see all images and no label.
 *
 * To draw it: `npm run -s build && node dist/examples/guide/features.js docs/images/guide/few-labels.svg`.
 */

import { writeFileSync } from 'node:fs';
import {
  Adam,
  Autoencoder,
  accuracyOf,
  generateDigits,
  LinearProbe,
  linear,
  type Noise,
  nearestNeighbours,
  normalize,
  Random,
  Tensor,
} from 'isthmus';
import { lineChart } from '../../src/node/charts/lineChart.ts';

const [path = 'few-labels.svg'] = process.argv.slice(2);
const EPOCHS = 15;
const BATCH_SIZE = 64;
const LABELLED = [20, 50, 100, 200]; // images
const DRAWS = 8; // of which images have a label

const training = generateDigits({ count: 3000, seed: 1 });
const unseen = generateDigits({ count: 500, seed: 2 });
const [images, others] = [normalize(training), normalize(unseen)];
const pixelsOf = ({ shape: [n], data }: typeof images) =>
  Tensor.from(
    Array.from(data, (pixel) => pixel / 255),
    [n, 784],
  );

const features = [
  { name: 'pixels', known: pixelsOf(images), asked: pixelsOf(others) },
  { name: 'codes', ...(await codesOf()) },
  { name: 'denoising', ...(await codesOf({ kind: 'gaussian', amount: 0.5 })) },
];
const results = features.map(({ name, known, asked }) => ({
  name,
  shares: LABELLED.map((count) => meanShares(known, asked, count)),
}));

console.log(`${unseen.labels.length} unseen digits, the share that gets its right class\n`);
console.log(`labelled images       ${LABELLED.map((count) => String(count).padStart(7)).join('')}`);
for (const method of ['nearest', 'probe'] as const) {
  console.log(method === 'nearest' ? 'by the nearest neighbour' : 'by the linear probe');
  for (const { name, shares } of results) {
    const row = shares.map((share) => share[method].toFixed(3).padStart(7));
    console.log(`  ${name.padEnd(20)}${row.join('')}`);
  }
}

const lines = results.map(({ name, shares }) => ({
  name,
  points: LABELLED.map((x, i) => ({ x, y: 100 * (1 - shares[i].probe) })),
}));
const options = { title: 'Few labels', xLabel: 'labelled images', yLabel: 'wrong by the linear probe, %' };
writeFileSync(path, lineChart(options, lines));

/** The codes of an autoencoder of all training images. */
async function codesOf(noise?: Noise) {
  const shape = { inputShape: [28, 28], hidden: [256], encodingDim: 32 };
  const autoencoder = new Autoencoder({ ...shape, activation: 'silu', seed: 1 });
  const steps = EPOCHS * Math.ceil(images.shape[0] / BATCH_SIZE);
  autoencoder.compile({ optimizer: new Adam({ learningRate: linear({ learningRate: 4e-3, steps }) }) });
  await autoencoder.fit(images, {
    epochs: EPOCHS,
    batchSize: BATCH_SIZE,
    start: 'mean',
    ...(noise && { noise }),
  });
  return { known: autoencoder.encode(images), asked: autoencoder.encode(others) };
}

/** The shares of right answers by the nearest neighbour and by the linear probe, if only `count` images have a label. */
function meanShares(known: Tensor, asked: Tensor, count: number) {
  const shares = { nearest: 0, probe: 0 };
  for (let draw = 0; draw < DRAWS; draw++) {
    const rows = [...training.labels.keys()];
    new Random(draw).shuffle(rows);
    rows.length = count;
    const labelled = known.pick(rows);
    const labels = rows.map((row) => training.labels[row]);
    const nearest = Array.from(nearestNeighbours(labelled, asked, 1), (row) => labels[row]);
    shares.nearest += accuracyOf(nearest, unseen.labels) / DRAWS;
    shares.probe += accuracyOf(LinearProbe.fit(labelled, labels).predict(asked), unseen.labels) / DRAWS;
  }
  return shares;
}
