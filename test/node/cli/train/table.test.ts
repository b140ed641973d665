/** The commands on what is no picture: tables, sensors, sound, anything of shape [n, ...]. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { denormalize } from '../../../../src/data/denormalize.ts';
import { chooseNormalization } from '../../../../src/data/normalization.ts';
import type { FeatureNormalization, NumericArray } from '../../../../src/data/samples.ts';
import { readModel } from '../../../../src/io/model.ts';
import { readNpy } from '../../../../src/io/numpy/npy.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { contentsOf, folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { resealed } from '../../../helpers/mutations/resealed.ts';
import { imagesNpy } from '../fixtures.ts';

afterAll(removeFolders);

const COUNT = 90;
/** Degrees, pascal, metres per second, a share, a constant; two causes behind them. */
const UNITS = [
  { shift: 20, scale: 5, of: [1, 0] },
  { shift: 101_325, scale: 800, of: [0.6, -0.8] },
  { shift: 3, scale: 1.5, of: [0, 1] },
  { shift: 0.002, scale: 3e-4, of: [-1, 0.2] },
  { shift: 3.3, scale: 0, of: [0, 0] },
];
const FEATURES = UNITS.length;

function rows(count = COUNT, seed = 1): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => [random.normal(), random.normal()]).flatMap(([a, b]) =>
    UNITS.map(({ shift, scale, of }) => shift + scale * (of[0] * a + of[1] * b + 0.1 * random.normal())),
  );
}

const values = rows();
const tableNpy = npyBytes({ descr: '<f8', shape: [COUNT, FEATURES], values });
const table: NumericArray = { shape: [COUNT, FEATURES], data: Float64Array.from(values), dtype: 'f8' };
const TRAIN = 'train --data table.npy --normalize standard --hidden 6 --encoding-dim 2 --batch-size 20';

const run = (cwd: string) => (line: string) => isthmus(line.split(' '), { cwd });
const fileIn = (cwd: string, name: string) => new Uint8Array(readFileSync(join(cwd, name)));

async function trainedFolder(epochs = 200): Promise<string> {
  const cwd = folderWith({ 'table.npy': tableNpy });
  const { code, stderr } = await run(cwd)(`${TRAIN} --epochs ${epochs} --out run`);
  if (code !== 0) throw new Error(stderr);
  return cwd;
}

const shared = trainedFolder();

