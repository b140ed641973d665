import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { FeatureScaling } from '../../../../src/evaluation/featureScaling.ts';
import { stratifiedFolds } from '../../../../src/evaluation/labels.ts';
import { LinearProbe } from '../../../../src/evaluation/linearProbe.ts';
import { nearestNeighbours, voteOfNeighbours } from '../../../../src/evaluation/nearestNeighbours.ts';
import { PCA } from '../../../../src/evaluation/pca.ts';
import { writeModel } from '../../../../src/io/model.ts';
import { classesSection } from '../../../../src/node/cli/evaluate/classes.ts';
import { announcePca } from '../../../../src/node/cli/evaluate/scores.ts';
import { decodePng } from '../../../../src/node/pictures/png.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { Tensor } from '../../../../src/tensor/tensor.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import {
  type CliResult,
  contentsOf,
  folderWith,
  isthmus,
  jsonLines,
  removeFolders,
} from '../../../helpers/cli.ts';
import { COUNT, DIVIDED, imagesNpy, model, modelBytes, npz } from '../fixtures.ts';
import { type Refusal, testRefusals } from '../refusals.ts';

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
    expect(stdout).toMatch(/^7 classes; always answering with the commonest one is right for 0\.1500\.$/m);
    expect(stdout).toContain(
      'fitted to four fifths of the samples and measured on the other fifth, for each fifth in turn.',
    );
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
    expect((await runs.self).stderr).toContain(
      '\nnote: --train-data and --data are the same: what is fitted to them is measured on them, which says nothing about other samples\n',
    );
  });

  test('takes two arrays of one .npz for what they are', async () => {
    const array = imagesNpy();
    const folder = folderWith({
      'm.safetensors': writeModel(model()),
      'all.npz': npz({ x_train: array, x_test: array, y_train: labelsNpy(), y_test: labelsNpy() }),
    });
    const words =
      'evaluate --model m.safetensors --data all.npz --key x_test --labels all.npz --labels-key y_test --train-data all.npz --train-key x_train --train-labels all.npz --train-labels-key y_train';
    const { code, stderr } = await isthmus(words.split(' '), { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).not.toContain('note');
  });

  test('fits to other samples only: those among them are found, others need not be', async () => {
    const { inputs, commonestClass } = await classificationOf(runs.train);
    expect(inputs.neighbours).toBeGreaterThanOrEqual(30 / COUNT);
    expect(commonestClass).toBe(6 / COUNT);
    expect((await runs.train).stderr).not.toContain('note');
  });
});

