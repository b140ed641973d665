import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { NO_NORMALIZATION } from '../../../src/data/samples.ts';
import type { TableOptions } from '../../../src/io/table/columns.ts';
import { FileError } from '../../../src/node/files/files.ts';
import { DataFingerprint } from '../../../src/node/samples/dataFingerprint.ts';
import { openImages } from '../../../src/node/samples/load.ts';
import type { SampleSource } from '../../../src/node/samples/sampleSource.ts';
import { loadTable, openTable } from '../../../src/node/samples/tableFile.ts';
import { folderWith, removeFolders } from '../../helpers/cli.ts';

const opened: SampleSource[] = [];

afterEach(async () => {
  for (const source of opened.splice(0)) await source.close();
});
afterAll(removeFolders);

const write = (text: string | Uint8Array, name = 'x.csv') => join(folderWith({ [name]: text }), name);
const golden = (name: string) => readFileSync(new URL(`../../golden/reports/${name}`, import.meta.url));

async function open(path: string, options: TableOptions & { inMemoryLimit: number }): Promise<SampleSource> {
  const source = await openTable(path, options);
  opened.push(source);
  return source;
}

/** All that a source says, with a fingerprint of its values. */
async function allOf(source: SampleSource) {
  const print = new DataFingerprint(source);
  const statistics = await source.statistics({
    moments: true,
    features: source.shape[1],
    onValues: (values) => print.add(values),
  });
  const { shape, dtype, featureNames, labels, form, places, notes, memory } = source;
  return {
    shape,
    dtype,
    featureNames,
    labels,
    form,
    notes,
    memory,
    source: source.source,
    statistics,
    lines: Array.from({ length: shape[0] }, (_, i) => places?.of(i)),
    values: print.digest(),
  };
}

const INTEGERS = Array.from(
  { length: 5000 },
  (_, i) => `${i % 256},${i % 7 ? (i * 7) % 100 : 'NA'},w${i % 3}`,
);

describe('a table', () => {
  test('says what was read', async () => {
    const table = await loadTable(write(golden('european.csv'), 'european.csv'));
    expect(table).toMatchObject({
      shape: [120, 2],
      source: 'european.csv, 2 of 4 columns',
      featureNames: ['temp', 'vibration'],
      labels: { names: ['bad', 'ok'], source: 'column label' },
    });
    expect((await loadTable(write('a\n1\n2\n'))).source).toBe('x.csv, 1 column');
  });

  test.each<[string, string | Uint8Array, TableOptions]>([
    ['european.csv', golden('european.csv'), {}],
    ['table-13.csv', golden('table-13.csv'), { columns: ['c7', 'c2'] }],
    ['integers, with rows that are dropped', `a,b,class\n${INTEGERS.join('\n')}`, { missing: 'drop' }],
    ['integers, filled in with a mean', `a,b,class\n${INTEGERS.join('\n')}`, { missing: 'mean' }],
    [
      'integers, filled in with means that are given',
      `a,b,class\n${INTEGERS.join('\n')}`,
      { form: { kind: 'table', delimiter: ',', decimal: '.', means: [1, 50] } },
    ],
    ['small integers without a header', '1,-2\n3,4\n', {}],
    ['large integers', 'a,b\n1,4294967295\n0,5\n', {}],
  ])('%s: is the same from memory and from a file', async (_, text, options) => {
    const path = write(text);
    const [stored, mixed, loaded] = [
      await open(path, { ...options, inMemoryLimit: 0 }),
      await open(path, { ...options, inMemoryLimit: 40_000 }),
      await open(path, { ...options, inMemoryLimit: 1e9 }),
    ];
    expect([stored.isStored, loaded.isStored]).toEqual([true, false]);
    const expected = await allOf(loaded);
    expect(await allOf(stored)).toEqual(expected);
    expect(await allOf(mixed)).toEqual(expected);
  });

  test('gives rows in any order, with the type of its values', async () => {
    const source = await open(write('a,b\n1,2\n3,4\n5,\n'), { missing: 'mean', inMemoryLimit: 0 });
    const { read } = source.samples(NO_NORMALIZATION) as { read: (rows: Uint32Array) => Promise<unknown> };
    expect(await read(Uint32Array.of(2, 0, 0))).toEqual(Uint8Array.of(5, 3, 1, 2, 1, 2));
    expect(await read(Uint32Array.of(2))).toEqual(Uint8Array.of(5, 3));
    expect(await read(new Uint32Array(0))).toEqual(new Uint8Array(0));
  });

  test('that is closed is not read', async () => {
    const path = write('a,b\n1,2\n');
    const source = await openTable(path, { inMemoryLimit: 0 });
    await source.close();
    const { read } = source.samples(NO_NORMALIZATION) as { read: (rows: Uint32Array) => Promise<unknown> };
    await expect(read(Uint32Array.of(0))).rejects.toThrow(
      new FileError(`can't read ${path}: it is closed already.`),
    );
  });

  test('is opened by its name, as .csv or .tsv', async () => {
    for (const name of ['x.csv', 'X.CSV', 'x.tsv']) {
      const source = await openImages(write('a\tb\n1\t2\n', name), { inMemoryLimit: 0 });
      expect([source.shape, source.isStored, source.featureNames]).toEqual([[1, 2], true, ['a', 'b']]);
      await source.close();
    }
  });
});

describe('what is refused', () => {
  test('names the file, its line and its column', async () => {
    const path = write(`a,b\n${'1,2\n'.repeat(300_000)}3,error\n`);
    for (const inMemoryLimit of [0, 1e9]) {
      await expect(openTable(path, { inMemoryLimit })).rejects.toThrow(
        `${path}: line 300002, column 'b': got 'error', expected a number: mend the cell, or leave the column out by naming others with columns.`,
      );
    }
    await expect(openImages(path)).rejects.toThrow(`${path}: line 300002, column 'b'`);
  });

  test('a file that is not there, a folder', async () => {
    await expect(loadTable('none.csv')).rejects.toThrow(
      "can't read none.csv: there is no such file or folder.",
    );
    await expect(loadTable('test')).rejects.toThrow("can't read test: it is a folder, expected a file.");
  });
});
