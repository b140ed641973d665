import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('../../dist/examples/text.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'isthmus text-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** The percentages of the table, row by row: training, shifted by 1, unseen. */
const tableIn = (stdout: string): number[][] =>
  [...stdout.matchAll(/^\S.*? +(\d+\.\d) +(\d+\.\d) +(\d+\.\d)$/gm)].map(([, ...row]) => row.map(Number));

describe('the built-in text', () => {
  const { status, stdout, stderr } = run();
  const [always, pca, ...networks] = tableIn(stdout);
  const [squares, binary, softmax, letters] = networks;

  test('is restored by all networks better than by PCA, and by PCA better than by always saying the same', () => {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(networks).toHaveLength(4);
    for (const [, , unseen] of [squares, binary, softmax]) expect(unseen).toBeGreaterThan(pca[2]);
    expect(pca[2]).toBeGreaterThan(2 * always[2]);
    expect(Math.max(...always)).toBeLessThan(25);
  });

  test('is lost on windows that begin one character later, as if it were unseen', () => {
    for (const [training, shifted, unseen] of [squares, binary, softmax]) {
      expect(training).toBeGreaterThan(90);
      expect(shifted).toBeLessThan(65);
      expect(Math.abs(shifted - unseen)).toBeLessThan(5);
    }
    for (const percent of letters) expect(percent).toBeGreaterThan(99); // the same weights at each place
  });

  test('is shown restored, window by window', () => {
    const shown = [...stdout.matchAll(/^ {2}\|(.*)\|$/gm)].map(([, window]) => window);
    expect(shown.map((window) => window.length)).toEqual([16, 16, 16, 16, 16, 16]);
    const same = [0, 2, 4].map((i) => [...shown[i]].filter((letter, j) => letter === shown[i + 1][j]).length);
    expect(same.reduce((a, b) => a + b)).toBeGreaterThan(48 / 4);
  });
});

test('a text in another script has rare characters as one', () => {
  // 200 different characters, the first ones more often
  const text = Array.from({ length: 1200 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * i) % 199))).join(
    '',
  );
  writeFileSync(join(folder, 'other.txt'), text);
  const { status, stdout, stderr } = run('other.txt');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^1200 characters, 64 different ones, in windows of 16:$/m);
  expect(tableIn(stdout)).toHaveLength(6);
});

test.each([
  [['none.txt'], "can't read none.txt: there is no such file or folder.\n"],
  [['short.txt'], 'short.txt: it holds 10 characters, expected at least 1,000.\n'],
])('answers %j with a sentence', (words, stderr) => {
  writeFileSync(join(folder, 'short.txt'), 'only a\n  few\n');
  const outcome = run(...words);
  expect(outcome).toEqual({ status: 1, stdout: '', stderr });
});
