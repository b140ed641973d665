/** Lossless files of tables: the bytes of the table again, or a sentence. */

import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { compressImages } from '../../src/compression/compress.ts';
import { type CsvLayout, csvHead, isDelimiter, readCsvHead } from '../../src/compression/csvOriginal.ts';
import { CompressedFile } from '../../src/compression/decompress.ts';
import { Random } from '../../src/tensor/random.ts';
import { partsOf, withChecks, withLengths } from '../helpers/bytes/isthParts.ts';

const TYPES = { u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array } as const;
type Type = keyof typeof TYPES;
const ROWS = 70_000; // more than a chunk
const COLUMNS = 5;
const model = new Autoencoder({ inputShape: [COLUMNS], encodingDim: 2, hidden: [], seed: 1 });
const ASCII = (text: string) => new TextEncoder().encode(text);

function samples(dtype: Type, rows: number) {
  const random = new Random(3);
  const low = { u1: 0, i1: -128, u2: 0, i2: -32768 }[dtype];
  const values = Array.from(
    { length: rows * COLUMNS },
    () => low + Math.floor(random.uniform(0, 256 ** Number(dtype[1]))),
  );
  const data = TYPES[dtype].from(values);
  return {
    shape: [rows, COLUMNS],
    data,
    normalization: { kind: 'standard', dtype, shift: 0, scale: 90 },
  } as const;
}

function textOf(
  { shape, data }: ReturnType<typeof samples>,
  { delimiter, lineEnd, isEnded }: CsvLayout,
): string {
  const rows = Array.from({ length: shape[0] }, (_, i) =>
    Array.from(data.subarray(i * COLUMNS, (i + 1) * COLUMNS)).join(delimiter),
  );
  return rows.join(lineEnd) + (isEnded ? lineEnd : '');
}

async function roundTrip(table: ReturnType<typeof samples>, dialect: CsvLayout): Promise<Buffer> {
  const original = { kind: 'csv', head: csvHead(dialect) } as const;
  const { bytes } = await compressImages(model, table, { lossless: true, original });
  const pieces: Uint8Array[] = [];
  for await (const piece of (await CompressedFile.open(bytes)).originalBytes(model)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const PLAIN: CsvLayout = { start: ASCII('a,b,c,d,e\n'), delimiter: ',', lineEnd: '\n', isEnded: true };

test.each<[string, Type, CsvLayout, number]>([
  ['with a header', 'u1', PLAIN, ROWS],
  [
    'without a header, and without a line end at the end',
    'i1',
    { ...PLAIN, start: ASCII(''), isEnded: false },
    ROWS,
  ],
  [
    'as Excel writes it',
    'i2',
    { start: ASCII('\ufeffä;b;c;d;e\r\n'), delimiter: ';', lineEnd: '\r\n', isEnded: true },
    50,
  ],
  [
    'with tabs, and CR LF but at the end',
    'u2',
    { ...PLAIN, delimiter: '\t', lineEnd: '\r\n', isEnded: false },
    1,
  ],
])('a table %s is given back byte for byte', async (_, dtype, dialect, rows) => {
  const table = samples(dtype, rows);
  const expected = Buffer.concat([dialect.start, ASCII(textOf(table, dialect))]);
  const restored = await roundTrip(table, dialect);
  expect(Buffer.compare(restored, expected)).toBe(0);
});

test('the control: another dialect gives other bytes', async () => {
  const table = samples('u1', 9);
  const expected = Buffer.concat([PLAIN.start, ASCII(textOf(table, PLAIN))]);
  for (const change of [
    { delimiter: ';' },
    { lineEnd: '\r\n' },
    { isEnded: false },
    { start: ASCII('a') },
  ] as const) {
    expect(Buffer.compare(await roundTrip(table, { ...PLAIN, ...change }), expected)).not.toBe(0);
  }
});

describe('the file', () => {
  const made = async (kind: 'csv' | 'npy') => {
    const original = kind === 'csv' ? { kind, head: csvHead(PLAIN) } : undefined;
    return (await compressImages(model, samples('u1', 4), { lossless: true, original })).bytes;
  };
  const withVersion = (bytes: Uint8Array, version: number) => {
    const parts = partsOf(bytes);
    return withChecks({ ...parts, fixed: parts.fixed.with(8, version) });
  };
  const open = (bytes: Uint8Array) => CompressedFile.open(bytes);

  test('has format version 2, which others have not, so that readers that know no tables say so', async () => {
    expect((await made('csv'))[8]).toBe(2);
    expect((await made('npy'))[8]).toBe(1);
  });

  test('of the other version is refused', async () => {
    await expect(open(withVersion(await made('csv'), 1))).rejects.toThrow(
      'the file has format version 1, and its original is "csv", expected version 2.',
    );
    await expect(open(withVersion(await made('npy'), 2))).rejects.toThrow(
      'the file has format version 2, and its original is "npy", expected version 1.',
    );
    await expect(open(withVersion(await made('csv'), 4))).rejects.toThrow(
      'the file has format version 4, expected 1 to 3: a later isthmus wrote it.',
    );
  });

  test.each([
    ['no delimiter', [48, 1, 1]],
    ['a line break for it', [10, 1, 1]],
    ['a line end of three bytes', [44, 3, 1]],
    ['a line end or not that is neither', [44, 1, 2]],
    ['too few bytes', [44, 1]],
  ])('whose head has %s is refused before its first chunk', async (_, head) => {
    const parts = partsOf(await made('csv'));
    const lying = withChecks(withLengths({ ...parts, head: Uint8Array.from(head) }));
    await expect(open(lying)).rejects.toMatchObject({
      name: 'FormatError',
      message: 'the original file is a table, and how its cells are set apart is not said.',
    });
  });

  test('of images is refused, by the writer as well', async () => {
    const pictures = new Autoencoder({ inputShape: [2, 2], encodingDim: 1, hidden: [], seed: 1 });
    const { normalization } = samples('u1', 1);
    const images = { shape: [3, 2, 2], data: new Uint8Array(12), normalization };
    const original = { kind: 'csv', head: csvHead(PLAIN) } as const;
    const made = compressImages(pictures, images, { lossless: true, original });
    await expect(made).rejects.toThrow('the original file is a table, and the values are [3, 2, 2].');
  });
});

test('a delimiter is one character that is no part of an integer', () => {
  for (const text of [',', ';', '\t', '|', ' ', ':']) expect(isDelimiter(text)).toBe(true);
  for (const text of ['', ',,', '-', '+', '0', '9', '.', 'e', '"', '\n', '\r', 'é', '\0']) {
    expect(isDelimiter(text)).toBe(false);
  }
});

test('a head says what went into it', () => {
  const dialect: CsvLayout = { ...PLAIN, lineEnd: '\r\n', isEnded: false };
  expect(readCsvHead(csvHead(dialect))).toEqual(dialect);
});
