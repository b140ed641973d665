/** Long trainings of `train --kind vae` and `--kind gan`: a collapse, and going on with a run. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readCheckpoint } from '../../../../src/io/checkpoint.ts';
import { type CliResult, folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { imagesNpy, TINY } from '../fixtures.ts';

afterAll(removeFolders);

const IMAGES = { 'images.npy': imagesNpy([16, 16], 40) };

const file = (cwd: string, name: string) => readFileSync(join(cwd, 'run', name));

async function train(words: string): Promise<CliResult & { readonly cwd: string }> {
  const cwd = folderWith(IMAGES);
  const args = ['train', '--data', 'images.npy', ...TINY, ...words.split(' '), '--out', 'run'];
  return { ...(await isthmus(args, { cwd })), cwd };
}

test('a GAN that has collapsed ends, with its files, a sentence and exit code 1', async () => {
  // A generator of one layer has no way to make such waves.
  const words =
    '--learning-rate 0.002 --decoder-hidden none --dropout 0.01 --epochs 1500 --samples-every 2000';
  const cwd = folderWith(IMAGES);
  const { code, stderr } = await isthmus(
    [
      ...['train', '--data', 'images.npy', '--kind', 'gan', '--hidden', '64', '--encoding-dim', '2'],
      ...[...words.split(' '), '--batch-size', '20', '--out', 'run'],
    ],
    { cwd },
  );
  expect(stderr).toMatch(/^isthmus train: stopped after epoch \d+: the .* may help\.$/m);
  expect(code).toBe(1);
  expect(existsSync(join(cwd, 'run/model.safetensors'))).toBe(true);
  expect(file(cwd, 'history.csv').toString().trim().split('\n').length - 1).toBeLessThan(1500);
});

describe('a run that is resumed gives the same bytes', () => {
  test.each([
    'vae --beta-warmup-epochs 2.5',
    'vae --noise gaussian:0.1 --validation-split 0.2',
    'gan --schedule constant',
  ])('--kind %s', async (kind) => {
    const { cwd: whole } = await train(`--kind ${kind} --epochs 4`);
    const { cwd } = await train(`--kind ${kind} --epochs 3`);
    expect(readCheckpoint(file(cwd, 'checkpoint.safetensors')).state.epoch).toBe(4);
    const { code } = await isthmus(['train', '--resume', 'run', '--epochs', '4'], { cwd });
    expect(code).toBe(0);
    expect(file(cwd, 'model.safetensors').equals(file(whole, 'model.safetensors'))).toBe(true);
    if (kind.startsWith('gan')) {
      expect(file(cwd, 'progress.png').equals(file(whole, 'progress.png'))).toBe(true);
    }
  });
});
