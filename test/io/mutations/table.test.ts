import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FormatError } from '../../../src/io/errors.ts';
import { readTable, type Table } from '../../../src/io/table/tableReader.ts';
import { MUTATIONS, MUTATIONS_OF_EACH_FILE } from '../../helpers/cases.ts';
import { surviveMutations } from '../../helpers/mutations/survival.ts';
import { naiveCsv } from '../../helpers/naive/naiveCsv.ts';

const golden = (name: string) =>
  readFileSync(new URL(`../../golden/reports/${name}`, import.meta.url), 'utf8');
const firstLines = (text: string, count: number) => text.split('\n').slice(0, count).join('\n');
const bytesOf = (text: string) => new TextEncoder().encode(text);

const FILES: Readonly<Record<string, Uint8Array>> = {
  'european.csv': bytesOf(firstLines(golden('european.csv'), 12)),
  'table-13.csv': bytesOf(firstLines(golden('table-13.csv'), 6)),
  'quoted.csv': bytesOf(
    '"","name, town",x,"two\r\nlines",species\r\n0,"Anna ""A""",1.5,2,iris\r\n1,Ben,-3e2,4,"tulip"\r\n',
  ),
  'tabs.tsv': Uint8Array.from(
    Buffer.from('\uFEFFa\tb\tlabel\r\n1\t2\t0\r\n3\t-4\t1\r\n5\t6\t1\r\n', 'utf16le'),
  ),
  'blanks.txt': bytesOf('1.0e+00 2.5e+01 3\n  -1.0e+00   .5   6\n0 0 0\n'),
  'column.csv': bytesOf('x\n1\n2\n3.5\n'),
  'windows.csv': Uint8Array.from(Buffer.from('größe|n\n1|2\n3|4\n', 'latin1')),
};

/** What matters in a table, put in anywhere once or twice. */
const parts = [
  '"',
  '""',
  '\n',
  '\r',
  '\r\n',
  ',',
  ';',
  '\t',
  '|',
  ' ',
  '#',
  '\0',
  '-',
  '.',
  'NA',
  '0x10',
  'e',
  '1,5',
  '1.5',
  'x',
  '\uFEFF',
  'é',
  '"a,b"',
  ',,',
  ';;',
];
const insertions = (original: Uint8Array) =>
  fc
    .array(fc.tuple(fc.nat({ max: original.length }), fc.constantFrom(...parts)), {
      minLength: 1,
      maxLength: 2,
    })
    .map((pairs) =>
      pairs.reduce(
        (bytes, [at, part]) =>
          Uint8Array.from([...bytes.subarray(0, at), ...bytesOf(part), ...bytes.subarray(at)]),
        original,
      ),
    );

/** The survival of files is about errors of one kind: what a table can't be used for is one, too. */
function read(bytes: Uint8Array): Table {
  try {
    return readTable(bytes);
  } catch (error) {
    if ((error as Error).name !== 'DataError') throw error;
    throw new FormatError((error as Error).message);
  }
}

let compared = 0;

/** Shape, names, values and classes are those of the second reader, where that one is sure. */
function requireSame({ shape, data, featureNames, classes }: Table, bytes: Uint8Array): void {
  let right: ReturnType<typeof naiveCsv>;
  try {
    right = naiveCsv(bytes);
  } catch {
    return;
  }
  compared++;
  const found = classes && Array.from(classes.labels, (label) => classes.names?.[label] ?? label);
  expect({
    shape,
    names: featureNames,
    values: Array.from(data, (value) => value + 0),
    classes: found,
  }).toEqual({
    shape: [right.rows.length, right.rows[0].length],
    names: right.names,
    values: right.rows.flat().map((value) => value + 0),
    classes: right.classes?.map((cell) => (classes?.names ? cell : Number(cell))),
  });
}

describe('damaged tables', () => {
  test('are refused with a sentence, or read as a second reader reads them', async () => {
    compared = 0;
    const tally = await surviveMutations({ files: FILES, lies: insertions, read, requireRight: requireSame });
    if (MUTATIONS_OF_EACH_FILE) console.log('table', tally, compared);
    expect(tally.refused).toBeGreaterThan(MUTATIONS / 10);
    expect(tally.read).toBeGreaterThan(MUTATIONS / 10);
    expect(compared).toBeGreaterThan(MUTATIONS / 20);
  }, 600_000);

  test.each(Object.entries(FILES))('undamaged: %s', (_, bytes) => {
    compared = 0;
    requireSame(read(bytes), bytes);
    expect(compared).toBe(1);
  });

  test('the control: a reader that loses a row is found out', async () => {
    const careless = surviveMutations({
      files: { 'table-13.csv': FILES['table-13.csv'] },
      read: (bytes) => {
        const table = read(bytes);
        const [rows, columns] = table.shape;
        return { ...table, shape: [rows - 1, columns], data: table.data.subarray(columns) };
      },
      requireRight: requireSame,
      cases: 300,
    });
    await expect(careless).rejects.toThrow('Property failed');
  });
});
