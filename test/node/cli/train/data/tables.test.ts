/** `train` on tables of text: names, scales, what other files of the same columns may look like. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readModel } from '../../../../../src/io/model.ts';
import { npyBytes } from '../../../../helpers/bytes/npyBytes.ts';
import { type Files, folderWith, isthmus, removeFolders } from '../../../../helpers/cli.ts';
import { COLUMNS, csv } from '../../tables.ts';

afterAll(removeFolders);

const TINY = '--hidden 6 --encoding-dim 2 --batch-size 20 --epochs 2';

/** Trains in a folder of its own; must not fail. */
async function trained(line: string, files: Files = { 'table.csv': csv() }) {
  const cwd = folderWith(files);
  const run = (words: string) => isthmus(words.split(' '), { cwd });
  const { code, stderr } = await run(`train ${line} ${TINY} --out run`);
  if (code !== 0) throw new Error(stderr);
  const bytesOf = (name: string) => new Uint8Array(readFileSync(join(cwd, name)));
  const config = JSON.parse(readFileSync(join(cwd, 'run/config.json'), 'utf8'));
  const model = () => readModel(bytesOf('run/model.safetensors'));
  return { cwd, run, stderr, config, model, bytesOf };
}

describe('train on a .csv', () => {
  test('says what it took, and scales each column to mean 0 and standard deviation 1', async () => {
    const { stderr, config, model } = await trained('--data table.csv');
    expect(stderr).toContain('default for tables: --normalize standard\n');
    expect(stderr).toMatch(/^note: table\.csv: column 'day' was left out: it holds no numbers/m);
    expect(stderr).toContain(
      'note: training uses no classes (column species); isthmus evaluate --labels auto does\n',
    );
    expect(stderr).toMatch(/^60 samples of 4 numbers, float64 .*, each of the 4 features to mean 0/m);
    expect(config.data).toMatchObject({ featureNames: COLUMNS, form: { kind: 'table', delimiter: ',' } });
    expect(config.options.normalize).toBe('standard');
    const { autoencoder, training } = model();
    expect(autoencoder.normalization).toMatchObject({ kind: 'standard', scale: { length: 4 } });
    expect(training.data).toEqual(config.data);
  });

  test.each([
    ['--loss bce', 'default for tables with --loss bce: --normalize minmax', 'minmax'],
    ['--output sigmoid', 'default for tables with --output sigmoid: --normalize minmax', 'minmax'],
    ['--noise salt:0.1', 'default for tables with --noise salt: --normalize minmax', 'minmax'],
    ['--kind vae', 'default for tables: --normalize standard', 'standard'],
    ['--kind gan', 'default for tables: --normalize standard', 'standard'],
    ['--preset best', 'default for tables: --normalize standard', 'standard'],
    ['--image-shape none', 'default for tables: --normalize standard', 'standard'],
  ])('with %s: %s', async (options, said, kind) => {
    const { stderr, config } = await trained(`--data table.csv ${options}`);
    expect(stderr).toContain(`${said}\n`);
    expect(config.normalization.kind).toBe(kind);
  });

  test('leaves the scale to who names one', async () => {
    const { stderr, model } = await trained('--data table.csv --normalize minmax');
    expect(stderr).not.toContain('default for tables');
    expect(model().autoencoder.normalization.kind).toBe('minmax');
  });

  test('gives the columns that are named, in this order', async () => {
    const { config } = await trained('--data table.csv --columns wind,temp');
    expect(config.data.featureNames).toEqual(['wind', 'temp']);
    expect(config.options.columns).toEqual(['wind', 'temp']);
  });

  test('finds the columns of test data and of other files by their names', async () => {
    const other = csv({ seed: 2, columns: ['share', 'wind', 'temp', 'pressure'] });
    const same = csv({ seed: 2 });
    const files = { 'table.csv': csv(), 'other.csv': other, 'same.csv': same };
    const { run, bytesOf } = await trained('--data table.csv --test-data other.csv', files);
    for (const name of ['other', 'same']) {
      expect((await run(`encode --model run --data ${name}.csv --out ${name}.npy`)).code).toBe(0);
    }
    expect(bytesOf('other.npy')).toEqual(bytesOf('same.npy'));
    const [a, b] = [
      await trained('--data table.csv --test-data other.csv', files),
      await trained('--data table.csv --test-data same.csv', files),
    ];
    expect(a.config.results.test).toEqual(b.config.results.test);
  });

  test('keeps names that are given in place of those of the header, and still finds the columns', async () => {
    const { run, config } = await trained('--data table.csv --feature-names a,b,c,d');
    expect(config.data.featureNames).toEqual(['a', 'b', 'c', 'd']);
    expect(config.data.form.columns).toEqual(COLUMNS);
    const evaluated = await run('evaluate --model run --data table.csv');
    expect(evaluated).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ +a +\d/m) });
    expect((await run('train --resume run --data table.csv --epochs 3')).code).toBe(0);
  });

  test('takes test samples from files of other kinds, with options that suit one of them', async () => {
    const array = npyBytes({
      descr: '<f8',
      shape: [3, 2],
      values: [1, 10, 2, 20, 3, 15],
    });
    const { config } = await trained('--data table.csv --test-data test.npy --columns wind,temp', {
      'table.csv': csv(),
      'test.npy': array,
    });
    expect(config.data).toMatchObject({ testShape: [3, 2], featureNames: ['wind', 'temp'] });
  });

  test('fills in the means of the training data, in test data and later', async () => {
    const files = {
      'table.csv': csv({ cells: { '3,temp': '', '4,wind': 'NA' } }),
      'test.csv': csv({ seed: 2, count: 5, cells: { '1,temp': 'nan' } }),
    };
    const { run, config, bytesOf } = await trained(
      '--data table.csv --test-data test.csv --missing mean',
      files,
    );
    const { means } = config.data.form;
    expect(means).toHaveLength(4);
    const [temp] = means;
    // What is filled in is what stood there if it had been the mean.
    const filled = csv({ seed: 2, count: 5, cells: { '1,temp': String(temp) } });
    const { cwd } = await trained('--data table.csv --missing mean', { ...files, 'filled.csv': filled });
    const encode = (name: string) =>
      isthmus(`encode --model run --data ${name}.csv --out ${name}.npy`.split(' '), { cwd });
    // Without --missing: as it was for the training data.
    expect(await encode('test')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('1 missing cell filled in'),
    });
    expect((await encode('filled')).code).toBe(0);
    const [one, other] = ['test', 'filled'].map((name) => readFileSync(join(cwd, `${name}.npy`)));
    expect(one.equals(other)).toBe(true);
    expect((await run('train --resume run --epochs 3')).code).toBe(0);
    expect(bytesOf('run/model.safetensors').length).toBeGreaterThan(0);
  });

  test.each([
    ['in another order, found by their names', ['share', 'wind', 'temp', 'pressure'], false],
    ['with other names, taken in their order', undefined, true],
  ])('takes a target with columns %s', async (_, columns, isNoted) => {
    const target = columns ? csv({ columns }) : csv().replace(COLUMNS.join(), 'p,q,r,s');
    const files = { 'table.csv': csv(), 'target.csv': target };
    const { stderr, run, config } = await trained('--data table.csv --target target.csv', files);
    expect(stderr).toContain('note: --target holds the same values as --data');
    expect(stderr.includes('note: the columns of --target have other names')).toBe(isNoted);
    expect(config.data.featureNames).toEqual(COLUMNS);
    const evaluated = await run('evaluate --model run --data table.csv --target target.csv');
    expect(evaluated.code).toBe(0);
    expect(evaluated.stderr.includes('have other names')).toBe(isNoted);
  });

  test('names constant columns', async () => {
    const cells = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`${i},wind`, '3']));
    const { stderr } = await trained('--data table.csv', { 'table.csv': csv({ cells }) });
    expect(stderr).toContain('note: feature wind is the same in all samples');
  });
});

