/** What `train` takes samples for, images or rows of a table, and how it scales integers of any type. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../../src/autoencoder/autoencoder.ts';
import type { SampleArray } from '../../../../src/data/samples.ts';
import { readModel, writeModel } from '../../../../src/io/model.ts';
import { readNpy } from '../../../../src/io/numpy/npy.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { contentsOf, folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';

afterAll(removeFolders);

const COUNT = 40;
const TRAIN = 'train --data data.npy --epochs 2 --hidden 8 --encoding-dim 2 --out run';

/** Two or three numbers decide all of a sample, as in real data. */
function valuesOf(features: number, at: (share: number) => number): number[] {
  const random = new Random(3);
  return Array.from({ length: COUNT }, () => [random.uniform(), random.uniform()]).flatMap(([a, b]) =>
    Array.from({ length: features }, (_, j) => at(Math.abs(a * Math.sin(j) + b * Math.cos(j)) / 2)),
  );
}

const npyOf = (descr: string, sample: readonly number[], at: (share: number) => number) => {
  const values = valuesOf(
    sample.reduce((a, b) => a * b),
    at,
  );
  return npyBytes({ descr, shape: [COUNT, ...sample], values });
};

const command = (cwd: string) => (line: string) => isthmus(line.split(' '), { cwd });
const filesIn = (cwd: string) => Object.keys(contentsOf(cwd));
const fileIn = (cwd: string, name: string) => new Uint8Array(readFileSync(join(cwd, name)));

describe('pixels in any integer type', () => {
  const toByte = (share: number) => Math.floor(share * 255.99);
  const pixels = (descr: string) => npyOf(descr, [8, 8], toByte);

  test.each(['|u1', '<u2', '<i2', '<i4', '<i8'])(
    'as %s train alike, and come back as what they were',
    async (descr) => {
      const cwd = folderWith({ 'data.npy': pixels(descr), 'bytes.npy': pixels('|u1') });
      const run = command(cwd);
      const { code, stderr } = await run(TRAIN);
      expect({ code, notes: stderr.match(/^note: .*$/gm) }).toEqual({ code: 0, notes: null });
      expect(stderr).toContain('divided by 255 (data.npy)');
      await run(TRAIN.replace('data.npy', 'bytes.npy').replace('--out run', '--out bytes'));
      const [model, ofBytes] = ['run', 'bytes'].map(
        (folder) => readModel(fileIn(cwd, `${folder}/model.safetensors`)).autoencoder,
      );
      expect(model.parameters.values).toEqual(ofBytes.parameters.values);
      await run('encode --model run --data data.npy --out codes.npy');
      await run('decode --model run --codes codes.npy --out restored.npy');
      const restored = readNpy(fileIn(cwd, 'restored.npy'));
      expect(restored.dtype).toBe(descr === '<i8' ? 'i4' : descr.slice(1));
      expect((restored.data as Uint8Array).some((value) => value > 30)).toBe(true);
    },
  );

  test('masks of 0 and 1 stay as they are, and come back as masks', async () => {
    const cwd = folderWith({ 'data.npy': npyOf('|u1', [8, 8], (share) => (share > 0.3 ? 1 : 0)) });
    const run = command(cwd);
    const { stderr, stdout } = await run(
      `${TRAIN.replace('--epochs 2', '--epochs 60')} --learning-rate 0.01`,
    );
    expect(stderr).toContain('uint8 from 0 to 1, used as they are (0 and 1)');
    expect(Number(/training +(\S+)/.exec(stdout)?.[1])).toBeGreaterThan(1e-3);
    await run('encode --model run --data data.npy --out codes.npy');
    await run('decode --model run --codes codes.npy --out restored.npy');
    const [before, after] = ['data.npy', 'restored.npy'].map((name) => readNpy(fileIn(cwd, name)));
    expect([after.dtype, new Set<number>(after.data as SampleArray)]).toEqual(['u1', new Set([0, 1])]);
    const same = Array.from(before.data).filter((value, i) => value === after.data[i]).length;
    expect(same / before.data.length).toBeGreaterThan(0.75);
    const other = await run('evaluate --model run --data data.npy');
    expect([other.code, other.stderr]).toEqual([0, expect.stringContaining('used as they are (0 and 1)')]);
  });
});

