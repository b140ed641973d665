import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { modelFingerprint } from '../../../src/compression/modelFingerprint.ts';
import { denormalize } from '../../../src/data/denormalize.ts';
import type {
  Normalization,
  NumericArray,
  Samples,
  UniformNormalization,
} from '../../../src/data/samples.ts';
import { writeModel } from '../../../src/io/model.ts';
import { readNpy } from '../../../src/io/numpy/npy.ts';
import { decodePng } from '../../../src/node/pictures/png.ts';
import { kernels } from '../../../src/tensor/kernels/active.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { npyBytes } from '../../helpers/bytes/npyBytes.ts';
import {
  type CliResult,
  contentsOf,
  folderWith,
  isthmus,
  jsonLines,
  removeFolders,
} from '../../helpers/cli.ts';
import { COUNT, codesNpy, DIVIDED, floatsNpy, imagesNpy, model, pixels } from './fixtures.ts';

afterAll(removeFolders);

function bytesAt(...path: string[]): Uint8Array {
  return new Uint8Array(readFileSync(join(...path)));
}

function samples(normalization: Normalization, sample: readonly number[] = [8, 8]): Samples {
  const values = pixels(sample.reduce((product, length) => product * length, 1));
  return { shape: [COUNT, ...sample], data: Uint8Array.from(values), normalization };
}

/** A model that a few steps have pulled away from its first weights. */
async function trained(samples: Samples, ...args: Parameters<typeof model>): Promise<Autoencoder> {
  const autoencoder = model(...args);
  await autoencoder.fit(samples, { epochs: 5, batchSize: 10 });
  return autoencoder;
}

/** Images through `encode` and `decode`: codes and images as the commands wrote them. */
async function roundTrip(autoencoder: Autoencoder, images: Uint8Array) {
  const cwd = folderWith({ 'm.safetensors': writeModel(autoencoder), 'images.npy': images });
  const run = (line: string) => isthmus(line.split(' '), { cwd });
  const encoded = await run('encode --model m.safetensors --data images.npy --out codes.npy');
  const decoded = await run('decode --model m.safetensors --codes codes.npy --out restored.npy');
  if (decoded.code !== 0) throw new Error(encoded.stderr + decoded.stderr);
  const [codes, restored] = ['codes.npy', 'restored.npy'].map((file) => readNpy(bytesAt(cwd, file)));
  return { codes, restored, encoded, decoded, files: Object.keys(contentsOf(cwd)) };
}

function expectSame(array: NumericArray, { shape, data, dtype }: NumericArray): void {
  expect({ shape: array.shape, dtype: array.dtype }).toEqual({ shape, dtype });
  expect(Array.from(array.data)).toEqual(Array.from(data));
}

