/** Tables and sound, compressed and restored: what comes back is what was there, within what `compress` says. */

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readNpy } from '../../../../src/io/numpy/npy.ts';
import { readWav } from '../../../../src/io/sound/readWav.ts';
import { writeWav } from '../../../../src/io/sound/writeWav.ts';
import { readTable } from '../../../../src/io/table/tableReader.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { type Files, folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { modelBytes } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';

afterAll(removeFolders);

const ROWS = 120;
const RUN = '--epochs 3 --hidden 8 --encoding-dim 2 --batch-size 20';

/** As a European spreadsheet saves a table: a byte order mark, semicolons, decimal commas, a date, a class. */
function european(): string {
  const random = new Random(1);
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const [a, b] = [random.normal(), random.normal()];
    const numbers = [20 + 3 * a, 0.05 * b, 1000 * (a + b)].map((value) => value.toFixed(3).replace('.', ','));
    return [`2026-01-${String((i % 28) + 1).padStart(2, '0')}`, ...numbers, i % 2 ? 'ok' : 'bad'].join(';');
  });
  return `\ufefftime;temp;vibration;Größe;label\r\n${rows.join('\r\n')}\r\n`;
}

/** Thirteen columns that depend on three numbers. */
function thirteen(): string {
  const random = new Random(2);
  const heads = Array.from({ length: 13 }, (_, j) => `c${j}`);
  const rows = Array.from({ length: ROWS }, () => {
    const [a, b, c] = [random.normal(), random.normal(), random.normal()];
    return heads.map((_, j) => (10 ** (j % 4) * (a + 0.3 * j * b - c)).toPrecision(6)).join(',');
  });
  return `${heads.join(',')}\n${rows.join('\n')}\n`;
}

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

describe.each([
  ['with decimal commas, a date and a class', european, 'temp;vibration;Größe'],
  ['of 13 columns', thirteen, 'c0,c1,c2,c3,c4,c5,c6,c7,c8,c9,c10,c11,c12'],
])('a table %s', (_, makeTable, header) => {
  const cwd = folderWith({ 'table.csv': makeTable() });
  const run = async (line: string) => {
    const result = await isthmus(line.split(' '), { cwd });
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: 0 });
    return result;
  };
  const tableAt = (name: string) => readTable(new Uint8Array(readFileSync(join(cwd, name))));
  const names = header.split(/[,;]/);
  let report: Record<string, unknown>;

  beforeAll(async () => {
    await run(`train --data table.csv ${RUN} --out run`);
    const { stdout } = await run(
      'compress --model run --data table.csv --bits 8 --json --include-model --out t.isth',
    );
    [report] = jsonLines(stdout);
    await run('decompress t.isth --out restored.csv');
    await run('decompress t.isth --out restored.npy');
    await run('reconstruct --model run --data table.csv --out reconstructed.csv');
    await run('encode --model run --data table.csv --out codes.npy');
    await run('decode --model run --codes codes.npy --out decoded.csv');
  });

  test.each(['restored', 'reconstructed', 'decoded'])(
    '%s has its byte order mark, its header, its rows and its signs',
    (name) => {
      const text = readFileSync(join(cwd, `${name}.csv`), 'utf8');
      const mark = makeTable().startsWith('\ufeff') ? '\ufeff' : '';
      expect(text.split('\n')[0]).toBe(`${mark}${header}`);
      const table = tableAt(`${name}.csv`);
      expect(table.shape).toEqual([ROWS, names.length]);
      expect(table.featureNames).toEqual(names);
      const { delimiter, decimal } = tableAt('table.csv').form;
      expect(table.form).toMatchObject({ delimiter, decimal });
    },
  );

  test('restored has the values of the .npy, to the digits that float32 has', () => {
    const { data } = readNpy(new Uint8Array(readFileSync(join(cwd, 'restored.npy'))));
    const text = tableAt('restored.csv').data;
    const deviations = deviationsOf(data, names.length);
    for (const [i, value] of data.entries()) {
      expect(Math.abs(text[i] - value)).toBeLessThan(5e-6 * deviations[i % names.length]);
    }
  });

  // The error that compress states is the mean of the squares, each feature in units of its standard deviation.
  test('restored has the error that compress states, and another table has not', () => {
    const originals = readTable(bytesOf(makeTable()), { columns: names }).data;
    const deviations = deviationsOf(originals, names.length);
    const mse = (values: ArrayLike<number>, shift = 0) => {
      const squares = Array.from(originals, (value, i) => {
        const other = values[(i + shift) % originals.length];
        return ((value - other) / deviations[i % names.length]) ** 2;
      });
      return squares.reduce((sum, one) => sum + one, 0) / squares.length;
    };
    const restored = tableAt('restored.csv').data;
    const stated = report.mse as number;
    expect(mse(restored) / stated).toBeCloseTo(1, 4);
    expect(Math.abs(mse(restored, names.length) / stated - 1)).toBeGreaterThan(0.01);
  });

  test('is reconstructed as it is encoded and decoded', () => {
    const [one, other] = ['reconstructed', 'decoded'].map((name) =>
      readFileSync(join(cwd, `${name}.csv`), 'utf8'),
    );
    expect(one).toBe(other);
  });

  test('is compared with its own size, as it is and zipped', () => {
    const bytes = bytesOf(makeTable());
    const own = report.bytesPerImage as number;
    expect(report.file).toEqual({
      bytesPerImage: bytes.length / ROWS,
      ratio: expect.closeTo(bytes.length / ROWS / own, 9),
    });
    expect(report.fileGzip).toMatchObject({ bytesPerImage: gzipSync(bytes, { level: 9 }).length / ROWS });
  });
});

