import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadLabels } from '../../../src/node/samples/loadLabels.ts';
import { npyBytes } from '../../helpers/bytes/npyBytes.ts';
import { zipBytes } from '../../helpers/bytes/zipBytes.ts';
import { folderWith, removeFolders } from '../../helpers/cli.ts';
import { png } from '../cli/fixtures.ts';

afterAll(removeFolders);

const VALUES = [3, 0, 7];

const text = (words: string) => new TextEncoder().encode(words);

function npy(
  descr: string,
  shape: readonly number[] = [3],
  values: readonly (number | bigint)[] = VALUES,
): Uint8Array {
  return npyBytes({ descr, shape, values });
}

function idx(values: readonly number[]): Uint8Array {
  return Uint8Array.of(0, 0, 8, 1, 0, 0, 0, values.length, ...values);
}

function zip(arrays: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipBytes(
    Object.entries(arrays).map(([key, contents]) => ({ name: `${key}.npy`, contents, method: 8 })),
  );
}

async function load(name: string, contents: Uint8Array, key?: string) {
  const path = join(folderWith({ [name]: contents }), name);
  return loadLabels(path, { key, count: 3 });
}

describe('loadLabels', () => {
  test.each<[string, string, Uint8Array]>([
    ['uint8', 'a.npy', npy('|u1')],
    ['int64', 'a.npy', npy('<i8', [3], [3n, 0n, 7n])],
    ['big-endian int32 as a column', 'a.npy', npy('>i4', [3, 1])],
    ['columns of columns', 'a.npy', npy('<u2', [3, 1, 1])],
    ['IDX', 'train-labels-idx1-ubyte', idx(VALUES)],
    ['compressed IDX', 'labels-idx1-ubyte.gz', gzipSync(idx(VALUES))],
    ['the only array of an .npz', 'a.npz', zip({ labels: npy('|u1') })],
    ['y_train of an .npz', 'a.npz', zip({ x_train: npy('|u1', [1, 3]), y_train: npy('|u1') })],
  ])('reads %s', async (_, name, contents) => {
    const { labels, source } = await load(name, contents);
    expect(Array.from(labels)).toEqual(VALUES);
    expect(source).toMatch(name);
  });

  test('reads the array of an .npz that is asked for, bool too, and negative labels', async () => {
    const contents = zip({ y_train: npy('|u1'), y_test: npy('|b1', [3], [1, 0, 1]) });
    expect(Array.from((await load('a.npz', contents, 'y_test')).labels)).toEqual([1, 0, 1]);
    expect(Array.from((await load('a.npy', npy('|i1', [3], [-1, 1, -1]))).labels)).toEqual([-1, 1, -1]);
  });

  test('refuses the name of a column of an array', async () => {
    const path = join(folderWith({ 'a.npy': npy('|u1') }), 'a.npy');
    await expect(loadLabels(path, { labelColumn: 'kind', count: 3 })).rejects.toThrow(
      "a.npy: got labelColumn: 'kind', but only .csv and .tsv files have columns.",
    );
  });

  test('reads a column of a table, of words or integers', async () => {
    const { labels, names, source } = await load('a.csv', text('id,species\n7,dog\n8,cat\n9,dog\n'));
    expect({ labels: Array.from(labels), names, source }).toEqual({
      labels: [1, 0, 1],
      names: ['cat', 'dog'],
      source: 'a.csv, column species',
    });
    const integers = await load('a.tsv', text('3\n0\n7\n'));
    expect({ ...integers, labels: Array.from(integers.labels) }).toEqual({
      labels: VALUES,
      names: undefined,
      source: 'a.tsv, its only column',
    });
  });

  test('refuses a key of a table', async () => {
    await expect(load('a.csv', text('0\n1\n2\n'), 'k')).rejects.toThrow(
      /a\.csv: got key: 'k', but only \.npz files have keys\./,
    );
  });

  test.each<[string, string, Uint8Array, RegExp]>([
    [
      'too few',
      'a.npy',
      npy('|u1', [2], [1, 2]),
      /a\.npy: it holds 2 labels, expected 3, one for each sample\.$/,
    ],
    ['none', 'a.npy', npy('|u1', [0], []), /it holds 0 labels, expected 3/],
    [
      'floats',
      'a.npy',
      npy('<f4'),
      /the labels are float32, expected integers: save labels\.astype\('int64'\)\.$/,
    ],
    [
      'one-hot rows',
      'a.npy',
      npy('|u1', [3, 2], [1, 0, 0, 1, 1, 0]),
      /the labels are \[3, 2\], expected \[n\] or \[n, 1\], an integer for each sample \(of one-hot rows: np\.argmax\(labels, 1\)\)\.$/,
    ],
    [
      'images',
      'a.npy',
      npy('|u1', [3, 2, 1], [1, 0, 0, 1, 1, 0]),
      /the labels are \[3, 2, 1\], expected \[n\] or \[n, 1\], an integer for each sample\.$/,
    ],
    ['one number', 'a.npy', npy('|u1', [], [1]), /it holds 1 label, expected 3, one for each sample/],
    ['a picture', 'a.png', png(), /a\.png: the labels are \[1, 8, 8\], expected \[n\]/],
    [
      'names',
      'a.npy',
      npyHeader("'<U3'", '(3,)', 36),
      /a\.npy: the array's dtype is '<U3' \(text\), expected numbers: convert it before np\.save, e\.g\. .* np\.unique\(arr, return_inverse=True\)\[1\] of names\.$/,
    ],
    [
      'Python objects',
      'a.npy',
      npyHeader("'|O'", '(3,)', 36),
      /np\.unique\(arr, return_inverse=True\)\[1\] of names\.$/,
    ],
    ['complex numbers', 'a.npy', npyHeader("'<c8'", '(3,)', 24), /\(complex numbers\), expected numbers/],
    [
      'a table of too few rows',
      'a.csv',
      text('0\n'),
      /a\.csv: it holds 1 label, expected 3, one for each sample\./,
    ],
    [
      'several columns without a name for classes',
      'a.csv',
      text('a,b\n1,2\n3,4\n5,6\n'),
      /a\.csv: the table has 2 columns \(a, b\), expected one: labelColumn: 'b' names the one with the classes\./,
    ],
    ['a class that is missing', 'a.csv', text('x\n\ny\n""\n'), /a\.csv: it holds 1 label, expected 3/],
    [
      'a missing class beside others',
      'a.csv',
      text('i,label\n1,x\n2,\n3,y\n'),
      /line 3: got '', expected a class\./,
    ],
    ['a fraction', 'a.csv', text('1\n2.5\n3\n'), /a\.csv: line 2, column '1': got '2\.5', expected a class/],
    [
      'other words',
      'a.txt',
      text('cat\ndog\ncat\n'),
      /a\.txt: by its name an unknown kind of file, by its bytes a text: .*\.csv\.$/,
    ],
    ['a broken file', 'a.npy', npy('|u1').subarray(0, 100), /a\.npy: /],
  ])('refuses %s', async (_, name, contents, says) => {
    await expect(load(name, contents)).rejects.toThrow(says);
  });
});

/** A `.npy` of a type that is not read, with zeros for values. */
function npyHeader(descr: string, shape: string, byteLength: number): Uint8Array {
  const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  const head = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}\n`, 'latin1');
  return new Uint8Array(Buffer.concat([head, Buffer.alloc(byteLength)]));
}
