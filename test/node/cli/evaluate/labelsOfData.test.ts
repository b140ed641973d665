/** `evaluate --labels`: the classes that the data itself has, and tables of labels. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { imagesNpy, modelBytes, pngs } from '../fixtures.ts';
import { COLUMNS, csv } from '../tables.ts';

afterAll(removeFolders);

const classesOf = (count: number, names: readonly string[]) =>
  Array.from({ length: count }, (_, i) => names[i % names.length]);

const FILES = {
  'table.csv': csv(),
  'new.csv': csv({ seed: 5, count: 40, columns: [...COLUMNS].reverse() }),
  'more.csv': csv({ seed: 6, classes: ['calm', 'stormy', 'bright'] }),
  'plain.csv': csv({ count: 40, seed: 5 }).replace('species', 'notes'),
  'y.csv': ['kind', ...classesOf(40, ['calm', 'stormy'])].join('\n'),
  'numbers.csv': classesOf(60, ['0', '1']).join('\n'),
  'two.csv': ['id,kind', ...classesOf(40, ['calm', 'stormy']).map((name, i) => `${i},${name}`)].join('\n'),
};

async function folder() {
  const cwd = folderWith(FILES);
  const words = 'train --data table.csv --hidden 6 --encoding-dim 2 --epochs 5 --out run';
  const { code, stderr } = await isthmus(words.split(' '), { cwd });
  if (code !== 0) throw new Error(stderr);
  return cwd;
}

const shared = folder();

async function evaluate(line: string) {
  const cwd = await shared;
  const result = await isthmus(`evaluate --model run ${line}`.split(' '), { cwd });
  return { ...result, cwd };
}

/** What these tests look at in the report. */
interface Report {
  readonly classification: {
    readonly classes: readonly number[];
    readonly inputs: { readonly linearProbe: number };
    readonly fittedTo: { readonly samples: number };
  };
}

async function json(line: string) {
  const { code, stdout, stderr } = await evaluate(`${line} --json`);
  if (code !== 0) throw new Error(stderr);
  return jsonLines(stdout)[0] as unknown as Report;
}

describe('--labels auto', () => {
  test('takes the column of classes, with its names', async () => {
    const { classification } = await json('--data new.csv --labels auto');
    expect(classification.classes).toEqual([0, 1]);
    expect(classification.inputs.linearProbe).toBeGreaterThan(0.8);
    const { code, stdout, cwd } = await evaluate(
      '--data new.csv --labels auto --anomalies 3 --anomaly-labels stormy --out scores.csv --latent codes.svg',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sample +line +MSE .*label/m);
    expect(stdout).toMatch(/20 of 40 samples have the label stormy/);
    const [head, first] = readFileSync(join(cwd, 'scores.csv'), 'utf8').split('\n');
    expect(head).toMatch(/,label,name,line$/);
    expect(first).toMatch(/,0,calm,2$/);
    expect(readFileSync(join(cwd, 'codes.svg'), 'utf8')).toContain('stormy');
  });

  test('is named in one line if the classes are there and not asked for', async () => {
    const { stderr } = await evaluate('--data new.csv');
    expect(stderr.match(/--labels auto/g)).toHaveLength(1);
    expect(stderr).toContain('note: --labels auto uses the classes of the data (column species)\n');
    expect((await evaluate('--data plain.csv')).stderr).not.toContain('--labels');
  });

  test('gives both files the same numbers for the same names', async () => {
    const both = await json('--data new.csv --labels auto --train-data table.csv --train-labels auto');
    const more = await json('--data new.csv --labels auto --train-data more.csv --train-labels auto');
    expect(both.classification.inputs.linearProbe).toBeGreaterThan(0.8);
    // 'bright' comes first in the alphabet: by the numbers of their own file, no class would be found.
    expect(more.classification.classes).toEqual([0, 1]);
    expect(more.classification.inputs.linearProbe).toBeGreaterThan(0.8);
    expect(more.classification.fittedTo.samples).toBe(60);
  });

  test('does not take words for anomalies by their place in the alphabet', async () => {
    const { stderr, stdout } = await evaluate('--data new.csv --labels auto --anomalies 3');
    expect(stderr).toContain('note: with --anomaly-labels, the classes that are anomalies');
    expect(stdout).not.toContain('telling anomalies from others');
  });

  test('takes the folders of pictures', async () => {
    const cwd = folderWith({
      'm.safetensors': modelBytes(),
      ...pngs('pets/cat', 6),
      ...pngs('pets/dog', 7),
    });
    const words = 'evaluate --model m.safetensors --data pets --labels auto --json';
    const { code, stdout } = await isthmus([...words.split(' '), '--anomalies', '2'], { cwd });
    expect(code).toBe(0);
    expect(jsonLines(stdout)[0].classification).toMatchObject({ classes: [0, 1] });
    // Each anomaly says which file it is.
    for (const { file, name } of jsonLines(stdout)[0].anomalies as { file: string; name: string }[]) {
      expect(file).toMatch(new RegExp(`^${name}/.*\\.png$`));
    }
  });

  test('leaves stdout to JSON', async () => {
    const { stdout } = await evaluate('--data new.csv --labels auto --json');
    expect(jsonLines(stdout)).toHaveLength(1);
  });
});

