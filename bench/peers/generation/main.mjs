/**
 * `npm run bench:generation`: new images of a VAE and of a GAN, each of dense layers and with convolutions, and of a plain
 * autoencoder whose codes are drawn from a normal distribution, beside the dense VAE and GAN in PyTorch, one after the other
 * for each seed. One classifier judges all of them. Read recipes.mjs, classifier.mjs and
 * bench/generationGoals.ts first.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeGeneration } from '../../../dist/bench/generationGoals.js';
import { environment, formatEnvironment } from '../../../dist/bench/harness/report.js';
import { useThreads } from '../../../dist/src/index.js';
import { findPyTorch } from '../contestants.mjs';
import { printTable } from '../printTable.mjs';
import { Judge } from './classifier.mjs';
import { loadLabelled } from './data.mjs';
import { gan, gaussianOfCodes, vae } from './isthmus.mjs';
import { pyTorchTrainer } from './pytorch.mjs';
import { CONV_PRESET, PRESET_NAMES, recipesOf } from './recipes.mjs';

/** How many samples are judged, beside as many test images: the Fréchet distance depends on it. */
const SAMPLES = 2000;

const HELP = `\
Usage: npm run bench:generation -- --train TRAIN.npy --data TEST.npy
         --train-labels TRAIN-LABELS.npy --labels TEST-LABELS.npy [options]

Trains a VAE and a GAN, here and in PyTorch with the same settings, the same kinds with convolutions, and a
plain autoencoder, and draws ${SAMPLES} new images from each. A classifier trained on the real images judges
them: by the Fréchet distance of its features from those of ${SAMPLES} test images, and by the classes that it
finds. The goals are those for 10,000 images of Fashion-MNIST and ${SAMPLES} others.

  --train FILE.npy         uint8 images to train on
  --data FILE.npy          others, to compare with: at least ${SAMPLES} of both
  --train-labels FILE.npy  their classes,
  --labels FILE.npy        for both
  --preset NAME            ${PRESET_NAMES.join(' or ')}, of both kinds; with convolutions ${CONV_PRESET}. [best]
  --seeds A,B,…            a run of each contestant for each. [0,1,2]
  --epochs-scale X         X times as many epochs: 0.1 for a short try, which misses goals. [1]
  --without TEXT           leaves out what the last table calls by a name with TEXT in it. [none]
  --threads N              for isthmus. [as many as there are processors]
  --json                   one JSON object instead of tables
  --help                   show this and exit

PyTorch is looked for in the Python that PYTHON names, else in python3, and left out where there is none. It
trains with one thread or with all, which a short training tells. Seconds are those of training alone.

Exit codes: 0 all goals are reached, 1 one is missed or something failed, 2 wrong usage.`;

class UsageError extends Error {}

function readOptions() {
  const text = { type: 'string' };
  const options = {
    train: text,
    data: text,
    labels: text,
    'train-labels': text,
    preset: { ...text, default: 'best' },
    seeds: { ...text, default: '0,1,2' },
    'epochs-scale': { ...text, default: '1' },
    without: text,
    threads: { ...text, default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  };
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    throw new UsageError(error.message.split('. ')[0].replace(/\.?$/, '.'));
  }
  if (values.help) return values;
  const { seeds, threads, train, data, labels, 'train-labels': trainLabels, 'epochs-scale': scale } = values;
  if (!(train && data && labels && trainLabels)) {
    throw new UsageError('--train, --data, --train-labels and --labels are needed.');
  }
  if (!PRESET_NAMES.includes(values.preset)) {
    throw new UsageError(`--preset is '${values.preset}', expected ${PRESET_NAMES.join(' or ')}.`);
  }
  if (!/^\d+(,\d+)*$/.test(seeds)) {
    throw new UsageError(`--seeds is '${seeds}', expected integers >= 0 with commas between them.`);
  }
  if (!(/^[1-9]\d?$/.test(threads) && Number(threads) <= 64)) {
    throw new UsageError(`--threads is '${threads}', expected an integer from 1 to 64.`);
  }
  if (!(Number(scale) > 0 && Number(scale) < Infinity)) {
    throw new UsageError(`--epochs-scale is '${scale}', expected a number > 0.`);
  }
  return values;
}

