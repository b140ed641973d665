/**
 * `npm run bench:scaling`: images a second in training while batches, layers and codes grow, on one thread to more
 * threads than processors, beside PyTorch. Exit code 1 if four or eight threads are slower than half of one, or isthmus fails.
 * Read bench/scaling.ts and ../rounds.mjs first.
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { environment, formatEnvironment, formatNumber } from '../../../dist/bench/harness/report.js';
import { judgeThreads, SWEEPS, scalingChart } from '../../../dist/bench/scaling.js';
import { startEngine } from '../child.mjs';
import { findPyTorch, node, plainEnvironment, plural, python } from '../contestants.mjs';
import { printTable } from '../printTable.mjs';
import { runWork } from '../rounds.mjs';
import { toRecord } from '../table.mjs';
import { temporaryFolder } from '../temporaryFolder.mjs';
import { trainingWork } from '../works.mjs';

const HELP = `\
Usage: npm run bench:scaling -- [options]

Measures how fast isthmus trains, on 1, 2, 4 and 8 threads, while one number grows: the size of the batches,
the width of the layers, the length of the code. PyTorch (fused Adam, the better of 1 and 2 threads) is
measured in turns with it, if the Python that PYTHON names, else python3, has it. Takes about 3 minutes.

  --quick       fewer sizes, shorter samples: about half a minute
  --only NAME   one of: ${SWEEPS.map(({ name }) => name).join(', ')}
  --out FILE    draws the figures into this SVG file
  --json        one JSON object a line: the machine, then each measurement, then each goal
  --help        show this and exit

Exit codes: 0 measured, 1 four or eight threads are slower than half of one, or isthmus failed, 2 wrong usage.`;

const FULL = { rounds: 5, sampleMs: 200, shareMs: 3000, epochs: 2, checkMs: 3000 };
const QUICK = { rounds: 3, sampleMs: 80, shareMs: 1000, epochs: 2, checkMs: 1000 };
const IMAGES = 1024;
const THREADS = [1, 2, 4, 8];
/** More than there are processors, mostly. */
const MANY = [4, 8];
/** Attempts at a size where many threads seem to do harm: another program may be the reason, and gone the next time. */
const TRIES = 3;

/** Their names stand in the chart. The loss of each only has to fall: bench:peers compares losses. */
const isthmus = (threads) =>
  node(plural(threads), 'isthmus.mjs', [`${threads}`], [], { kind: 'own', check: 'falls' });
const pytorch = (threads) => python('PyTorch', [`${threads}`, 'fused'], [], { check: 'falls' });

/** @returns The results of one size, measured again while many threads are too slow, and the goals. */
async function measure(sweep, size, entries, plan, folder) {
  const name = `${sweep.name} ${size}`;
  const work = trainingWork(folder, { name, ...sweep.setup(size) }, IMAGES);
  for (let attempt = 1; ; attempt++) {
    const results = await runWork(work, entries, plan);
    const goals = MANY.map((threads) => {
      const many = results.find(({ contestant }) => contestant.name === isthmus(threads).name);
      return judgeThreads(sweep.name, size, threads, 1 / many.ratio);
    });
    if (goals.every(({ ok }) => ok) || attempt === TRIES) return { work, results, goals };
  }
}

/** Images a second, by name; of PyTorch's the better. */
function ratesOf(results) {
  const rates = {};
  for (const { contestant, rate = 0 } of results) {
    rates[contestant.name] = Math.max(rate, rates[contestant.name] ?? 0);
  }
  return rates;
}

function printSweep({ name, title }, measured) {
  const points = measured.filter(({ sweep }) => sweep === name);
  const engines = Object.keys(points[0].rates);
  const rows = points.map(({ size, rates }) => [`${size}`, ...engines.map((by) => formatNumber(rates[by]))]);
  printTable(`Training, images/s: ${title}`, [name, ...engines], rows);
}

function readOptions(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const sweeps = SWEEPS.filter(({ name }) => values.only === undefined || name === values.only);
  if (sweeps.length === 0) {
    const names = SWEEPS.map(({ name }) => name).join(', ');
    throw new Error(`--only is '${values.only}', expected one of: ${names}.`);
  }
  return { ...values, sweeps };
}

/** Returns the exit code. */
async function main({ quick, json, help, out, sweeps }) {
  if (help) {
    console.log(HELP);
    return 0;
  }
  const version = findPyTorch();
  const machine = { ...environment(), pytorch: version };
  if (json) console.log(JSON.stringify(machine));
  else console.log(`${formatEnvironment(machine)}${version ? ` · PyTorch ${version}` : ''}`);
  if (!version) console.error('bench:scaling: no Python with PyTorch was found: it is left out.');
  const folder = temporaryFolder('scaling');
  const contestants = [...THREADS.map(isthmus), ...(version ? [1, 2].map(pytorch) : [])];
  const entries = contestants.map((contestant) => {
    const [program, ...words] = contestant.command;
    return { contestant, engine: startEngine(program, words, plainEnvironment()) };
  });
  const [measured, goals, failures] = [[], [], []];
  try {
    for (const sweep of sweeps) {
      for (const size of quick ? sweep.quickSizes : sweep.sizes) {
        const found = await measure(sweep, size, entries, quick ? QUICK : FULL, folder);
        const { work, results } = found;
        measured.push({ sweep: sweep.name, size, rates: ratesOf(results) });
        goals.push(...found.goals);
        for (const { contestant, failure } of results) {
          if (failure === undefined) continue;
          console.error(`bench:scaling: ${work.name}, ${contestant.name}: ${failure}`);
          if (contestant.kind === 'own') failures.push(failure);
        }
        if (json) for (const result of results) console.log(JSON.stringify(toRecord(work, result)));
      }
      if (!json) printSweep(sweep, measured);
    }
  } finally {
    await Promise.all(entries.map(({ engine }) => engine.stop()));
  }
  if (out) writeFileSync(out, scalingChart(sweeps, measured));
  if (json) for (const goal of goals) console.log(JSON.stringify(goal));
  for (const { name, value, bound } of goals.filter(({ ok }) => !ok)) {
    console.error(`bench:scaling: ${name}: ${formatNumber(value)}, expected at least ${bound}.`);
  }
  return failures.length === 0 && goals.every(({ ok }) => ok) ? 0 : 1;
}

let options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`bench:scaling: ${error.message}`);
  process.exitCode = 2;
}
if (options) process.exitCode = await main(options);
