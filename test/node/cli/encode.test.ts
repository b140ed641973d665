import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readNpy } from '../../../src/io/numpy/npy.ts';
import { Random } from '../../../src/tensor/random.ts';
import { folderWith, isthmus, removeFolders } from '../../helpers/cli.ts';

afterAll(removeFolders);

/** The rows of a German table, and its header. */
function readGerman(path: string): { header: string; rows: number[][] } {
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return { header, rows: lines.map((line) => line.split(';').map((cell) => Number(cell.replace(',', '.')))) };
}

test('codes are the same as a table and as an array, and decode reads both', async () => {
  const cwd = folderWith();
  cpSync('test/golden/reports/european.csv', join(cwd, 'x.csv'));
  const run = async (line: string) => {
    const { code, stderr } = await isthmus(line.split(' '), { cwd });
    expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' });
  };
  await run('train --data x.csv --hidden 8 --encoding-dim 2 --epochs 2 --out run');
  await run('encode --model run --data x.csv --out codes.npy');
  await run('encode --model run --data x.csv --out codes.csv');
  const { data } = readNpy(new Uint8Array(readFileSync(join(cwd, 'codes.npy'))));
  const { header, rows } = readGerman(join(cwd, 'codes.csv'));
  expect(header).toBe('code 0;code 1');
  expect(rows).toHaveLength(120);
  // Seven digits are written, of small codes, too.
  rows.flat().forEach((value, i) => {
    expect(Math.abs(value - data[i])).toBeLessThanOrEqual(5.1e-7 * Math.abs(data[i]));
  });
  await run('decode --model run --codes codes.npy --out a.csv');
  await run('decode --model run --codes codes.csv --out b.csv');
  const [fromArray, fromTable] = ['a.csv', 'b.csv'].map((name) => readGerman(join(cwd, name)));
  expect(fromTable.header).toBe('\uFEFFtemp;vibration');
  fromTable.rows.flat().forEach((value, i) => {
    expect(value).toBeCloseTo(fromArray.rows.flat()[i], 4);
  });
});

test('columns without names are those of the training again, and so are their classes', async () => {
  const random = new Random(3);
  const cells = Array.from({ length: 60 }, (_, i) => {
    const row = Array.from({ length: 4 }, () => random.normal().toFixed(3));
    return [...row, i % 9 === 4 ? '?' : random.normal().toFixed(3), i % 2 ? 'b' : 'a'];
  });
  const csv = (columns: readonly number[]) =>
    `${cells.map((row) => columns.map((j) => row[j]).join(',')).join('\n')}\n`;
  const cwd = folderWith({ 'all.csv': csv([0, 1, 2, 3, 4, 5]), 'own.csv': csv([4, 0, 2]) });
  const run = async (line: string) => {
    const { code, stdout, stderr } = await isthmus(line.split(' '), { cwd });
    expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' });
    return stdout;
  };
  await run(
    'train --data all.csv --columns 5,1,3 --label-column 6 --missing mean --hidden 8 --encoding-dim 2 --epochs 2 --out run',
  );
  await run('encode --model run --data all.csv --out all.npy');
  await run('encode --model run --data all.csv --columns 1,3,5 --out others.npy');
  await run('encode --model run --data own.csv --out own.npy');
  const [all, others, own] = ['all', 'others', 'own'].map((name) => readFileSync(join(cwd, `${name}.npy`)));
  expect(Buffer.compare(all, own)).toBe(0);
  expect(Buffer.compare(all, others)).not.toBe(0);
  expect(await run('evaluate --model run --data all.csv --labels auto --neighbours 3')).toContain(
    '2 classes',
  );
  expect(await run('info run')).toMatch(
    /^read +classes in column 6, missing cells filled in with the means of their columns$/m,
  );
});
