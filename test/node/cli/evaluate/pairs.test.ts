/** `evaluate --target`: how far the data is from the target, as given and restored. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { writeModel } from '../../../../src/io/model.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { VariationalAutoencoder } from '../../../../src/vae/variationalAutoencoder.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { type Files, folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { DIVIDED, imagesNpy, model, modelBytes, npz, pixels, variationalModel } from '../fixtures.ts';
import { type Refusal, testRefusals } from '../refusals.ts';

afterAll(removeFolders);

const [COUNT, SIZE] = [24, 256];
const random = new Random(1);
const CLEAN = Uint8Array.from(pixels(SIZE, COUNT));
const NOISY = CLEAN.map((pixel) => Math.min(255, Math.max(0, Math.round(pixel + 50 * random.normal()))));
const npy = (values: Uint8Array) =>
  npyBytes({ descr: '|u1', shape: [values.length / SIZE, 16, 16], values: [...values] });
const FILES: Files = {
  'm.safetensors': modelBytes(undefined, { inputShape: [16, 16] }),
  'noisy.npy': npy(NOISY),
  'clean.npy': npy(CLEAN),
};
const LINE = 'evaluate --model m.safetensors --data noisy.npy --target clean.npy';
const run = (line: string, files: Files = FILES) => isthmus(line.split(' '), { cwd: folderWith(files) });

interface Report {
  readonly target: string;
  readonly noise?: string;
  readonly filters: Record<string, string>;
  readonly denoising: Record<string, Record<string, number>>;
  readonly codes: unknown;
  readonly features?: readonly { readonly r2: number; readonly rmse: number }[];
}

const reportOf = async (line: string, files: Files = FILES) => {
  const { code, stdout, stderr } = await run(`${line} --json`, files);
  if (code !== 0) throw new Error(stderr);
  return jsonLines(stdout)[0] as unknown as Report;
};

const samplesOf = (data: Uint8Array) => ({ shape: [COUNT, 16, 16], data, normalization: DIVIDED });

test('measures the data, two filters and the model against the target', async () => {
  const { target, filters, denoising, noise } = await reportOf(LINE);
  expect({ target, noise }).toEqual({ target: 'clean.npy', noise: undefined });
  expect(Object.keys(denoising)).toEqual(['noisy', 'median', 'gaussian', 'model']);
  expect(filters.median).toMatch(/^median filter, \d×\d$/);
  const errors = Array.from(NOISY, (value, i) => (value - CLEAN[i]) / 255);
  const mse = errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length;
  expect(denoising.noisy.mse).toBeCloseTo(mse, 7);
  expect(denoising.noisy.psnr).toBeCloseTo(-10 * Math.log10(mse), 5);
  expect(denoising.gaussian.mse).toBeLessThan(mse);
  const autoencoder = model(DIVIDED, { inputShape: [16, 16] });
  const expected = await autoencoder.evaluate(samplesOf(NOISY), { target: samplesOf(CLEAN) });
  expect(denoising.model.mse).toBeCloseTo(expected.mse, 12);
  expect(denoising.model.mae).toBeCloseTo(expected.mae, 12);
  // Negative control: the error against the data itself is another one.
  expect(denoising.model.mse).not.toBeCloseTo((await autoencoder.evaluate(samplesOf(NOISY))).mse, 4);
});

test('prints a table, shows target, data and reconstructions, and writes the scores of each image', async () => {
  const cwd = folderWith(FILES);
  const { code, stdout, stderr } = await isthmus(`${LINE} --out scores.csv`.split(' '), { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^how far from clean\.npy\n\n +MSE +MAE +PSNR +SSIM\nas given +0\.\d{5} /);
  expect(stdout).toMatch(/^this model +0\.\d{5} /m);
  expect(stdout).toMatch(/^codes: mean absolute value /m);
  expect(stderr).toContain('24 target images of 16×16, uint8 from 0 to 255, divided by 255 (clean.npy)\n');
  expect(stderr).toContain('\nthe scores of every image: scores.csv\n');
  expect(stderr).toMatch(/^targets\n.*^as given\n.*^reconstructions\n/ms);
  const [head, ...rows] = readFileSync(join(cwd, 'scores.csv'), 'utf8').trimEnd().split('\n');
  expect(head).toBe('image,mse_given,mse,mae,psnr,ssim');
  const table = rows.map((row) => row.split(',').map(Number));
  expect(table.map(([image]) => image)).toEqual(Array.from({ length: COUNT }, (_, i) => i));
  const { denoising } = await reportOf(LINE);
  const meanOf = (column: number) => table.reduce((sum, row) => sum + row[column], 0) / COUNT;
  expect(meanOf(1)).toBeCloseTo(denoising.noisy.mse, 12);
  expect(meanOf(2)).toBeCloseTo(denoising.model.mse, 12);
  expect(meanOf(5)).toBeCloseTo(denoising.model.ssim, 12);
});

test('--noise beside it is added to the data, not to the target', async () => {
  const { noise, denoising } = await reportOf(`${LINE} --noise gaussian:0.1`);
  expect(noise).toBe('gaussian:0.1');
  const plain = await reportOf(LINE);
  // The variances add up, within five of their standard deviations.
  const added = denoising.noisy.mse - plain.denoising.noisy.mse;
  expect(Math.abs(added / 0.01 - 1)).toBeLessThan(0.3);
  expect((await run(`${LINE} --noise gaussian:0.1`)).stdout).toContain(
    'how far from clean.npy, after Gaussian noise of standard deviation 0.1\n',
  );
});

test('a target that is the data itself: the errors of evaluate without one', async () => {
  const files = { ...FILES, 'clean.npy': FILES['noisy.npy'] };
  const { denoising } = await reportOf(LINE, files);
  const plain = (await reportOf('evaluate --model m.safetensors --data noisy.npy', files)) as unknown as {
    model: { mse: number };
  };
  expect(denoising.noisy).toMatchObject({ mse: 0, mae: 0 });
  expect(denoising.model.mse).toBeCloseTo(plain.model.mse, 12);
});

test('tables get R² in place of PSNR, and each feature its own, against the target', async () => {
  const normalization = { kind: 'standard', dtype: 'f8', shift: [5, 1e5], scale: [2, 900] } as const;
  const draw = new Random(2);
  const clean = Array.from(
    { length: 80 },
    (_, i) => normalization.shift[i % 2] + normalization.scale[i % 2] * draw.normal(),
  );
  const noisy = clean.map((value, i) => value + 0.5 * normalization.scale[i % 2] * draw.normal());
  const table = model(normalization, { inputShape: [2] });
  const file = (values: number[]) => npyBytes({ descr: '<f8', shape: [40, 2], values });
  const files = { 'm.safetensors': writeModel(table), 'noisy.npy': file(noisy), 'clean.npy': file(clean) };
  const { denoising, features } = await reportOf(LINE, files);
  expect(Object.keys(denoising)).toEqual(['noisy', 'model']);
  const inputs = (values: number[]) =>
    values.map((value, i) => (value - normalization.shift[i % 2]) / normalization.scale[i % 2]);
  const [x, t] = [inputs(noisy), inputs(clean)];
  const y = table.predict({ shape: [40, 2], data: Float64Array.from(noisy), normalization }).data;
  const means = [0, 1].map((j) => t.filter((_, i) => i % 2 === j).reduce((a, b) => a + b, 0) / 40);
  const variance = t.reduce((sum, value, i) => sum + (value - means[i % 2]) ** 2, 0) / 80;
  const mse = (values: ArrayLike<number>) =>
    t.reduce((sum, value, i) => sum + (values[i] - value) ** 2, 0) / 80;
  expect(denoising.noisy.r2).toBeCloseTo(1 - mse(x) / variance, 5);
  expect(denoising.model.r2).toBeCloseTo(1 - mse(y) / variance, 5);
  for (const j of [0, 1]) {
    const squares = t.reduce((sum, value, i) => sum + (i % 2 === j ? (y[i] - value) ** 2 : 0), 0) / 40;
    expect(features?.[j].rmse).toBeCloseTo(Math.sqrt(squares) * normalization.scale[j], 2);
  }
  expect((await run(LINE, files)).stdout).toMatch(
    /MSE +MAE +R²\nas given [^\n]*\nthis model [^\n]*\n\ncodes: /,
  );
});

test('arrays of one .npz by their keys, one image, a variational autoencoder', async () => {
  const both = npz({ a: npy(NOISY), b: npy(CLEAN) });
  const named = await reportOf(
    'evaluate --model m.safetensors --data p.npz --key a --target p.npz --target-key b',
    { ...FILES, 'p.npz': both },
  );
  expect(named.denoising).toEqual((await reportOf(LINE)).denoising);
  const vae = variationalModel(DIVIDED, { inputShape: [16, 16] });
  expect(vae).toBeInstanceOf(VariationalAutoencoder);
  const { denoising } = await reportOf(LINE, { ...FILES, 'm.safetensors': writeModel(vae) });
  const expected = await vae.evaluate(samplesOf(NOISY), { target: samplesOf(CLEAN) });
  expect(denoising.model.mse).toBeCloseTo(expected.mse, 12);
  const one = (values: Uint8Array) =>
    npyBytes({ descr: '|u1', shape: [16, 16], values: [...values.subarray(0, SIZE)] });
  const single = await run(LINE, { ...FILES, 'noisy.npy': one(NOISY), 'clean.npy': one(CLEAN) });
  expect(single).toMatchObject({ code: 0 });
});

describe('refusals', () => {
  const refusal = (name: string, line: string, says: RegExp, files: Files = {}): Refusal => ({
    name,
    files: { ...FILES, ...files },
    args: line.split(' '),
    says,
  });
  testRefusals(1, [
    refusal(
      'another number',
      LINE,
      /clean\.npy: the target has 23 samples, --data has 24, expected as many:/,
      {
        'clean.npy': imagesNpy([16, 16], 23),
      },
    ),
    refusal('another shape', LINE, /noisy\.npy: the samples are 16×16, those of the target are 8×8\.$/, {
      'clean.npy': imagesNpy([8, 8], 24),
    }),
  ]);
  testRefusals(2, [
    ...[
      '--anomalies 3',
      '--labels labels.npy',
      '--latent codes.svg',
      '--feature-contributions --out s.csv',
    ].map((words) =>
      refusal(
        words,
        `${LINE} ${words}`,
        new RegExp(`--target and ${words.split(' ')[0]} are both given, expected one of them\\.`),
      ),
    ),
    refusal(
      'a key without a target',
      'evaluate --model m.safetensors --data noisy.npy --target-key a',
      /--target-key needs --target\./,
    ),
  ]);
});
