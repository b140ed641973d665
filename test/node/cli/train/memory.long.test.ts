/** What commands take of memory, each in a process: for files of 260 MB that they read batch by batch, and for convolutions. */

import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { folderWith, isthmusProcess, removeFolders } from '../../../helpers/cli.ts';
import { modelBytes } from '../fixtures.ts';

afterAll(removeFolders);

/**
 * Of the process it runs in, in KB. Where the system tells, since `exec`: a `maxRSS` begins with that of the process
 * that forked it, here of Jest.
 */
const peakMemory = `() => {
  try {
    return /^VmHWM:\\s*(\\d+)/m.exec(process.getBuiltinModule('node:fs').readFileSync('/proc/self/status', 'utf8'))[1];
  } catch {
    return process.resourceUsage().maxRSS;
  }
}`;

const ROW = 4_096;

const TRAIN =
  'train --data zeros.npy --hidden none --encoding-dim 1 --batch-size 64 --epochs 1 --out run --in-memory';

/** Bytes that a command needs at most at once, on a file of zeros that take no room on the disk. */
async function peakOf(count: number, line: string): Promise<number> {
  const cwd = folderWith({ 'm.safetensors': modelBytes(undefined, { inputShape: [ROW], hidden: [] }) });
  const path = join(cwd, 'zeros.npy');
  const header = npyBytes({ descr: '|u1', shape: [count, ROW], values: [] });
  writeFileSync(path, header);
  truncateSync(path, header.length + count * ROW);
  return peakIn(cwd, line);
}

/** The same, in a folder that has the command's files. */
async function peakIn(cwd: string, line: string): Promise<number> {
  const atExit = `process.on("exit", () => console.error("peak", (${peakMemory})()))`;
  const { code, stderr } = await isthmusProcess(line.split(' '), {
    cwd,
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(atExit)}` },
  });
  expect(code).toBe(0);
  return 1024 * Number(/^peak (\d+)$/m.exec(stderr)?.[1]);
}

const COUNT = 64_000; // 262 MB

test('the memory of a run does not grow with the file, but for a file in memory', async () => {
  // What Node and the engine take, which is not the same everywhere.
  const minimum = await peakOf(480, `${TRAIN} 100MB`);
  const limit = minimum + 0.7 * COUNT * ROW;
  expect(await peakOf(COUNT, `${TRAIN} 100MB`)).toBeLessThan(limit);
  expect(await peakOf(COUNT, `${TRAIN} 1GB`)).toBeGreaterThan(limit);
});

test('neither does that of a run on pairs, or of reconstruct, whose result is as large', async () => {
  for (const line of [
    `${TRAIN} 100MB --target zeros.npy`,
    'reconstruct --model m.safetensors --data zeros.npy --out restored.npy --in-memory 100MB',
    'reconstruct --model m.safetensors --data zeros.npy --out restored.csv --in-memory 100MB',
  ]) {
    const minimum = await peakOf(480, line);
    expect(await peakOf(COUNT, line)).toBeLessThan(minimum + 0.7 * COUNT * ROW);
  }
});

test('a convolutional autoencoder is trained on 2,000 colour images of 96 x 96 in less than 500 MB', async () => {
  const cwd = folderWith();
  const header = npyBytes({ descr: '|u1', shape: [2000, 96, 96, 3], values: [] });
  const pixels = Buffer.alloc(
    2000 * 96 * 96 * 3,
    Uint8Array.from({ length: 9973 }, (_, i) => i * i),
  );
  writeFileSync(join(cwd, 'images.npy'), Buffer.concat([header, pixels]));
  const line = 'train --data images.npy --epochs 1 --overwrite --out run';
  for (const network of ['--conv 16,32', '--preset conv-best']) {
    expect(await peakIn(cwd, `${line} ${network}`)).toBeLessThan(500e6);
  }
  // What layers keep of a batch is what takes the memory, and the measure sees it.
  expect(await peakIn(cwd, `${line} --conv 16,32 --batch-size 256`)).toBeGreaterThan(500e6);
});
