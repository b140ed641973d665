/** What a program pays before its first step is done: a new process that imports the engine and trains on one batch. */

import { spawnSync } from 'node:child_process';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { normalize } from '../../src/data/normalization.ts';
import type { Contest } from '../harness/contest.ts';
import { ONE_THREAD, use } from '../harness/setting.ts';
import { requireEqual, VerificationError } from './verify.ts';

/** Import and first step may take this many times what an empty process takes at the same moment: some 60 ms. */
const ALLOWED = 1.5;
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

/** What is compared is the difference to an empty process that ran just before. */
export function startUpContest({ engine = ENGINE, runNode = runNodeProcess }: StartUpOptions = {}): Contest {
  const program = programFor(engine);
  const measure = (): number => {
    const empty = runNode('');
    return runNode(program).ms - empty.ms;
  };
  return {
    what: 'start-up',
    shape: 'first step',
    work: { amount: 1, unit: 'starts' },
    baseline: { name: 'allowed', measure: () => ALLOWED * runNode('').ms },
    contestants: [{ name: 'import+step', measure }],
    verify: async () => {
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
