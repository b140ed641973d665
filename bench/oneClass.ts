/**
 * The table in docs/results.md, "One class against the others": for each class of Fashion-MNIST an autoencoder that has seen
 * only this class, half of its images to train on and half to choose a threshold by. How many unseen images of the class lie
 * above the threshold, and how well are all others told from them? Some ten minutes on two cores.
 *
 *   npm run bench:oneclass -- FOLDER [SEEDS]    # the folder of fashion-train-10k….npy and t10k-….gz; seeds such as 0,1,2
 */

import { join } from 'node:path';
import { Autoencoder } from '../src/autoencoder/autoencoder.ts';
import { preset } from '../src/autoencoder/presets.ts';
import { pickSamples, type Samples, type UniformNormalization } from '../src/data/samples.ts';
import { rocAuc } from '../src/evaluation/anomalyMetrics.ts';
import { ErrorDistribution, isAbove } from '../src/evaluation/errorDistribution.ts';
import { errorsOfMean, PCA } from '../src/evaluation/pca.ts';
import { loadImages } from '../src/node/samples/load.ts';
import { loadLabels } from '../src/node/samples/loadLabels.ts';
import { splitSamples } from '../src/training/split.ts';

const NAMES = 'T-shirt,trousers,pullover,dress,coat,sandal,shirt,sneaker,bag,ankle boot'.split(',');
const LEVEL = 0.99;
/** How far the share may be from 1 - LEVEL. */
const TOLERANCE = 0.007;
const SPLIT = 0.5;
const CODE = 32;
/** By the validation loss of two of the classes: 500 images are few steps an epoch. */
const EPOCHS = 60;
const DIVIDED: UniformNormalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };

interface Labelled {
  readonly samples: Samples;
  readonly labels: ArrayLike<number>;
}

interface Result {
  readonly heldOut: number;
  /** The share of unseen images of the class that lie above the threshold. */
  readonly flagged: number;
  readonly model: number;
  readonly pca: number;
  readonly mean: number;
}

async function main([folder, seeds = '0,1,2']: readonly string[]): Promise<void> {
  if (folder === undefined) throw new Error('bench:oneclass: expected the folder of Fashion-MNIST.');
  const training = await load(folder, 'fashion-train-10k.npy', 'fashion-train-10k-labels.npy');
  const test = await load(folder, 't10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz');
  console.log(lineOf(['class', 'held-out', 'flagged at p99, %', 'AUC model', 'AUC PCA', 'AUC mean']));
  const all: Result[] = [];
  for (const [label, name] of NAMES.entries()) {
    const results: Result[] = [];
    for (const seed of seeds.split(',').map(Number)) results.push(await measure(label, seed, training, test));
    all.push(...results);
    const cells = (pick: (result: Result) => string) => results.map(pick).join(' ');
    console.log(
      lineOf([
        name,
        String(results[0].heldOut),
        cells(({ flagged }) => `${(100 * flagged).toFixed(1)}${isNear(flagged) ? '' : '*'}`),
        cells(({ model }) => model.toFixed(3)),
        results[0].pca.toFixed(3),
        results[0].mean.toFixed(3),
      ]),
    );
  }
  summarize(all);
}

function isNear(flagged: number): boolean {
  return Math.abs(flagged - (1 - LEVEL)) <= TOLERANCE + 1e-9; // 0.017 counts
}

function summarize(all: readonly Result[]): void {
  const meanOf = (pick: (result: Result) => number) =>
    all.reduce((sum, one) => sum + pick(one), 0) / all.length;
  const flagged = meanOf((one) => one.flagged);
  const aucs = [meanOf((one) => one.model), meanOf((one) => one.pca), meanOf((one) => one.mean)];
  console.log(lineOf(['mean', '', (100 * flagged).toFixed(2), ...aucs.map((auc) => auc.toFixed(3))]));
  const beyond = all.filter((one) => !isNear(one.flagged)).length;
  console.log(`* beyond 1 ± 0.7 %: ${beyond} of ${all.length}.`);
  const { low, high, near } = byChance(500, 1000);
  const percent = (share: number, decimals: number) => `${(100 * share).toFixed(decimals)} %`;
  console.log(
    `By chance alone 95 % of the shares lie from ${percent(low, 1)} to ${percent(high, 1)}, and ${percent(near, 0)} within 1 ± 0.7 %.`,
  );
  if (isNear(flagged) && aucs[0] > 0.9) return;
  console.error('bench:oneclass: expected a mean share of 1 ± 0.7 % and a mean AUC above 0.9.');
  process.exitCode = 1;
}