describe('a table of labels', () => {
  test('is one column of words, or the one that is named', async () => {
    const auto = await json('--data new.csv --labels auto');
    expect(await json('--data new.csv --labels y.csv')).toEqual(auto);
    expect(await json('--data new.csv --labels two.csv --label-column kind')).toEqual(auto);
    const refused = await evaluate('--data new.csv --labels two.csv');
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /two\.csv: the table has 2 columns .*: --label-column kind names the one/,
      ),
    });
  });
});

describe('refusals', () => {
  test.each<[string, RegExp]>([
    [
      '--data plain.csv --labels auto',
      /plain\.csv, 4 of 6 columns: no classes are in it .*which --labels auto takes\.$/m,
    ],
    [
      '--data new.csv --labels auto --label-names a,b',
      /--label-names is for classes that are integers, those of column species have names already\.$/m,
    ],
    [
      '--data new.csv --labels auto --train-data table.csv --train-labels numbers.csv',
      /the classes of column species have names, those of numbers\.csv, its only column are integers: expected names in both/,
    ],
    [
      '--data new.csv --labels y.csv --anomalies --anomaly-labels wet',
      /no sample has the label wet, the labels are calm, stormy\.$/m,
    ],
    ['--data new.csv --target new.csv --missing drop', /--missing drop leaves out rows of one file/],
    ['--data new.csv --labels numbers.csv', /numbers\.csv: it holds 60 labels, expected 40/],
    ['--data new.csv --frame 3', /new\.csv: got --frame 3, but only \.wav files are cut into frames\.$/m],
  ])('refuses %s', async (line, says) => {
    const { code, stderr } = await evaluate(line);
    expect(stderr).toMatch(says);
    expect([1, 2]).toContain(code);
  });

  test('may be the names of folders, but not the pictures in them', async () => {
    const cwd = folderWith({ 'm.safetensors': modelBytes(), ...pngs('p/cat', 4), ...pngs('p/dog', 4) });
    const run = (labels: string) =>
      isthmus(`evaluate --model m.safetensors --data p --labels ${labels} --json`.split(' '), { cwd });
    expect(await run('p')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'p: pictures hold no labels, expected a file of them, or --labels auto for the names of their folders.',
      ),
    });
    const { code, stdout } = await run('auto');
    expect(code).toBe(0);
    expect(jsonLines(stdout)[0].classification).toMatchObject({ classes: [0, 1] });
  });

  test('takes an option that suits one of the files', async () => {
    const cwd = folderWith({
      'm.safetensors': modelBytes(),
      'images.npy': imagesNpy(),
      ...pngs('p', 4, true),
      'y.csv': '0\n1\n2\n3\n',
    });
    const words = 'evaluate --model m.safetensors --data images.npy --target p --gray';
    const { stderr } = await isthmus(words.split(' '), { cwd });
    expect(stderr).not.toContain('but only pictures');
    expect(stderr).toContain('the target has 4 samples, --data has 40');
  });
});
