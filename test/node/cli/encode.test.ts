import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readNpy } from '../../../src/io/numpy/npy.ts';
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
  // Seven digits are written.
  rows.flat().forEach((value, i) => {
    expect(Math.abs(value - data[i])).toBeLessThan(1e-6 * Math.max(1, Math.abs(data[i])));
  });
  await run('decode --model run --codes codes.npy --out a.csv');
  await run('decode --model run --codes codes.csv --out b.csv');
  const [fromArray, fromTable] = ['a.csv', 'b.csv'].map((name) => readGerman(join(cwd, name)));
  expect(fromTable.header).toBe('temp;vibration');
  fromTable.rows.flat().forEach((value, i) => {
    expect(value).toBeCloseTo(fromArray.rows.flat()[i], 4);
  });
});
