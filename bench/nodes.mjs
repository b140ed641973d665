/**
 * `npm run bench:nodes`: products, training steps and threads of `npm run bench` in Node 20, 22, 24 and 26, in one table.
 * Exit code 1 if one of them fails. Read main.ts first; test/runtimes/runtimes.mjs gets the versions.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseRuns } from '../dist/bench/goals.js';
import { environment, formatEnvironment } from '../dist/bench/harness/report.js';
import { nodesTable } from '../dist/bench/nodesTable.js';
import { getRuntime, RUNTIMES } from '../test/runtimes/runtimes.mjs';
import { printTable } from './peers/printTable.mjs';

const HELP = `\
Usage: npm run bench:nodes -- [options]

Measures products, training steps and threads in Node 20, 22, 24 and 26, which are installed from npm the first
time (400 MB), and prints rates and, in brackets, ratios to the baselines. Takes about a minute and a half.

  --quick      shorter samples: about half a minute
  --runs N     all versions in turns, N times; medians count (default 1)
  --only TEXT  other contests of npm run bench: those that have this in their what or shape; may be repeated
  --json       one JSON object a line: the machine, then each measurement with its version
  --help       show this and exit

Exit codes: 0 measured, 1 a version could not be had or its benchmark failed, 2 wrong usage.`;

const CONTESTS = ['share of peak', 'training step', 'matmul, threads', 'step, threads'];
const BENCH = fileURLToPath(new URL('../dist/bench/main.js', import.meta.url));
const TIMEOUT_MS = 600_000; // only what hangs takes so long

/** What the benchmark measured in this Node. Floors are for `npm run bench`: nothing here is below a billionth of one. */
function measure([program, ...before], { only, quick }) {
  const words = [...before, BENCH, '--json', '--floor-scale', '1e-9', ...(quick ? ['--quick'] : [])];
  for (const text of only) words.push('--only', text);
  const { status, signal, stdout, stderr } = spawnSync(program, words, {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  if (status !== 0)
    throw new Error(`ended with ${signal ?? `exit code ${status}`}: ${stderr.trim().slice(-500)}`);
  const records = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return records.filter(({ what }) => what !== undefined); // without the machine and the goals
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: CONTESTS },
      runs: { type: 'string', default: '1' },
    },
  });
  return { ...values, runs: parseRuns(values.runs) };
}

/** Returns the exit code. */
function main({ json, runs, ...options }) {
  console.log(json ? JSON.stringify(environment()) : formatEnvironment(environment()));
  const columns = RUNTIMES.filter(({ title }) => title === 'Node').map((runtime) => ({
    ...getRuntime(runtime),
    name: runtime.name,
    runs: [],
  }));
  const problems = columns.flatMap(({ name, skipped }) => (skipped ? [`${name}: ${skipped}`] : []));
  for (let run = 0; run < runs; run++) {
    for (const { name, version, command, runs: done } of columns) {
      if (!command) continue;
      if (process.stderr.isTTY) console.error(`${name}, run ${run + 1}`);
      try {
        const records = measure(command, options);
        done.push(records);
        if (json) for (const record of records) console.log(JSON.stringify({ node: version, ...record }));
      } catch (error) {
        problems.push(`${name}: ${error.message}`);
      }
    }
  }
  const { head, rows } = nodesTable(columns.filter(({ runs }) => runs.length > 0));
  if (!json)
    printTable('Rates in versions of Node, and in brackets ratios to the first of each group', head, rows);
  for (const problem of problems) console.error(`bench:nodes: ${problem}`);
  return problems.length > 0 ? 1 : 0;
}

let options;
try {
  options = readOptions();
} catch (error) {
  console.error(`bench:nodes: ${error.message}`);
  process.exitCode = 2;
}
if (options?.help) console.log(HELP);
else if (options) process.exitCode = main(options);