describe('train on a table', () => {
  test('says how each feature is scaled, names the constant one, and writes a table instead of a picture', async () => {
    const cwd = folderWith({ 'table.npy': tableNpy, 'test.npy': tableNpy });
    const { code, stdout, stderr } = await run(cwd)(`${TRAIN} --test-data test.npy --epochs 1 --out run`);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^90 samples of 5 numbers, float64 from -0\.\d+ to 1\.0\d+e\+5, each of the 5 features to mean 0 and standard deviation 1 \(table\.npy\)$/m,
    );
    expect(stderr).toMatch(/^90 test samples of 5 numbers, /m);
    expect(
      stderr.match(
        /note: feature 4 is the same in all samples, up to rounding: its input is 0, its scale 1\./g,
      ),
    ).toHaveLength(1);
    expect(stderr).not.toMatch(/image|original/);
    expect(stdout).toMatch(/^ +MSE +MAE$/m);
    expect(stdout).not.toMatch(/image|PSNR/);
    const files = Object.keys(contentsOf(join(cwd, 'run')));
    expect(files).toContain('reconstructions.csv');
    expect(files).not.toContain('reconstructions.png');
  });

  test('keeps shift and scale of each feature in the model', async () => {
    const { autoencoder } = readModel(fileIn(await shared, 'run/model.safetensors'));
    expect(autoencoder.normalization).toEqual(chooseNormalization(table, 'standard'));
    expect((autoencoder.normalization as FeatureNormalization).scale[4]).toBe(1);
  });

  test('gives the same model from memory, read batch by batch, and resumed', async () => {
    const cwd = folderWith({ 'table.npy': tableNpy });
    const command = run(cwd);
    await Promise.all([
      command(`${TRAIN} --epochs 4 --seed 3 --out whole`),
      command(`${TRAIN} --epochs 4 --seed 3 --out streamed --in-memory 0`),
      command(`${TRAIN} --epochs 2 --seed 3 --out parts`),
    ]);
    const resumed = await command('train --resume parts --epochs 4');
    expect(resumed).toMatchObject({ code: 0 });
    const [whole, ...others] = ['whole', 'streamed', 'parts'].map((folder) =>
      fileIn(cwd, `${folder}/model.safetensors`),
    );
    for (const other of others) expect(Buffer.compare(other, whole)).toBe(0);
  });

  test('is resumed with the scaling of its checkpoint, which an earlier version chose in another way', async () => {
    const checkpoint = fileIn(await shared, 'run/checkpoint.safetensors');
    const normalization = JSON.stringify({ kind: 'standard', dtype: 'f8', shift: 2e4, scale: 4e4 });
    const cwd = folderWith({
      'table.npy': tableNpy,
      'old/checkpoint.safetensors': resealed(checkpoint, { normalization }),
    });
    const { code, stderr } = await run(cwd)('train --resume old --data table.npy --epochs 300');
    expect(code).toBe(0);
    expect(stderr).toContain('(x - 20000) / 40000, mean 0 and standard deviation 1 (table.npy)');
    const { autoencoder } = readModel(fileIn(cwd, 'old/model.safetensors'));
    expect(autoencoder.normalization).toEqual(JSON.parse(normalization));
  });

  test('scales all values alike if asked to', async () => {
    const cwd = folderWith({ 'table.npy': tableNpy });
    const { stderr } = await run(cwd)(`${TRAIN} --scale-by all --epochs 1 --out run`);
    expect(stderr).toContain(') / 40');
    const { autoencoder } = readModel(fileIn(cwd, 'run/model.safetensors'));
    expect(autoencoder.normalization).toEqual(chooseNormalization(table, 'standard', { scaleBy: 'all' }));
  });

  test('the table of reconstructions has originals as they are in the file, and their errors', async () => {
    const cwd = await shared;
    const text = readFileSync(join(cwd, 'run/reconstructions.csv'), 'utf8');
    const [header, ...lines] = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(header).toEqual(['sample', 'values', ...UNITS.map((_, j) => `feature ${j}`)]);
    expect(lines.map(([sample, name]) => `${sample} ${name}`)).toEqual(
      Array.from({ length: 10 }, (_, i) =>
        ['original', 'restored', 'error'].map((name) => `${i} ${name}`),
      ).flat(),
    );
    const close = (a: number, b: number, j: number) =>
      expect(Math.abs(a - b)).toBeLessThan(3e-6 * (UNITS[j].scale || 1));
    for (let i = 0; i < 10; i++) {
      const [original, restored, error] = [0, 1, 2].map((k) => lines[3 * i + k].slice(2).map(Number));
      original.forEach((value, j) => {
        close(value, values[i * FEATURES + j], j);
        close(error[j], restored[j] - value, j);
      });
    }
  });
});

