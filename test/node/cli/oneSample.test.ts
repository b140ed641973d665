/** An array of one sample, one code or one label, where a model says what a sample is; and what is said of a flat array elsewhere. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { writeModel } from '../../../src/io/model.ts';
import { readNpy } from '../../../src/io/numpy/npy.ts';
import { loadImages, openImages } from '../../../src/node/samples/load.ts';
import { loadLabels } from '../../../src/node/samples/loadLabels.ts';
import { npyBytes } from '../../helpers/bytes/npyBytes.ts';
import { folderWith, isthmus, removeFolders } from '../../helpers/cli.ts';
import { findPython, runPython } from '../../helpers/python.ts';
import { bytesOf } from '../../helpers/pytorch.ts';
import { npz, pixels } from './fixtures.ts';

afterAll(removeFolders);

const ROW = Array.from({ length: 13 }, (_, i) => Math.sin(i));
const floats = (shape: readonly number[], values: readonly number[]) =>
  npyBytes({ descr: '<f4', shape, values });
const bytes = (shape: readonly number[]) => npyBytes({ descr: '|u1', shape, values: pixels(64, 1) });

function modelOf(inputShape: readonly number[], isPixels = false): Uint8Array {
  const model = new Autoencoder({ inputShape, hidden: [4], encodingDim: 2, seed: 1 });
  model.normalization = isPixels
    ? { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 }
    : { kind: 'standard', dtype: 'f4', shift: 0, scale: 1 };
  return writeModel(model);
}

const cwd = folderWith({
  'table.safetensors': modelOf([13]),
  'images.safetensors': modelOf([8, 8], true),
  'row.npy': floats([13], ROW),
  'rows.npy': floats([1, 13], ROW),
  'column.npy': floats([13, 1], ROW),
  'short.npy': floats([12], ROW.slice(1)),
  'long.npy': floats(
    [30],
    Array.from({ length: 30 }, (_, i) => i),
  ),
  'image.npy': bytes([8, 8]),
  'pixels.npy': bytes([64]),
  'images.npy': bytes([1, 8, 8]),
  'code.npy': floats([2], [0.5, -1]),
  'codes.npy': floats([1, 2], [0.5, -1]),
  'two.npz': npz({ a: floats([1, 2], [0.5, -1]), b: floats([1, 2], [1, 1]) }),
});

const run = async (line: string) => isthmus(line.split(' '), { cwd });

/** What a command says and writes. */
async function resultOf(line: string, out: string) {
  const { code, stdout, stderr } = await run(`${line} --out ${out} --overwrite`);
  expect({ code, said: code === 0 ? '' : stderr }).toEqual({ code: 0, said: '' });
  return { said: stdout + stderr, bytes: bytesOf(join(cwd, out)) };
}

describe('one sample is read as such', () => {
  test.each([
    ['encode --model table.safetensors --data', 'row.npy', 'rows.npy', 'o.npy'],
    ['encode --in-memory 0 --model table.safetensors --data', 'row.npy', 'rows.npy', 'o.npy'],
    ['encode --model images.safetensors --data', 'image.npy', 'images.npy', 'o.npy'],
    ['encode --model images.safetensors --data', 'pixels.npy', 'images.npy', 'o.npy'],
    ['reconstruct --model table.safetensors --data', 'row.npy', 'rows.npy', 'o.npy'],
    ['reconstruct --model images.safetensors --data', 'image.npy', 'images.npy', 'o.png'],
    ['decode --model images.safetensors --codes', 'code.npy', 'codes.npy', 'o.npy'],
    ['evaluate --anomalies --model table.safetensors --data', 'row.npy', 'rows.npy', 'o.csv'],
    ['generate --model images.safetensors --data', 'image.npy', 'images.npy', 'o.npy'],
    ['interpolate --model images.safetensors --from 0 --to 0 --data', 'image.npy', 'images.npy', 'o.png'],
    ['traverse --model images.safetensors --sample 0 --data', 'image.npy', 'images.npy', 'o.png'],
  ])('isthmus %s %s does what it does with %s', async (line, one, several, out) => {
    const found = await resultOf(`${line} ${one}`, out);
    const right = await resultOf(`${line} ${several}`, out);
    expect(found.said).toContain(`(${one}, read as arr[None])`);
    expect(right.said).not.toContain('arr[None]');
    expect(found.bytes).toEqual(right.bytes);
  });

  test('compress --lossless restores its values, as samples', async () => {
    await resultOf('compress --lossless --model images.safetensors --data image.npy', 'x.isth');
    const { bytes: restored } = await resultOf('decompress x.isth --model images.safetensors', 'back.npy');
    expect(readNpy(restored)).toEqual(readNpy(bytesOf(join(cwd, 'images.npy'))));
  });

  test('train --test-data takes one', async () => {
    const tiny = '--hidden 4 --encoding-dim 2 --epochs 1 --normalize standard';
    const { code, stderr } = await run(`train --data rows2.npy --test-data row.npy ${tiny} --out r`);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("can't read rows2.npy") });
    writeFileSync(join(cwd, 'rows2.npy'), floats([2, 13], [...ROW, ...ROW.toReversed()]));
    const trained = await run(`train --data rows2.npy --test-data row.npy ${tiny} --out r`);
    expect(trained.code).toBe(0);
    expect(trained.stderr).toMatch(/1 test sample of 13 numbers, .*\(row\.npy, read as arr\[None\]\)/);
  });

  test('loadImages and openImages take the shape of a sample', async () => {
    const path = join(cwd, 'row.npy');
    const { shape, data } = await loadImages(path, { sampleShape: [13] });
    expect(shape).toEqual([1, 13]);
    expect(data).toEqual(Float32Array.from(ROW));
    const stored = await openImages(path, { sampleShape: [13], inMemoryLimit: 0 });
    expect({ shape: stored.shape, isStored: stored.isStored }).toEqual({ shape: [1, 13], isStored: false });
    await expect(loadImages(path)).rejects.toThrow('the array is [13], expected samples of shape [n, ...]');
  });

  test('a label without dimensions is that of one sample', async () => {
    const folder = folderWith({ 'y.npy': npyBytes({ descr: '<i8', shape: [], values: [3] }) });
    const { labels } = await loadLabels(join(folder, 'y.npy'), { count: 1 });
    expect([...labels]).toEqual([3]);
  });
});