function deviationsOf(values: ArrayLike<number>, columns: number): number[] {
  return Array.from({ length: columns }, (_, j) => {
    const column = Array.from(values).filter((_, i) => i % columns === j);
    const mean = column.reduce((sum, one) => sum + one, 0) / column.length;
    return Math.sqrt(column.reduce((sum, one) => sum + (one - mean) ** 2, 0) / column.length);
  });
}

test('the report on a table names its file, and the type that its values have as an array', async () => {
  const cwd = folderWith({ 'table.csv': thirteen() });
  await isthmus(`train --data table.csv ${RUN} --out run`.split(' '), { cwd });
  const { stdout } = await isthmus('compress --model run --data table.csv --out t.isth'.split(' '), { cwd });
  const rows = ['CSV file', 'CSV file, gzip', 'raw, float64', 'raw, gzip', 'this file, 2 numbers of 5 bits'];
  const lines = stdout.split('\n').slice(3, 8);
  expect(lines.map((line) => line.replace(/ {2,}.*/, ''))).toEqual(rows);
});

describe('sound', () => {
  const RATE = 8000;
  const samples = new Float32Array(63 * 150 + 20).map(
    (_, i) => 0.6 * Math.sin(0.3 * i) + 0.1 * Math.sin(0.71 * i),
  );

  test.each(['u8', 's16', 's24', 'f32'] as const)(
    'of %s has its rate and encoding again, and the error that compress states',
    async (encoding) => {
      const cwd = folderWith({ 'tone.wav': writeWav({ samples, sampleRate: RATE, encoding }) });
      const run = (line: string) => isthmus(line.split(' '), { cwd });
      await run('train --data tone.wav --frame 63 --epochs 5 --hidden 16 --encoding-dim 6 --out run');
      const { stdout } = await run('compress --model run --data tone.wav --bits 8 --json --out t.isth');
      expect(await run('decompress t.isth --model run --out back.wav')).toMatchObject({ code: 0 });
      const wavAt = (name: string) => readWav(new Uint8Array(readFileSync(join(cwd, name))));
      const [original, back] = [wavAt('tone.wav').samples, wavAt('back.wav')];
      expect(back).toMatchObject({ sampleRate: RATE, encoding, channels: 1 });
      expect(back.samples.length).toBe(63 * 150);
      const power = (values: Float32Array, other?: Float32Array) =>
        values.reduce((sum, value, i) => sum + (value - (other?.[i] ?? 0)) ** 2, 0) / values.length;
      const [{ mse, file }] = jsonLines(stdout) as unknown as {
        mse: number;
        file: { bytesPerImage: number };
      }[];
      // In units of the network's input, whose scale is the standard deviation of the sound.
      const kept = original.subarray(0, back.samples.length);
      const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
      const variance = power(kept.map((value) => value - mean));
      expect(power(back.samples, kept) / variance / mse).toBeCloseTo(1, encoding === 'u8' ? 1 : 2);
      expect(file.bytesPerImage).toBe(readFileSync(join(cwd, 'tone.wav')).length / 150);
    },
  );
});

/** Integers of four columns. */
function integers(low: number, high: number): number[][] {
  const random = new Random(4);
  return Array.from({ length: 300 }, () =>
    Array.from({ length: 4 }, () => low + Math.floor(random.uniform(0, high - low))),
  );
}