describe('encode and decode', () => {
  test('write the codes and the uint8 images that the model computes', async () => {
    const images = samples(DIVIDED);
    const autoencoder = await trained(images);
    const { codes, restored, encoded, decoded, files } = await roundTrip(autoencoder, imagesNpy());
    const expected = autoencoder.encode(images);
    expectSame(codes, { ...expected, dtype: 'f4' });
    const outputs = autoencoder.decode(expected);
    expectSame(restored, { shape: [COUNT, 8, 8], ...denormalize(outputs.data, DIVIDED) });
    expect(restored.dtype).toBe('u1');
    expect(new Set(restored.data).size).toBeGreaterThan(20);
    expect(encoded).toEqual({
      code: 0,
      stdout: '',
      stderr:
        '40 images of 8×8, uint8 from 0 to 255, divided by 255 (images.npy)\n40 images of 8×8 became codes of 2 numbers: codes.npy\n',
    });
    expect(decoded).toEqual({ code: 0, stdout: '', stderr: '40 codes became images of 8×8: restored.npy\n' });
    expect(files).toEqual(['codes.npy', 'images.npy', 'm.safetensors', 'restored.npy']);
  });

  test.each<[string, UniformNormalization, Uint8Array, (pixel: number) => number]>([
    [
      'floats in [0, 1]',
      { kind: 'none', dtype: 'f4', shift: 0, scale: 1 },
      floatsNpy(),
      (pixel) => pixel / 255,
    ],
    [
      'floats by minmax',
      { kind: 'minmax', dtype: 'f4', shift: -5, scale: 20 },
      floatsNpy((pixel) => pixel / 12.75 - 5),
      (pixel) => pixel / 12.75 - 5,
    ],
    [
      'floats by standard',
      { kind: 'standard', dtype: 'f4', shift: 120, scale: 85 },
      floatsNpy((pixel) => pixel),
      (pixel) => pixel,
    ],
  ])('scale and scale back %s', async (_, normalization, file, value) => {
    const images: Samples = {
      shape: [COUNT, 8, 8],
      data: Float32Array.from(pixels(), value),
      normalization,
    };
    const autoencoder = await trained(images, normalization);
    const { codes, restored } = await roundTrip(autoencoder, file);
    const expected = autoencoder.encode(images);
    expectSame(codes, { ...expected, dtype: 'f4' });
    const outputs = autoencoder.decode(expected).data;
    const { dtype, shift, scale } = normalization;
    expect(restored.dtype).toBe(dtype);
    // The definition again: value = output * scale + shift.
    expect(Array.from(restored.data)).toEqual(
      Array.from(outputs, (output) => Math.fround(output * scale + shift)),
    );
  });

  test('a model of uint8 images also reads flat vectors of floats in [0, 1]', async () => {
    const values = pixels().map((pixel) => pixel / 255);
    const flat = npyBytes({ descr: '<f4', shape: [COUNT, 64], values });
    const { codes, restored } = await roundTrip(model(), flat);
    expectSame(codes, { ...model().encode(samples(DIVIDED)), dtype: 'f4' });
    expect(restored).toMatchObject({ shape: [COUNT, 8, 8], dtype: 'u1' });
  });

  test('a picture grid shows the same pixels, in colour for a model of colours', async () => {
    const autoencoder = model(DIVIDED, { inputShape: [8, 8, 3] });
    const codes = Float32Array.from([0.5, -1, 2, 1, -2, 0.5, 1, 1, 0, 3]);
    const cwd = folderWith({ 'm.safetensors': writeModel(autoencoder), 'codes.npy': codesNpy([...codes]) });
    const words = 'decode --model m.safetensors --codes codes.npy --out grid.PNG'.split(' ');
    expect(await isthmus(words, { cwd })).toMatchObject({ code: 0, stdout: '' });
    const { width, data } = decodePng(bytesAt(cwd, 'grid.PNG'));
    const restored = denormalize(autoencoder.decode(Tensor.from(codes, [5, 2])).data, DIVIDED).data;
    // Three columns of images, 10 or 11 times as large, with a gap of 2: the pixel in the middle of the second image.
    const scale = Math.round((width - 8) / 3 / 8);
    const [x, y] = [2 + 8 * scale + 2 + 4 * scale, 2 + 4 * scale];
    const shown = Array.from(data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3));
    const pixel = (8 * 8 + 4 * 8 + 4) * 3;
    expect(shown).toEqual(Array.from(restored.subarray(pixel, pixel + 3)));
  });

  test('encode reads batch by batch what is larger than --in-memory, with the same bytes', async () => {
    const count = 600; // two batches and a part of one
    const cwd = folderWith({ 'm.safetensors': writeModel(model()), 'images.npy': imagesNpy([8, 8], count) });
    const run = (line: string) =>
      isthmus(`encode --model m.safetensors --data images.npy --out ${line}`.split(' '), { cwd });
    const [, stored] = await Promise.all([run('memory.npy'), run('stored.npy --in-memory 0')]);
    expect(stored.stderr).toMatch(
      /^600 samples, read from the file batch by batch \(38\.4 KB in memory, limit 0 bytes\)\n600 images of 8×8, uint8/,
    );
    const [memory, other] = ['memory.npy', 'stored.npy'].map((name) => bytesAt(cwd, name));
    expect(other).toEqual(memory);
    const images = { ...samples(DIVIDED), shape: [count, 8, 8], data: Uint8Array.from(pixels(64, count)) };
    expectSame(readNpy(memory), { ...model().encode(images), dtype: 'f4' });
  });

  test('encode leaves nothing behind if the file turns out to hold what it cannot use', async () => {
    const nan = floatsNpy((pixel, i) => (i === 39 * 64 ? Number.NaN : pixel / 255));
    const cwd = folderWith({ 'm.safetensors': writeModel(model()), 'nan.npy': nan });
    const words = 'encode --model m.safetensors --data nan.npy --out codes.npy --in-memory 0'.split(' ');
    const { code, stderr } = await isthmus(words, { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/nan\.npy: the data holds NaN or infinity once, first at \[39, 0, 0\]/);
    expect(Object.keys(contentsOf(cwd))).toEqual(['m.safetensors', 'nan.npy']);
  });

  test('--overwrite replaces an existing file', async () => {
    const files = { 'm.safetensors': writeModel(model()), 'images.npy': imagesNpy(), 'codes.npy': 'old' };
    const cwd = folderWith(files);
    const words = 'encode --model m.safetensors --data images.npy --out codes.npy --overwrite'.split(' ');
    expect(await isthmus(words, { cwd })).toMatchObject({ code: 0 });
    expect(readNpy(bytesAt(cwd, 'codes.npy')).shape).toEqual([COUNT, 2]);
    expect(Object.keys(contentsOf(cwd))).toEqual(Object.keys(files).sort());
  });
});

