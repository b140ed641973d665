/**
 * A run that is killed over and over, and starts again each time, ends with the model of a run that was left in peace.
 * More kills: ISTHMUS_KILL_ROUNDS=200 npm run test:all -- kill.
 */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readCheckpoint } from '../../../../src/io/checkpoint.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { KILLS } from '../../../helpers/cases.ts';
import { folderWith, removeFolders } from '../../../helpers/cli.ts';

const MAIN = resolve('dist/src/node/cli/main.js');

/** About half a second of training, with a checkpoint of 100 KB every other hundredth. */
const OPTIONS = [
  '--count',
  '900',
  '--epochs',
  '12',
  '--batch-size',
  '8',
  '--hidden',
  '12',
  '--encoding-dim',
  '4',
];

afterAll(removeFolders);

interface Attempt {
  readonly code: number | null;
  readonly stderr: string;
}

/** `isthmus train` in this folder; killed after a while, or with files limited to some KiB, if asked for. */
function train(
  cwd: string,
  { killAfterMs, fileKiB, seed = 0 }: { killAfterMs?: number; fileKiB?: number; seed?: number } = {},
): Promise<Attempt> {
  const words = ['train', ...OPTIONS, '--resume', '--out', 'run', '--checkpoint-every', '0.02s'];
  words.push('--seed', String(seed));
  const limit = fileKiB === undefined ? '' : `ulimit -f ${fileKiB}; `;
  const child = spawn('bash', ['-c', `${limit}exec "$@"`, 'bash', process.execPath, MAIN, ...words], {
    cwd,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((done) => child.on('close', (code) => done({ code, stderr })));
}

const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);

/** The model, and how long it takes here to come by: on a busy machine several times as long as on an idle one. */
async function uninterrupted(): Promise<{ expected: Buffer; elapsedMs: number }> {
  const cwd = folderWith();
  const start = performance.now();
  expect(await train(cwd)).toMatchObject({ code: 0 });
  const elapsedMs = performance.now() - start;
  return { expected: readFileSync(join(cwd, 'run/model.safetensors')), elapsedMs };
}

/** The checkpoint of this run, if there is one. Throws if it can't be read. */
function checkpointOf(run: string): Buffer | undefined {
  const path = join(run, 'checkpoint.safetensors');
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  readCheckpoint(bytes);
  return bytes;
}

describe('killed at random moments', () => {
  const random = new Random(Date.now());

  test(
    `${KILLS} times: the model is that of a run never interrupted, byte for byte`,
    async () => {
      const { expected, elapsedMs } = await uninterrupted();
      let kills = 0;
      let runs = 0;
      let failedWrites = 0;
      while (kills < KILLS) {
        const cwd = folderWith();
        const run = join(cwd, 'run');
        let checkpoint: Buffer | undefined;
        let longestMs = 1.5 * elapsedMs;
        for (let isDone = false; !isDone; ) {
          // Now and then no checkpoint fits, as on a full disk: the last good one must stay.
          const isFull = random.uniform() < 0.3;
          const { code, stderr } = await train(cwd, {
            killAfterMs: random.uniform(0, longestMs), // any moment, now and then none
            ...(isFull && { fileKiB: 40 }),
          });
          if (code === null) kills++;
          if (/can't write/.test(stderr)) failedWrites++;
          expect(stderr).not.toMatch(/unexpected error|\n {4}at /);
          const after = checkpointOf(run);
          if (checkpoint) expect(after).toBeDefined();
          // The machine may be busier by now, too busy to come to the next checkpoint in so short a time.
          if (code === null && (after === undefined || checkpoint?.equals(after))) longestMs *= 1.25;
          checkpoint = after;
          if (code === 1)
            expect(stderr).toMatch(
              /isthmus train: can't write .*: the file would be larger than is allowed\.\n$/,
            );
          if (code !== null) expect(namesIn(run).filter((name) => name.startsWith('.'))).toEqual([]);
          isDone = code === 0;
        }
        runs++;
        expect(readFileSync(join(run, 'model.safetensors')).equals(expected)).toBe(true);
      }
      process.stderr.write(`${kills} kills in ${runs} runs, writes failed in ${failedWrites} attempts\n`);
    },
    300_000 + 10_000 * KILLS,
  );

  test('the control: a run of another seed gives another model', async () => {
    const models = [0, 1].map(async (seed) => {
      const cwd = folderWith();
      await train(cwd, { seed });
      return readFileSync(join(cwd, 'run/model.safetensors'));
    });
    const [a, b] = await Promise.all(models);
    expect(a.equals(b)).toBe(false);
  });
});