describe('what is no sample is refused', () => {
  test.each([
    [
      'encode --model table.safetensors --data short.npy --out new.npy',
      'short.npy: the array is [12], expected samples of shape [n, 13], or one sample.',
    ],
    [
      'encode --model table.safetensors --data long.npy --out new.npy',
      'long.npy: the array is [30], expected samples of shape [n, 13], or one sample: a long array can be cut into samples, arr[: len(arr) // 13 * 13].reshape(-1, 13).',
    ],
    [
      'encode --model table.safetensors --data column.npy --out new.npy',
      'column.npy: the array is [13, 1], expected [n, 13]: if it is one sample, arr.reshape(1, -1).',
    ],
    [
      'encode --model table.safetensors --in-memory 0 --data column.npy --out new.npy',
      'column.npy: the array is [13, 1], expected [n, 13]: if it is one sample, arr.reshape(1, -1).',
    ],
    [
      'decode --model images.safetensors --codes row.npy --out new.npy',
      'row.npy: the array is [13], expected samples of shape [n, 2], or one sample: a long array can be cut into samples, arr[: len(arr) // 2 * 2].reshape(-1, 2).',
    ],
    [
      'train --data row.npy',
      'row.npy: the array is [13], expected samples of shape [n, ...]: n samples of one number are a column, arr.reshape(-1, 1).',
    ],
    [
      'decode --model images.safetensors --codes two.npz --out new.npy',
      "two.npz: the archive holds the arrays a [1, 2], b [1, 2], expected a single array or 'x_train': name one of them, --key a.",
    ],
    [
      'train --data two.npz',
      "two.npz: the archive holds the arrays a [1, 2], b [1, 2], expected a single array or 'x_train': name one of them, --key a.",
    ],
  ])('isthmus %s', async (line, message) => {
    const { code, stderr } = await run(line);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`isthmus ${line.split(' ')[0]}: ${message}`);
  });

  test('the key that is advised works', async () => {
    const named = await resultOf('decode --model images.safetensors --key a --codes two.npz', 'o.npy');
    const { bytes: right } = await resultOf('decode --model images.safetensors --codes codes.npy', 'o.npy');
    expect(named.bytes).toEqual(right);
  });
});

const PYTHON = findPython('numpy');
const live = PYTHON ? describe : describe.skip;

live(
  'the advice for flat arrays runs in NumPy (skipped without numpy: PYTHON=… names a Python that has it)',
  () => {
    test.each([1024, 1500, 4096])('frames of a recording of %d values', async (length) => {
      const folder = folderWith({
        'a.npy': floats(
          [length],
          Array.from({ length }, (_, i) => i),
        ),
      });
      const said = await loadImages(join(folder, 'a.npy')).catch((error: Error) => error.message);
      const [frames, column] = [...String(said).matchAll(/arr(?:\[.*?\])?\.reshape\([^)]*\)/g)].map(
        ([code]) => code,
      );
      expect(column).toBe('arr.reshape(-1, 1)');
      const script = `import numpy as np; arr = np.load('${folder}/a.npy'); np.save('${folder}/f.npy', ${frames}); np.save('${folder}/c.npy', ${column})`;
      expect(runPython(PYTHON as string, ['-c', script])).toEqual({ status: 0, stderr: '' });
      const rows = Math.floor(length / 512);
      const { shape, data } = readNpy(bytesOf(`${folder}/f.npy`));
      expect(shape).toEqual([rows, 512]);
      expect(data.at(-1)).toBe(rows * 512 - 1);
      expect((await loadImages(`${folder}/c.npy`)).shape).toEqual([length, 1]);
    });
  },
);
