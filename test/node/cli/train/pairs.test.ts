/** `train --target`: pairs of samples on the command line, from every kind of file, scaled as the target is. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FeatureNormalization } from '../../../../src/data/samples.ts';
import { readModel } from '../../../../src/io/model.ts';
import { readNpy } from '../../../../src/io/numpy/npy.ts';
import { decodePng } from '../../../../src/node/pictures/png.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import {
  type CliResult,
  contentsOf,
  type Files,
  folderWith,
  isthmus,
  jsonLines,
  removeFolders,
} from '../../../helpers/cli.ts';
import { COUNT, imagesNpy, npz, pixels, pngs, TINY } from '../fixtures.ts';
import { type Refusal, testRefusals } from '../refusals.ts';

afterAll(removeFolders);

const run = (cwd: string, line: string) => isthmus([...line.split(' '), ...TINY, '--epochs', '2'], { cwd });
const at = (...path: string[]) => new Uint8Array(readFileSync(join(...path)));

/** The pixels with noise; `amount` is its standard deviation. */
function noisyPixels(amount: number, count = COUNT, seed = 1): number[] {
  const random = new Random(seed);
  return pixels(64, count).map((pixel) => pixel + amount * random.normal());
}

const uint8 = (values: number[]) => values.map((value) => Math.min(255, Math.max(0, Math.round(value))));
const npy = (descr: string, values: number[], sample: readonly number[] = [8, 8]) =>
  npyBytes({ descr, shape: [values.length / sample.reduce((a, b) => a * b, 1), ...sample], values });

const PAIRS = {
  'noisy.npy': npy('|u1', uint8(noisyPixels(60))),
  'clean.npy': imagesNpy(),
  'noisy-test.npy': npy('|u1', uint8(noisyPixels(60, 10, 2))),
  'clean-test.npy': imagesNpy([8, 8], 10),
};
const TRAIN = 'train --data noisy.npy --target clean.npy';
const TESTED = `${TRAIN} --test-data noisy-test.npy --test-target clean-test.npy`;

