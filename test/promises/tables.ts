/** The tables that promises are about, and a photo. */

import { pngBytes, RGB } from '../helpers/bytes/pngBytes.ts';
import { COUNT } from '../node/cli/fixtures.ts';

/** Rows of so many numbers, by the name of each column; `cells` stand in place of some, by row and column. */
function table(names: string, cells: Readonly<Record<string, string>> = {}): Uint8Array {
  const columns = names.split(',');
  const numberAt = (i: number, j: number) =>
    (0.5 + 0.4 * Math.sin(1 + i * 0.7 + j * (1 + 0.1 * i))).toFixed(4);
  const wordAt = (i: number) => (i % 3 === 0 ? 'wet' : 'dry');
  const isWord = (name: string) => name === 'species' || name === 'sort';
  const rows = Array.from({ length: COUNT }, (_, i) =>
    columns.map((name, j) => cells[`${i},${name}`] ?? (isWord(name) ? wordAt(i) : numberAt(i, j))).join(','),
  );
  return Buffer.from(`${[names, ...rows].join('\n')}\n`);
}

/** Classes, one in a row. */
function classes(head: string, rowOf: (i: number) => string): Uint8Array {
  return Buffer.from(`${[head, ...Array.from({ length: COUNT }, (_, i) => rowOf(i))].join('\n')}\n`);
}

export const TABLE_FILES: Readonly<Record<string, Uint8Array>> = {
  'sheet.csv': table('a,b,c,species'),
  'nameless.csv': Buffer.from(
    Buffer.from(table('a,b,c', { '3,b': '' }))
      .toString()
      .replace('a,b,c\n', ''),
  ),
  'holes.csv': table('a,b,c', { '3,b': '' }),
  'full-of-holes.csv': table(
    'a,b,c',
    Object.fromEntries(Array.from({ length: COUNT }, (_, i) => [`${i},${i % 2 === 0 ? 'b' : 'c'}`, ''])),
  ),
  'typo.csv': table('a,b,c', { '9,b': '1.2.3' }),
  'unclassed.csv': table('a,b,c,species', { '4,species': '' }),
  'kindless.csv': table('a,b,c,sort'),
  'renamed.csv': table('p,q,r'),
  'six.csv': table('a,b,c,d,e,f'),
  'kinds.csv': classes('id,what', (i) => `${i},${i % 2 === 0 ? 'x' : 'y'}`),
  'class-numbers.csv': classes('number', (i) => String(i % 2)),
  'photo.png': pngBytes({
    width: 12,
    height: 9,
    depth: 8,
    colorType: RGB,
    pixel: (x, y) => [x * 20, y * 20, 9],
  }),
};