describe('a model of a table', () => {
  test('encodes and decodes in the units of the data, of each feature', async () => {
    const cwd = await shared;
    const command = run(cwd);
    const encoded = await command('encode --model run --data table.npy --out codes.npy');
    const decoded = await command('decode --model run --codes codes.npy --out restored.npy');
    expect(encoded.stderr).toContain('90 samples of 5 numbers became codes of 2 numbers: codes.npy');
    expect(decoded.stderr).toBe('90 codes became samples of 5 numbers: restored.npy\n');
    const { autoencoder } = readModel(fileIn(cwd, 'run/model.safetensors'));
    const codes = autoencoder.encode({ ...table, normalization: autoencoder.normalization });
    const { data } = denormalize(autoencoder.decode(codes).data, autoencoder.normalization);
    const restored = readNpy(fileIn(cwd, 'restored.npy'));
    expect(restored.dtype).toBe('f8');
    expect(Array.from(restored.data)).toEqual(Array.from(data));
    // Near the originals, in units that differ by a factor of a million.
    UNITS.forEach(({ scale }, j) => {
      const errors = Array.from(
        { length: COUNT },
        (_, i) => restored.data[i * FEATURES + j] - values[i * FEATURES + j],
      );
      if (scale > 0) expect(Math.hypot(...errors) / Math.sqrt(COUNT)).toBeLessThan(0.7 * scale);
    });
  });

  test('evaluate gives the error of each feature in its units, beside R² and the baselines', async () => {
    const cwd = await shared;
    const command = run(cwd);
    const [text, json] = await Promise.all([
      command('evaluate --model run --data table.npy --out scores.csv'),
      command('evaluate --model run --data table.npy --json'),
      command('encode --model run --data table.npy --out again.npy'),
    ]);
    await command('decode --model run --codes again.npy --out back.npy');
    const back = readNpy(fileIn(cwd, 'back.npy')).data;
    const [scores] = jsonLines(json.stdout) as [
      { samples: number; features: { rmse: number; standardDeviation: number; r2: number | null }[] },
    ];
    expect(scores.samples).toBe(COUNT);
    scores.features.forEach(({ rmse, standardDeviation, r2 }, j) => {
      const column = Array.from({ length: COUNT }, (_, i) => values[i * FEATURES + j]);
      const errors = column.map((value, i) => back[i * FEATURES + j] - value);
      const mean = column.reduce((sum, value) => sum + value, 0) / COUNT;
      const [sse, sst] = [errors, column.map((value) => value - mean)].map((all) =>
        all.reduce((sum, value) => sum + value ** 2, 0),
      );
      expect(Math.abs(rmse / Math.sqrt(sse / COUNT) - 1)).toBeLessThan(1e-5);
      if (j === 4) {
        expect([standardDeviation, r2]).toEqual([0, null]);
      } else {
        expect(standardDeviation / Math.sqrt(sst / COUNT)).toBeCloseTo(1, 6);
        expect(r2).toBeCloseTo(1 - sse / sst, 5);
      }
    });
    expect(text.stdout).toMatch(/^90 samples, codes of 2 numbers\n\n +MSE +MAE +R²\n/);
    expect(text.stdout).toMatch(/^mean sample +0\.\d+ +– +0\.0000$/m);
    expect(text.stdout).toMatch(/^each feature, in units of the data\n\n +feature +RMSE +std\. dev\. +R²$/m);
    expect(text.stdout).toMatch(/^ +4 +\S+ +0 +–$/m);
    expect(text.stdout + text.stderr).not.toMatch(/image|PSNR/);
    expect(readFileSync(join(cwd, 'scores.csv'), 'utf8')).toMatch(
      /^sample,mse,mae,percentile,anomaly\n0,0\.\d+,0\.\d+,\d+\.\d+,[01]\n/,
    );
  });

  test('is compressed and comes back in the units of the data, with or without what is missing', async () => {
    const cwd = await shared;
    const command = run(cwd);
    const compressed = await command('compress --model run --data table.npy --out table.isth --bits 8');
    expect(compressed).toMatchObject({ code: 0 });
    expect(compressed.stdout).toMatch(/^ +bytes a sample +ratio$/m);
    expect(compressed.stdout).toMatch(/^MSE 0\.\d+$/m);
    expect(compressed.stderr).toContain('90 samples in ');
    await command('decompress table.isth --model run --out table-back.npy');
    const { dtype, data } = readNpy(fileIn(cwd, 'table-back.npy'));
    expect(dtype).toBe('f8');
    UNITS.forEach(({ shift, scale }, j) => {
      const errors = values
        .filter((_, i) => i % FEATURES === j)
        .map((value, i) => data[i * FEATURES + j] - value);
      expect(Math.hypot(...errors) / Math.sqrt(COUNT)).toBeLessThan(scale || 0.1 * shift);
    });
    const refused = await command('compress --model run --data table.npy --out t.isth --target-psnr 20');
    expect(refused.stderr).toContain(
      'this data is scaled otherwise (each of the 5 features to mean 0 and standard deviation 1)',
    );
    const described = await command('info table.isth');
    expect(described.stdout).toMatch(
      / a sample\n\nsamples +90 of 5 numbers, float64, each of the 5 features/,
    );
  });

  test('gives integers back byte for byte, losslessly', async () => {
    const counts = rows().map((value, i) =>
      Math.round(i % FEATURES === 1 ? value / 10 : 100 * Math.abs(value)),
    );
    const file = npyBytes({ descr: '<u2', shape: [COUNT, FEATURES], values: counts });
    const cwd = folderWith({ 'table.npy': file });
    const command = run(cwd);
    await command(`${TRAIN} --epochs 20 --out run`);
    const compressed = await command(
      'compress --model run --data table.npy --out t.isth --lossless --include-model',
    );
    expect(compressed).toMatchObject({ code: 0 });
    expect(await command('decompress t.isth --out back.npy')).toMatchObject({ code: 0 });
    expect(Buffer.compare(fileIn(cwd, 'back.npy'), file)).toBe(0);
  });

  test('info and export call samples what they are', async () => {
    const cwd = await shared;
    const command = run(cwd);
    const [info, onnx, pytorch, picture] = await Promise.all([
      command('info run'),
      command('export --model run --format onnx --out onnx'),
      command('export --model run --format pytorch --out pytorch'),
      command('encode --model run --data table.npy --out c.npy').then(() =>
        command('decode --model run --codes c.npy --out restored.png'),
      ),
    ]);
    expect(info.stdout).toMatch(
      /^samples +5 numbers, each of the 5 features to mean 0 and standard deviation 1\ncode +2 numbers, the sample has 2\.5 times as many$/m,
    );
    expect(onnx.stderr).toContain('samples of 5 numbers (float64) to codes of 2 numbers');
    expect(pytorch.code).toBe(0);
    expect(picture).toMatchObject({
      code: 1,
      stderr: 'isthmus decode: samples of 5 numbers are no pictures, expected --out FILE.npy or FILE.csv.\n',
    });
  });

  test('reads new rows with the shift and scale of the training data, and refuses other columns', async () => {
    const cwd = await shared;
    const other = folderWith({
      'new.npy': npyBytes({ descr: '<f4', shape: [7, FEATURES], values: rows(7, 2) }),
      'six.npy': npyBytes({ descr: '<f8', shape: [3, 6], values: Array(18).fill(1) }),
      'm.safetensors': fileIn(cwd, 'run/model.safetensors'),
    });
    const command = run(other);
    const read = await command('encode --model m.safetensors --data new.npy --out codes.npy');
    expect(read).toMatchObject({ code: 0 });
    const { autoencoder } = readModel(fileIn(other, 'm.safetensors'));
    const data = readNpy(fileIn(other, 'new.npy')).data;
    const codes = autoencoder.encode({
      shape: [7, FEATURES],
      data,
      normalization: autoencoder.normalization,
    });
    expect(Array.from(readNpy(fileIn(other, 'codes.npy')).data)).toEqual(Array.from(codes.data));
    const refused = await command('encode --model m.safetensors --data six.npy --out c.npy');
    expect(refused).toMatchObject({
      code: 1,
      stderr: 'isthmus encode: six.npy: the samples are 6 numbers, the model takes 5 numbers.\n',
    });
  });
});