describe('train --target', () => {
  let cwd: string;
  let result: CliResult;
  beforeAll(async () => {
    cwd = folderWith(PAIRS);
    result = await run(cwd, `${TESTED} --out run`);
  });

  test('says what it read and what it learns', () => {
    expect(result.code).toBe(0);
    expect(result.stderr).toContain(
      [
        'reading noisy.npy',
        '40 target images of 8×8, uint8 from 0 to 255, divided by 255 (clean.npy)',
        '40 images of 8×8, uint8 from 0 to 255, divided by 255 (noisy.npy)',
        '10 test target images of 8×8, uint8 from 0 to 255, divided by 255 (clean-test.npy)',
        '10 test images of 8×8, uint8 from 0 to 255, divided by 255 (noisy-test.npy)\n',
      ].join('\n'),
    );
    expect(result.stderr).toContain('\nlearning to turn noisy.npy into clean.npy\n');
    expect(result.stderr).toMatch(/^targets\n.*^as given\n.*^reconstructions\n/ms);
  });

  test('scores the data as given and restored, both against the target', async () => {
    const { autoencoder, training } = readModel(at(cwd, 'run/model.safetensors'));
    const { results, data } = JSON.parse(readFileSync(`${cwd}/run/config.json`, 'utf8'));
    const rowsOf = (name: string) =>
      new RegExp(`^${name} +(0\\.\\d{5}) +(0\\.\\d{5}) +(\\d+\\.\\d\\d) dB$`, 'm').exec(result.stdout);
    for (const [name, noisy, clean] of [
      ['training', 'noisy.npy', 'clean.npy'],
      ['test', 'noisy-test.npy', 'clean-test.npy'],
    ] as const) {
      const read = async (file: string) => {
        const { shape, data } = await readNpy(at(cwd, file));
        return { shape, data, normalization: autoencoder.normalization };
      };
      const [samples, target] = [await read(noisy), await read(clean)];
      const scores = await autoencoder.evaluate(samples, { target });
      expect(results[name]).toEqual(scores);
      expect(rowsOf(`${name}, restored`)?.slice(1)).toEqual([
        scores.mse.toFixed(5),
        scores.mae.toFixed(5),
        scores.psnr.toFixed(2),
      ]);
      // By the definition.
      const errors = Array.from(samples.data, (value, i) => (value - target.data[i]) / 255);
      const mse = errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length;
      expect(results.unrestored[name].mse).toBeCloseTo(mse, 7);
      expect(rowsOf(`${name}, as given`)?.[1]).toBe(mse.toFixed(5));
      expect(training).toMatchObject({ [`${name}Mse`]: scores.mse });
    }
    const facts = { source: 'noisy.npy', targetSource: 'clean.npy', targetDtype: 'u1' };
    expect(data).toMatchObject({ ...facts, testTargetSource: 'clean-test.npy' });
    expect(training).toMatchObject({ data: facts });
    const info = await isthmus(['info', 'run'], { cwd });
    expect(info.stdout).toMatch(/^data +source noisy\.npy, .*targetSource clean\.npy, targetDtype u1/m);
  });

  test('shows the target, what was given and what is restored', () => {
    const { height, width } = decodePng(at(cwd, 'run/reconstructions.png'));
    // 8 pixels eleven times as large (84 / 8 rounded), one row of ten, three rows of each.
    expect(width).toBe(10 * (8 * 11 + 2) + 2);
    expect(height).toBe(3 * (8 * 11 + 2) - 2 + 2 * 2);
  });

  test('from files that stay on the disk, the same model, byte for byte', async () => {
    const { code, stderr } = await run(cwd, `${TESTED} --in-memory 0 --out stored`);
    expect(code).toBe(0);
    expect(stderr.match(/read from the file batch by batch/g)).toHaveLength(4);
    expect(at(cwd, 'stored/model.safetensors')).toEqual(at(cwd, 'run/model.safetensors'));
  });

  test('resumed, with more epochs, is the longer run; other targets are refused', async () => {
    const longer = await isthmus([...`${TESTED} --out longer --epochs 4`.split(' '), ...TINY], { cwd });
    expect(longer.code).toBe(0);
    const copy = folderWith({ ...PAIRS, 'other.npy': imagesNpy().fill(7, -64) });
    expect((await run(copy, `${TESTED} --out run`)).code).toBe(0);
    const resume = (line: string) => isthmus(`train --resume run ${line}`.trim().split(' '), { cwd: copy });
    expect(await resume('--target other.npy')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /other data: its target had the same shape and type, \[40, 8, 8\] u1, but other values \(sha256:.*\n$/,
      ),
    });
    expect((await resume('--test-target noisy-test.npy')).stderr).toMatch(
      /other data: its test target had the same shape and type, \[10, 8, 8\], but other values/,
    );
    expect(await resume('--epochs 4')).toMatchObject({ code: 0 });
    expect(at(copy, 'run/model.safetensors')).toEqual(at(cwd, 'longer/model.safetensors'));
  });

  test('a run without a target is not resumed with one', async () => {
    const copy = folderWith(PAIRS);
    expect((await run(copy, 'train --data noisy.npy --out run')).code).toBe(0);
    const words = 'train --resume run --target clean.npy'.split(' ');
    expect((await isthmus(words, { cwd: copy })).stderr).toMatch(
      /other data: its target was none, this is \[40, 8, 8\] u1\.\n$/,
    );
  });

  test('says so if the target is the data, and trains as without it', async () => {
    const copy = folderWith(PAIRS);
    const { code, stderr } = await run(copy, 'train --data clean.npy --target clean.npy --out same');
    expect(code).toBe(0);
    expect(stderr).toContain('note: --target holds the same values as --data');
    await run(copy, 'train --data clean.npy --out plain');
    const [same, plain] = ['same', 'plain'].map((name) => readModel(at(copy, name, 'model.safetensors')));
    expect(same.autoencoder.parameters.values).toEqual(plain.autoencoder.parameters.values);
  });

  test('--noise beside it, with a split and --json', async () => {
    const words = `${TRAIN} --noise gaussian:0.1 --validation-split 0.2 --out noise --json`;
    const { code, stdout } = await run(cwd, words);
    expect(code).toBe(0);
    const [start] = jsonLines(stdout);
    // The error of the best answer that is the same for all: that of the mean target, about.
    const clean = Float64Array.from(pixels(), (pixel) => pixel / 255);
    let variance = 0;
    for (let j = 0; j < 64; j++) {
      const column = Array.from({ length: COUNT }, (_, i) => clean[i * 64 + j]);
      const mean = column.reduce((a, b) => a + b, 0) / COUNT;
      variance += column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT / 64;
    }
    expect(Math.abs((start.meanSampleLoss as number) / variance - 1)).toBeLessThan(0.05); // of 4 in 5 samples
    const end = jsonLines(stdout).at(-1) as Record<string, Record<string, unknown>>;
    expect(Object.keys(end.unrestored)).toEqual(['training', 'validation']);
    expect(end.denoising).toMatchObject({ of: 'validation' });
    expect(end.denoising.mse).not.toBe((end.validation as { mse: number }).mse);
  });

  test('says so if nothing was gained', async () => {
    const note =
      'note: what the model makes of the test samples is no nearer to the target than they are as given: ';
    expect(result.stderr).toContain(note);
    // More epochs help, and so does a wider network.
    for (const more of [
      '--hidden 32 --encoding-dim 16 --epochs 300',
      '--hidden 512 --encoding-dim 128 --epochs 30',
    ]) {
      const words = `${TESTED} --batch-size 20 ${more} --out helped --overwrite`.split(' ');
      const helped = await isthmus(words, { cwd });
      expect(helped.code).toBe(0);
      expect(helped.stderr).not.toContain(note);
    }
    // What is said can be done: the layers of a model stay, and the stages of convolutions make a code of their own length.
    for (const [like, help] of [
      ['--from helped', /as given: more --epochs may help$/m],
      ['--conv 2 --no-dense-code', /as given: more --epochs or more channels \(--conv 32,64\) may help$/m],
    ] as const) {
      const words = `${TESTED} --learning-rate 0.3 --epochs 1 --out hopeless --overwrite ${like}`.split(' ');
      expect((await isthmus(words, { cwd })).stderr).toMatch(help);
    }
    // Of black images the mean image is more like the clean ones.
    const black = npy('|u1', Array(COUNT * 64).fill(0));
    const other = folderWith({ ...PAIRS, 'noisy.npy': black });
    const { code, stderr } = await run(other, `${TRAIN} --start mean --out run`);
    expect(code).toBe(0);
    expect(stderr).not.toContain('is no nearer to the target');
  });

  test('works for a variational autoencoder', async () => {
    const { code, stdout } = await run(cwd, `${TESTED} --kind vae --out vae`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^test, as given .*\ntest, restored /m);
  });
});