const lines = (rows: readonly (readonly unknown[])[], delimiter = ',', lineEnd = '\n') =>
  rows.map((row) => row.join(delimiter)).join(lineEnd);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const LOSSLESS = 'compress --model run --data table.csv --lossless --include-model --out t.isth';

async function compressed(files: Files): Promise<string> {
  const cwd = folderWith(files);
  const [data] = Object.keys(files);
  expect(await isthmus(`train --data ${data} ${RUN} --out run`.split(' '), { cwd })).toMatchObject({
    code: 0,
  });
  const args = LOSSLESS.replace('table.csv', data).split(' ');
  const { code, stderr } = await isthmus(args, { cwd });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return cwd;
}

describe('--lossless', () => {
  test.each<[string, string, string]>([
    ['with a header', 'table.csv', `a,b,c,d\n${lines(integers(0, 256))}\n`],
    ['as Excel saves it', 'table.csv', `\ufeffα;b;"c;c";d\r\n${lines(integers(-128, 128), ';', '\r\n')}\r\n`],
    ['with tabs, without a header and a last line end', 'table.tsv', lines(integers(-30_000, 30_000), '\t')],
    ['with numbers as names of columns', 'table.csv', `0,1,2,3\n${lines(integers(0, 256))}\n`],
    ['below a comment', 'table.csv', `# measured in 2026\na,b,c,d\n${lines(integers(0, 60_000))}\n`],
  ])('gives back a table %s byte for byte', async (_, name, text) => {
    const cwd = await compressed({ [name]: text });
    expect(await isthmus(['decompress', 't.isth', '--out', `back-${name}`], { cwd })).toMatchObject({
      code: 0,
    });
    const [original, back] = [name, `back-${name}`].map((one) => sha256(readFileSync(join(cwd, one))));
    expect(back).toBe(original);
    const { stdout } = await isthmus(['info', 't.isth'], { cwd });
    expect(stdout).toContain('\nlossless  yes, restores a table (.csv, .tsv)\n');
  });

  test('gives the array as .npy, and the table with tabs as .tsv', async () => {
    const rows = integers(0, 256);
    const cwd = await compressed({ 'table.csv': `a,b,c,d\n${lines(rows)}\n` });
    for (const out of ['x.npy', 'x.tsv']) await isthmus(['decompress', 't.isth', '--out', out], { cwd });
    const { data, dtype } = readNpy(new Uint8Array(readFileSync(join(cwd, 'x.npy'))));
    expect({ dtype, data: Array.from(data) }).toEqual({ dtype: 'u1', data: rows.flat() });
    expect(readFileSync(join(cwd, 'x.tsv'), 'utf8')).toBe(`a\tb\tc\td\n${lines(rows, '\t')}\n`);
  });

  test('notices a wrong byte anywhere', async () => {
    const cwd = await compressed({ 'table.csv': `a,b,c,d\n${lines(integers(0, 256))}\n` });
    const bytes = new Uint8Array(readFileSync(join(cwd, 't.isth')));
    for (let at = 8; at < bytes.length; at += 211) {
      writeFileSync(join(cwd, 'wrong.isth'), bytes.with(at, bytes[at] ^ 4));
      const { code } = await isthmus('decompress wrong.isth --out back.csv'.split(' '), { cwd });
      expect({ at, code }).toEqual({ at, code: 1 });
    }
  });

  const plain = integers(0, 256);
  const changed = (cell: (value: number, row: number, column: number) => unknown) =>
    lines(plain.map((row, i) => row.map((value, j) => cell(value, i, j))));
  const at = (row: number, text: (value: number) => string) => (value: number, i: number, j: number) =>
    i === row && j === 1 ? text(value) : value;
  const HEADER = 'a,b,c,d\n';

  const tiny = () =>
    modelBytes({ kind: 'standard', dtype: 'u1', shift: 100, scale: 50 }, { inputShape: [4] });
  testRefusals(1, [
    {
      name: 'a table of decimals',
      files: { 'table.csv': `a,b,c,d\n${changed(at(9, (value) => `${value}.5`))}\n`, run: tiny() },
      args: LOSSLESS.split(' '),
      says: /: table\.csv, 4 columns: it holds numbers that are no integers, which are not restored byte for byte, expected no --lossless\.$/,
    },
    {
      name: 'a table of large integers',
      files: { 'table.csv': `a,b,c,d\n${changed(at(9, (value) => `${value}00000`))}\n`, run: tiny() },
      args: LOSSLESS.split(' '),
      says: /: table\.csv, 4 columns: the values are uint32, lossless compression takes uint8, uint16, int8 and int16\.$/,
    },
    {
      name: 'a header that is longer than an .isth can hold',
      files: { 'table.csv': `a,b,c,${'d'.repeat(70_000)}\n${lines(plain)}\n`, run: tiny() },
      args: LOSSLESS.split(' '),
      says: /: table\.csv: a table with such a long header is not restored byte for byte, expected no --lossless\.$/,
    },
    {
      name: 'a table in UTF-16',
      files: { 'table.csv': Buffer.from(`\ufeff${HEADER}${lines(plain)}\n`, 'utf16le'), run: tiny() },
      args: LOSSLESS.split(' '),
      says: /: table\.csv: a table in UTF-16 is not restored byte for byte, expected no --lossless\.$/,
    },
    {
      name: 'sound',
      files: {
        'tone.wav': writeWav({ samples: new Float32Array(40), sampleRate: 8000, encoding: 's16' }),
        run: tiny(),
      },
      args: [...LOSSLESS.replace('table.csv', 'tone.wav').split(' '), '--frame', '4'],
      says: /: tone\.wav, 8,000 Hz: sound is read as float32, which is not restored byte for byte, expected no --lossless \(flac compresses sound without loss\)\.$/,
    },
  ]);

  describe('says which line is more than its numbers', () => {
    let model: Uint8Array;
    beforeAll(async () => {
      const cwd = await compressed({ 'table.csv': `${HEADER}${lines(plain)}\n` });
      model = new Uint8Array(readFileSync(join(cwd, 'run/model.safetensors')));
    });

    test.each<[string, number, string, RegExp]>([
      [
        'quotes',
        9,
        `${HEADER}${changed(at(7, (value) => `"${value}"`))}\n`,
        /is '\d+,"\d+",\d+,\d+', .* as '\d+,\d+,\d+,\d+',/,
      ],
      ['blanks', 3, `${HEADER}${changed(at(1, (value) => ` ${value}`))}\n`, /is '\d+, \d+,\d+,\d+'/],
      ['leading zeros', 2, `${HEADER}${changed(at(0, (value) => `00${value}`))}\n`, /is '\d+,00\d+,/],
      ['a plus', 301, `${HEADER}${changed(at(299, (value) => `+${value}`))}\n`, /is '\d+,\+\d+,/],
      [
        'decimals that are none',
        2,
        `${HEADER}${changed(at(0, (value) => `${value}.0`))}\n`,
        /is '\d+,\d+\.0,/,
      ],
      [
        'a class',
        2,
        `a,b,c,d,label\n${lines(plain.map((row) => [...row, 'x']))}\n`,
        /is '\d+,\d+,\d+,\d+,x'/,
      ],
      ['an empty line', 302, `${HEADER}${lines(plain)}\n\n`, /is '', no row of numbers, so/],
      [
        'one line end of another kind',
        3,
        `${HEADER}${lines(plain).replace(/\n(.*)\n/, '\n$1\r\n')}\n`,
        /is '[\d,]+\\r', .* as '[\d,]+'/,
      ],
      ['another order of columns', 2, `b,a,c,d\n${lines(plain.map(([a, b, c, d]) => [b, a, c, d]))}\n`, /is/],
    ])('%s', async (_, line, table, says) => {
      const cwd = folderWith({ 'table.csv': table, run: model });
      const { code, stderr } = await isthmus(LOSSLESS.split(' '), { cwd });
      const last = stderr.trimEnd().split('\n').at(-1) ?? '';
      expect({ code, last }).toEqual({
        code: 1,
        last: expect.stringContaining(`: table.csv: line ${line} is '`),
      });
      expect(last).toMatch(says);
      expect(last).toMatch(
        /so the file can't be restored byte for byte: leave --lossless out, or compress the numbers as a \.npy\.$/,
      );
    });

    test('rows that --missing drop leaves out', async () => {
      const cwd = folderWith({
        'table.csv': `${HEADER}${lines([...plain.slice(0, 5), ['', 1, 2, 3]])}\n`,
        run: model,
      });
      const { stderr } = await isthmus([...LOSSLESS.split(' '), '--missing', 'drop'], { cwd });
      expect(stderr).toMatch(/table\.csv: line 7 is ',1,2,3', no row of numbers, so/);
    });
  });
});