describe('other samples', () => {
  const train = (more: string, file: Uint8Array) => {
    const cwd = folderWith({ 'data.npy': file });
    return run(cwd)(`train --data data.npy --epochs 1 --hidden 4 --encoding-dim 2 --out run${more}`).then(
      (result) => ({
        ...result,
        files: Object.keys(contentsOf(cwd)),
      }),
    );
  };
  const integers = (shape: number[], descr = '<i2') =>
    npyBytes({
      descr,
      shape,
      values: Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i * 37) % 101),
    });

  test('integers in columns: a note leads to --normalize standard', async () => {
    const { stderr } = await train('', integers([20, 6]));
    expect(stderr).toContain(
      'note: all values are divided by 255; --normalize standard scales each feature on its own.',
    );
  });

  test('sound with negative numbers: the sentence leads to --normalize', async () => {
    const values = Array.from({ length: 20 * 16 }, (_, i) => Math.round(8000 * Math.sin(i / 3)));
    const frames = npyBytes({ descr: '<i2', shape: [20, 16], values });
    const refused = await train('', frames);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'expected none below 0: --normalize minmax or --normalize standard scales it',
    );
    const { code, files } = await train(' --normalize standard', frames);
    expect(code).toBe(0);
    expect(files).toContain('run/reconstructions.csv');
  });

  test('flat squares of one scale are images; scaled by feature they are not, and a note says how they would be', async () => {
    const flat = await train('', imagesNpy([64]));
    expect(flat.stderr).toContain('40 images of 64 numbers');
    expect(flat.files).toContain('run/reconstructions.png');
    const byFeature = await train(' --normalize minmax', imagesNpy([64]));
    expect(byFeature.stderr).toContain('40 samples of 64 numbers');
    expect(byFeature.stderr).toContain(
      'note: [n, 64] is taken for a table; --image-shape 8x8 takes it for images.',
    );
    expect(byFeature.files).not.toContain('run/reconstructions.png');
    const byAll = await train(' --normalize minmax --scale-by all', imagesNpy([64]));
    expect(byAll.files).toContain('run/reconstructions.png');
  });

  const MINUTES = 12;
  const sensors = (units: readonly number[]) =>
    npyBytes({
      descr: '<f4',
      shape: [20, MINUTES, units.length],
      values: Array.from({ length: 20 * MINUTES }, (_, i) => units.map((unit) => unit * Math.sin(i))).flat(),
    });
  const ONE_SCALE =
    /note: all values get one scale, but the ranges of the features differ by a factor of (\S+); --scale-by feature scales each on its own\.\n/;

  test.each([' --normalize standard', ' --normalize minmax'])(
    'sensors of very different units, with%s: a note leads to --scale-by feature',
    async (how) => {
      const [far, near, byFeature, byAll] = await Promise.all([
        train(how, sensors([1000, 0.5])),
        train(how, sensors([30, 0.5])),
        train(`${how} --scale-by feature`, sensors([1000, 0.5])),
        train(`${how} --scale-by all`, sensors([1000, 0.5])),
      ]);
      expect(far.stderr.match(ONE_SCALE)?.[1]).toBe('2000');
      for (const { code, stderr } of [near, byFeature, byAll]) {
        expect(code).toBe(0);
        expect(stderr).not.toContain('note: all values');
      }
    },
  );

  const frames = (loudness: (position: number) => number, size = 90) =>
    npyBytes({
      descr: '<i2',
      shape: [60, size],
      values: Array.from({ length: 60 * size }, (_, i) => Math.round(loudness(i % size) * Math.sin(i * i))),
    });

  test('sound, whose positions vary alike: a note leads to --scale-by all', async () => {
    const hint =
      'note: all features have similar ranges; if they are positions of one signal, such as sound, --scale-by all';
    const how = ' --normalize standard';
    const [sound, unlike, few, asked] = await Promise.all([
      train(
        how,
        frames(() => 8000),
      ),
      train(
        how,
        frames((position) => 100 * (1 + position)),
      ),
      train(
        how,
        frames(() => 8000, 63),
      ),
      train(
        `${how} --scale-by feature`,
        frames(() => 8000),
      ),
    ]);
    expect(sound.stderr).toContain(hint);
    for (const { code, stderr } of [unlike, few, asked]) {
      expect(code).toBe(0);
      expect(stderr).not.toContain(hint);
    }
  });

  test('small squares are features', async () => {
    const { stderr, files } = await train('', integers([20, 16], '|u1'));
    expect(stderr).toContain('20 samples of 16 numbers');
    expect(files).not.toContain('run/reconstructions.png');
  });

  test('short films are no pictures, but have pixels', async () => {
    const { code, stdout, stderr, files } = await train('', integers([20, 4, 5, 5], '|u1'));
    expect(code).toBe(0);
    expect(stderr).toContain('20 samples of 4×5×5, uint8 from 0 to 100, divided by 255');
    expect(stdout).toMatch(/MSE +MAE +PSNR/);
    expect(files).toContain('run/reconstructions.csv');
  });

  test('one number a sample has one scale', async () => {
    const { stderr } = await train(' --normalize standard', integers([20, 1]));
    expect(stderr).toMatch(/20 samples of 1 number, int16 from 0 to 97, \(x - \S+\) \/ \S+, mean 0/);
    expect(stderr).toContain('note: a code of 2 numbers is no shorter than a sample of 1 (--encoding-dim)');
  });

  test('windows of sensors, each scaled on its own, are no pictures', async () => {
    const { stderr, files } = await train(' --normalize standard --scale-by feature', imagesNpy());
    expect(stderr).toContain('40 samples of 8×8, uint8 from 0 to 255, each of the 64 features to mean 0');
    expect(files).toContain('run/reconstructions.csv');
  });

  test('--scale-by without --normalize is refused', async () => {
    const { code, stderr, files } = await train(' --scale-by all', imagesNpy());
    expect(code).toBe(2);
    expect(stderr).toContain('--scale-by needs --normalize.');
    expect(files).toEqual(['data.npy']);
  });
});