describe('pairs of other kinds', () => {
  const trained = async (files: Files, line: string) => {
    const cwd = folderWith(files);
    const { code, stderr } = await run(cwd, `${line} --out run`);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return { cwd, stderr, ...readModel(at(cwd, 'run/model.safetensors')) };
  };

  test('folders of PNGs, sorted alike', async () => {
    const files = { ...pngs('noisy', 12), ...pngs('clean', 12) };
    const { stderr, autoencoder } = await trained(files, 'train --data noisy --target clean');
    expect(stderr).toContain(
      '12 target images of 8×8, uint8 from 0 to 255, divided by 255 (12 PNGs in clean)',
    );
    expect(autoencoder.normalization).toMatchObject({ kind: 'divide', scale: 255 });
  });

  test('two arrays of one .npz, by their keys or by the usual names', async () => {
    const [noisy, clean] = [PAIRS['noisy.npy'], PAIRS['clean.npy']];
    const line = 'train --data p.npz --target p.npz';
    const named = await trained({ 'p.npz': npz({ a: noisy, b: clean }) }, `${line} --key a --target-key b`);
    const usual = await trained({ 'p.npz': npz({ x_train: noisy, y_train: clean }) }, line);
    expect(usual.autoencoder.parameters.values).toEqual(named.autoencoder.parameters.values);
    expect(usual.stderr).toContain('(p.npz, y_train)');
  });

  test('flat data of images, and a target with a channel', async () => {
    const files = {
      'noisy.npy': npy('|u1', uint8(noisyPixels(60)), [64]),
      'clean.npy': imagesNpy([8, 8, 1]),
    };
    const { autoencoder } = await trained(files, TRAIN);
    expect(autoencoder.inputShape).toEqual([8, 8, 1]);
  });

  test('floats in [0, 1] beside uint8, either way: each by its own type, the same units', async () => {
    const floats = npy(
      '<f4',
      uint8(noisyPixels(60)).map((value) => value / 255),
    );
    const one = await trained({ ...PAIRS, 'noisy.npy': floats }, TRAIN);
    expect(one.autoencoder.normalization).toMatchObject({ kind: 'divide', dtype: 'u1', scale: 255 });
    expect(one.stderr).toContain('already in [0, 1]) (noisy.npy)');
    const clean = npy(
      '<f4',
      pixels().map((value) => value / 255),
    );
    const other = await trained({ ...PAIRS, 'clean.npy': clean }, TRAIN);
    expect(other.autoencoder.normalization).toMatchObject({ kind: 'none', dtype: 'f4' });
  });

  test('tables: each feature is scaled by the values of the target', async () => {
    const random = new Random(4);
    const shifts = [20, 101_325, 0.002];
    const scales = [5, 800, 3e-4];
    const clean = Array.from({ length: 180 }, (_, i) => shifts[i % 3] + scales[i % 3] * random.normal());
    const noisy = clean.map((value, i) => value + scales[i % 3] * random.normal());
    const files = { 'noisy.npy': npy('<f8', noisy, [3]), 'clean.npy': npy('<f4', clean, [3]) };
    const { autoencoder, cwd } = await trained(files, `${TRAIN} --normalize standard`);
    const { shift } = autoencoder.normalization as FeatureNormalization;
    for (const j of [0, 1, 2]) {
      const column = clean.filter((_, i) => i % 3 === j).map(Math.fround);
      const mean = column.reduce((a, b) => a + b, 0) / 60;
      expect(shift[j] / mean).toBeCloseTo(1, 6);
    }
    const lines = readFileSync(`${cwd}/run/reconstructions.csv`, 'utf8').trimEnd().split('\n');
    expect(lines.slice(1, 5).map((line) => line.split(',')[1])).toEqual([
      'target',
      'given',
      'restored',
      'error',
    ]);
    const [target, given, restored, error] = lines.slice(1, 5).map((line) => Number(line.split(',')[2]));
    expect(target).toBeCloseTo(clean[0], 4);
    expect(given).toBeCloseTo(noisy[0], 4);
    expect(error).toBeCloseTo(restored - target, 4);
  });
});