describe('evaluate', () => {
  const runs: Record<'text' | 'json' | 'standard', Promise<CliResult>> = {} as never;
  let cwd: string;
  let autoencoder: Autoencoder;
  const images = samples(DIVIDED, [12, 12]);
  const STANDARD: Normalization = { kind: 'standard', dtype: 'u1', shift: 120, scale: 85 };

  beforeAll(async () => {
    autoencoder = await trained(images, DIVIDED, { inputShape: [12, 12] });
    cwd = folderWith({
      'run/model.safetensors': writeModel(autoencoder),
      'standard.safetensors': writeModel(model(STANDARD)),
      'images.npy': imagesNpy([12, 12]),
      'small.npy': imagesNpy(),
    });
    const run = (line: string) => isthmus(line.split(' '), { cwd });
    runs.text = run('evaluate --model run --data images.npy --out scores.csv');
    runs.json = run('evaluate --model run --data images.npy --json');
    runs.standard = run('evaluate --model standard.safetensors --data small.npy');
  });

  /** The table's rows: a name and four cells. */
  function tableOf(stdout: string): Record<string, string[]> {
    const rows = stdout.split('\n').flatMap((line) => {
      const match = /^(\S.*?) +(0\.\d{5}|\d+\.\d{5}) +(\S+) +(\S+ dB|–) +(\S+)$/.exec(line);
      return match ? [[match[1], match.slice(2)] as const] : [];
    });
    return Object.fromEntries(rows);
  }

  test('prints the scores of the model and of both baselines as a table', async () => {
    const { code, stdout, stderr } = await runs.text;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^40 images, codes of 2 numbers\n\n +MSE +MAE +PSNR +SSIM\n/);
    const table = tableOf(stdout);
    expect(Object.keys(table)).toEqual(['this model', 'PCA, 2 components', 'mean image']);
    const { mse, mae, psnr } = await autoencoder.evaluate(images);
    expect(table['this model'].slice(0, 3)).toEqual([
      mse.toFixed(5),
      mae.toFixed(5),
      `${psnr.toFixed(2)} dB`,
    ]);
    expect(table['mean image'].slice(1)).toEqual(['–', expect.stringMatching(/dB$/), '–']);
    expect(stderr).toContain('the scores of every image: scores.csv');
    expect(stderr).toContain('originals');
  });

  test('--json gives the same numbers, once', async () => {
    const { stdout } = await runs.json;
    const [scores, ...more] = jsonLines(stdout) as unknown as {
      images: number;
      codeLength: number;
      model: Record<string, number>;
      pca: Record<string, number>;
      meanImage: Record<string, number>;
    }[];
    expect(more).toEqual([]);
    expect(scores).toMatchObject({ images: 40, codeLength: 2 });
    for (const [name, value] of Object.entries(await autoencoder.evaluate(images))) {
      expect(scores.model[name]).toBeCloseTo(value, 12); // summed image by image, not batch by batch
    }
    expect(scores.pca.mse).toBeLessThan(scores.meanImage.mse);
    expect(scores.pca.mse).toBeLessThanOrEqual(scores.model.mse); // no code of two linear numbers is better
    const table = tableOf((await runs.text).stdout);
    for (const [name, { mse }] of [
      ['this model', scores.model],
      ['PCA, 2 components', scores.pca],
      ['mean image', scores.meanImage],
    ] as const) {
      expect(table[name][0]).toBe(mse.toFixed(5));
    }
    expect(table['this model'][3]).toBe(scores.model.ssim.toFixed(4));
  });

  test("the mean image's error is that of the definition", async () => {
    const [{ meanImage }] = jsonLines((await runs.json).stdout) as unknown as {
      meanImage: { mse: number };
    }[];
    const features = 144;
    const values = pixels(features);
    let sum = 0;
    for (let feature = 0; feature < features; feature++) {
      const column = Array.from({ length: COUNT }, (_, i) => values[i * features + feature] / 255);
      const mean = column.reduce((total, value) => total + value, 0) / COUNT;
      sum += column.reduce((total, value) => total + (value - mean) ** 2, 0);
    }
    expect(meanImage.mse).toBeCloseTo(sum / (COUNT * features), 6);
  });

  test('writes the scores of each image, whose mean is the score of all', async () => {
    await runs.text;
    const [header, ...rows] = readFileSync(join(cwd, 'scores.csv'), 'utf8').trimEnd().split('\n');
    expect(header).toBe('image,mse,mae,psnr,ssim');
    const table = rows.map((row) => row.split(',').map(Number));
    expect(table.map(([image]) => image)).toEqual(Array.from({ length: COUNT }, (_, i) => i));
    const meanOf = (column: number) => table.reduce((sum, row) => sum + row[column], 0) / COUNT;
    const [scores] = jsonLines((await runs.json).stdout) as unknown as { model: Record<string, number> }[];
    // float64 sums of the same terms in another order: COUNT * features roundings of 2^-53 at most.
    expect(Math.abs(meanOf(1) / scores.model.mse - 1)).toBeLessThan(COUNT * 144 * 2 ** -53);
    expect(Math.abs(meanOf(2) / scores.model.mae - 1)).toBeLessThan(COUNT * 144 * 2 ** -53);
    expect(meanOf(4)).toBeCloseTo(scores.model.ssim, 12);
    for (const [, mse, , psnr] of table) expect(psnr).toBeCloseTo(-10 * Math.log10(mse), 9);
  });

  test('leaves out baselines that are fitted to so few images that they restore them exactly', async () => {
    const few = (count: number) =>
      isthmus(['evaluate', '--model', 'run', '--data', `${count}.npy`], {
        cwd: folderWith({
          'run/model.safetensors': writeModel(autoencoder),
          [`${count}.npy`]: imagesNpy([12, 12], count),
        }),
      });
    const [one, three, four] = await Promise.all([1, 3, 4].map(few));
    expect(Object.keys(tableOf(one.stdout))).toEqual(['this model']);
    expect(Object.keys(tableOf(three.stdout))).toEqual(['this model', 'mean image']);
    expect(one.stdout).toContain(
      '\nwithout baselines: they are fitted to the evaluated images, and restore a single one exactly\n',
    );
    expect(three.stdout).toContain(
      '\nwithout PCA: it is fitted to the evaluated images, and restores up to 3 exactly\n',
    );
    expect(Object.keys(tableOf(four.stdout))).toEqual(['this model', 'PCA, 2 components', 'mean image']);
    expect(four.stdout).not.toContain('no PCA');
  });

  test('leaves no file if one of several cannot be written', async () => {
    const files = { 'm.safetensors': writeModel(autoencoder), 'images.npy': imagesNpy([12, 12]) };
    const folder = folderWith(files);
    // With what makes a temporary file of it, the name is longer than file systems take.
    const words = `evaluate --model m.safetensors --data images.npy --out s.csv --latent ${'x'.repeat(240)}.svg`;
    const { code, stderr } = await isthmus(words.split(' '), { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/: can't write x+\.svg: the name is too long\.\n$/);
    expect(Object.keys(contentsOf(folder))).toEqual(Object.keys(files).toSorted());
  });

  test('says so if the model restores the mean image whatever it gets', async () => {
    const flat = new Autoencoder({ inputShape: [12, 12], encodingDim: 2, hidden: [], seed: 1 });
    for (const [, { value }] of flat.decoder.namedParameters()) value.data.fill(0);
    const [, bias] = flat.decoder.namedParameters().map(([, { value }]) => value.data);
    const values = pixels(144);
    for (let i = 0; i < values.length; i++) bias[i % 144] += values[i] / 255 / COUNT;
    const cwd = folderWith({ 'm.safetensors': writeModel(flat), 'images.npy': imagesNpy([12, 12]) });
    const { stdout } = await isthmus('evaluate --model m.safetensors --data images.npy'.split(' '), { cwd });
    expect(stdout).toContain('\nno better than answering with the mean image every time\n');
    const black = folderWith({
      'm.safetensors': writeModel(flat),
      'images.npy': npyBytes({ descr: '|u1', shape: [9, 12, 12], values: Array(9 * 144).fill(0) }),
    });
    const same = await isthmus('evaluate --model m.safetensors --data images.npy'.split(' '), { cwd: black });
    expect(same.code).toBe(0);
    expect(same.stdout).not.toContain('no better');
  });

  test('leaves out what has no meaning where inputs are no pixels, or pictures are too small', async () => {
    const { code, stdout } = await runs.standard;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +MSE +MAE +R²$/m);
    const [, mse, r2] = /^this model +(\S+) +\S+ +(\S+)$/m.exec(stdout) as RegExpExecArray;
    const [, variance] = /^mean image +(\S+) +– +0\.0000$/m.exec(stdout) as RegExpExecArray;
    expect(Number(r2)).toBeCloseTo(1 - Number(mse) / Number(variance), 3);
  });
});

