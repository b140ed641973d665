/**
 * The table in docs/results.md, "Anomalies": how well the MSE, the negative ELBO and its excess tell classes that a variational
 * autoencoder has seen from those that it has not. Some minutes on two cores.
 *
 *   npm run bench:anomalies -- FOLDER [SEEDS]    # the folder of the four files fashion-….npy; seeds such as 0,1,2
 */

import { join } from 'node:path';
import { pickSamples, type Samples, type UniformNormalization } from '../src/data/samples.ts';
import { rocAuc } from '../src/evaluation/anomalyMetrics.ts';
import { type ImageScores, scoreImages } from '../src/node/cli/evaluate/scores.ts';
import { loadImages } from '../src/node/samples/load.ts';
import { loadLabels } from '../src/node/samples/loadLabels.ts';
import { VariationalAutoencoder } from '../src/vae/variationalAutoencoder.ts';

/** What the model has seen. */
const SEEN = {
  'tops, coats, dresses': [0, 2, 3, 4, 6],
  shoes: [5, 7, 9],
  'trousers, bags': [1, 8],
};
/** The excess reaches 0.03 more with each of three seeds. */
const MIN_AUC = { 'tops, coats, dresses': 0.92, shoes: 0.95, 'trousers, bags': 0.83 };
const SCORES: Readonly<Record<string, (image: ImageScores) => number>> = {
  MSE: ({ mse }) => mse,
  'negative ELBO': ({ negativeElbo = Number.NaN }) => negativeElbo,
  excess: ({ excess = Number.NaN }) => excess,
  // The entropy of the pixels: it knows nothing of the model.
  'their difference': ({ negativeElbo = Number.NaN, excess = Number.NaN }) => negativeElbo - excess,
};
const FIT = { epochs: 15, batchSize: 128 };
const DIVIDED: UniformNormalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };

const [folder, seeds = '0,1,2'] = process.argv.slice(2);
if (folder === undefined) throw new Error('bench:anomalies: expected the folder of the files fashion-….npy.');
const training = await load('fashion-train-10k');
const test = await load('fashion-test-2k');

console.log(lineOf(['AUC of', ...Object.keys(SCORES)]));
for (const [name, classes] of Object.entries(SEEN)) {
  const isSeen = (label: number) => classes.includes(label);
  const rows = Array.from(training.labels, (label, i) => (isSeen(label) ? i : -1)).filter((i) => i >= 0);
  const isOther = Array.from(test.labels, (label) => !isSeen(label));
  const aucs: number[][] = [];
  for (const seed of seeds.split(',').map(Number)) {
    const vae = new VariationalAutoencoder({ inputShape: [28, 28], seed });
    await vae.fit(pickSamples(training.samples, rows), FIT);
    const images = await scoreImages(vae, test.samples);
    aucs.push(Object.values(SCORES).map((score) => rocAuc(images.map(score), isOther)));
  }
  const excess = aucs.map((row) => row[Object.keys(SCORES).indexOf('excess')]);
  if (Math.min(...excess) < MIN_AUC[name as keyof typeof SEEN]) {
    console.error(`bench:anomalies: the excess for ${name} is below ${MIN_AUC[name as keyof typeof SEEN]}.`);
    process.exitCode = 1;
  }
  const cells = aucs[0].map((_, j) => aucs.map((row) => row[j].toFixed(3)).join(' '));
  console.log(lineOf([name, ...cells]));
}

function lineOf(cells: readonly string[]): string {
  return cells.map((cell) => cell.padEnd(22)).join('');
}

async function load(name: string): Promise<{ samples: Samples; labels: ArrayLike<number> }> {
  const { shape, data } = await loadImages(join(folder, `${name}.npy`));
  const { labels } = await loadLabels(join(folder, `${name}-labels.npy`), { count: shape[0] });
  return { samples: { shape, data, normalization: DIVIDED }, labels };
}