describe('values that lie beyond the target', () => {
  const failing = (name: string, noisy: Uint8Array, clean: Uint8Array, says: RegExp): Refusal => ({
    name,
    files: { 'noisy.npy': noisy, 'clean.npy': clean },
    args: `${TRAIN} --out run`.split(' '),
    says,
  });
  const unit = (amount: number) => noisyPixels(255 * amount).map((value) => value / 255);
  const floatClean = npy(
    '<f4',
    pixels().map((value) => value / 255),
  );
  const int16 = npy(
    '<i2',
    noisyPixels(20).map((value) => Math.round(value)),
  );
  const above = npy(
    '<i2',
    pixels().map((value) => value + 30),
  );
  const clipAt1 =
    /: the values go from -.* to [\d.]+, those of the target from 0 to 1: np\.clip\(arr, 0, 1\) cuts off/;
  const clipAt255 =
    /those of the target from 0 to 255: np\.clip\(arr, 0, 255\)\.astype\(np\.uint8\) cuts off what lies beyond, --normalize minmax keeps it\.$/;

  testRefusals(1, [
    failing('floats with noise', npy('<f4', unit(0.2)), floatClean, clipAt1),
    failing('floats with much noise', npy('<f4', unit(1)), floatClean, clipAt1),
    failing(
      'floats of 0 to 255 with noise, for uint8',
      npy('<f4', noisyPixels(20)),
      PAIRS['clean.npy'],
      clipAt255,
    ),
    failing('int16 with noise', int16, PAIRS['clean.npy'], clipAt255),
    failing('int16 above 255, which would be divided by 65535', above, PAIRS['clean.npy'], clipAt255),
    failing(
      'floats of other units',
      npy('<f4', unit(0.2)),
      PAIRS['clean.npy'],
      /: expected floats from 0 to 1, such as np\.clip\(arr, 0, 1\)\.$/,
    ),
    failing(
      'pixels for a mask',
      PAIRS['noisy.npy'],
      npy(
        '|u1',
        pixels().map((value) => Number(value > 99)),
      ),
      /: expected floats from 0 to 1, such as np\.clip\(arr \/ 255, 0, 1\)\.$/,
    ),
    failing(
      'pixels of 12 bits',
      npy(
        '<u2',
        pixels().map((value) => value * 16),
      ),
      PAIRS['clean.npy'],
      /: expected floats from 0 to 1, such as np\.clip\(arr \/ 4095, 0, 1\)\.$/,
    ),
    failing('NaN', npy('<f4', unit(0).fill(Number.NaN, 3, 4)), floatClean, /noisy\.npy: the data holds NaN/),
  ]);

  test('following the advice works', async () => {
    const clipped = (values: number[], most: number) =>
      values.map((value) => Math.min(most, Math.max(0, value)));
    const advised: [Uint8Array, Uint8Array, string][] = [
      [npy('<f4', clipped(unit(0.2), 1)), floatClean, ''],
      [npy('<f4', unit(0.2)), floatClean, ' --normalize minmax'],
      [npy('|u1', uint8(noisyPixels(20))), PAIRS['clean.npy'], ''],
      [npy('<f4', noisyPixels(20)), PAIRS['clean.npy'], ' --normalize minmax'],
      [int16, PAIRS['clean.npy'], ' --normalize minmax'],
      [above, PAIRS['clean.npy'], ' --normalize minmax'],
      [npy('<f4', clipped(unit(0.2), 1)), PAIRS['clean.npy'], ''],
      [
        npy(
          '<f4',
          pixels().map((value) => (value * 16) / 4095),
        ),
        PAIRS['clean.npy'],
        '',
      ],
    ];
    for (const [noisy, clean, more] of advised) {
      const cwd = folderWith({ 'noisy.npy': noisy, 'clean.npy': clean });
      const { code, stderr } = await run(cwd, `${TRAIN}${more} --out run`);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      // The inputs have the units of the target: they are about as far from it as the noise is large.
      const { results } = JSON.parse(readFileSync(`${cwd}/run/config.json`, 'utf8'));
      expect(results.unrestored.training.mse).toBeLessThan(0.05);
    }
  });

  test('a scanner of 16 bits beside uint8: each is divided by its own maximum', async () => {
    const wide = npy(
      '<u2',
      pixels().map((value) => value * 257),
    );
    const cwd = folderWith({ 'noisy.npy': wide, 'clean.npy': PAIRS['clean.npy'] });
    const { code, stderr } = await run(cwd, `${TRAIN} --out run`);
    expect(code).toBe(0);
    expect(stderr).toContain('uint16 from 0 to 65535, divided by 65535 (noisy.npy)');
    const { results } = JSON.parse(readFileSync(`${cwd}/run/config.json`, 'utf8'));
    expect(results.unrestored.training.mse).toBeLessThan(1e-12);
  });
});