async function measure(label: number, seed: number, training: Labelled, test: Labelled): Promise<Result> {
  const rows = Array.from(training.labels, (one, i) => (one === label ? i : -1)).filter((i) => i >= 0);
  const images = pickSamples(training.samples, rows);
  const inputShape = [28, 28];
  const split = { inputShape, seed, validationSplit: SPLIT, validationData: undefined };
  const { training: trained, validation: kept } = splitSamples(images, split);
  if (!kept) throw new Error('bench:oneclass: expected images that are kept.');
  const { architecture, optimizer, fit } = settings(trained.rows.length);
  const autoencoder = new Autoencoder({ inputShape, encodingDim: CODE, seed, ...architecture });
  autoencoder.compile({ optimizer });
  await autoencoder.fit(images, { ...fit, validationSplit: SPLIT, keep: 'best' });
  const calibration = await autoencoder.anomalyScores(images, { rows: kept.rows });
  const { value } = ErrorDistribution.of(calibration.scores).threshold(LEVEL);
  const { scores } = await autoencoder.anomalyScores(test.samples);
  const isOther = Array.from(test.labels, (one) => one !== label);
  const normal = Array.from(scores).filter((_, i) => !isOther[i]);
  const pca = PCA.fit(pickSamples(images, Array.from(trained.rows)), CODE);
  return {
    heldOut: kept.rows.length,
    flagged: normal.filter((score) => isAbove(score, value)).length / normal.length,
    model: rocAuc(scores, isOther),
    pca: rocAuc(pca.errors(test.samples), isOther),
    mean: rocAuc(errorsOfMean(test.samples, pca.mean), isOther),
  };
}

/** The preset, with more epochs over fewer images: its learning rate falls over all of them. */
function settings(count: number) {
  const { epochs } = preset('best', count).fit;
  const longer = preset('best', Math.round((count * EPOCHS) / (epochs ?? EPOCHS)));
  return { ...longer, fit: { ...longer.fit, epochs: EPOCHS } };
}

/**
 * How the shares of `unseen` samples above the threshold scatter: from which to which 95 % of them lie, and how many are near
 * 1 - LEVEL. The share that truly lies above the k-th smallest of n held-out errors has the distribution Beta(n + 1 - k, k),
 * and what is counted is binomial (Angelopoulos & Bates, "A gentle introduction to conformal prediction", 2021, section 3.2).
 */
function byChance(n: number, unseen: number): { low: number; high: number; near: number } {
  const k = Math.ceil((n + 1) * LEVEL - 1e-9);
  const [a, b] = [n + 1 - k, k];
  const weights = [1]; // the probabilities of 0, 1, … samples, up to a factor
  for (let x = 0; x < unseen; x++) {
    weights.push((weights[x] * ((unseen - x) * (a + x))) / ((x + 1) * (b + unseen - x - 1)));
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let [low, high, near, below] = [0, 0, 0, 0];
  weights.forEach((weight, x) => {
    below += weight / total;
    if (below < 0.025) low = (x + 1) / unseen;
    if (below < 0.975) high = (x + 1) / unseen;
    if (isNear(x / unseen)) near += weight / total;
  });
  return { low, high, near };
}

async function load(folder: string, images: string, names: string): Promise<Labelled> {
  const { shape, data } = await loadImages(join(folder, images));
  const { labels } = await loadLabels(join(folder, names), { count: shape[0] });
  return { samples: { shape, data, normalization: DIVIDED }, labels };
}

function lineOf(cells: readonly string[]): string {
  return cells.map((cell) => cell.padEnd(20)).join('');
}

await main(process.argv.slice(2));
