/** What visitors drop onto the page, apart from images, which only a browser decodes. */

import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { readFiles } from '../../../demo/worker/files.ts';
import { readTable } from '../../../demo/worker/table.ts';
import { writeNpy } from '../../../src/io/index.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const file = (name: string, bytes: Uint8Array | string) => new File([bytes as BlobPart], name);

/** IDX of uint8: see docs/formats.md. */
function idx(shape: readonly number[], data: readonly number[]): Uint8Array {
  const lengths = shape.flatMap((length) => [0, 0, length >> 8, length & 255]);
  return Uint8Array.from([0, 0, 8, shape.length, ...lengths, ...data]);
}

const images = idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);

describe('files', () => {
  test('of images and of labels make one data set, in either order', async () => {
    const samples = file('train-images-idx3-ubyte', images);
    const labels = file('train-labels-idx1-ubyte.gz', gzipSync(idx([2], [7, 3])));
    for (const files of [
      [samples, labels],
      [labels, samples],
    ]) {
      const data = await readFiles(files);
      expect(data.name).toBe('train-images-idx3-ubyte');
      expect(data.array.shape).toEqual([2, 2, 2]);
      expect([...(data.labels ?? [])]).toEqual([7, 3]);
    }
  });

  test('that belong to no data set are refused in one sentence', async () => {
    const labels = file('labels.npy', writeNpy({ shape: [3], data: Uint8Array.of(1, 2, 3) }));
    await expect(readFiles([labels])).rejects.toThrow(
      'labels.npy: the array is [3], expected samples, [n, …]; labels are dropped together with their samples.',
    );
    await expect(readFiles([labels, file('a-ubyte', images)])).rejects.toThrow(
      'a-ubyte is [2, 2, 2] and labels.npy [3], expected samples [n, …] and n labels.',
    );
    await expect(readFiles([labels, labels, labels])).rejects.toThrow(/^Got 3 files, expected one/);
    await expect(readFiles([file('a.png', ''), labels])).rejects.toThrow(
      'labels.npy is no image like the other files: drop images, or one file of samples.',
    );
  });

  test('of NumPy hold what they held', async () => {
    const values = Float32Array.of(0, 0.25, 0.5, 1);
    const { array, name } = await readFiles([file('a.npy', writeNpy({ shape: [2, 2], data: values }))]);
    expect([name, array.shape, [...array.data]]).toEqual(['a.npy', [2, 2], [...values]]);
  });
});

describe('a table', () => {
  test('gives its columns of numbers, and names those it leaves out', () => {
    const table = readTable(bytesOf('name,height,weight\nAnna,1.70,61\nBen,1.82,80\n'));
    expect(table.array.shape).toEqual([2, 2]);
    expect([...table.array.data]).toEqual([1.7, 61, 1.82, 80]);
    expect(table.notes).toEqual(["Column 'name' was left out: it holds no numbers ('Anna')."]);
    expect(table.isTable).toBe(true);
  });

  test.each([
    ['tabs', 'a\tb\n1\t2\n3\t4\n'],
    ['semicolons and decimal commas', 'a;b\r\n1,0;2\r\n3;4,0\r\n'],
    ['a byte order mark', '\uFEFFa,b\n1,2\n3,4'],
    ['quotes', '"a","b"\n"1","2"\n"3","4"\n'],
    ['no header', '1,2\n3,4\n'],
    ['empty lines at its end', 'a,b\n1,2\n3,4\n\n\n'],
  ])('may have %s', (_, text) => {
    const { array } = readTable(bytesOf(text));
    expect([array.shape, [...array.data]]).toEqual([
      [2, 2],
      [1, 2, 3, 4],
    ]);
  });

  test('takes a column of labels, and pixels in a square number of columns', () => {
    const pixels = Array.from({ length: 64 }, (_, i) => i);
    const heads = ['label', ...pixels.map((i) => `pixel${i}`)];
    const { array, labels, isTable } = readTable(
      bytesOf([heads, [5, ...pixels], [3, ...pixels]].map(String).join('\n')),
    );
    expect(array.shape).toEqual([2, 64]);
    expect(array.data).toBeInstanceOf(Uint8Array);
    expect([...(labels ?? [])]).toEqual([5, 3]);
    expect(isTable).toBe(false);
  });

  test('without names takes the column beside the pixels that varies', () => {
    const pixels = [0, ...Array.from({ length: 62 }, (_, i) => i), 0]; // an empty corner at both ends
    for (const rows of [
      [
        [5, ...pixels],
        [3, ...pixels],
      ],
      [
        [...pixels, 5],
        [...pixels, 3],
      ],
    ]) {
      const { array, labels } = readTable(bytesOf(rows.map(String).join('\n')));
      expect([array.shape, [...(labels ?? [])]]).toEqual([
        [2, 64],
        [5, 3],
      ]);
      expect([...array.data.subarray(0, 64)]).toEqual(pixels);
    }
  });

  test('takes words as classes, and says what they are', () => {
    const { array, labels, notes } = readTable(bytesOf('a,species,b\n1,tulip,2\n3,iris,4\n5,tulip,6\n'));
    expect([...array.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(labels ?? [])]).toEqual([1, 0, 1]);
    expect(notes).toEqual([
      "Column 'species' holds classes and is no feature.",
      'Classes colour the latent plane: 0 is iris, 1 is tulip.',
    ]);
  });

  test('keeps a column that has the name of classes but holds other numbers', () => {
    const { array, labels, notes } = readTable(bytesOf('a,target\n1,2.5\n3,4.5\n'));
    expect([...array.data]).toEqual([1, 2.5, 3, 4.5]);
    expect([labels, notes]).toEqual([undefined, []]);
  });

  test.each([
    ['a,b\n1,2\n3\n', 'line 3 has 1 cell, expected 2 as in the header.'],
    [
      'a,b\n1,2\n,4\n',
      "line 3, column 'a': the cell is empty, expected a number: fill it in, or leave the row out.",
    ],
    [
      'a,b\n1,2\n3,NA\n',
      "line 3, column 'b': got 'NA', expected a number: fill it in, or leave the row out.",
    ],
    ['a,b\nx,y\n', "no column holds numbers ('a' holds 'x', 'b' holds 'y'), expected at least one."],
    ['a,b\n', 'the table has a header and no rows below it, expected rows of numbers.'],
    ['', 'the table is empty, expected rows of numbers.'],
  ])('is refused where it is broken: %j', (text, message) => {
    expect(() => readTable(bytesOf(text))).toThrow(message);
  });
});
