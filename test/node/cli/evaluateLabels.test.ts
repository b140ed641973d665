import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeModel } from '../../../src/io/model.ts';
import { decodePng } from '../../../src/node/png.ts';
import {
  type CliResult,
  contentsOf,
  folderWith,
  isthmus,
  jsonLines,
  removeFolders,
} from '../../helpers/cli.ts';
import { npyBytes } from '../../helpers/npyBytes.ts';
import { COUNT, DIVIDED, imagesNpy, model, modelBytes } from './fixtures.ts';
import { inThisProcess, type Refusal, testRefusals } from './refusals.ts';

afterAll(removeFolders);

/** The fixtures' images are waves of seven frequencies in turn: that is their class. */
function labelsNpy(classOf: (image: number) => number = (i) => i % 7, count = COUNT): Uint8Array {
  const values = Array.from({ length: count }, (_, i) => classOf(i));
  return npyBytes({ descr: '|i1', shape: [count, 1], values });
}

interface Classification {
  readonly fittedTo: unknown;
  readonly classes: readonly number[];
  readonly neighbours: number;
  readonly commonestClass: number;
  readonly codes: Record<string, number>;
  readonly pca: Record<string, number>;
  readonly inputs: Record<string, number>;
}

describe('evaluate --labels', () => {
  const runs: Record<'folds' | 'json' | 'train' | 'self', Promise<CliResult>> = {} as never;
  let cwd: string;

  beforeAll(() => {
    cwd = folderWith({
      'm.safetensors': writeModel(model()),
      'images.npy': imagesNpy(),
      'labels.npy': labelsNpy(),
      'some.npy': imagesNpy([8, 8], 30),
      'someLabels.npy': labelsNpy((i) => i % 7, 30),
    });
    const run = (line: string) =>
      isthmus(`evaluate --model m.safetensors --data images.npy --labels labels.npy ${line}`.split(' '), {
        cwd,
      });
    runs.folds = run('--neighbours 3');
    runs.json = run('--neighbours 3 --json');
    runs.train = run('--train-data some.npy --train-labels someLabels.npy --neighbours 1 --json');
    runs.self = run('--train-data images.npy --train-labels labels.npy --neighbours 1 --json');
  });

  const classificationOf = async (run: Promise<CliResult>) => {
    const { code, stdout, stderr } = await run;
    if (code !== 0) throw new Error(stderr);
    const [{ classification }] = jsonLines(stdout) as unknown as { classification: Classification }[];
    return classification;
  };

  test('prints three classifiers for three sets of features, and what was fitted to what', async () => {
    const { code, stdout } = await runs.folds;
    expect(code).toBe(0);
    expect(stdout).toContain('Share of 40 samples whose class is found\n');
    expect(stdout).toMatch(/^ +3 neighbours {3}3 neighbours, scaled {3}linear probe$/m);
    for (const name of ['codes, 2 numbers', 'PCA, 2 components', 'pixels, 64 numbers']) {
      expect(stdout).toMatch(new RegExp(`^${name}( +[01]\\.\\d{4}){3}$`, 'm'));
    }
    expect(stdout).toMatch(/^7 classes; the commonest alone is right for 0\.1500\. PCA/m);
    expect(stdout).toContain('fitted to four fifths of the samples, for each fifth in turn.');
  });

  test('--json has the same numbers', async () => {
    const { fittedTo, classes, neighbours, codes, pca, inputs } = await classificationOf(runs.json);
    expect({ fittedTo, classes, neighbours }).toEqual({
      fittedTo: { folds: 5 },
      classes: [0, 1, 2, 3, 4, 5, 6],
      neighbours: 3,
    });
    const rows = [...(await runs.folds).stdout.matchAll(/^(?:codes,|PCA,|pixels,) .*?(( +[01]\.\d{4})+)$/gm)];
    const printed = rows.map(([, cells]) => cells.trim().split(/ +/));
    const expected = [codes, pca, inputs].map((row) =>
      [row.neighbours, row.scaledNeighbours, row.linearProbe].map((accuracy) => accuracy.toFixed(4)),
    );
    expect(printed).toEqual(expected);
  });

  test('finds the class of each sample that the classifiers have seen, by its nearest neighbour', async () => {
    const { codes, pca, inputs, fittedTo } = await classificationOf(runs.self);
    for (const row of [codes, pca, inputs]) expect(row).toMatchObject({ neighbours: 1, scaledNeighbours: 1 });
    expect(fittedTo).toEqual({ source: 'images.npy', samples: COUNT });
  });

  test('fits to other samples only: those among them are found, others need not be', async () => {
    const { inputs, commonestClass } = await classificationOf(runs.train);
    expect(inputs.neighbours).toBeGreaterThanOrEqual(30 / COUNT);
    expect(commonestClass).toBe(6 / COUNT);
  });
});

