/**
 * `npm run bench`: how fast kernels, training, loading and start-up are on this machine, as ratios to a baseline
 * of the same run.
 * Exit code 1 if a result is wrong or a ratio below its floor. Read harness/contest.ts first.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { supportedKernels } from '../src/tensor/kernels/active.ts';
import { createContests } from './contests.ts';
import { formatGoals, type Goal, overRuns, parseRuns } from './goals.ts';
import { type Contest, contestName, type Plan, runContest, type Timing } from './harness/contest.ts';
import {
  type Floors,
  isOpen,
  judge,
  parseFloors,
  requireMeasured,
  runUntilPassed,
} from './harness/floors.ts';
import {
  environment,
  failures,
  formatContest,
  formatEnvironment,
  formatHeader,
  formatLeftOut,
  formatOpen,
  LEGEND,
  toRecord,
} from './harness/report.ts';
import { createSpareProcessors } from './harness/spareProcessors.ts';
import { judgeBench } from './speedGoals.ts';

const HELP = `\
Usage: npm run bench -- [options]

Measures the kernels (products, training steps, threads), training and inference through the public
interface, loading and start-up. Checks every result before timing it, and compares each with a
baseline in the same run. Fails if a ratio is below its floor in bench/floors.json each time it is
measured, three times at most. Says at its end which goals are reached; to miss one is no failure.
Takes about 140 seconds.

  --quick            fewer and shorter samples: about 25 seconds
  --only TEXT        only what has this in its what or shape, e.g. 'step, threads'; may be repeated
  --runs N           all of it N times; the goals are judged by the medians (default 1)
  --floor-scale N    multiply all floors by N, e.g. 0.6 on a busy machine (default 1)
  --json             one JSON object a line: the machine, then each measurement
  --help             show this and exit

Exit codes: 0 all ratios reach their floors, 1 one does not or a result is wrong, 2 wrong usage.`;

const FULL: Plan = { rounds: 11, sampleMs: 60, warmUpMs: 150 };
const QUICK: Plan = { rounds: 3, sampleMs: 20, warmUpMs: 40 };
/** Attempts at a contest whose ratios are too low: a disturbance passes, a loss of speed does not. */
const TRIES = 3;

/** From dist/bench, where this runs, to the source that is edited. */
const FLOORS = new URL('../../bench/floors.json', import.meta.url);

const EXPECTED_ERRORS = new Set(['VerificationError', 'FloorsError']);

interface Options {
  readonly quick: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly floorScale: number;
  readonly only: readonly string[];
  readonly runs: number;
}

class UsageError extends Error {}

function parseOptions(words: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        'floor-scale': { type: 'string', default: '1' },
        only: { type: 'string', multiple: true, default: [] },
        runs: { type: 'string', default: '1' },
      },
    });
    const { quick, json, help, only, 'floor-scale': scale } = values;
    const floorScale = Number(scale);
    if (!(floorScale > 0)) throw new Error(`--floor-scale is '${scale}', expected a number > 0.`);
    return { quick, json, help, floorScale, only, runs: parseRuns(values.runs) };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** What the benchmark says at its end. */
interface Verdict {
  /** A sentence for each ratio that is too low. */
  readonly tooLow: string[];
  /** A sentence for each contest that could not be judged. */
  readonly open: string[];
  readonly goals: readonly Goal[];
}

/** Runs one contest after the other and prints each as it is done. */
async function measure(
  contests: readonly Contest[],
  floors: Floors,
  { quick, json }: Options,
): Promise<Verdict> {
  const [tooLow, open]: [string[], string[]] = [[], []];
  const all = new Map<string, readonly Timing[]>();
  const spare = createSpareProcessors();
  for (const contest of contests) {
    const judged = await runUntilPassed(TRIES, async (attempt) => {
      const plan = quick && attempt === 0 ? QUICK : FULL;
      const timings = await runContest(contest, plan, undefined, spare);
      const judged = timings.map((timing) => judge(contest, timing, floors));
      if (json) for (const timing of judged) console.log(JSON.stringify(toRecord(contest, timing)));
      else console.log(formatContest(contest, judged));
      return judged;
    });
    tooLow.push(...failures(contest, judged));
    if (judged.some(isOpen)) open.push(formatOpen(contest));
    all.set(contestName(contest), judged);
  }
  return { tooLow, open, goals: judgeBench(all) };
}

/** A folder that is gone when the process ends. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Ctrl-C and `kill` end it like any other way: the folder and the busy process go with it. */
function exitOnSignals(): void {
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}

/** All of them, or those whose name holds one of these texts. */
function chooseContests(contests: readonly Contest[], only: readonly string[]): readonly Contest[] {
  const names = contests.map(contestName);
  const unknown = only.find((text) => !names.some((name) => name.includes(text)));
  if (unknown !== undefined)
    throw new UsageError(`--only names '${unknown}', expected a part of one of: ${names.join('; ')}.`);
  return contests.filter((_, i) => only.length === 0 || only.some((text) => names[i].includes(text)));
}

/** Returns the exit code. */
async function main(words: readonly string[]): Promise<number> {
  const options = parseOptions(words);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  exitOnSignals();
  const all = await createContests(temporaryFolder());
  const floors = parseFloors(await readFile(FLOORS, 'utf8'), options.floorScale);
  requireMeasured(floors, all);
  const contests = chooseContests(all, options.only);
  const kernels = supportedKernels().map(({ name }) => name);
  const machine = { ...environment(), kernels, threads: environment().cores > 1 ? [1, 2] : [1] };
  console.log(options.json ? JSON.stringify(machine) : `${formatEnvironment(machine)}\n\n${formatHeader()}`);
  const isPossible = ({ processors = 1, missing }: Contest) => processors <= machine.cores && !missing;
  const verdicts: Verdict[] = [];
  for (let run = 0; run < options.runs; run++)
    verdicts.push(await measure(contests.filter(isPossible), floors, options));
  const goals = overRuns(verdicts.map(({ goals }) => goals));
  if (options.json) for (const goal of goals) console.log(JSON.stringify(goal));
  else console.log(`\n${LEGEND}${goals.length > 0 ? `\n\n${formatGoals(goals)}` : ''}`);
  const [tooLow, open] = [verdicts.flatMap(({ tooLow }) => tooLow), verdicts.flatMap(({ open }) => open)];
  const leftOut = contests.filter((contest) => !isPossible(contest));
  for (const contest of leftOut) console.error(`bench: ${formatLeftOut(contest)}`);
  for (const sentence of [...open, ...tooLow]) console.error(`bench: ${sentence}`);
  return tooLow.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Error && (error instanceof UsageError || EXPECTED_ERRORS.has(error.name))))
    throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
