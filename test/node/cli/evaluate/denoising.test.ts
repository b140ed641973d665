import { afterAll, describe, expect, test } from '@jest/globals';
import { readNpy } from '../../../../src/io/numpy/npy.ts';
import { folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { DIVIDED, imagesNpy, model, modelBytes } from '../fixtures.ts';

afterAll(removeFolders);

const FILES = { 'images.npy': imagesNpy([16, 16], 60) };

describe('evaluate --noise', () => {
  const evaluate = (words: string, files: Record<string, Uint8Array> = FILES) =>
    isthmus(`evaluate --model m.safetensors --data images.npy ${words}`.split(' '), {
      cwd: folderWith({ 'm.safetensors': modelBytes(undefined, { inputShape: [16, 16] }), ...files }),
    });

  test('measures the noise, both filters and the model', async () => {
    const { code, stdout } = await evaluate('--noise gaussian:0.2 --json');
    expect(code).toBe(0);
    const { noise, filters, denoising } = JSON.parse(stdout);
    expect(noise).toBe('gaussian:0.2');
    expect(filters.median).toMatch(/^median filter, (\d+)×\1$/);
    expect(filters.gaussian).toMatch(/^Gaussian filter, σ [\d.]+$/);
    // 60 images of 256 pixels: the variance of 15,360 draws is off by 1.1 % in one of them; five of those.
    expect(Math.abs(denoising.noisy.mse / 0.04 - 1)).toBeLessThan(5 * Math.sqrt(2 / 15360));
    for (const name of ['noisy', 'median', 'gaussian', 'model']) {
      expect(denoising[name].psnr).toBeCloseTo(-10 * Math.log10(denoising[name].mse), 6);
      expect(denoising[name].ssim).toBeLessThan(1);
    }
    expect(denoising.gaussian.mse).toBeLessThan(denoising.noisy.mse);
    const { shape, data } = await readNpy(FILES['images.npy']);
    const samples = { shape, data, normalization: DIVIDED };
    const autoencoder = model(DIVIDED, { inputShape: [16, 16] });
    const expected = await autoencoder.evaluate(samples, { noise: { kind: 'gaussian', amount: 0.2 } });
    expect(denoising.model.mse).toBeCloseTo(expected.mse, 7);
    expect(denoising.model.mse).not.toBeCloseTo((await autoencoder.evaluate(samples)).mse, 4);
  });

  test('prints them as a table, and how sparse the codes are', async () => {
    const { stdout, stderr } = await evaluate('--noise mask:0.3');
    expect(stdout).toContain('\n30 % of the values masked, and what is left of it\n');
    expect(stdout).toMatch(/\nmedian filter, \d+×\d+ {2,}0\.\d{5}/);
    expect(stdout).toMatch(/\ncodes: mean absolute value [\d.]+, \d+\.\d % of their numbers near 0/);
    expect(stderr).toContain('\nwith noise\n');
  });

  test('has no filters for what is no picture', async () => {
    const { code, stdout } = await evaluate('--noise gaussian:0.1 --json', {
      'images.npy': imagesNpy([7], 30),
      'm.safetensors': modelBytes(undefined, { inputShape: [7] }),
    });
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(stdout).denoising)).toEqual(['noisy', 'model']);
  });

  test('has filters for images of any one scale, without PSNR where they are no pixels', async () => {
    const scaled = { kind: 'standard', dtype: 'u1', shift: 127, scale: 90 } as const;
    const { stdout } = await evaluate('--noise gaussian:0.5 --json', {
      'images.npy': imagesNpy([16, 16], 30),
      'm.safetensors': modelBytes(scaled, { inputShape: [16, 16] }),
    });
    const { denoising } = JSON.parse(stdout);
    expect(Object.keys(denoising)).toEqual(['noisy', 'median', 'gaussian', 'model']);
    expect(Object.keys(denoising.gaussian)).toEqual(['mse', 'mae', 'r2']);
  });
});