describe('info', () => {
  test('shows the layers, the scaling and how the model was trained', async () => {
    const training = { epochs: 5, data: { source: 'a.npy', shape: [40, 8, 8] }, seed: 3 };
    const file = writeModel(model(), { training });
    const cwd = folderWith({ 'run/model.safetensors': file });
    const [text, json] = await Promise.all(
      ['info run', 'info run/model.safetensors --json'].map((line) => isthmus(line.split(' '), { cwd })),
    );
    expect(text).toMatchObject({ code: 0, stderr: '' });
    const size = file.length.toLocaleString('en');
    expect(text.stdout).toMatch(
      new RegExp(`^run/model\\.safetensors: ${size} bytes, 1,138 parameters\n\nLayer `),
    );
    expect(text.stdout).toContain(model().summary());
    expect(text.stdout).toMatch(/^images +8×8, divided by 255$/m);
    expect(text.stdout).toMatch(/^code +2 numbers, the image has 32\.0 times as many$/m);
    expect(text.stdout).toMatch(new RegExp(`^fingerprint +${modelFingerprint(model())}$`, 'm'));
    expect(text.stdout).toMatch(/^epochs +5$/m);
    expect(text.stdout).toMatch(/^machine +(naive|blocked|simd) kernels, \d+ processors?$/m);
    expect(text.stdout).toMatch(/^data +source a\.npy, shape 40×8×8$/m);
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(jsonLines(json.stdout)).toEqual([
      {
        path: 'run/model.safetensors',
        byteLength: file.length,
        kind: 'autoencoder',
        fingerprint: modelFingerprint(model()),
        parameters: 1138,
        encodingDim: 2,
        newCodes: null,
        normalization: DIVIDED,
        errors: null,
        training,
        model: model().spec(),
        machine: { kernels: kernels().name, processors: availableParallelism() },
      },
    ]);
  });
});
