/**
 * `npm run bench:peers`: isthmus beside other engines, the same work in the same run, as ratios. Exit code 1 if isthmus
 * itself fails or is wrong; another engine that fails becomes a line in the table. Read works.mjs first.
 */

import { parseArgs } from 'node:util';
import { formatGoals, overRuns, parseRuns } from '../../dist/bench/goals.js';
import { environment, formatEnvironment } from '../../dist/bench/harness/report.js';
import { judgePeers } from '../../dist/bench/speedGoals.js';
import { startEngine } from './child.mjs';
import {
  CONTESTANTS,
  ENGINE_NAMES,
  findPyTorch,
  plainEnvironment,
  whyNotCompiled,
  YARDSTICK,
} from './contestants.mjs';
import { install } from './install.mjs';
import { runWork } from './rounds.mjs';
import { compareBest, formatNotes, formatSummary, formatTable, toRecord } from './table.mjs';
import { temporaryFolder } from './temporaryFolder.mjs';
import { createGroups, WORK_NAMES } from './works.mjs';

const HELP = `\
Usage: npm run bench:peers -- [options]

Measures isthmus beside other JavaScript engines and, where it is found, PyTorch: products, three training
runs, encode + decode. Every engine is a process of its own, computes the same as the others (that is
checked first) and is timed in turns with them. Takes about 10 minutes.

  --quick            fewer, shorter samples, no 1024³, PyTorch's fused Adam only: about 2½ minutes
  --only NAME,...    isthmus and these: ${ENGINE_NAMES.join(', ')}
  --work NAME,...    products, article, wide, conv, predict, or one of them: predict-2048, nn-256, ...
  --runs N           all of it N times; the goals, at the end, are judged by the medians (default 1)
  --json             one JSON object a line: the machine, each measurement, each comparison, each goal
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
        runs: { type: 'string', default: '1' },
      },
    });
    return {
      ...values,
      runs: parseRuns(values.runs),
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

/** The engines that are installed; the yardstick always is. */
function choose({ only, quick }, pytorch, notCompiled) {
  return CONTESTANTS.filter(({ only: engine, kind, isSlower, isCompiled }) => {
    if (kind === 'pytorch' && pytorch === undefined) return false;
    if (isCompiled && notCompiled) return false;
    if (quick && isSlower) return false;
    return engine === YARDSTICK || only === undefined || only.includes(engine);
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
  const notCompiled = pytorch && (options.quick ? 'it is left out of a quick run' : whyNotCompiled());
  const contestants = choose(options, pytorch, notCompiled);
  const isWanted = (work, group) => {
    if (options.work?.includes(work)) return true;
    if (options.quick && work.endsWith('-1024')) return false;
    return options.work === undefined || options.work.includes(group);
  };
  let measured = [];
  const seen = new Set();
  let isSound = true;
  const report = (work, results) => {
    print(formatTable(work, results));
    if (options.json) for (const result of results) print('', toRecord(work, result));
    measured.push({ work, results });
    for (const { contestant } of results) seen.add(contestant);
    const isBad = ({ contestant: { name, kind }, failure }) =>
      failure !== undefined && (name === YARDSTICK || (kind === 'own' && failure.startsWith('wrong')));
    isSound &&= !results.some(isBad);
  };
  const plan = options.quick ? QUICK : FULL;
  const groups = createGroups(temporaryFolder('peers'), plan.images, isWanted);
  const goals = [];
  for (let run = 0; run < options.runs; run++) {
    measured = [];
    for (const group of groups) await runGroup(group, contestants, plan, report);
    const comparisons = measured.map(({ work, results }) => compareBest(work, results));
    print(formatSummary(comparisons));
    if (options.json) for (const comparison of comparisons) print('', comparison);
    goals.push(judgePeers(new Map(measured.map(({ work, results }) => [work.name, results]))));
  }
  print(formatNotes([...seen], notCompiled));
  const judged = overRuns(goals);
  if (judged.length > 0) print(`\n${formatGoals(judged)}`);
  if (options.json) for (const goal of judged) print('', goal);
  return isSound ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench:peers: ${error.message}`);
  process.exitCode = 2;
}
