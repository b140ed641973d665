import { expect, test } from '@jest/globals';
import { RowLines } from '../../../src/io/table/rowReader.ts';
import { readTable } from '../../../src/io/table/tableReader.ts';

test('RowLines knows the line of each row, with gaps and without', () => {
  for (const lines of [[1], [2, 3, 4, 5], [2, 3, 7, 8, 9, 20, 21, 40], [1, 3, 5, 7, 9]]) {
    const known = new RowLines();
    for (const line of lines) known.add(line);
    expect(lines.map((_, i) => known.of(i))).toEqual(lines);
  }
});

test('the line of a sample is that of its row, whatever was left out above it', () => {
  const text = '# made by hand\na,b\n1,2\n\n3,NA\n5,6\n"7\n",8\n9,10\n';
  const { data, lineOf } = readTable(new TextEncoder().encode(text), { missing: 'drop' });
  expect(Array.from(data)).toEqual([1, 2, 5, 6, 7, 8, 9, 10]);
  expect([0, 1, 2, 3].map(lineOf)).toEqual([3, 6, 7, 9]);
});
