/** Rows and the lines in which they begin; what papaparse does badly must not reach the reader. */

import { describe, expect, test } from '@jest/globals';
import Papa from 'papaparse';
import { RowSplitter } from '../../../src/io/table/rows.ts';
import { processorMs } from '../../helpers/mutations/processorTime.ts';

interface Lined {
  readonly line: number;
  readonly cells: readonly string[];
}

/** All rows, the text given in pieces of this length. */
function split(text: string, delimiter = ',', length = text.length || 1): Lined[] {
  const splitter = new RowSplitter(delimiter);
  const found: Lined[] = [];
  const take = ({ rows, lineOf }: ReturnType<RowSplitter['end']>) =>
    rows.forEach((cells, i) => void found.push({ line: lineOf(i), cells }));
  for (let at = 0; at < text.length; at += length) take(splitter.add(text.slice(at, at + length)));
  take(splitter.end());
  return found;
}

const cellsOf = (text: string, delimiter = ',') => split(text, delimiter).map(({ cells }) => cells);

describe('rows', () => {
  test.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['', []],
    ['"a,b",c\n', [['a,b', 'c']]],
    ['"say ""yes""",c\n', [['say "yes"', 'c']]],
    ['"two\nlines",c\n', [['two\nlines', 'c']]],
    ['"",""\n', [['', '']]],
    ['a,"b"', [['a', 'b']]],
    ['a,""', [['a', '']]],
    ['"a"  ,"b"  \n', [['a', 'b']]],
    ['5" disk,6"\n', [['5" disk', '6"']]],
    [',,\n', [['', '', '']]],
    ['a\n\nb\n', [['a'], [''], ['b']]],
  ])('%j', (text, rows) => {
    expect(cellsOf(text)).toEqual(rows);
  });

  test('of aligned columns: several blanks are one delimiter', () => {
    expect(cellsOf('  1.0   2.0\n -3.5 10.25  \n', ' ')).toEqual([
      ['1.0', '2.0'],
      ['-3.5', '10.25'],
    ]);
  });

  test('begin in the lines of the file, whatever pieces it comes in', () => {
    const text = 'a,b\n\n"x\n\ny",2\n5" 3,"q"\n"","""\n"\nlast,"1"';
    const whole = split(text);
    expect(whole.map(({ line }) => line)).toEqual([1, 2, 3, 6, 7, 9]);
    for (let length = 1; length < text.length; length++) expect(split(text, ',', length)).toEqual(whole);
  });

  test('are those of papaparse, where quotes are right', () => {
    const parts = ['a', '1.5', '"b,c"', '"d\ne"', '"f""g"', '', '""', '"h" ', ' i', '5" x'];
    for (let seed = 0; seed < 300; seed++) {
      const cellAt = (i: number) => parts[(seed * 31 + i * i * 7 + ((seed * i) >> 2)) % parts.length];
      const text = Array.from({ length: 5 }, (_, row) =>
        Array.from({ length: 4 }, (_, j) => cellAt(4 * row + j)).join(','),
      ).join('\n');
      const { data, errors } = Papa.parse<string[]>(`${text}\n`, { delimiter: ',', newline: '\n' });
      expect(errors).toEqual([]);
      expect(cellsOf(text)).toEqual(data.slice(0, -1));
      expect(split(text, ',', 1 + (seed % 9))).toEqual(split(text));
    }
  });
});

describe('quotes in wrong places', () => {
  test.each([
    ['a,b\n1,"2" x\n', 'line 2: a quoted cell goes on after its closing quote'],
    ['a,b\n"x\ny" z,2\n', 'line 3: a quoted cell goes on after its closing quote'],
    ['a,b\n1,2\n3,"4\n5,6\n', 'line 3: a quote is opened and never closed'],
    ['"', 'line 1: a quote is opened and never closed'],
    ['a,b\n1,"""', 'line 2: a quote is opened and never closed'],
  ])('%j: %s', (text, message) => {
    expect(() => split(text)).toThrow(message);
    expect(() => split(text, ',', 1)).toThrow(message);
  });
});

describe('bombs', () => {
  const add = (splitter: RowSplitter, text: string, piece = 2 ** 18) => {
    for (let at = 0; at < text.length; at += piece) splitter.add(text.slice(at, at + piece));
  };

  test('a quote that never closes ends after 16 million characters, with the line where it was opened', () => {
    const splitter = new RowSplitter(',');
    splitter.add('a,b\n1,2\n3,"4\n');
    const line = `${'5,6\n'.repeat(2 ** 16)}`;
    expect(() => {
      for (let i = 0; i < 100; i++) splitter.add(line);
    }).toThrow('line 3: a quote is opened here and not closed in 16 million characters');
  });

  test('a row without an end is refused, with the line where it began', () => {
    const splitter = new RowSplitter(',');
    splitter.add('a,b\n1,2\n');
    expect(() => add(splitter, '1,'.repeat(2 ** 24))).toThrow(
      'line 3 begins a row of more than 16 million characters',
    );
  });

  // papaparse itself needs minutes for the first of these: for each quote it looks at all that follows in the row.
  test.each([
    ['quotes that are not doubled, and blanks', `"${'a"b'.repeat(2 ** 20)}${' '.repeat(2 ** 21)}\n`],
    ['quotes in cells that are not quoted', `a${'a"b'.repeat(2 ** 21)}\n`],
    ['quoted cells in one row', `${'"a",'.repeat(2 ** 20)}"b"\n`],
    ['quoted cells in a row without an end', '"a",'.repeat(2 ** 20)],
    ['doubled quotes', `"${'""'.repeat(2 ** 21)}"\n`],
    ['empty cells', `${','.repeat(2 ** 21)}\n`],
    ['empty lines', '\n'.repeat(2 ** 20)],
  ])('%s take a few seconds at most', (_, text) => {
    const start = processorMs();
    try {
      const splitter = new RowSplitter(',');
      add(splitter, text);
      splitter.end();
    } catch (error) {
      expect((error as Error).name).toBe('FormatError');
    }
    expect(processorMs() - start).toBeLessThan(10_000);
  });
});
