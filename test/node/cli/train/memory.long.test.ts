/** What `train` takes of memory for a file that it reads batch by batch: files of 200 MB, each in a process. */

import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { folderWith, isthmusProcess, removeFolders } from '../../../helpers/cli.ts';

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

/** Bytes that a run needs at most at once, on a file of zeros that take no room on the disk. */
async function peakOf(count: number, limit: string): Promise<number> {
  const cwd = folderWith();
  const path = join(cwd, 'zeros.npy');
  const header = npyBytes({ descr: '|u1', shape: [count, ROW], values: [] });
  writeFileSync(path, header);
  truncateSync(path, header.length + count * ROW);
  const atExit = `process.on("exit", () => console.error("peak", (${peakMemory})()))`;
  const options = `--hidden none --encoding-dim 1 --batch-size 64 --epochs 1 --in-memory ${limit}`;
  const { code, stderr } = await isthmusProcess(['train', '--data', path, ...options.split(' ')], {
    cwd,
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(atExit)}` },
  });
  expect(code).toBe(0);
  return 1024 * Number(/^peak (\d+)$/m.exec(stderr)?.[1]);
}

test('the memory of a run does not grow with the file, but for a file in memory', async () => {
  const count = 48_000; // 197 MB
  // What Node and the engine take, which is not the same everywhere.
  const minimum = await peakOf(480, '100MB');
  const limit = minimum + 0.7 * count * ROW;
  expect(await peakOf(count, '100MB')).toBeLessThan(limit);
  expect(await peakOf(count, '1GB')).toBeGreaterThan(limit);
});