/** By its key in GenerationFigures: how each contestant is called, and how it makes samples with a seed. */
function contestants(
  { train, data, preset, without, 'epochs-scale': scale },
  { images, shape, test },
  folder,
  pyTorch,
) {
  const epochsScale = Number(scale);
  const recipes = recipesOf(preset, epochsScale);
  const conv = recipesOf(CONV_PRESET, epochsScale);
  const work = { train: images, test, shape, count: SAMPLES, epochsScale };
  const job = {
    train: resolve(train),
    test: resolve(data),
    out: join(folder, 'samples.npy'),
    count: SAMPLES,
  };
  const all = {
    gaussian: ['Gaussian codes of an autoencoder', (seed) => gaussianOfCodes(work, seed)],
    vae: ['VAE', (seed) => vae(work, recipes.vae, seed)],
    convVae: ['VAE, convolutions', (seed) => vae(work, conv.vae, seed)],
    pyTorchVae: ['VAE, PyTorch', pyTorchTrainer('vae.py', { ...job, recipe: recipes.vae })],
    gan: ['GAN', (seed) => gan(work, recipes.gan, seed)],
    convGan: ['GAN, convolutions', (seed) => gan(work, conv.gan, seed)],
    pyTorchGan: ['GAN, PyTorch', pyTorchTrainer('gan.py', { ...job, recipe: recipes.gan })],
  };
  const isWanted = ([key, [name]]) =>
    (pyTorch || !key.startsWith('pyTorch')) && !(without && name.includes(without));
  return Object.entries(all).filter(isWanted);
}

/** By contestant, a run for each seed. */
async function runInTurns(judge, entries, seeds) {
  const runs = Object.fromEntries(entries.map(([key]) => [key, []]));
  for (const seed of seeds) {
    for (const [key, [name, make]] of entries) {
      const { samples, ...figures } = await make(seed);
      const run = { ...judge.judge(samples), ...figures };
      runs[key].push(run);
      console.error(
        `${name}, seed ${seed}: distance ${run.distance.toFixed(1)}, ${run.seconds.toFixed(1)} s`,
      );
    }
  }
  return runs;
}

async function measure(options, folder) {
  const { train, data, labels, 'train-labels': trainLabels } = options;
  const known = await loadLabelled(train, trainLabels, SAMPLES);
  const { images, labels: classes } = await loadLabelled(data, labels, SAMPLES);
  const test = { images: images.rows(0, SAMPLES), labels: classes.slice(0, SAMPLES) };
  const pyTorch = findPyTorch();
  if (!pyTorch) console.error('bench:generation: no Python with PyTorch was found: it is left out.');
  const judge = new Judge(known, test);
  console.error(
    `classifier: it finds the class of ${(100 * judge.accuracy).toFixed(1)} % of the test images`,
  );
  const entries = contestants(options, { ...known, test: test.images }, folder, pyTorch);
  const runs = await runInTurns(judge, entries, options.seeds.split(',').map(Number));
  const real = judge.judge(known.images.rows(0, SAMPLES));
  const names = Object.fromEntries(entries.map(([key, [name]]) => [key, name]));
  return { pyTorch, accuracy: judge.accuracy, real, names, runs };
}

/** The mean, and the smallest and the largest value where they differ. */
function spread(values, digits) {
  if (values.some((value) => value === undefined)) return '';
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const range = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return range[0] === range[1] ? range[0] : `${mean.toFixed(digits)} (${range.join(' to ')})`;
}

function row(name, runs) {
  const of = (figure, digits) => spread(runs.map(figure), digits);
  return [
    name,
    of(({ distance }) => distance, 1),
    of(({ entropy }) => entropy, 2),
    of(({ smallestShare }) => 100 * smallestShare, 1),
    of(({ negativeElbo }) => negativeElbo, 1),
    of(({ seconds }) => seconds, 1),
  ];
}

function print({ threads, seeds }, { pyTorch, accuracy, real, names, runs }, goals) {
  const theirs = [
    ...new Set([...(runs.pyTorchVae ?? []), ...(runs.pyTorchGan ?? [])].map((run) => run.threads)),
  ];
  console.log(
    `isthmus: threads ${threads}; ${pyTorch ? `PyTorch ${pyTorch}: threads ${theirs.join(' or ')}` : 'no PyTorch'}`,
  );
  console.log(`the classifier finds the class of ${(100 * accuracy).toFixed(1)} % of the test images`);
  printTable(
    `${SAMPLES} samples each, seeds ${seeds}: mean (minimum to maximum); entropy at most ${Math.log(real.shares.length).toFixed(2)} nats`,
    ['samples', 'Fréchet distance', 'entropy', 'smallest class, %', '-ELBO, nats', 'seconds'],
    [row('real images', [real]), ...Object.entries(runs).map(([key, all]) => row(names[key], all))],
  );
  printTable(
    'goals',
    ['', 'measured', 'bound', ''],
    goals.map(({ name, value, bound, isMaximum, ok }) => [
      name,
      value.toFixed(3),
      `${isMaximum ? '≤' : '≥'} ${bound.toFixed(3)}`,
      ok ? 'ok' : 'MISSED',
    ]),
  );
}

async function main() {
  const options = readOptions();
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD); // paths are those of the user, not of the package
  await useThreads(Number(options.threads));
  const machine = environment();
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-generation-'));
  try {
    const measured = await measure(options, folder);
    const goals = judgeGeneration(measured.runs);
    if (options.json) {
      console.log(JSON.stringify({ machine, threads: options.threads, ...measured, goals }));
    } else {
      console.log(formatEnvironment(machine));
      print(options, measured, goals);
    }
    return goals.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`bench:generation: ${error.message}${error instanceof UsageError ? ' See --help.' : ''}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
