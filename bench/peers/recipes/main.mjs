/**
 * `npm run bench:recipes`: the presets of `train` and the article's recipe in PyTorch, one after the other for each seed,
 * then classification by the codes of `best` and the noise that it removes. Each is a command as a user would give it.
 * Read bench/recipeGoals.ts first.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '../../../dist/bench/harness/contest.js';
import { environment, formatEnvironment } from '../../../dist/bench/harness/report.js';
import { judgeRecipes } from '../../../dist/bench/recipeGoals.js';
import { findPyTorch, plainEnvironment } from '../contestants.mjs';
import { printTable } from '../printTable.mjs';

const HELP = `\
Usage: npm run bench:recipes -- --train TRAIN.npy --data TEST.npy [options]

Trains with each preset and with the article's recipe in PyTorch, in turns, and compares test errors and
times; classifies by the codes of 'best' and removes noise with it, and with convolutions. The goals are
those for 10,000 images of Fashion-MNIST and 2,000 others. It takes about ten minutes for three seeds.

  --train FILE.npy         uint8 images to train on
  --data FILE.npy          others, to measure
  --train-labels FILE.npy  their classes: measures what the codes are good for,
  --labels FILE.npy        with both
  --seeds A,B,…            a run of each recipe for each. [0,1,2]
  --threads N              for isthmus; PyTorch has one, its fastest for layers as small. [1]
  --json                   one JSON object instead of tables
  --help                   show this and exit

PyTorch is looked for in the Python that PYTHON names, else in python3, and left out where there is none.
The seconds of isthmus are those of the whole command, PyTorch's those of its training alone.

Exit codes: 0 all goals are reached, 1 one is missed or something failed, 2 wrong usage.`;

const HERE = fileURLToPath(new URL('./', import.meta.url));
const MAIN = resolve(HERE, '../../../dist/src/node/cli/main.js');
const PRESETS = ['article', 'small', 'best', 'conv-small', 'conv-best'];
const PYTORCH = 'PyTorch';
/** Long codes, with convolutions the last stage itself: to remove noise they need not be short. */
const NOISE = ['--noise', 'gaussian:0.2'];
const DENOISER = ['--preset', 'best', '--hidden', '512', '--encoding-dim', '128', ...NOISE];
const CONV_DENOISER = [
  '--preset',
  'conv-best',
  '--conv',
  '16,64',
  '--no-dense-code',
  '--epochs',
  '12',
  ...NOISE,
];

class UsageError extends Error {}

function readOptions() {
  const text = { type: 'string' };
  const options = {
    train: text,
    data: text,
    labels: text,
    'train-labels': text,
    seeds: { ...text, default: '0,1,2' },
    threads: { ...text, default: '1' },
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
  if (!(values.train && values.data)) throw new UsageError('--train and --data are needed.');
  if (!values.labels !== !values['train-labels']) {
    throw new UsageError('--labels and --train-labels are given together, or neither.');
  }
  if (!/^\d+(,\d+)*$/.test(values.seeds)) throw new UsageError(`--seeds is '${values.seeds}'.`);
  if (!/^\d+$/.test(values.threads)) throw new UsageError(`--threads is '${values.threads}'.`);
  return values;
}

/** What the program says on stdout, and how long it took. */
function run(program, words, env) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', env });
  const seconds = (performance.now() - start) / 1000;
  if (status === 0) return { stdout, seconds };
  throw new Error(stderr.trim().split('\n').at(-1));
}

const isthmus = (...words) => run(process.execPath, [MAIN, ...words], process.env);

/** With the weights of the last epoch: test images that choose the best one would flatter. */
function train(options, folder, words) {
  const { train: data, data: test, threads } = options;
  const files = ['--data', data, '--test-data', test, '--out', folder];
  return isthmus('train', ...files, '--threads', threads, '--keep', 'last', ...words).seconds;
}

function evaluate({ data, threads }, folder, words) {
  const model = ['--model', folder, '--data', data, '--threads', threads];
  return JSON.parse(isthmus('evaluate', ...model, '--json', ...words).stdout);
}

function runPyTorch({ train, data }, seed) {
  const words = [join(HERE, 'article.py'), train, data, '1', seed];
  return JSON.parse(run(process.env.PYTHON || 'python3', words, plainEnvironment()).stdout);
}

