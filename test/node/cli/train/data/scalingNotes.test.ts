/** What `train` says of images before it trains on them. */

import { afterAll, expect, test } from '@jest/globals';
import { npyBytes } from '../../../../helpers/bytes/npyBytes.ts';
import { folderWith, isthmus, removeFolders } from '../../../../helpers/cli.ts';

afterAll(removeFolders);

/** Of images whose maximum is that. */
async function notes(descr: string, shape: readonly number[], maximum: number): Promise<string[]> {
  const size = shape.reduce((a, b) => a * b);
  const values = Array.from({ length: size }, (_, i) =>
    i === 0 ? maximum : Math.floor((i % 7) * (maximum / 8)),
  );
  const cwd = folderWith({ 'data.npy': npyBytes({ descr, shape, values }) });
  const train = 'train --data data.npy --epochs 1 --hidden none --encoding-dim 1 --out run';
  const { code, stderr } = await isthmus(train.split(' '), { cwd });
  expect(code).toBe(0);
  return stderr.split('\n').filter((line) => line.startsWith('note: '));
}

test('pixels that use a small part of their range are noted, with what to do', async () => {
  const [bright, black, dark, twelveBits, eightBits] = await Promise.all([
    notes('|u1', [3, 4, 4], 200),
    notes('|u1', [3, 4, 4], 0),
    notes('|u1', [3, 4, 4], 60),
    notes('<u2', [3, 4, 4], 4095),
    notes('<u2', [3, 4, 4], 255),
  ]);
  const scaled = '--normalize minmax makes full use of the range.';
  expect([bright, black]).toEqual([[], []]);
  expect(dark).toEqual([`note: the maximum is 60 of 255; ${scaled}`]);
  expect(twelveBits).toEqual([`note: the maximum is 4095 of 65535; ${scaled}`]);
  expect(eightBits).toEqual([]); // divided by 255
});

test('colour images with channels first are noted', async () => {
  const [first, last, small] = await Promise.all([
    notes('|u1', [2, 3, 8, 9], 255),
    notes('|u1', [2, 8, 9, 3], 255),
    notes('|u1', [2, 3, 4, 8], 255),
  ]);
  expect(first).toEqual([
    'note: if these are colour images with channels first, arr.transpose(0, 2, 3, 1) makes them pictures.',
  ]);
  expect([last, small]).toEqual([[], []]);
});
