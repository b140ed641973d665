/**
 * `npm run bench`: the speed of this machine's kernels and readers, as ratios to the plainest way of doing the same.
 * Exit code 1 if a result is wrong or a ratio below its floor. Read contest.ts first.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { supportedKernels } from '../src/tensor/kernels/active.ts';
import { type Contest, type Plan, runContest } from './contest.ts';
import { type Floors, judge, parseFloors, requireMeasured } from './floors.ts';
import { loadingContests } from './loading.ts';
import { matmulContests } from './matmul.ts';
import {
  environment,
  failures,
  formatContest,
  formatEnvironment,
  formatHeader,
  LEGEND,
  toRecord,
} from './report.ts';
import { trainingStepContest } from './trainingStep.ts';

const HELP = `\
Usage: npm run bench -- [options]

Measures each set of kernels (products, a training step of the article's model) and the loading
of 10,000 images, checks every result before timing it, and compares each with a plain baseline in
the same run. Fails if a ratio is below its floor in bench/floors.json. Takes about 40 seconds.

  --quick            fewer and shorter samples: about 10 seconds
  --floor-scale N    multiply all floors by N, e.g. 0.6 on a busy machine (default 1)
  --json             one JSON object a line: the machine, then each measurement
  --help             show this and exit

Exit codes: 0 all ratios reach their floors, 1 one does not or a result is wrong, 2 wrong usage.`;

const FULL: Plan = { rounds: 15, sampleMs: 100, warmUpMs: 300 };
const QUICK: Plan = { rounds: 7, sampleMs: 25, warmUpMs: 100 };

/** From dist/bench, where this runs, to the source that is edited. */
const FLOORS = new URL('../../bench/floors.json', import.meta.url);

const EXPECTED_ERRORS = new Set(['VerificationError', 'FloorsError']);

interface Options {
  readonly quick: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly floorScale: number;
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
      },
    });
    const { quick, json, help, 'floor-scale': scale } = values;
    const floorScale = Number(scale);
    if (!(floorScale > 0)) throw new Error(`--floor-scale is '${scale}', expected a number > 0.`);
    return { quick, json, help, floorScale };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Runs one contest after the other and prints each as it is done; returns a sentence for each ratio that is too low. */
async function measure(
  contests: readonly Contest[],
  floors: Floors,
  { quick, json }: Options,
): Promise<string[]> {
  const tooLow: string[] = [];
  for (const contest of contests) {
    const timings = await runContest(contest, quick ? QUICK : FULL);
    const judged = timings.map((timing) => judge(contest, timing, floors));
    if (json) for (const timing of judged) console.log(JSON.stringify(toRecord(contest, timing)));
    else console.log(formatContest(contest, judged));
    tooLow.push(...failures(contest, judged));
  }
  return tooLow;
}

/** A folder that is gone when the process ends, also by Ctrl-C. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.once('SIGINT', () => process.exit(130));
  return folder;
}

/** Returns the exit code. */
async function main(words: readonly string[]): Promise<number> {
  const options = parseOptions(words);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const contests = [
    ...matmulContests(supportedKernels()),
    trainingStepContest(supportedKernels()),
    ...(await loadingContests(temporaryFolder())),
  ];
  const floors = parseFloors(await readFile(FLOORS, 'utf8'), options.floorScale);
  requireMeasured(floors, contests);
  const machine = environment();
  console.log(options.json ? JSON.stringify(machine) : `${formatEnvironment(machine)}\n\n${formatHeader()}`);
  const tooLow = await measure(contests, floors, options);
  if (!options.json) console.log(`\n${LEGEND}`);
  for (const sentence of tooLow) console.error(`bench: ${sentence}`);
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
