/** `isthmus reconstruct`: what a model makes of samples, as an array and as a picture. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { denormalize } from '../../../src/data/denormalize.ts';
import type { Normalization, Samples } from '../../../src/data/samples.ts';
import { writeModel } from '../../../src/io/model.ts';
import { readNpy } from '../../../src/io/numpy/npy.ts';
import { decodePng } from '../../../src/node/pictures/png.ts';
import { npyBytes } from '../../helpers/bytes/npyBytes.ts';
import { type Files, folderWith, isthmus, removeFolders } from '../../helpers/cli.ts';
import {
  COUNT,
  DIVIDED,
  floatsNpy,
  ganModel,
  imagesNpy,
  model,
  modelBytes,
  npz,
  pixels,
  pngs,
  variationalModel,
} from './fixtures.ts';
import { testRefusals } from './refusals.ts';

afterAll(removeFolders);

const LINE = 'reconstruct --model m.safetensors --data images.npy';
const FILES: Files = { 'm.safetensors': modelBytes(), 'images.npy': imagesNpy() };
const run = (cwd: string, line: string) => isthmus(line.split(' '), { cwd });
const npyAt = (...path: string[]) => readNpy(new Uint8Array(readFileSync(join(...path))));
const asSamples = (normalization: Normalization = DIVIDED): Samples => ({
  shape: [COUNT, 8, 8],
  data: Uint8Array.from(pixels()),
  normalization,
});

describe('as an array', () => {
  test('is what predict gives, in the units of the data, and what encode and decode write', async () => {
    const cwd = folderWith(FILES);
    expect(await run(cwd, `${LINE} --out restored.npy`)).toEqual({
      code: 0,
      stdout: '',
      stderr:
        '40 images of 8×8, uint8 from 0 to 255, divided by 255 (images.npy)\n40 images of 8×8, encoded and decoded: restored.npy\n',
    });
    const { data } = denormalize(model().predict(asSamples()).data, DIVIDED);
    const restored = await npyAt(cwd, 'restored.npy');
    expect(restored).toEqual({ shape: [COUNT, 8, 8], data, dtype: 'u1' });
    expect(new Set(restored.data).size).toBeGreaterThan(20);
    await run(cwd, 'encode --model m.safetensors --data images.npy --out codes.npy');
    await run(cwd, 'decode --model m.safetensors --codes codes.npy --out decoded.npy');
    expect(await npyAt(cwd, 'decoded.npy')).toEqual(restored);
  });

  test('piece by piece, of several batches: the same bytes', async () => {
    const cwd = folderWith({ ...FILES, 'images.npy': imagesNpy([8, 8], 700) });
    await run(cwd, `${LINE} --out whole.npy`);
    const { stderr } = await run(cwd, `${LINE} --in-memory 0 --out pieces.npy`);
    expect(stderr).toContain('700 samples, read from the file batch by batch');
    expect(readFileSync(join(cwd, 'pieces.npy'))).toEqual(readFileSync(join(cwd, 'whole.npy')));
  });

  test('has the shape of the data and the type of what the model was trained on', async () => {
    const cwd = folderWith({
      ...FILES,
      'flat.npy': npyBytes({ descr: '|u1', shape: [COUNT, 64], values: pixels() }),
      'channel.npy': imagesNpy([8, 8, 1]),
      'floats.npy': floatsNpy(),
      'one.npy': npyBytes({ descr: '|u1', shape: [8, 8], values: pixels().slice(0, 64) }),
    });
    const [whole, ...others] = await Promise.all(
      ['images', 'flat', 'channel', 'floats', 'one'].map(async (name) => {
        const { code, stderr } = await run(
          cwd,
          `reconstruct --model m.safetensors --data ${name}.npy --out ${name}-restored.npy`,
        );
        expect({ code, stderr }).toMatchObject({ code: 0 });
        return npyAt(cwd, `${name}-restored.npy`);
      }),
    );
    const shapes = others.map(({ shape }) => shape);
    expect(shapes).toEqual([
      [COUNT, 64],
      [COUNT, 8, 8, 1],
      [COUNT, 8, 8],
      [1, 8, 8],
    ]);
    for (const { dtype } of others) expect(dtype).toBe('u1');
    for (const { data } of others.slice(0, 3)) expect(data).toEqual(whole.data);
    expect(others[3].data).toEqual(whole.data.slice(0, 64));
  });

  test('of tables, by feature', async () => {
    const normalization = {
      kind: 'standard',
      dtype: 'f8',
      shift: [5, 1e5, 0.1],
      scale: [2, 900, 0.01],
    } as const;
    const values = pixels(3, 30).map(
      (pixel, i) => [5, 1e5, 0.1][i % 3] + [2, 900, 0.01][i % 3] * (pixel / 128 - 1),
    );
    const table = model(normalization, { inputShape: [3] });
    const cwd = folderWith({
      'm.safetensors': writeModel(table),
      'images.npy': npyBytes({ descr: '<f8', shape: [30, 3], values }),
    });
    expect((await run(cwd, `${LINE} --out restored.npy`)).stderr).toContain(
      '30 samples of 3 numbers, encoded and decoded: restored.npy\n',
    );
    const outputs = table.predict({ shape: [30, 3], data: Float64Array.from(values), normalization }).data;
    const expected = Array.from(
      outputs,
      (y, i) => y * normalization.scale[i % 3] + normalization.shift[i % 3],
    );
    const { data, dtype } = await npyAt(cwd, 'restored.npy');
    expect(dtype).toBe('f8');
    expect(Array.from(data)).toEqual(expected);
  });

  test('of folders of PNGs and arrays of an .npz; of a variational autoencoder', async () => {
    const vae = variationalModel();
    const cwd = folderWith({
      'm.safetensors': writeModel(vae),
      ...pngs('folder', 12),
      'two.npz': npz({ a: imagesNpy(), b: imagesNpy([8, 8], 3) }),
    });
    await run(cwd, 'reconstruct --model m.safetensors --data folder --out folder.npy');
    expect((await npyAt(cwd, 'folder.npy')).shape).toEqual([12, 8, 8]);
    await run(cwd, 'reconstruct --model m.safetensors --data two.npz --key a --out a.npy');
    const { data } = denormalize(vae.predict(asSamples()).data, DIVIDED);
    expect((await npyAt(cwd, 'a.npy')).data).toEqual(data);
  });
});

describe('as a picture', () => {
  test('shows the first samples, restored', async () => {
    const count = 300; // more than a batch
    const cwd = folderWith({ ...FILES, 'images.npy': imagesNpy([8, 8], count) });
    const { code } = await run(cwd, `${LINE} --in-memory 0 --out restored.PNG`);
    expect(code).toBe(0);
    const { width, data } = decodePng(new Uint8Array(readFileSync(join(cwd, 'restored.PNG'))));
    const step = (width - 2) / 18; // 18 x 17 images, with a gap of 2
    const scale = (step - 2) / 8;
    const values = Uint8Array.from(pixels(64, count));
    const images = { shape: [count, 8, 8], data: values, normalization: DIVIDED };
    const restored = denormalize(model().predict(images).data, DIVIDED).data;
    for (const image of [0, 19, 260, 299]) {
      const [x, y] = [image % 18, Math.floor(image / 18)].map((at) => 2 + at * step + 4 * scale);
      expect(data[(y * width + x) * 4]).toBe(restored[image * 64 + 4 * 8 + 4]);
    }
  });

  test('of more than fit into one, says how many it shows', async () => {
    const cwd = folderWith({ ...FILES, 'images.npy': imagesNpy([8, 8], 1100) });
    const { stderr } = await run(cwd, `${LINE} --out restored.png`);
    expect(stderr).toContain('note: the picture shows the first 1,024 of 1,100.\n');
  });
});

describe('what overflows', () => {
  const normalization = (dtype: 'f4' | 'i4') => ({ kind: 'minmax', dtype, shift: 0, scale: 1 }) as const;
  // The sums of such inputs are beyond float32.
  const values = pixels(64, 5).map((pixel, i) =>
    Math.floor(i / 64) === 3 ? (i % 2 ? -3e38 : 3.2e38) : pixel / 255,
  );
  const files = (dtype: 'f4' | 'i4', descr: string): Files => ({
    'm.safetensors': modelBytes(normalization(dtype)),
    'images.npy': npyBytes({ descr, shape: [5, 8, 8], values }),
  });

  test('is counted', async () => {
    const cwd = folderWith(files('f4', '<f4'));
    const { code, stderr } = await run(cwd, `${LINE} --out restored.npy`);
    expect(code).toBe(0);
    expect(stderr).toMatch(/note: the network overflows on \d images?, whose values are too far/);
    const { data } = await npyAt(cwd, 'restored.npy');
    const isOver = (i: number) => !Array.from(data.subarray(i * 64, i * 64 + 64)).every(Number.isFinite);
    expect([0, 1, 2, 3, 4].filter(isOver)).toEqual([3]);
  });

  testRefusals(1, [
    {
      name: 'what has no integer',
      files: files('i4', '<f4'),
      args: `${LINE} --out restored.npy`.split(' '),
      says: /images\.npy: the network overflows on sample 3, .* integers have no NaN: remove it\.$/,
    },
  ]);
});

describe('refusals', () => {
  const refusal = (name: string, line: string, says: RegExp, files: Files = {}) => ({
    name,
    files: { ...FILES, ...files },
    args: line.split(' '),
    says,
  });

  testRefusals(1, [
    refusal(
      'a GAN',
      `${LINE} --out a.npy`,
      /m\.safetensors: the model is a GAN, which has no encoder, expected an autoencoder;/,
      { 'm.safetensors': writeModel(ganModel()) },
    ),
    refusal('an existing file', `${LINE} --out images.npy`, /images\.npy exists already/),
    refusal('no folder', `${LINE} --out nowhere/a.npy`, /nowhere/),
    refusal('samples of another shape', `${LINE} --out a.npy`, /the samples are 9×9, the model takes 8×8\./, {
      'images.npy': imagesNpy([9, 9]),
    }),
    refusal(
      'a picture of what is none',
      `${LINE} --out a.png`,
      /samples of 3 numbers are no pictures, expected --out FILE\.npy or FILE\.csv\./,
      {
        'm.safetensors': modelBytes(undefined, { inputShape: [3] }),
        'images.npy': imagesNpy([3]),
      },
    ),
  ]);

  testRefusals(2, [
    refusal(
      'other kinds of files',
      `${LINE} --out a.jpg`,
      /--out is 'a\.jpg', expected FILE\.npy, FILE\.csv, FILE\.tsv, FILE\.wav or FILE\.png\. See isthmus reconstruct --help\.$/,
    ),
    refusal(
      'no model',
      'reconstruct --data images.npy --out a.npy',
      /--model is missing, expected --model MODEL\./,
    ),
    refusal('no data', 'reconstruct --model m.safetensors --out a.npy', /--data is missing/),
    refusal('no file to write', LINE, /--out is missing, expected --out FILE\.npy, FILE\.csv, FILE\.tsv,/),
    refusal('words', `${LINE} --out a.npy more`, /'more' belongs to no option\./),
  ]);
});
