/**
 * Inputs that users brought and that went wrong once, as they brought them: what the commands make of the small ones, which lie
 * in test/golden/reports. reports.long.test.ts has the others.
 */

import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readNpy } from '../../../src/io/numpy/npy.ts';
import { folderWith, isthmus, removeFolders } from '../../helpers/cli.ts';

afterAll(removeFolders);

const TINY = '--hidden 8 --encoding-dim 2 --epochs 2 --out run';

/** A folder with some of the inputs. */
function folderWithReports(...names: string[]) {
  const cwd = folderWith();
  for (const name of names) cpSync(join('test/golden/reports', name), join(cwd, name), { recursive: true });
  const run = (line: string) => isthmus(line.split(' '), { cwd });
  const shapeOf = (name: string) => readNpy(new Uint8Array(readFileSync(join(cwd, name)))).shape;
  const textIn = (name: string) => readFileSync(join(cwd, name), 'utf8');
  return { run, shapeOf, textIn };
}

test('european.csv: semicolons, decimal commas, a date, classes; the header names the features everywhere', async () => {
  const { run, shapeOf, textIn } = folderWithReports('european.csv');
  const trained = await run(`train --data european.csv --validation-split 0.2 ${TINY}`);
  expect(trained.code).toBe(0);
  expect(trained.stderr).toContain('default for tables: --normalize standard\n');
  expect(trained.stderr).toContain('note: european.csv: semicolons between cells, decimal comma\n');
  expect(trained.stderr).toMatch(/^note: european\.csv: column 'time' was left out: it holds no numbers/m);
  expect(trained.stderr).toMatch(/^120 samples of 2 numbers, float64 from -0\.2490 to 24\.72, /m);
  expect((await run('info run')).stdout).toMatch(/^features +temp, vibration$/m);
  // The spreadsheet that wrote the one table opens the other.
  expect(textIn('run/reconstructions.csv')).toMatch(
    /^\uFEFFsample;values;temp;vibration\n0;original;17,66;0,04\n0;restored;\d+,\d+;-?0,\d+\n/,
  );
  const { stdout } = await run('evaluate --model run --data european.csv --anomalies 5');
  expect(stdout).toMatch(/^ +temp +\d/m);
  expect(stdout).toMatch(/(temp|vibration) \(\d+ %\)/);
  const labelled = await run(
    'evaluate --model run --data european.csv --anomalies 5 --labels auto --anomaly-labels bad',
  );
  expect(labelled).toMatchObject({ code: 0, stdout: expect.stringContaining('have the label bad') });
  expect((await run('encode --model run --data european.csv --out codes.npy')).code).toBe(0);
  expect(shapeOf('codes.npy')).toEqual([120, 2]);
});

test('table-13.csv is a table of 13 named features, and one row of it as .npy one sample', async () => {
  const { run, shapeOf } = folderWithReports('table-13.csv', 'table-13-one-row.npy');
  const { stderr } = await run(`train --data table-13.csv ${TINY}`);
  expect(stderr).toMatch(/^\d+ samples of 13 numbers, float64 .*each of the 13 features/m);
  expect((await run('info run')).stdout).toMatch(/^features +c0, c1, .*, c12$/m);
  const encoded = await run('encode --model run --data table-13-one-row.npy --out code.npy');
  expect(encoded).toMatchObject({ code: 0, stderr: expect.stringContaining('arr[None]') });
  expect(shapeOf('code.npy')).toEqual([1, 2]);
});

test('class-subfolders: each folder is a class', async () => {
  const { run } = folderWithReports('class-subfolders');
  const { code, stderr } = await run(`train --data class-subfolders ${TINY}`);
  expect(code).toBe(0);
  expect(stderr).toContain('note: class-subfolders: each folder is a class: cat (1), dog (1)\n');
  const evaluated = await run('evaluate --model run --data class-subfolders --labels auto --anomalies 2');
  expect(evaluated.stdout).toMatch(/^ +[01] .* (cat|dog)$/m);
});

test('jpeg-folder is read, and its colours become gray where they are to', async () => {
  const { run } = folderWithReports('jpeg-folder');
  const colours = await run(`train --data jpeg-folder ${TINY}`);
  expect(colours.stderr).toMatch(/^4 images of 32×32×3, uint8 .*\(4 JPEGs in jpeg-folder\)$/m);
  const gray = await run(`train --data jpeg-folder --gray --resize 16x16 ${TINY} --overwrite`);
  expect(gray.stderr).toMatch(/^4 images of 16×16, uint8 /m);
});

test('two-arrays.npz: the message names the option that helps', async () => {
  const { run } = folderWithReports('two-arrays.npz');
  const refused = await run(`train --data two-arrays.npz --normalize standard ${TINY}`);
  const [, option] = /(--key \w+)/.exec(refused.stderr) ?? [];
  expect({ code: refused.code, option }).toEqual({ code: 1, option: '--key a' });
  expect((await run(`train --data two-arrays.npz --normalize standard ${option} ${TINY}`)).code).toBe(0);
});

test.each([
  ['git-lfs-pointer.npy', /git-lfs-pointer\.npy: .*a Git LFS pointer, not the file itself: git lfs pull/],
  ['jpeg-named-png', /jpeg-named-png: x\.png: /],
  ['jpeg-and-png-folder', /jpeg-and-png-folder: 1\.jpg: /],
  ['sparse-csr.npz', /sparse-csr\.npz: .*sparse.*toarray\(\)/],
])('%s is refused in words', async (name, says) => {
  const { run } = folderWithReports(name);
  const { code, stderr } = await run(`train --data ${name} ${TINY}`);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(says) });
  expect(stderr).not.toMatch(/[0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2}/); // no bytes in hexadecimal
});

test.each([
  ['dtype-float32.npy', 'float32'],
  ['dtype-f4.npy', 'float32'],
  ['dtype-uint8.npy', 'uint8'],
])('%s is read', async (name, type) => {
  const { run } = folderWithReports(name);
  const { code, stderr } = await run(`train --data ${name} --normalize minmax ${TINY}`);
  expect({ code, said: stderr.includes(`, ${type} from`) }).toEqual({ code: 0, said: true });
});