describe('samples [n, d]', () => {
  const table = () => npyOf('<f8', [64], (share) => share);

  test('of floats are a table: features, R², no picture', async () => {
    const cwd = folderWith({ 'data.npy': table() });
    const run = command(cwd);
    const trained = await run(TRAIN);
    expect(trained.stderr).toContain('40 samples of 64 numbers');
    expect(trained.stderr).toContain(
      'note: [n, 64] is taken for a table; --image-shape 8x8 takes it for images.',
    );
    expect(trained.stdout).not.toContain('PSNR');
    const names = Array.from({ length: 64 }, (_, i) => `n${i}`).join(',');
    const named = await run(`${TRAIN} --overwrite --feature-names ${names}`);
    expect(named.stderr).not.toContain('note:');
    expect(filesIn(cwd)).toContain('run/reconstructions.csv');
    const { stdout } = await run('evaluate --model run --data data.npy');
    expect(stdout).toContain('R²');
    expect(stdout).not.toContain('PSNR');
    expect(stdout).toContain('40 samples');
  });

  test('are images with --image-shape, for every command and for flat data', async () => {
    const cwd = folderWith({ 'data.npy': table() });
    const run = command(cwd);
    const trained = await run(`${TRAIN} --image-shape 8x8`);
    expect(trained.stderr).toContain('40 images of 8×8');
    expect(trained.stderr).not.toContain('note:');
    expect(filesIn(cwd)).toContain('run/reconstructions.png');
    expect(readModel(fileIn(cwd, 'run/model.safetensors')).autoencoder.inputShape).toEqual([8, 8]);
    const { stdout } = await run('evaluate --model run --data data.npy');
    expect(stdout).toContain('PSNR');
    const resumed = await run('train --resume run --epochs 3');
    expect(resumed.code).toBe(0);
  });

  test('are the same bits read batch by batch', async () => {
    const cwd = folderWith({ 'data.npy': table() });
    const run = command(cwd);
    await run(`${TRAIN} --image-shape 8x8`);
    await run(`${TRAIN.replace('--out run', '--out stored')} --image-shape 8x8 --in-memory 0`);
    const [one, other] = ['run', 'stored'].map((name) => fileIn(cwd, `${name}/model.safetensors`));
    expect(other).toEqual(one);
  });

  test('of uint8 and a square size are images, unless --image-shape none', async () => {
    const cwd = folderWith({ 'data.npy': npyOf('|u1', [64], (share) => Math.floor(share * 255)) });
    const run = command(cwd);
    const images = await run(TRAIN);
    expect(images.stderr).toContain('40 images of 64 numbers');
    expect(images.stderr).toContain(
      'note: [n, 64] of uint8 is taken for images of 8×8; --image-shape none takes it for a table.',
    );
    const samples = await run(`${TRAIN.replace('--out run', '--out table')} --image-shape none`);
    expect(samples.stderr).toContain('40 samples of 64 numbers');
    expect(filesIn(cwd)).toEqual(
      expect.arrayContaining(['run/reconstructions.png', 'table/reconstructions.csv']),
    );
  });

  test('of uint8 and three times a square: the note says what makes them images', async () => {
    const cwd = folderWith({ 'data.npy': npyOf('|u1', [192], (share) => Math.floor(share * 255)) });
    const run = command(cwd);
    const { stderr } = await run(TRAIN);
    expect(stderr).toContain('note: [n, 192] is taken for a table; --image-shape 8x8x3 takes it for images.');
    const images = await run(`${TRAIN} --overwrite --image-shape 8x8x3`);
    expect(images.stderr).toContain('40 images of 8×8×3');
  });

  test.each([
    ['--image-shape 8x9', 1, 'data.npy: the samples are 64 numbers, expected 72 numbers: --image-shape 8x9.'],
    ['--image-shape 64', 2, "--image-shape is '64', expected HEIGHTxWIDTH such as 28x28"],
    ['--image-shape 8x8x2', 2, "--image-shape is '8x8x2', expected HEIGHTxWIDTH such as 28x28"],
    ['--image-shape 8x-8', 2, "--image-shape is '8x-8', expected HEIGHTxWIDTH such as 28x28"],
  ])('%s is refused', async (option, expectedCode, message) => {
    const cwd = folderWith({ 'data.npy': table() });
    const { code, stderr } = await command(cwd)(`${TRAIN} ${option}`);
    expect({ code, stderr }).toEqual({ code: expectedCode, stderr: expect.stringContaining(message) });
    expect(filesIn(cwd)).toEqual(['data.npy']);
  });

  test('of a model of an earlier version are what they were for it: images', async () => {
    const model = new Autoencoder({ inputShape: [64], encodingDim: 2, hidden: [8] });
    model.normalization = { kind: 'none', dtype: 'f4', shift: 0, scale: 1 };
    const cwd = folderWith({ 'data.npy': table(), 'old.safetensors': writeModel(model) });
    const { stdout } = await command(cwd)('evaluate --model old.safetensors --data data.npy');
    expect(stdout).toContain('40 images');
    expect(stdout).toContain('PSNR');
  });
});
