import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { generateDigits } from '../../src/data/digits.ts';
import { readNpy } from '../../src/io/numpy/npy.ts';

const program = fileURLToPath(new URL('../../dist/examples/writeDigits.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'isthmus-digits-'));
afterAll(() => rmSync(folder, { recursive: true }));

function writeDigits() {
  const run = spawnSync(process.execPath, [program, 'few.npy', '20'], { cwd: folder, encoding: 'utf8' });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

test('writes the built-in digits and their classes, and replaces no file', () => {
  expect(writeDigits()).toEqual({
    code: 0,
    stdout: '20 digits in few.npy, their classes in few-labels.npy\n',
    stderr: '',
  });
  expect(writeDigits()).toEqual({
    code: 1,
    stdout: '',
    stderr: 'few.npy exists already, expected the name of a new file.\n',
  });
  const { labels, ...images } = generateDigits({ count: 20, seed: 1 });
  const read = (name: string) => readNpy(readFileSync(join(folder, name)));
  expect(read('few.npy')).toEqual({ ...images, dtype: 'u1' });
  expect(read('few-labels.npy')).toEqual({ shape: [20], data: labels, dtype: 'u1' });
});
