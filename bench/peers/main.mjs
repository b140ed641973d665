/**
 * `npm run bench:peers`: isthmus beside other engines, the same work in the same run, as ratios. Exit code 1 if isthmus
 * itself fails or is wrong; another engine that fails becomes a line in the table. Read works.mjs first.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environment, formatEnvironment } from '../../dist/bench/harness/report.js';
import { startEngine } from './child.mjs';
import { CONTESTANTS, ENGINE_NAMES, findPyTorch, plainEnvironment, YARDSTICK } from './contestants.mjs';
import { install } from './install.mjs';
import { runWork } from './rounds.mjs';
import { compareBest, formatNotes, formatSummary, formatTable, toRecord } from './table.mjs';
import { createGroups, WORK_NAMES } from './works.mjs';

const HELP = `\
Usage: npm run bench:peers -- [options]

Measures isthmus beside other JavaScript engines and, where it is found, PyTorch: products, two training
runs, encode + decode. Every engine is a process of its own, computes the same as the others (that is
checked first) and is timed in turns with them. Takes about 6 minutes.

  --quick            fewer, shorter samples, no 1024³, PyTorch's fused Adam only: about 1½ minutes
  --only NAME,...    isthmus and these: ${ENGINE_NAMES.join(', ')}
  --work NAME,...    products, article, wide, predict, or one product: nn-256, tn-512, nt-1024, ...
  --json             one JSON object a line: the machine, each measurement, then each comparison
  --help             show this and exit

PyTorch is looked for in the Python that PYTHON names, else in python3.
Exit codes: 0 measured, 1 isthmus failed or was wrong, 2 wrong usage.`;

const FULL = { rounds: 7, sampleMs: 200, shareMs: 2000, epochs: 5, checkMs: 8000, images: 2048 };
const QUICK = { rounds: 3, sampleMs: 120, shareMs: 400, epochs: 3, checkMs: 1000, images: 1024 };

class UsageError extends Error {}

function parseOptions(words) {
  try {
    const { values } = parseArgs({
      args: words,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        only: { type: 'string' },
        work: { type: 'string' },
      },
    });
    return {
      ...values,
      only: readNames('--only', values.only, ENGINE_NAMES),
      work: readNames('--work', values.work, WORK_NAMES),
    };
  } catch (error) {
    throw new UsageError(error.message.split('. ')[0].replace(/\.?$/, '.'));
  }
}

/** A list of names, or all of them. */
function readNames(option, text, known) {
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`${option} names '${unknown}', expected some of: ${known.join(', ')}`);
  return names;
}

/** A folder that is gone when the process ends, also by Ctrl-C. */
function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-peers-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])
    process.once(signal, () => process.exit(code));
  return folder;
}

/** The engines that are installed; the yardstick always is. */
function choose({ only, quick }, pytorch) {
  return CONTESTANTS.filter(({ name, only: engine, kind, isSlower }) => {
    if (kind === 'pytorch' && pytorch === undefined) return false;
    if (quick && isSlower) return false;
    return name === YARDSTICK || only === undefined || only.includes(engine);
  });
}

/** Every engine of a group is one process, from its first work to its last. */
async function runGroup({ name, works }, contestants, plan, report) {
  const env = plainEnvironment();
  const entries = contestants
    .filter(({ groups }) => groups.includes(name))
    .map((contestant) => {
      const [program, ...words] = contestant.command;
      return { contestant, engine: startEngine(program, words, env) };
    });
  try {
    for (const work of works) report(work, await runWork(work, entries, plan));
  } finally {
    await Promise.all(entries.map(({ engine }) => engine.stop()));
  }
}

/** Returns the exit code. */
async function main(words) {
  const options = parseOptions(words);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const print = (text, record) => {
    if (!options.json) console.log(text);
    else if (record) console.log(JSON.stringify(record));
  };
  if (!install()) console.error('bench:peers: npm ci failed in bench/peers: some engines will be missing.');
  const wantsPyTorch = options.only === undefined || options.only.includes('pytorch');
  const pytorch = wantsPyTorch ? findPyTorch() : undefined;
  const machine = environment();
  print(`${formatEnvironment(machine)}${pytorch ? ` · PyTorch ${pytorch}` : ''}\n`, { ...machine, pytorch });
  if (wantsPyTorch && !pytorch)
    console.error('bench:peers: no Python with PyTorch was found: it is left out.');
  const contestants = choose(options, pytorch);
  const isWanted = (work, group) => {
    if (options.work?.includes(work)) return true;
    if (options.quick && work.endsWith('-1024')) return false;
    return options.work === undefined || options.work.includes(group);
  };
  const comparisons = [];
  const seen = new Set();
  let isSound = true;
  const report = (work, results) => {
    print(formatTable(work, results));
    if (options.json) for (const result of results) print('', toRecord(work, result));
    comparisons.push(compareBest(work, results));
    for (const { contestant } of results) seen.add(contestant);
    const isBad = ({ contestant: { name, kind }, failure }) =>
      failure !== undefined && (name === YARDSTICK || (kind === 'own' && failure.startsWith('wrong')));
    isSound &&= !results.some(isBad);
  };
  const plan = options.quick ? QUICK : FULL;
  for (const group of createGroups(temporaryFolder(), plan.images, isWanted)) {
    await runGroup(group, contestants, plan, report);
  }
  print(formatSummary(comparisons));
  if (options.json) for (const comparison of comparisons) print('', comparison);
  print(formatNotes([...seen]));
  return isSound ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench:peers: ${error.message}`);
  process.exitCode = 2;
}