describe('pairs that do not go together', () => {
  const refusal = (name: string, clean: Uint8Array, says: RegExp): Refusal => ({
    name,
    files: { ...PAIRS, 'clean.npy': clean },
    args: `${TRAIN} --out run`.split(' '),
    says,
  });
  testRefusals(1, [
    refusal(
      'another number of them',
      imagesNpy([8, 8], 39),
      /clean\.npy: the target has 39 samples, --data has 40, expected as many: row i of the target is what the model should make of row i\.$/,
    ),
    refusal(
      'another shape',
      imagesNpy([4, 16]),
      /noisy\.npy: the samples are 8×8, those of the target are 4×16\.$/,
    ),
    {
      name: 'another number of test targets',
      files: { ...PAIRS, 'clean-test.npy': imagesNpy([8, 8], 9) },
      args: `${TESTED} --out run`.split(' '),
      says: /clean-test\.npy: the target has 9 samples, --test-data has 10,/,
    },
    {
      name: 'test targets of another shape',
      files: { ...PAIRS, 'noisy-test.npy': imagesNpy([9, 9], 10), 'clean-test.npy': imagesNpy([9, 9], 10) },
      args: `${TESTED} --out run`.split(' '),
      says: /clean-test\.npy: the samples are 9×9, the training samples are 8×8\.$/,
    },
    {
      name: 'binary cross-entropy of targets beyond 0 and 1',
      files: {
        ...PAIRS,
        'clean-test.npy': npy(
          '<i2',
          uint8(noisyPixels(0, 10)).map((value) => 2 * value),
        ),
      },
      args: `${TESTED} --normalize minmax --loss bce --out run`.split(' '),
      says: /clean-test\.npy: some values lie beyond those of the training, and --loss bce takes inputs from 0 to 1: np\.clip them to its range, or --loss mse\.$/,
    },
  ]);
});

