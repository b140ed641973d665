import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { generateDigits } from '../../src/data/digits.ts';
import { writeNpy } from '../../src/io/numpy/npy.ts';

const program = fileURLToPath(new URL('../../dist/examples/article.js', import.meta.url));
// With a space: paths of users have them.
const folder = mkdtempSync(join(tmpdir(), 'isthmus article-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the tutorial runs step by step on a .npy file', () => {
  const path = join(folder, 'images.npy');
  writeFileSync(path, writeNpy(generateDigits({ count: 300, seed: 3 })));
  const { stdout, stderr } = spawnSync(process.execPath, [program, path], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const lines = stdout.trimEnd().split('\n');
  const total = lines.find((line) => line.startsWith('Total'));
  expect(total).toMatch(/ 107,504$/); // 784-64-32-32-32-64-784
  const losses = lines
    .filter((line) => line.startsWith('epoch'))
    .map((line) => Number(line.split(' ').at(-1)));
  expect(losses).toHaveLength(10);
  expect(losses[9]).toBeLessThan(losses[0] / 1.5);
  expect(lines).toContain('300 images [28,28] -> codes [300,32] -> images [300,28,28]');
  expect(lines.at(-1)).toMatch(/^mse 0\.\d{5}, PSNR \d+\.\d\d dB$/);
});
