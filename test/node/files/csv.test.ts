/** Tables as text: which digits are written, and what spreadsheets need. */

import { describe, expect, test } from '@jest/globals';
import Papa from 'papaparse';
import type { Normalization, SampleArray } from '../../../src/data/samples.ts';
import { type CsvDialect, csvLine, csvTable, decimalText } from '../../../src/node/files/csv.ts';
import { Random } from '../../../src/tensor/random.ts';

const POINT: CsvDialect = { delimiter: ',', decimal: '.' };
const COMMA: CsvDialect = { delimiter: ';', decimal: ',' };

function scaling(dtype: 'f4' | 'f8' | 'i8' | 'u1', shift: number[], scale: number[]): Normalization {
  return { kind: 'standard', dtype, shift, scale };
}

async function written(
  batches: readonly SampleArray[],
  normalization: Normalization,
  { names, dialect = POINT, count = 3 }: { names?: string[]; dialect?: CsvDialect; count?: number } = {},
): Promise<string> {
  const chunks = (async function* () {
    yield* batches;
  })();
  const pieces: Uint8Array[] = [];
  for await (const piece of csvTable(chunks, { count, names, normalization }, dialect)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('a number', () => {
  test.each<[number, number, string]>([
    [0.1, 1, '0.1'],
    [Math.fround(0.1), 1, '0.1'],
    [Math.fround(17.66), 17.66, '17.66'],
    [1 / 3, 1, '0.3333333'],
    [-1 / 3, 1, '-0.3333333'],
    [0, 1, '0'],
    [-0, 1, '0'],
    [-1e-9, 1, '0'],
    [1, 1, '1'],
    [1e6 / 3, 1e6, '333333.3'],
    [1234567.891, 1e7, '1234568'],
    [123456789, 1e9, '123456800'],
    [60, 1e9, '60'],
    [1.234567891e25, 2e25, '1.234568e+25'],
    [4e-7, 1e-6, '0.0000004'],
    [1.23456789e-7, 2e-7, '0.0000001234568'],
    [1.23456789e-30, 2e-30, '1.234568e-30'],
    [0, 1e-30, '0'],
    [1e300, 1e300, '1e+300'],
    [5e-324, 5e-324, '5e-324'],
    [Number.NaN, Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 'Infinity'],
  ])('%p, computed from numbers up to %p, is %s', (value, largest, text) => {
    expect(decimalText(value, largest)).toBe(text);
  });

  test('is as exact as float32 is where it was computed, and has no more digits', () => {
    const random = new Random(1);
    for (let i = 0; i < 20_000; i++) {
      const largest = 10 ** random.uniform(-30, 30);
      const value = random.uniform(-largest, largest);
      const text = decimalText(value, largest);
      expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(largest * 5.01e-7);
      const digits = text.replace(/e.*/, '').replace(/\D/g, '').replace(/^0+/, '').replace(/0+$/, '');
      expect(digits.length).toBeLessThanOrEqual(8);
    }
  });

  test('with few digits that became float32 has these digits again', () => {
    const random = new Random(2);
    for (let i = 0; i < 20_000; i++) {
      const text = String(Number(random.uniform(-999, 999).toPrecision(6)));
      const value = Math.fround(Number(text));
      expect(decimalText(value, Math.abs(value))).toBe(text);
    }
  });
});

describe('a table', () => {
  const values = Float32Array.of(1, 0.5, 1000.25, -2, 0.125, 999.75);
  const normalization = scaling('f4', [0, 0, 1000], [1, 1, 1]);

  test('has rows that end with a line feed, and a header if there are names', async () => {
    expect(await written([values], normalization)).toBe('1,0.5,1000.25\n-2,0.125,999.75\n');
    const names = ['a', 'b;c', 'say "d"'];
    expect(await written([values], normalization, { names })).toBe(
      'a,b;c,"say ""d"""\n1,0.5,1000.25\n-2,0.125,999.75\n',
    );
  });

  test('of a European one has semicolons and decimal commas', async () => {
    const names = ['a', 'b;c', 'd'];
    expect(await written([values], normalization, { names, dialect: COMMA })).toBe(
      'a;"b;c";d\n1;0,5;1000,25\n-2;0,125;999,75\n',
    );
  });

  test('with commas for both has quotes, and another reader finds the same cells', async () => {
    const text = await written([values], normalization, { dialect: { delimiter: ',', decimal: ',' } });
    expect(text).toBe('1,"0,5","1000,25"\n-2,"0,125","999,75"\n');
    expect(Papa.parse(text.trimEnd()).data[0]).toEqual(['1', '0,5', '1000,25']);
  });

  test('is the same however it is cut into batches, also with pieces of more than a megabyte', async () => {
    const many = new Float32Array(300_000).map((_, i) => Math.sin(i));
    const parts = [many.subarray(0, 3), many.subarray(3, 9), many.subarray(9)];
    const whole = await written([many], normalization);
    expect(whole.length).toBeGreaterThan(2 ** 21);
    expect(await written(parts, normalization)).toBe(whole);
    expect(whole.split('\n').length).toBe(100_001);
  });

  test('of integers has them as they are, also those beyond 32 bits', async () => {
    expect(await written([Uint8Array.of(0, 7, 255)], scaling('u1', [1, 1, 1], [3, 3, 3]))).toBe('0,7,255\n');
    const stamps = Float64Array.of(1_700_000_000_123, -5, 2 ** 53);
    expect(await written([stamps], scaling('i8', [0, 0, 0], [1, 1, 1]))).toBe(
      '1700000000123,-5,9007199254740992\n',
    );
  });

  // 1.7e9 s with a standard deviation of an hour: float32 alone would have steps of 128 s.
  test('of float64 has the digits of the deviation from the mean, not those of the value', async () => {
    const stamps = Float64Array.of(1_700_000_000.1234567, 5, 0.5);
    const text = await written([stamps], scaling('f8', [1.7e9, 0, 0], [3600, 1e6, 1]));
    expect(text).toBe('1700000000.123,5,0.5\n');
  });

  test('of float32 far from zero shows no digits that float32 has not', async () => {
    const text = await written(
      [Float32Array.of(1_000_000.06, 0.1, 16_777_217)],
      scaling('f4', [1e6, 0, 0], [1, 1, 1]),
    );
    expect(text).toBe('1000000,0.1,16777220\n');
  });

  test('that was not scaled has seven digits of each value, also of small ones', async () => {
    const small = Float64Array.of(1.23456789e-6, -4.4e-12, 0);
    const text = await written([small], { kind: 'none', dtype: 'f8', shift: 0, scale: 1 });
    expect(text).toBe('0.000001234568,-0.0000000000044,0\n');
  });

  test('begins with a byte order mark if Excel needs one for the names', async () => {
    const dialect = { ...POINT, byteOrderMark: true };
    const names = ['Größe', 'b', 'c'];
    expect(await written([values.subarray(0, 3)], normalization, { names, dialect })).toBe(
      '\uFEFFGröße,b,c\n1,0.5,1000.25\n',
    );
    expect(await written([values.subarray(0, 3)], normalization, { dialect })).toBe('1,0.5,1000.25\n');
  });

  test('has no row without values', async () => {
    expect(await written([], normalization, { names: ['a', 'b', 'c'] })).toBe('a,b,c\n');
  });
});

test('a line has quotes where the delimiter, a quote or a line break stands in a field', () => {
  expect(csvLine(['a', 1, 'b,c', 'd"e', 'f\ng'])).toBe('a,1,"b,c","d""e","f\ng"');
  expect(csvLine(['a;b', 'c,d'], ';')).toBe('"a;b";c,d');
});
