/** `train` on a file that stays on the disk is `train` in memory. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parseOptions } from '../../../../../src/node/cli/terminal/options.ts';
import { loadTrainingData, type TrainingData } from '../../../../../src/node/cli/train/data/trainingData.ts';
import { TRAIN_OPTIONS } from '../../../../../src/node/cli/train/options.ts';
import { npyBytes } from '../../../../helpers/bytes/npyBytes.ts';
import { contentsOf, folderWith, isthmus, removeFolders } from '../../../../helpers/cli.ts';
import { COUNT, floatsNpy, imagesNpy, npz, pixels, TINY } from '../../fixtures.ts';

afterAll(removeFolders);

const FILES = {
  'images.npy': imagesNpy(),
  'test.npy': imagesNpy([8, 8], 7),
  'floats.npy': floatsNpy(),
  'wide.npy': npyBytes({ descr: '>u4', shape: [COUNT, 8, 8], values: pixels() }),
  'half.npy': npyBytes({
    descr: '<f2',
    shape: [COUNT, 8, 8],
    values: pixels().map((x) => Math.round(x / 8) / 32),
  }),
};

/** The files of the run and what was said. */
async function train(words: string, limit: string) {
  const cwd = folderWith(FILES);
  const args = ['train', '--out', 'run', ...TINY, '--epochs', '3', ...words.split(' '), '--in-memory', limit];
  const result = await isthmus(args, { cwd });
  if (result.code !== 0) throw new Error(result.stderr);
  return { ...result, files: contentsOf(join(cwd, 'run')) };
}

describe('a run that reads batch by batch', () => {
  test.each([
    '--data images.npy',
    '--data images.npy --test-data test.npy --patience 2',
    '--data images.npy --validation-split 0.2 --seed 3',
    '--data images.npy --normalize standard --validation-split 0.1',
    '--data floats.npy --loss bce --test-data floats.npy',
    '--data wide.npy --normalize minmax',
    '--data half.npy --kernels naive',
  ])('gives the same files as in memory: %s', async (words) => {
    const [stored, inMemory] = await Promise.all([train(words, '0'), train(words, '1GB')]);
    expect(stored.stderr).toMatch(
      /^40 samples, read from the file batch by batch \(\d+\.\d KB in memory, limit 0 bytes\)$/m,
    );
    expect(inMemory.stderr).not.toContain('batch by batch');
    for (const name of ['model.safetensors', 'reconstructions.png']) {
      expect(stored.files[name] === inMemory.files[name]).toBe(true);
    }
    const losses = ({ files }: typeof stored) => files['history.csv'].replace(/,[\d.]+$/gm, '');
    expect(losses(stored)).toBe(losses(inMemory));
    // The last lines are the scores and the folder, but for the time.
    const scores = ({ stdout }: typeof stored) => stdout.replace(/ in .* s/, '');
    expect(scores(stored)).toBe(scores(inMemory));
  });

  test('begins above the limit: a file of just its size is in memory', async () => {
    expect((await train('--data images.npy', '2.56KB')).stderr).not.toContain('batch by batch');
    expect((await train('--data images.npy', '2.559KB')).stderr).toContain(
      '(2.6 KB in memory, limit 2.6 KB)',
    );
  });

  test('is only for .npy files and tables, and others say so', async () => {
    const cwd = folderWith({ 'a.npz': npz({ x_train: imagesNpy() }) });
    const args = ['train', '--out', 'run', ...TINY, '--epochs', '1', '--data', 'a.npz', '--in-memory', '1KB'];
    const { code, stderr } = await isthmus(args, { cwd });
    expect(code).toBe(0);
    expect(stderr).toContain(
      'note: a.npz: read into memory: only .npy files and tables are read batch by batch\n',
    );
  });
});

describe('the data of a training', () => {
  beforeAll(() => {
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterAll(() => {
    jest.restoreAllMocks();
  });

  const load = async (words: string): Promise<TrainingData> => {
    const cwd = folderWith(FILES);
    const args = words.replace(/(\w+\.npy)/g, (name) => join(cwd, name)).split(' ');
    return loadTrainingData(parseOptions(TRAIN_OPTIONS, args).values);
  };

  test('is told by the same fingerprints, whether it is in memory or not', async () => {
    for (const words of ['--data wide.npy --test-data half.npy --normalize minmax', '--data half.npy']) {
      const inMemory = await load(`${words} --in-memory 1GB`);
      const stored = await load(`${words} --in-memory 0`);
      expect(inMemory.fingerprint).toMatch(/^sha256:[0-9a-f]{32}$/);
      for (const name of ['fingerprint', 'testFingerprint', 'facts', 'shown', 'normalization'] as const) {
        expect(stored[name]).toEqual(inMemory[name]);
      }
      await Promise.all([inMemory.close(), stored.close()]);
    }
  });

  test('shows the first of the test images, and else of the images', async () => {
    const withTest = await load('--data images.npy --test-data test.npy --in-memory 0');
    expect(withTest.shown.shape).toEqual([7, 8, 8]);
    const without = await load('--data images.npy --in-memory 0');
    expect(without.shown.shape).toEqual([20, 8, 8]);
    expect(Array.from(without.shown.data)).toEqual(pixels().slice(0, 20 * 64));
    await Promise.all([withTest.close(), without.close()]);
  });
});
