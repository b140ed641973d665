/**
 * What a program pays before its first step is done: a new process that imports the engine and trains on one batch, compared
 * with one that compiles and calls small functions, which is what starting consists of. Of both, only what they take longer
 * than a process that does nothing but print a number, which alone takes some milliseconds.
 */

import { spawnSync } from 'node:child_process';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { normalize } from '../../src/data/normalization.ts';
import type { Contest } from '../harness/contest.ts';
import { ONE_THREAD, use } from '../harness/setting.ts';
import { requireEqual, VerificationError } from './verify.ts';

/**
 * Import and first step may take as long as this many small functions, each compiled and called once: 40 ms on a machine where
 * Node 20 takes 50 ms to do nothing. An empty process is no measure: Node 24 starts in half the time, the engine does not.
 */
const ALLOWED = 2600;
const BATCH = 32;
const FEATURES = 784;

/** The engine as it is built: what other programs import. */
const ENGINE = new URL('../../src/index.js', import.meta.url).href;

const programFor = (engine: string): string => `
  import { Autoencoder, normalize } from ${JSON.stringify(engine)};
  const data = Uint8Array.from({ length: ${BATCH * FEATURES} }, (_, i) => i % 256);
  const images = normalize({ shape: [${BATCH}, ${FEATURES}], data, dtype: 'u1' });
  const autoencoder = new Autoencoder({ inputShape: [${FEATURES}], seed: 1 });
  const { epochs } = await autoencoder.fit(images, { epochs: 1, batchSize: ${BATCH} });
  console.log(String(epochs[0].loss)); // a number may be written in colour`;

/** Prints a number; `functions` is 0 for nothing else. */
export const programOf = (functions: number): string => `
  const one = (i) => 'function f' + i + '(a, b) { const sums = b.map((x) => x * a + ' + i + ');' +
    'for (let j = 0; j < b.length; j++) if (sums[j] > a) sums[j] -= b[j];' +
    'return { a, sum: sums[0] + sums[1] }; } total += f' + i + '(' + i + ', [1, 2]).sum;';
  const all = Array.from({ length: ${functions} }, (_, i) => one(i)).join('');
  console.log(String(new Function('let total = 0;' + all + 'return total;')()));`;

/** What that program prints: f0 has nothing to add, each other function (2i - 1) + (3i - 2). */
const sumOf = (functions: number): number =>
  Array.from({ length: functions }, (_, i) => (i === 0 ? 0 : 5 * i - 3)).reduce((a, b) => a + b, 0);

export interface Ended {
  readonly ms: number;
  readonly output: string;
}

/** Runs a program in another Node process, to its end. */
export type RunNode = (program: string) => Ended;

interface StartUpOptions {
  readonly engine?: string;
  readonly runNode?: RunNode;
}

/** What is compared is the difference to a process that ran just before. */
export function startUpContest({ engine = ENGINE, runNode = runNodeProcess }: StartUpOptions = {}): Contest {
  const program = programFor(engine);
  const over = (program: string) => (): number => {
    const nothing = runNode(programOf(0));
    return runNode(program).ms - nothing.ms;
  };
  return {
    what: 'start-up',
    shape: 'first step',
    work: { amount: 1, unit: 'starts' },
    baseline: { name: 'allowed', measure: over(programOf(ALLOWED)) },
    contestants: [{ name: 'import+step', measure: over(program) }],
    verify: async () => {
      requireEqual('start-up, functions', [Number(runNode(programOf(ALLOWED)).output)], [sumOf(ALLOWED)]);
      requireEqual('start-up, loss of the step', [Number(runNode(program).output)], [await lossHere()]);
    },
  };
}

/** The same step in this process. */
async function lossHere(): Promise<number> {
  await use(ONE_THREAD);
  const data = Uint8Array.from({ length: BATCH * FEATURES }, (_, i) => i % 256);
  const images = normalize({ shape: [BATCH, FEATURES], data, dtype: 'u1' });
  const autoencoder = new Autoencoder({ inputShape: [FEATURES], seed: 1 });
  const { epochs } = await autoencoder.fit(images, { epochs: 1, batchSize: BATCH });
  return epochs[0].loss;
}

function runNodeProcess(program: string): Ended {
  const words = ['--input-type=module', '--eval', program];
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  const ms = performance.now() - start;
  if (status !== 0) throw new VerificationError(`start-up: the process ended with code ${status}: ${stderr}`);
  return { ms, output: stdout };
}
