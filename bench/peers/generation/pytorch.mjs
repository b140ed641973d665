/** PyTorch with the same recipes: vae.py and gan.py, each run in a process of its own. */

import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadImages } from '../../../dist/src/node/index.js';
import { plainEnvironment } from '../contestants.mjs';
import { rowsOf } from './data.mjs';
import { scaleEpochs } from './recipes.mjs';

const HERE = fileURLToPath(new URL('./', import.meta.url));

/** Enough to see which number of threads is the fastest. */
const TRIAL = 0.1;

function runScript(script, job) {
  const words = [join(HERE, script), JSON.stringify(job)];
  const { status, stdout, stderr, error } = spawnSync(process.env.PYTHON || 'python3', words, {
    encoding: 'utf8',
    env: plainEnvironment(),
  });
  if (status === 0) return JSON.parse(stdout);
  throw error ?? new Error(`${script}: ${stderr.trim().split('\n').at(-1)}`);
}

/** How many threads train this recipe the fastest: one, or as many as there are processors. */
function fastestThreads(script, job) {
  const numbers = [...new Set([1, availableParallelism()])];
  const recipe = scaleEpochs(job.recipe, TRIAL);
  const seconds = numbers.map((threads) => runScript(script, { ...job, recipe, threads, seed: 0 }).seconds);
  return numbers[seconds.indexOf(Math.min(...seconds))];
}

/**
 * @param script - vae.py or gan.py.
 * @param job - All that common.py reads but the seed and the number of threads, which is chosen by a short training.
 * @returns A function that trains with a seed and gives `{ samples, seconds }`, for a VAE also `negativeElbo`.
 */
export function pyTorchTrainer(script, job) {
  let threads;
  return async (seed) => {
    threads ??= fastestThreads(script, job);
    const figures = runScript(script, { ...job, seed, threads });
    return { samples: rowsOf(await loadImages(job.out)), threads, ...figures };
  };
}