describe('pixels as .csv', () => {
  const pixels = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      [i % 10, ...Array.from({ length: 64 }, (_, j) => (i * 7 + j * 4) % 256)].join(','),
    );
  const head = ['label', ...Array.from({ length: 64 }, (_, j) => `pixel${j}`)].join(',');
  const files = { 'digits.csv': [head, ...pixels(40)].join('\n') };

  test('are a table, and a note says how they become images', async () => {
    const { stderr, config } = await trained('--data digits.csv', files);
    expect(stderr).toContain('note: [n, 64] is taken for a table; --image-shape 8x8 takes it for images.\n');
    expect(config.data.featureNames).toHaveLength(64);
  });

  test('are images divided by 255 with --image-shape', async () => {
    const { stderr, config, run } = await trained('--data digits.csv --image-shape 8x8', files);
    expect(stderr).not.toContain('default for tables');
    expect(stderr).toMatch(/^40 images of 8×8, uint8 from 0 to 25\d, divided by 255/m);
    expect(config.data.featureNames).toBeUndefined();
    expect((await run('evaluate --model run --data digits.csv')).stdout).toContain('PSNR');
  });

  test('say nothing if the values are no bytes', async () => {
    const floats = files['digits.csv'].replace(/,(\d+)$/gm, ',0.5');
    const { stderr } = await trained('--data digits.csv', { 'digits.csv': floats });
    expect(stderr).not.toContain('--image-shape');
  });
});

