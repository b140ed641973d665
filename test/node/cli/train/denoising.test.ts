/** Training denoising, sparse and tied autoencoders on the command line: what is said, kept and exported. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readModel } from '../../../../src/io/model.ts';
import { readNpy } from '../../../../src/io/numpy/npy.ts';
import { decodePng } from '../../../../src/node/pictures/png.ts';
import { type CliResult, folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { imagesNpy, TINY } from '../fixtures.ts';

afterAll(removeFolders);

const FILES = { 'images.npy': imagesNpy([16, 16], 60) };

describe('train --noise', () => {
  let folder: string;
  let result: CliResult;
  beforeAll(async () => {
    folder = folderWith(FILES);
    const options =
      '--noise gaussian:0.2 --sparsity 1e-3 --dropout 0.1 --tied --validation-split 0.2 --epochs 2';
    result = await isthmus(
      ['train', '--data', 'images.npy', ...options.split(' '), ...TINY, '--out', 'run'],
      {
        cwd: folder,
      },
    );
  });

  test('says what it learns, and scores what it restores', () => {
    expect(result).toMatchObject({ code: 0 });
    expect(result.stderr).toContain(
      'learning to restore the clean samples: Gaussian noise of standard deviation 0.2\n',
    );
    expect(result.stderr).toContain('sparse codes: L1 penalty 0.001\n');
    expect(result.stderr).toContain('dropout 0.1 after each hidden layer\n');
    expect(result.stderr).toMatch(/decoder\.0 TransposedDense +\[batch, 8\] +8\n/);
    expect(result.stdout).toMatch(/\nvalidation, noisy {2}0\.\d{5} {3}0\.\d{5} {3}\d+\.\d\d dB\n/);
  });

  test('shows originals, noisy inputs and reconstructions', () => {
    const { height, width } = decodePng(readFileSync(`${folder}/run/reconstructions.png`));
    // 16 pixels five times as large, three rows of each twice, gaps of 2, and 8 before the second originals.
    expect(width).toBe(10 * (16 * 5 + 2) + 2);
    expect(height).toBe(2 * (3 * (16 * 5 + 2) - 2) + 8 + 2 * 2);
  });

  test('keeps all of it in config.json and in the model', () => {
    const config = JSON.parse(readFileSync(`${folder}/run/config.json`, 'utf8'));
    const kept = { noise: 'gaussian:0.2', sparsity: 1e-3, dropout: 0.1 };
    expect(config.options).toMatchObject({ ...kept, tied: true });
    // The validation loss of the best epoch, as fit summed it up: batches of float32 means.
    const rows = readFileSync(`${folder}/run/history.csv`, 'utf8').trim().split('\n').slice(1);
    const minimum = Math.min(...rows.map((row) => Number(row.split(',')[2])));
    expect(config.results.denoising.of).toBe('validation');
    expect(config.results.denoising.mse / minimum).toBeCloseTo(1, 5);
    expect(config.results.denoising.mse).not.toBeCloseTo(config.results.validation.mse, 5);
    const { training, autoencoder } = readModel(readFileSync(`${folder}/run/model.safetensors`));
    expect(training).toMatchObject({ ...kept, denoisingMse: config.results.denoising.mse });
    expect(autoencoder.spec().decoder[0]).toMatchObject({ type: 'transposedDense', tiedTo: 'encoder.2' });
  });

  test('--resume refuses other noise, and takes the same', async () => {
    const resume = (noise: string) =>
      isthmus(['train', '--resume', 'run', '--noise', noise, '--data', 'images.npy'], { cwd: folder });
    expect(await resume('mask:0.3')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--noise is mask:0.3, the run has gaussian:0.2'),
    });
    expect(await resume('gaussian:0.20')).toMatchObject({ code: 0 });
  });

  test('the model is exported to both formats, encoded and decoded', async () => {
    for (const command of [
      'export --model run --format onnx --out model.onnx',
      'export --model run --format pytorch --out torch',
      'encode --model run --data images.npy --out codes.npy',
      'decode --model run --codes codes.npy --out restored.npy',
    ]) {
      expect(await isthmus(command.split(' '), { cwd: folder })).toMatchObject({ code: 0 });
    }
    const { autoencoder } = readModel(readFileSync(`${folder}/run/model.safetensors`));
    const images = await readNpy(FILES['images.npy']);
    const expected = autoencoder.predict({ ...images, normalization: autoencoder.normalization });
    const restored = await readNpy(readFileSync(`${folder}/restored.npy`));
    const pixels = Array.from(expected.data, (value) => Math.min(255, Math.max(0, Math.round(255 * value))));
    expect(Array.from(restored.data)).toEqual(pixels);
  });
});