test('what is advised for targets beyond 0 and 1 works', async () => {
  const wide = npy(
    '<i2',
    uint8(noisyPixels(0, 10)).map((value) => 2 * value),
  );
  const cwd = folderWith({ ...PAIRS, 'clean-test.npy': wide });
  expect((await run(cwd, `${TESTED} --normalize minmax --loss mse --out run`)).code).toBe(0);
  const clipped = folderWith(PAIRS); // np.clip to the range of the training
  expect((await run(clipped, `${TESTED} --normalize minmax --loss bce --out run`)).code).toBe(0);
});

describe('options that contradict --target', () => {
  const wrong = (line: string, says: RegExp): Refusal => ({
    name: line,
    files: PAIRS,
    args: line.split(' '),
    says: new RegExp(`${says.source} See isthmus train --help\\.$`),
  });
  testRefusals(2, [
    wrong('train --target clean.npy', /--target needs --data\./),
    wrong('train --data noisy.npy --target-key a', /--target-key needs --target\./),
    wrong(
      'train --data noisy.npy --test-data noisy.npy --test-target clean.npy',
      /--test-target needs --target\./,
    ),
    wrong(`${TRAIN} --test-target clean-test.npy`, /--test-target needs --test-data\./),
    wrong(`${TRAIN} --test-data noisy-test.npy`, /--test-data needs --test-target, as --data has --target\./),
    wrong(`${TRAIN} --test-target-key a`, /--test-target-key needs --test-target\./),
    wrong(
      `${TRAIN} --kind gan`,
      /--target makes no sense for a GAN \(--kind gan\): it has no encoder and restores nothing\./,
    ),
  ]);
});

test('nothing else is left by a run with a target', async () => {
  const cwd = folderWith(PAIRS);
  await run(cwd, `${TRAIN} --out run`);
  const names = Object.keys(contentsOf(join(cwd, 'run'))).sort();
  expect(names).toEqual([
    'checkpoint.safetensors',
    'config.json',
    'history.csv',
    'loss.svg',
    'model.safetensors',
    'reconstructions.png',
  ]);
});