/** By recipe, one a seed: `{ seconds, mse }`. */
function runInTurns(options, folder, pyTorch) {
  const recipes = pyTorch ? [...PRESETS, PYTORCH] : PRESETS;
  const runs = Object.fromEntries(recipes.map((name) => [name, []]));
  for (const seed of options.seeds.split(',')) {
    for (const name of recipes) {
      const out = join(folder, `${name}-${seed}`);
      if (name === PYTORCH) {
        runs[name].push(runPyTorch(options, seed));
      } else {
        const seconds = train(options, out, ['--preset', name, '--seed', seed]);
        runs[name].push({ seconds, mse: evaluate(options, out, []).model.mse });
      }
      const { seconds, mse } = runs[name].at(-1);
      console.error(`${name}, seed ${seed}: test MSE ${mse.toFixed(5)}, ${seconds.toFixed(1)} s`);
    }
  }
  return runs;
}

function measure(options, folder) {
  const pyTorch = findPyTorch();
  if (!pyTorch) console.error('bench:recipes: no Python with PyTorch was found: it is left out.');
  const runs = runInTurns(options, folder, pyTorch);
  const [seed] = options.seeds.split(',');
  const best = join(folder, `best-${seed}`);
  const { labels, train: trainData, 'train-labels': trainLabels } = options;
  const words = ['--train-data', trainData, '--labels', labels, '--train-labels', trainLabels];
  const { classification } = labels ? evaluate(options, best, words) : {};
  const denoise = (name, recipe) => {
    const denoiser = join(folder, name);
    train(options, denoiser, [...recipe, '--seed', seed]);
    return evaluate(options, denoiser, NOISE).denoising;
  };
  const denoising = denoise('denoiser', DENOISER);
  const convDenoising = denoise('conv-denoiser', CONV_DENOISER);
  const ratio = (some, others) => median(some.map(({ seconds }, i) => seconds / others[i].seconds));
  const slowdown = pyTorch && ratio(runs.best, runs[PYTORCH]);
  const convSlowdown = ratio(runs['conv-best'], runs.best);
  return { pyTorch, runs, classification, denoising, convDenoising, slowdown, convSlowdown };
}

function print(options, measured, goals) {
  const { threads, seeds } = options;
  const { pyTorch, runs, classification, denoising, convDenoising } = measured;
  const names = { [PYTORCH]: `${PYTORCH} ${pyTorch}, the article's` };
  printTable(
    `${threads === '1' ? 'one thread' : `${threads} threads`}, seeds ${seeds}`,
    ['recipe', 'test MSE', 'seconds'],
    Object.entries(runs).map(([name, all]) => [
      names[name] ?? name,
      all.map(({ mse }) => mse.toFixed(5)).join(', '),
      all.map(({ seconds }) => seconds.toFixed(1)).join(', '),
    ]),
  );
  if (classification) {
    const { codes, pca, inputs } = classification;
    printTable(
      'share of test samples whose class is found, best',
      ['', '5 neighbours', 'scaled', 'linear probe'],
      Object.entries({ codes, PCA: pca, pixels: inputs }).map(([name, found]) =>
        [name].concat(
          [found.neighbours, found.scaledNeighbours, found.linearProbe].map((share) => share.toFixed(4)),
        ),
      ),
    );
  }
  const left = { ...denoising, convolutions: convDenoising.model };
  printTable('Gaussian noise of 0.2 and what is left of it, PSNR in dB', Object.keys(left), [
    Object.values(left).map(({ psnr }) => psnr.toFixed(2)),
  ]);
  printTable(
    'goals',
    ['', 'measured', 'bound', ''],
    goals.map(({ name, value, bound, isMaximum, ok }) => [
      name,
      value.toFixed(4),
      `${isMaximum ? '≤' : '≥'} ${bound.toFixed(4)}`,
      ok ? 'ok' : 'MISSED',
    ]),
  );
}

function main() {
  const options = readOptions();
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD); // paths are those of the user, not of the package
  const machine = environment();
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-recipes-'));
  try {
    const measured = measure(options, folder);
    const goals = judgeRecipes(measured);
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
  process.exitCode = main();
} catch (error) {
  console.error(`bench:recipes: ${error.message}${error instanceof UsageError ? ' See --help.' : ''}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