describe('a run on a .csv', () => {
  const OPTIONS = '--data table.csv --columns temp,wind,share --missing mean';
  const files = { 'table.csv': csv({ cells: { '3,temp': '' } }) };

  test('is the same from memory, read piece by piece, and resumed', async () => {
    const whole = await trained(OPTIONS, files);
    const stored = await trained(`${OPTIONS} --in-memory 0`, files);
    expect(stored.stderr).toContain('read from the file batch by batch');
    const model = whole.bytesOf('run/model.safetensors');
    expect(Buffer.compare(stored.bytesOf('run/model.safetensors'), model)).toBe(0);
    const parts = await trained(OPTIONS, files);
    const longer = await Promise.all([
      whole.run('train --resume run --epochs 4'),
      parts.run('train --resume run --data table.csv --epochs 4'),
    ]);
    expect(longer.map(({ code }) => code)).toEqual([0, 0]);
    const [one, other] = [whole, parts].map(({ bytesOf }) => bytesOf('run/model.safetensors'));
    expect(Buffer.compare(one, other)).toBe(0);
    expect(Buffer.compare(one, model)).not.toBe(0);
  });

  test('is resumed with the same options only', async () => {
    const { run } = await trained(OPTIONS, files);
    const other = await run('train --resume run --columns temp,wind,pressure --epochs 3');
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--columns is temp,wind,pressure, the run has temp,wind,share'),
    });
  });

  test('gives its names and scale to the run that starts from it', async () => {
    const { run, cwd } = await trained('--data table.csv', {
      'table.csv': csv(),
      'more.csv': csv({ seed: 3, columns: ['wind', 'share', 'pressure', 'temp'] }),
    });
    const { code, stderr } = await run(`train --from run --data more.csv --epochs 1 --out next`);
    expect({ code, said: stderr.includes('default for tables') }).toEqual({ code: 0, said: false });
    const config = JSON.parse(readFileSync(join(cwd, 'next/config.json'), 'utf8'));
    expect(config.data.featureNames).toEqual(COLUMNS);
    expect(config.normalization.kind).toBe('standard');
  });
});

describe('refusals', () => {
  test.each<[string, RegExp]>([
    ['--data table.csv --target table.csv --missing drop', /--missing drop leaves out rows of one file/],
    ['--count 40 --columns a', /--columns needs --data\./],
    [
      '--data table.npy --columns a',
      /table\.npy: got --columns a, but only \.csv and \.tsv files have columns\./,
    ],
    ['--data table.csv --resize 28x28', /table\.csv: got --resize 28x28, but only pictures are resized\./],
    ['--data table.csv --gray', /table\.csv: got --gray, but only pictures become gray\./],
    [
      '--data table.csv --test-data table.npy --frame 3',
      /table\.csv, table\.npy: got --frame 3, but only \.wav/,
    ],
    ['--data table.csv --feature-names a,b', /got 2 names, expected 4/],
    ['--data table.csv --columns temp,nothing', /--columns: there is no column 'nothing'/],
    ['--data holes.csv', /holes\.csv: line 5, column 'temp': the cell is empty.*--missing drop/],
    ['--data table.csv --test-data narrow.csv', /the model takes .*'share'|no column 'share'/],
  ])('refuses %s', async (line, says) => {
    const cwd = folderWith({
      'table.csv': csv(),
      'narrow.csv': csv({ columns: ['temp', 'wind', 'pressure'] }),
      'holes.csv': csv({ cells: { '3,temp': '' } }),
      'table.npy': npyBytes({ descr: '<f8', shape: [2, 2], values: [1, 2, 3, 4] }),
    });
    const { code, stderr } = await isthmus(['train', ...line.split(' ')], { cwd });
    expect(stderr).toMatch(says);
    expect([1, 2]).toContain(code);
  });
});
