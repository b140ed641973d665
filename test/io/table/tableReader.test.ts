import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readNpy } from '../../../src/io/numpy/npy.ts';
import type { TableOptions } from '../../../src/io/table/columns.ts';
import { readTable, TableReader } from '../../../src/io/table/tableReader.ts';
import { processorMs } from '../../helpers/mutations/processorTime.ts';

const golden = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../golden/reports/${name}`, import.meta.url)));
const FORM = { kind: 'table', delimiter: ',', decimal: '.' } as const;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (text: string | Uint8Array, options: TableOptions = {}) =>
  readTable(typeof text === 'string' ? bytesOf(text) : text, options);
const plain = (text: string | Uint8Array, options: TableOptions = {}) => {
  const { shape, dtype, data, featureNames } = read(text, options);
  return { shape, dtype, values: Array.from(data), featureNames };
};

describe('what people bring', () => {
  test('european.csv: semicolons, decimal commas, a byte order mark, CRLF, a date and a class', () => {
    const table = read(golden('european.csv'));
    expect(table).toMatchObject({
      shape: [120, 2],
      dtype: 'f8',
      columns: 4,
      featureNames: ['temp', 'vibration'],
      form: { kind: 'table', delimiter: ';', decimal: ',' },
      notes: [
        'semicolons between cells, decimal comma',
        "column 'time' was left out: it holds no numbers ('2026-01-01')",
        "column 'label' holds classes and is no feature",
      ],
    });
    expect(Array.from(table.data.subarray(0, 6))).toEqual([17.66, 0.04, 20.5, -0.192, 22.84, -0.052]);
    expect(table.classes).toMatchObject({ names: ['bad', 'ok'], source: 'column label' });
    expect(Array.from(table.classes?.labels.subarray(0, 4) ?? [])).toEqual([0, 1, 1, 1]);
  });

  test('table-13.csv: the values of table-13.npy, as they were printed', () => {
    const table = read(golden('table-13.csv'));
    const array = readNpy(golden('table-13.npy'));
    expect(table.shape).toEqual(array.shape);
    expect(table.featureNames).toEqual(Array.from({ length: 13 }, (_, i) => `c${i}`));
    for (const [i, value] of table.data.entries()) {
      expect(value).toBe(Number(array.data[i].toPrecision(6)));
    }
    expect(table.notes).toEqual([]);
  });

  test.each<[string, string | Uint8Array, readonly string[]]>([
    [
      'Excel: Unicode text',
      Buffer.from('\uFEFFa\tb\r\n1\t2\r\n3\t4\r\n', 'utf16le'),
      ['the text is in UTF-16', 'tabs between cells'],
    ],
    [
      'big-endian',
      Buffer.from('\uFEFFa\tb\r\n1\t2\r\n3\t4\r\n', 'utf16le').swap16(),
      ['the text is in UTF-16', 'tabs between cells'],
    ],
    [
      'windows-1252',
      Uint8Array.from([...bytesOf('a,b,Gr'), 0xf6, 0xdf, ...bytesOf('e\n1,2,x\n3,4,y\n')]),
      [
        'the text is not in UTF-8 and was read as windows-1252',
        "column 'Größe' was left out: it holds no numbers ('x')",
      ],
    ],
    ['a Mac before 2001', 'a,b\r1,2\r3,4\r', []],
    [
      'np.savetxt',
      'a b\n1.0e+00 2.0e+00\n3.0e+00 4.0e+00\n'.replace('a b', '# a b'),
      ['blanks between cells'],
    ],
    ['np.savetxt with a text', '# made today\n# a,b\n1,2\n3,4\n', ['1 line of comments left out']],
    [
      'pandas with its index',
      ',a,b\n0,1,2\n1,3,4\n',
      ['the first column was left out: it has no name and numbers the rows'],
    ],
    [
      'R',
      '"","a","b"\n"1",1,2\n"2",3,4\n',
      ['the first column was left out: it has no name and numbers the rows'],
    ],
    [
      'Excel with its hint',
      'sep=;\na;b\n1;2\n3;4\n;\n',
      ['semicolons between cells', '1 row of empty cells left out'],
    ],
    ['Excel with its hint of a tab', 'sep=\t\na\tb\n1\t2\n3\t4\n', ['tabs between cells']],
    [
      "R's write.table",
      '"a" "b"\n"1" 1 2\n"2" 3 4\n',
      [
        'blanks between cells',
        'the header has one cell less than the rows: the first column has no name',
        'the first column was left out: it has no name and numbers the rows',
      ],
    ],
    [
      'delimiters behind the rows, but not behind the header',
      'a,b\n1,2,\n3,4,\n',
      [
        'the header has one cell less than the rows: the last column has no name',
        "column '3' was left out: all cells are missing",
      ],
    ],
    [
      'pandas with rows that were shuffled',
      ',a,b\n17,1,2\n4,3,4\n',
      ['the first column was left out: it has no name and numbers the rows'],
    ],
    [
      'comments between the rows',
      '# from\na,b\n## one\n1,2\n # two\n3,4\n',
      ['3 lines of comments left out'],
    ],
    ['empty lines', '\na,b\n\n1,2\n\n\n3,4\n\n', []],
    ['quotes', '"a","b"\n"1","2"\n"3","4"\n', []],
  ])('%s', (_, text, notes) => {
    expect(plain(text)).toEqual({
      shape: [2, 2],
      dtype: 'u1',
      values: [1, 2, 3, 4],
      featureNames: ['a', 'b'],
    });
    expect(read(text).notes).toEqual(notes);
  });

  test('no header: columns go by their numbers', () => {
    expect(plain('1,2\n3,4\n', { columns: ['2'] })).toMatchObject({
      values: [2, 4],
      featureNames: undefined,
    });
    expect(read('1,2\n3,4\n').notes).toEqual(['no header was found: columns go by their numbers from 1']);
  });

  test('a header of numbers is said', () => {
    expect(plain('0,1\n0.5,2\n3,4\n')).toMatchObject({ shape: [2, 2], featureNames: ['0', '1'] });
    expect(read('0,1\n0.5,2\n3,4\n').notes).toEqual(['the first row was taken for the header (0, 1)']);
  });

  test('one column, one row', () => {
    expect(plain('x\n1\n2\n')).toMatchObject({ shape: [2, 1], featureNames: ['x'] });
    expect(plain('1.5,2.5')).toMatchObject({ shape: [1, 2], values: [1.5, 2.5] });
    expect(plain('temp\n17,66\n18,10\n')).toMatchObject({ shape: [2, 1], values: [17.66, 18.1] });
  });
});

describe('a header', () => {
  test('of numbers, as pandas writes one above an array, is one', () => {
    expect(plain(',0,1\n0,7,8\n1,9,7\n')).toMatchObject({ values: [7, 8, 9, 7], featureNames: ['0', '1'] });
    expect(plain('city,1990,2000\nUlm,7,8\n')).toMatchObject({
      values: [7, 8],
      featureNames: ['1990', '2000'],
    });
  });

  test('is not what says above the table what it is', () => {
    expect(() => read('Means of all stations\n\nyear,may,june\n1880,5,6\n')).toThrow(
      'line 3 has 3 cells, but the first row, line 1, has 1, expected as many in all rows: put # before lines above the header that say what the table is, or delete them.',
    );
    expect(read('# Means of all stations\n\nyear,may,june\n1880,5,6\n').notes).toEqual([
      '1 line of comments left out',
    ]);
  });
});

describe('what a model keeps', () => {
  const formOf = (text: string | Uint8Array, options: TableOptions = {}) => read(text, options).form;

  test('is the delimiter and the decimal sign', () => {
    expect(formOf('a,b\n1,2\n')).toEqual(FORM);
    expect(formOf('a;b\n1,5;2\n')).toEqual({ ...FORM, delimiter: ';', decimal: ',' });
  });

  test('is whether Excel needs a byte order mark', () => {
    const marked = { ...FORM, byteOrderMark: true };
    expect(formOf('\uFEFFa,b\n1,2\n')).toEqual(marked);
    expect(formOf(Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le'))).toEqual(marked);
    expect(formOf(Uint8Array.from([0xe4, ...bytesOf(',b\n1,2\n')]))).toEqual(marked);
    expect(formOf('ä,b\n1,2\n')).toEqual(FORM);
  });

  test('is which columns were taken, where they have no names', () => {
    expect(formOf('1,2,3\n4,5,6\n', { columns: ['3', '1'] })).toEqual({ ...FORM, positions: [3, 1] });
    expect(formOf('1,x,3\n4,y,6\n')).toEqual({ ...FORM, positions: [1, 3] });
    expect(formOf('1,2,3\n4,5,6\n', { labelColumn: '1' })).toEqual({
      ...FORM,
      positions: [2, 3],
      labelColumn: '1',
    });
    expect(formOf('1,2\n4,5\n')).toEqual(FORM);
    expect(formOf('a,b\n1,2\n4,5\n', { columns: ['b'] })).toEqual(FORM);
  });

  test('is the column of classes, if its name alone does not say it', () => {
    expect(formOf('a,kind\n1,x\n2,y\n', { labelColumn: 'kind' })).toEqual({ ...FORM, labelColumn: 'kind' });
    expect(formOf('a,label\n1,x\n2,y\n')).toEqual(FORM);
  });
});

describe('classes', () => {
  const classesOf = (text: string, options: TableOptions = {}) => {
    const { classes } = read(text, options);
    return classes && { ...classes, labels: Array.from(classes.labels) };
  };

  test('are integers as they are, or words in the order of the alphabet', () => {
    expect(classesOf('a,label\n1,5\n2,-1\n3,5\n')).toEqual({
      labels: [5, -1, 5],
      names: undefined,
      source: 'column label',
    });
    expect(classesOf('a,species\n1,tulip\n2,iris\n3,tulip\n')).toMatchObject({
      labels: [1, 0, 1],
      names: ['iris', 'tulip'],
    });
    expect(classesOf('a,label\n1,0\n2,1\n3,outlier\n')).toMatchObject({
      labels: [0, 1, 2],
      names: ['0', '1', 'outlier'],
    });
    expect(classesOf('a,label\n1,none\n2,-\n')).toMatchObject({ names: ['-', 'none'] });
  });

  test('of a label column that holds no classes are refused only if an option names it', () => {
    expect(classesOf('a,target\n1,2.5\n2,3\n')).toBeUndefined();
    expect(() => read('a,target\n1,2.5\n2,3\n', { labelColumn: 'target' })).toThrow(
      "line 2, column 'target': got '2.5', expected a class, an integer or a word: if this column is no class but a feature, name it in columns.",
    );
    const names = Array.from({ length: 600 }, (_, i) => `${i % 7},name ${i}`).join('\n');
    expect(read(`a,label\n${names}`).notes).toEqual([
      "column 'label' was left out: it holds no numbers ('name 0')",
    ]);
    expect(() => read(`a,label\n${names}`, { labelColumn: 'label' })).toThrow(
      /^column 'label' holds too many different cells/,
    );
  });

  test('that are missing are refused, or their rows are dropped', () => {
    const text = 'a,label\n1,x\n2,\n3,y\n';
    expect(() => read(text)).toThrow(
      "line 3, column 'label': the cell is empty, expected a class: missing: 'drop' leaves such rows out.",
    );
    expect(() => read(text, { missing: 'mean' })).toThrow("missing: 'drop' leaves such rows out");
    expect(plain(text, { missing: 'drop' }).values).toEqual([1, 3]);
    expect(classesOf(text, { missing: 'drop' })?.labels).toEqual([0, 1]);
  });
});

describe('missing cells', () => {
  const TEXT = 'a,b\n1,10\nNA,20\n3,?\n4,40\n';

  test('are refused, with the ways out', () => {
    expect(() => read(TEXT)).toThrow(
      "line 3, column 'a': got 'NA', expected a number: missing: 'drop' leaves such rows out, missing: 'mean' fills in the mean of the column.",
    );
  });

  test('drop their rows', () => {
    expect(plain(TEXT, { missing: 'drop' })).toMatchObject({
      shape: [2, 2],
      values: [1, 10, 4, 40],
      dtype: 'u1',
    });
    expect(read(TEXT, { missing: 'drop' }).notes).toEqual(['2 of 4 rows left out for missing cells']);
    expect(() => read('a,b\n1,\n,2\n', { missing: 'drop' })).toThrow('each of the 2 rows has a missing cell');
  });

  test('are filled in with the mean of the column', () => {
    const table = read(TEXT, { missing: 'mean' });
    expect(Array.from(table.data)).toEqual([1, 10, 8 / 3, 20, 3, 70 / 3, 4, 40]);
    expect(table.form.means).toEqual([8 / 3, 70 / 3]);
    expect(table.notes).toEqual(["2 missing cells filled in with the means of columns 'a', 'b'"]);
    expect(() => read('a,b\n1,\n2,\n', { missing: 'mean', columns: ['a', 'b'] })).toThrow(
      "column 'b' has no mean",
    );
  });

  test('are filled in with the means of a model', () => {
    const options = { form: { ...FORM, means: [7, -1.5] } };
    const table = read(TEXT, options);
    expect([Array.from(table.data), table.form.means]).toEqual([
      [1, 10, 7, 20, 3, -1.5, 4, 40],
      [7, -1.5],
    ]);
    expect(table.dtype).toBe('f8');
    expect(() => read(TEXT, { form: { ...FORM, means: [1] } })).toThrow(
      "the means to fill in are those of 1 column, but 2 of this table would be taken: say with columns which ones are the model's.",
    );
  });

  test('of databases have signs of their own', () => {
    const text = 'a\tb\tlabel\n1\t\\N\tx\n2\tNULL\ty\n3\t4\t\\N\n5\t6\tx\n';
    expect(plain(text, { missing: 'drop' })).toMatchObject({ shape: [1, 2], values: [5, 6] });
  });

  test('of columns that are left out do not count', () => {
    expect(plain('a,word\n1,x\n2,\n').values).toEqual([1, 2]);
    expect(plain('a,b\n1,\n2,3\n', { columns: ['a'] }).values).toEqual([1, 2]);
  });
});

describe('the type', () => {
  test.each([
    ['0,255', 'u1'],
    ['-1,127', 'i1'],
    ['0,256', 'u2'],
    ['-1,128', 'i2'],
    ['0,65536', 'u4'],
    ['-1,32768', 'i4'],
    ['0,4294967295', 'u4'],
    ['0,4294967296', 'f8'],
    ['-1,2147483648', 'f8'],
    ['0,0.5', 'f8'],
    ['1.0,2e2', 'u1'],
  ])('that holds %s is %s', (row, dtype) => {
    const table = plain(row);
    expect(table).toMatchObject({ dtype, values: row.split(',').map(Number) });
  });
});

describe('what is refused', () => {
  test.each<[string, string, TableOptions?]>([
    ['a,b\n1,2\n3\n', 'line 3 has 1 cell, expected 2 as in the header.'],
    ['1,2\n3,4,5\n', 'line 2 has 3 cells, expected 2 as in the first row.'],
    ['a,b\r\n1,2\r\n\r\n"3\r\n",4\r\n5\r\n', 'line 6 has 1 cell, expected 2 as in the header.'],
    [
      '# x\n\na,b\n1,2\n3,error\n',
      "line 5, column 'b': got 'error', expected a number: mend the cell, or leave the column out by naming others with columns.",
    ],
    ['a;b\n1,5;2\n1.234;3\n', "line 3, column 'a': got '1.234', expected a number with a decimal comma"],
    ['a,b\n1,Infinity\n', 'a number', { columns: ['b'] }],
    ['a,b\n1,2\n3,0x10\n', "got '0x10', expected a number"],
    ['a,word\n1,x\n', "line 2, column 'word': got 'x', expected a number", { columns: ['word'] }],
    ['', 'the table is empty, expected rows of numbers.'],
    ['\n\n , \n', 'the table is empty'],
    ['a,b\n', 'the table has a header and no rows below it'],
    ['a\0,b\n1,2\n', 'it holds bytes that are no text'],
    ['a,b\n1,"2\n', 'line 2: a quote is opened and never closed'],
  ])('%j: %s', (text, message, options = {}) => {
    expect(() => read(text, options)).toThrow(message);
  });

  test('a number after a million characters of missing cells, unless the column is asked for', () => {
    const text = `a,b\n${'1234567,\n'.repeat(2 ** 17)}1,2\n`;
    expect(() => read(text)).toThrow(
      "line 131074, column 'b': got '2', expected a missing cell, as above it: name the columns to take with columns.",
    );
    expect(read(text, { columns: ['b'], missing: 'drop' }).shape).toEqual([1, 1]);
  });

  test('two encodings in one text', () => {
    const bytes = new Uint8Array(2 ** 21).fill(0x31);
    bytes.set(bytesOf('ä,b\n'));
    for (let i = 5; i < bytes.length; i += 8) bytes.set(bytesOf(',1\n'), i);
    bytes[2 ** 21 - 8] = 0xe4;
    expect(() => read(bytes)).toThrow('the text begins as UTF-8, but bytes follow that are none');
  });

  test('too many columns', () => {
    const row = '1,'.repeat(1_000_000);
    expect(() => read(`${row}1\n${row}1\n`)).toThrow(
      'the table has 1000001 columns, expected at most 1000000.',
    );
  });
});

describe('pieces', () => {
  /** 3 MB with a quoted line break here and there, so that no piece ends where a row does. */
  const rows = Array.from({ length: 60_000 }, (_, i) =>
    [i, (i * 0.37).toFixed(4), i % 7 ? `w${i % 5}` : `"w\r\n${i % 3}"`, -i / 8, i % 1000 ? i % 11 : ''].join(
      ';',
    ),
  );
  const TEXT = ['n;x;class;y;z', ...rows].join('\r\n');

  test('of any length give the same rows', () => {
    const bytes = bytesOf(TEXT);
    const whole = read(bytes, { missing: 'mean' });
    expect(whole.shape).toEqual([60_000, 4]);
    expect(whole.classes?.names).toEqual(['w\n0', 'w\n1', 'w\n2', 'w0', 'w1', 'w2', 'w3', 'w4']);
    for (const length of [7_919, 65_536, 1_048_577]) {
      const reader = new TableReader({ missing: 'mean' });
      const values: number[][] = [];
      for (let at = 0; at < bytes.length; at += length) {
        values.push(Array.from(reader.add(bytes.subarray(at, at + length))));
      }
      const { values: last, facts } = reader.end();
      expect(Array.from(facts.finish(Float64Array.from([...values, [...last]].flat())))).toEqual(
        Array.from(whole.data),
      );
      expect({ notes: facts.notes, labels: facts.classes?.labels }).toEqual({
        notes: whole.notes,
        labels: whole.classes?.labels,
      });
    }
  });

  test('name the line of the file, far beyond the first piece', () => {
    const lines = TEXT.split('\r\n');
    lines[lines.length - 2] = lines[lines.length - 2].replace(/;[^;]*$/, ';oops');
    expect(() => read(lines.join('\r\n'), { missing: 'drop' })).toThrow(
      `line ${lines.length - 1}, column 'z': got 'oops', expected a number`,
    );
  });
});

describe('bombs', () => {
  test('a line of 100 MB is refused after 16 million characters', () => {
    const start = processorMs();
    const reader = new TableReader();
    const piece = bytesOf('1,'.repeat(2 ** 19));
    reader.add(bytesOf('a,b\n1,2\n3,4\n'));
    expect(() => {
      for (let i = 0; i < 100; i++) reader.add(piece);
      reader.end();
    }).toThrow('line 4 begins a row of more than 16 million characters');
    expect(processorMs() - start).toBeLessThan(20_000);
  });
});