describe('evaluate --latent', () => {
  test('draws the codes as SVG and PNG, with names, and says where', async () => {
    const cwd = folderWith({
      'm.safetensors': writeModel(model()),
      'images.npy': imagesNpy(),
      'labels.npy': labelsNpy((i) => i % 3),
    });
    const run = (line: string) =>
      isthmus(`evaluate --model m.safetensors --data images.npy ${line}`.split(' '), { cwd });
    const [svg, png] = await Promise.all([
      run('--latent latent.svg --labels labels.npy --label-names left,right,none,unused'),
      run('--latent latent.PNG'),
    ]);
    expect(svg.stderr).toContain('\nthe codes: latent.svg\n');
    expect(png).toMatchObject({ code: 0 });
    const text = readFileSync(join(cwd, 'latent.svg'), 'utf8');
    for (const name of ['left', 'right', 'none']) expect(text).toContain(`>${name}</text>`);
    expect(text).not.toContain('unused');
    expect(decodePng(new Uint8Array(readFileSync(join(cwd, 'latent.PNG')))).width).toBe(1520);
    expect(Object.keys(contentsOf(cwd))).toHaveLength(5);
  });
});

describe('labels that are not as they must be', () => {
  const files = {
    'm.safetensors': modelBytes(DIVIDED),
    'images.npy': imagesNpy(),
    'few.npy': imagesNpy([8, 8], 4),
    'wide.npy': imagesNpy([9, 8]),
    'labels.npy': labelsNpy(),
    'short.npy': labelsNpy((i) => i % 7, 39),
    'same.npy': labelsNpy(() => 5),
    'minus.npy': labelsNpy((i) => (i % 3) - 1),
    'fewLabels.npy': labelsNpy((i) => i % 2, 4),
    'floats.npy': npyBytes({ descr: '<f4', shape: [COUNT], values: new Array(COUNT).fill(1) }),
    'old.svg': 'mine',
  };
  const refusal = (words: string, says: RegExp): Refusal => ({
    name: words,
    files,
    args: `evaluate --model m.safetensors --data images.npy ${words}`.split(' '),
    says,
  });
  testRefusals(1, [
    refusal('--labels short.npy', /short\.npy: it holds 39 labels, expected 40, one for each sample\./),
    ...[
      refusal(
        '--labels images.npy',
        /images\.npy: the labels are \[40, 8, 8\], expected \[n\] or \[n, 1\], a whole/,
      ),
      refusal('--labels floats.npy', /floats\.npy: the labels are float32, expected whole numbers: save /),
      refusal('--labels none.npy', /can't read none\.npy: there is no such file/),
      refusal(
        '--labels labels.npy --labels-key y',
        /labels\.npy: got the key 'y', but only \.npz files have keys\./,
      ),
      refusal(
        '--labels same.npy',
        /4 of 5 folds of the samples all have the label 5, expected at least two classes\./,
      ),
      refusal(
        '--labels labels.npy --neighbours 33',
        /--neighbours is 33, expected at most 32: 4 of 5 folds of the samples are no more\./,
      ),
      refusal(
        '--labels labels.npy --train-data few.npy --train-labels fewLabels.npy',
        /--neighbours is 5, expected at most 4: the samples of few\.npy are no more\./,
      ),
      refusal(
        '--labels labels.npy --train-data images.npy --train-labels short.npy',
        /short\.npy: it holds 39 labels, expected 40/,
      ),
      refusal(
        '--labels labels.npy --train-data wide.npy --train-labels labels.npy',
        /wide\.npy: the samples are 9×8, the model takes 8×8\./,
      ),
      refusal(
        '--labels labels.npy --train-data images.npy --train-labels same.npy',
        /the samples of images\.npy all have the label 5, expected at least/,
      ),
      refusal(
        '--labels minus.npy --label-names a,b,c --latent x.svg',
        /--label-names has 3 names, for the labels 0 to 2; there is a label -1\./,
      ),
      refusal('--latent old.svg', /old\.svg exists already/),
      refusal('--latent no/x.svg', /can't write no\/x\.svg: there is no such/),
    ].map(inThisProcess),
    inThisProcess({
      ...refusal('', /few\.npy: it holds 4 samples, expected at least 5, or others in --train-data\./),
      args: 'evaluate --model m.safetensors --data few.npy --labels fewLabels.npy'.split(' '),
    }),
  ]);
});
