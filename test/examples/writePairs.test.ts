import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { generateDigits } from '../../src/data/digits.ts';
import { readNpy } from '../../src/io/numpy/npy.ts';

const program = fileURLToPath(new URL('../../dist/examples/writePairs.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'isthmus-pairs-'));
afterAll(() => rmSync(folder, { recursive: true }));

function writePairs() {
  const run = spawnSync(process.execPath, [program, '.', '20'], { cwd: folder, encoding: 'utf8' });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

test('writes noisy and clean digits, row by row the same ones, and replaces no file', async () => {
  expect(writePairs()).toEqual({
    code: 0,
    stdout: '20 pairs in noisy.npy and clean.npy\n4 pairs in noisy-test.npy and clean-test.npy\n',
    stderr: '',
  });
  expect(writePairs()).toEqual({
    code: 1,
    stdout: '',
    stderr: 'noisy.npy exists already, expected a folder without it.\n',
  });
  const read = (name: string) => readNpy(new Uint8Array(readFileSync(join(folder, name))));
  const [noisy, clean] = await Promise.all([read('noisy.npy'), read('clean.npy')]);
  const { labels: _, ...digits } = generateDigits({ count: 20, seed: 1 });
  expect(clean).toEqual({ ...digits, dtype: 'u1' });
  expect(noisy.shape).toEqual([20, 28, 28]);
  // Each noisy digit is like the clean one of its row, more than like the next.
  const distance = (row: number, other: number) => {
    let sum = 0;
    for (let j = 0; j < 784; j++) sum += (noisy.data[row * 784 + j] - clean.data[other * 784 + j]) ** 2;
    return sum;
  };
  for (let row = 0; row < 20; row++) {
    expect(distance(row, row)).toBeGreaterThan(0);
    expect(distance(row, row)).toBeLessThan(distance(row, (row + 1) % 20));
  }
});