test('says which classes are never found', async () => {
  const cwd = folderWith({
    'm.safetensors': writeModel(model()),
    'images.npy': imagesNpy(),
    'labels.npy': labelsNpy(),
    'two.npy': labelsNpy((i) => i % 2),
  });
  const words =
    'evaluate --model m.safetensors --data images.npy --labels labels.npy --train-data images.npy --train-labels two.npy';
  const { code, stderr } = await isthmus(words.split(' '), { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain(
    'note: these classes are never found, as no sample of images.npy has their labels: 2, 3, 4, 5, 6\n',
  );
});

test.each([
  [30, true], // four fifths of the images are 32, which 31 components restore
  [31, false],
  [64, false],
])('of codes of %s numbers and 40 images of 64 pixels, has PCA: %s', async (encodingDim, hasPca) => {
  const cwd = folderWith({
    'm.safetensors': writeModel(model(DIVIDED, { encodingDim })),
    'images.npy': imagesNpy(),
    'labels.npy': labelsNpy(),
  });
  const words = 'evaluate --model m.safetensors --data images.npy --labels labels.npy';
  const { stdout, stderr } = await isthmus(words.split(' '), { cwd });
  const [, classes] = stdout.split('Share of 40 samples');
  expect(/^PCA, /m.test(classes)).toBe(hasPca);
  expect(stderr.includes('telling classes apart by PCA')).toBe(hasPca);
  const without = 'There is no PCA: a code as long as this restores all samples.';
  expect(classes.includes(without)).toBe(!hasPca);
  expect(stdout.includes('\nwithout PCA: a code as long as this restores all images\n')).toBe(
    encodingDim === 64,
  );
});

test.each([
  [255, ''],
  [1256, 'fitting PCA with 1,256 components, which may take minutes\n'],
])('says before it that PCA with %s components takes long', (components, says) => {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  announcePca(components);
  const said = write.mock.calls.map(([text]) => text).join('');
  write.mockRestore();
  expect(said).toBe(says);
});

/** Samples whose classes lie along the narrow features, and unlike in the two sets. */
function samplesOf(count: number, seed: number, widths: readonly number[]): { x: Tensor; labels: number[] } {
  const random = new Random(seed);
  const labels = Array.from({ length: count }, () => random.integer(3));
  const values = labels.flatMap((label) =>
    widths.map((width, j) => width * (random.normal() + (j % 2 ? 0 : 0.8 * Math.cos(label + j)))),
  );
  return { x: Tensor.from(values, [count, widths.length]), labels };
}

type Rows = readonly number[];

/** The figures of a row by definition, from one set or one fold after the other. */
function expectedRow(
  parts: readonly { readonly fitted: Rows; readonly measured: Rows }[],
  featuresOf: (fitted: Rows, measured: Rows) => readonly [Tensor, Tensor],
  labels: ArrayLike<number>,
  k: number,
) {
  const right = [0, 0, 0];
  let count = 0;
  for (const { fitted, measured } of parts) {
    const [x, queries] = featuresOf(fitted, measured);
    const own = fitted.map((i) => labels[i]);
    const scaling = FeatureScaling.fit(x);
    const vote = (points: Tensor, others: Tensor) =>
      voteOfNeighbours(own, nearestNeighbours(points, others, k), k);
    const predictions = [
      vote(x, queries),
      vote(scaling.transform(x), scaling.transform(queries)),
      LinearProbe.fit(x, own).predict(queries),
    ];
    predictions.forEach((predicted, i) => {
      right[i] += measured.filter((row, j) => predicted[j] === labels[row]).length;
    });
    count += measured.length;
  }
  const [neighbours, scaledNeighbours, linearProbe] = right.map((number) => number / count);
  return { neighbours, scaledNeighbours, linearProbe };
}

describe('classesSection', () => {
  const autoencoder = model({ kind: 'standard', dtype: 'f4', shift: 0, scale: 1 }, { inputShape: [6] });
  const test1 = samplesOf(70, 1, [1, 5, 0.3, 1, 9, 0.2]);
  const train = samplesOf(90, 2, [0.5, 9, 1, 7, 2, 0.4]);
  const encoded = ({ x, labels }: typeof train) => ({
    samples: { ...x, normalization: autoencoder.normalization },
    codes: autoencoder.encode(x),
    labels,
    source: 'a.npy',
  });
  const rangeFrom = (start: number, length: number) => Array.from({ length }, (_, i) => start + i);
  const all = {
    x: Tensor.from([...train.x.data, ...test1.x.data], [160, 6]),
    labels: [...train.labels, ...test1.labels],
  };
  const foldOf = stratifiedFolds(test1.labels, 5, 0);
  const folds = rangeFrom(0, 5).map((fold) => ({
    fitted: rangeFrom(0, 70).filter((i) => foldOf[i] !== fold),
    measured: rangeFrom(0, 70).filter((i) => foldOf[i] === fold),
  }));

  test.each([
    ['other samples', all, [{ fitted: rangeFrom(0, 90), measured: rangeFrom(90, 70) }], 5, true],
    ['four fifths of the same', test1, folds, 3, false],
  ] as const)('gives what each classifier finds, fitted to %s', (_, { x, labels }, parts, k, isOther) => {
    const rowsOf = (rows: Rows) =>
      Tensor.from(
        rows.flatMap((i) => Array.from(x.data.subarray(6 * i, 6 * i + 6))),
        [rows.length, 6],
      );
    const both = (fitted: Rows, measured: Rows) => [rowsOf(fitted), rowsOf(measured)] as const;
    const expected = {
      inputs: expectedRow(parts, both, labels, k),
      codes: expectedRow(
        parts,
        (fitted, measured) => {
          const [a, b] = both(fitted, measured);
          return [autoencoder.encode(a), autoencoder.encode(b)];
        },
        labels,
        k,
      ),
      pca: expectedRow(
        parts,
        (fitted, measured) => {
          const [a, b] = both(fitted, measured);
          const pca = PCA.fit(a, 2);
          return [pca.transform(a), pca.transform(b)];
        },
        labels,
        k,
      ),
    };
    const quiet = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { json } = classesSection(autoencoder, {
      measured: encoded(test1),
      fitted: isOther ? encoded(train) : undefined,
      neighbours: k,
    });
    quiet.mockRestore();
    expect(json.classification).toMatchObject(expected);
    // Were they alike, one could stand in for another.
    const figures = Object.values(expected).flatMap((row) => Object.values(row));
    expect(new Set(figures).size).toBeGreaterThan(6);
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
    'rows.npy': labelsNpy((i) => i),
    'floats.npy': npyBytes({ descr: '<f4', shape: [COUNT], values: new Array(COUNT).fill(1) }),
    'many.npy': imagesNpy([8, 8], 1001),
    'manyLabels.npy': npyBytes({
      descr: '<i8',
      shape: [1001],
      values: Array.from({ length: 1001 }, (_, i) => i),
    }),
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
        /images\.npy: the labels are \[40, 8, 8\], expected \[n\] or \[n, 1\], an integer/,
      ),
      refusal('--labels floats.npy', /floats\.npy: the labels are float32, expected integers: save /),
      refusal('--labels none.npy', /can't read none\.npy: there is no such file/),
      refusal(
        '--labels labels.npy --labels-key y',
        /labels\.npy: got --labels-key y, but only \.npz files have keys\./,
      ),
      refusal(
        '--labels same.npy',
        /: the samples of images\.npy all have the label 5, expected at least two classes\./,
      ),
      refusal(
        '--labels labels.npy --neighbours 33',
        /: four fifths of the samples of images\.npy are 32, expected at least the 33 of --neighbours\./,
      ),
      refusal(
        '--labels labels.npy --train-data few.npy --train-labels fewLabels.npy',
        /: the samples of few\.npy are 4, expected at least the 5 of --neighbours\./,
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
        '--labels rows.npy',
        /the samples of images\.npy all have different labels, expected classes of at least two samples\./,
      ),
      refusal(
        '--labels minus.npy --label-names a,b,c --latent x.svg',
        /--label-names has 3 names, for the labels 0 to 2, but there is a label -1\./,
      ),
      refusal(
        '--labels labels.npy --train-data many.npy --train-labels manyLabels.npy',
        /the samples of many\.npy have 1001 different labels, expected at most 1000 classes\./,
      ),
      refusal('--latent old.svg', /old\.svg exists already/),
      refusal('--latent no/x.svg', /can't write no\/x\.svg: there is no such/),
    ],
    {
      name: 'more classes than there can be, of what is measured',
      files,
      args: 'evaluate --model m.safetensors --data many.npy --labels manyLabels.npy --train-data images.npy --train-labels labels.npy'.split(
        ' ',
      ),
      says: /the samples of many\.npy have 1001 different labels, expected at most 1000 classes\./,
    },
    {
      ...refusal(
        '',
        /few\.npy: it holds 4 samples, expected at least 5, or --train-data with other samples\./,
      ),
      args: 'evaluate --model m.safetensors --data few.npy --labels fewLabels.npy'.split(' '),
    },
  ]);
});
