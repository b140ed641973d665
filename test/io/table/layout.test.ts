import { describe, expect, test } from '@jest/globals';
import { decimalOf, findDelimiter, headerInComments, readTop } from '../../../src/io/table/layout.ts';

describe('the delimiter', () => {
  test.each([
    ['a,b\n1,2\n', ','],
    ['a\tb\n1\t2\n', '\t'],
    ['a;b\n1;2\n', ';'],
    ['a|b\n1|2\n', '|'],
    ['1.0e+00 2.0e+00\n3.0e+00 4.0e+00\n', ' '],
    ['  1.0    2.0\n 10.5   -2.0\n', ' '],
    // Decimal commas, dates and texts hold other delimiters.
    ['17,66;20,50\n18,10;21,00\n', ';'],
    ['17,66\t20,50\n18,10\t21,00\n', '\t'],
    ['time,value\n2026-01-01 10:00,5\n2026-01-01 11:00,6\n', ','],
    ['"a;b",1,2\n"c;d",3,4\n', ','],
    ['a;b,1\nc;d,2\n', ','],
    ['"x,y";1\n"z";2\n', ';'],
    // Where rows are broken, the one for which fewest are.
    ['a,b,c\n1,2,3\n4,5\n6,7,8\n', ','],
    ['a;b\n1;2\n3\n4;5\n', ';'],
    // A table of one column.
    ['x\n1\n2\n', ','],
    ['temp\n17,66\n18,10\n', ';'],
  ])('of %j is %j', (text, delimiter) => {
    expect(findDelimiter(text, true)).toBe(delimiter);
  });

  test('is found from the beginning of a long table', () => {
    expect(findDelimiter('1;2\n'.repeat(1e6), false)).toBe(';');
  });

  test('does not go with wrong quotes; those of no delimiter are refused', () => {
    expect(findDelimiter('a,b\n1,"2\n', true)).toBe(','); // the splitter of rows says what is wrong
    expect(() => findDelimiter('"a\n1\n', true)).toThrow('line 1: a quote is opened and never closed');
  });
});

describe('the decimal sign', () => {
  const rows = (...cells: string[]) => cells.map((cell) => [cell, 'x']);

  test('is a comma if cells have one, and none a point', () => {
    expect(decimalOf(rows('1', '-0,192'), ';')).toBe(',');
    expect(decimalOf(rows('1,5e-3'), '\t')).toBe(',');
    expect(decimalOf(rows('1,5', '0.192'), ';')).toBe('.');
    expect(decimalOf(rows('1', '2'), ';')).toBe('.');
    expect(decimalOf(rows('Ulm, Baden'), ';')).toBe('.');
    expect(decimalOf(rows('1,5'), ',')).toBe('.');
  });

  test("is what most cells have in which it can't stand between thousands", () => {
    expect(decimalOf(rows('1,5', '2,5', '1.5'), ';')).toBe(',');
    expect(decimalOf(rows('1,5', '1.234', '2.345'), ';')).toBe(',');
    expect(decimalOf(rows('1,234', '2,345', '1.5'), '\t')).toBe('.');
    expect(decimalOf(rows('1,234', '5,678,901'), '\t')).toBe('.');
    expect(decimalOf(rows('1,234', '2,345'), '\t')).toBe(','); // nothing else is known
  });
});

describe('what stands above the rows', () => {
  test('is empty lines, comments, and a delimiter for Excel', () => {
    expect(readTop('\n# one\n#two\n\n1,2\n# no comment\n')).toEqual({
      end: 13,
      lines: 4,
      comments: ['one', 'two'],
      delimiter: undefined,
    });
    expect(readTop('sep=;\na;b\n')).toEqual({ end: 6, lines: 1, comments: [], delimiter: ';' });
    expect(readTop('# only')).toMatchObject({ comments: ['only'] });
    expect(readTop('')).toMatchObject({ end: 0, lines: 0 });
  });

  test('gives a header if a comment has as many words as a row has cells', () => {
    expect(headerInComments(['made by a program', 'a,b'], ',', 2)).toEqual(['a', 'b']);
    expect(headerInComments(['a b'], ' ', 2)).toEqual(['a', 'b']);
    expect(headerInComments(['a,b', '1,2'], ',', 2)).toEqual(['a', 'b']);
    expect(headerInComments(['a,b,c', '"'], ',', 2)).toBeUndefined();
  });
});
