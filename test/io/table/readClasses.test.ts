import { describe, expect, test } from '@jest/globals';
import { type ReadClassesOptions, readClasses } from '../../../src/io/table/readClasses.ts';

function read(text: string, options: ReadClassesOptions) {
  const { labels, ...rest } = readClasses(new TextEncoder().encode(text), options);
  return { labels: Array.from(labels), ...rest };
}

describe('readClasses', () => {
  test.each([
    ['one word a line', 'cat\ndog\ncat\n'],
    ['a header above', 'animal\ncat\ndog\ncat\n'],
    ['a byte order mark, CRLF and no line end', '\ufeffcat\r\ndog\r\ncat'],
    ['blanks and quotes', ' cat\n"dog"\ncat \n'],
  ])('reads %s', (_, text) => {
    expect(read(text, { count: 3 })).toEqual({
      labels: [0, 1, 0],
      names: ['cat', 'dog'],
      source: 'its only column',
    });
  });

  test('takes the first row for a header if there are as many classes without it', () => {
    expect(read('1\n2\n3\n', { count: 2 }).labels).toEqual([2, 3]);
    expect(read('1\n2\n3\n', { count: 3 }).labels).toEqual([1, 2, 3]);
    // With neither number, the words decide.
    expect(read('label\n2\n3\n', { count: 9 }).labels).toEqual([2, 3]);
  });

  test('takes the column that is named, or asked for', () => {
    const text = 'id;label;room\n1;b;x\n2;a;y\n';
    expect(read(text, { count: 2 })).toMatchObject({ labels: [1, 0], source: 'column label' });
    expect(read(text, { count: 2, labelColumn: 'room' })).toMatchObject({
      labels: [0, 1],
      names: ['x', 'y'],
      source: 'column room',
    });
    expect(read('1;b\n2;a\n', { count: 2, labelColumn: '2' }).names).toEqual(['a', 'b']);
  });

  test("finds the column below a header of R's write.table, which has no cell above the names of rows", () => {
    const text = 'label\n"1" "b"\n"2" "a"\n';
    expect(read(text, { count: 2 })).toMatchObject({ labels: [1, 0], source: 'column label' });
  });

  test.each<[string, string, Partial<ReadClassesOptions>, string]>([
    ['an empty table', '\n\n', {}, 'the table is empty, expected the class of each sample.'],
    [
      'a column that is not there',
      'a,b\n1,2\n',
      { labelColumn: 'bb' },
      "there is no column 'bb' (did you mean 'b'?)",
    ],
    ['several columns', 'a,b\n1,2\n', {}, "expected one: labelColumn: 'b' names the one with the classes."],
    [
      'one of two columns of a name',
      'a,kind,kind\n1,x,y\n',
      { labelColumn: 'kind' },
      "the header names more than one column 'kind', expected one: give them different names.",
    ],
    ['UTF-16 without a byte order mark', 'c\0a\0t\0', {}, 'it holds bytes that are no text'],
    ['ragged rows', 'a,label\n1,2\n3\n', {}, 'line 3 has 1 cell, expected 2.'],
    ['a missing class', 'a,label\n1,2\n3,NA\n', {}, "line 3: got 'NA', expected a class."],
    [
      'names of samples',
      `name\n${Array.from({ length: 600 }, (_, i) => `n${i}`).join('\n')}\n`,
      {},
      "column 'name' holds too many different words for classes.",
    ],
  ])('refuses %s', (_, text, options, says) => {
    const count = text.trim().split('\n').length - 1;
    expect(() => read(text, { count, ...options })).toThrow(says);
  });
});
