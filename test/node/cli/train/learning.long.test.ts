/** All situations in which a run says that it learns nothing: what it recommends is followed, and helps. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { removeFolders } from '../../../helpers/cli.ts';
import { DIGITS, expectHelp, train, WHITE } from './stalls.ts';

afterAll(removeFolders);

describe('what a run that learns nothing recommends is followed, and helps', () => {
  test.each<[string, string, string]>([
    ['a sigmoid that answers with white alone', WHITE, '--start mean --activation silu --loss bce'],
    [
      'the same with the median as the best answer',
      `${WHITE} --loss mae`,
      '--loss bce --start mean --activation silu',
    ],
    [
      'many layers of sigmoids',
      `${DIGITS} --activation sigmoid --hidden 64,32,16,8`,
      '--activation silu --start mean',
    ],
    ['steps that are too long', `${DIGITS} --learning-rate 0.1`, '--learning-rate 0.001'],
    ['steps that are far too long', `${DIGITS} --learning-rate 1`, '--learning-rate 0.001'],
    ['steps that are too short', `${DIGITS} --learning-rate 1e-7`, '--learning-rate 0.001'],
    ['SGD', `${DIGITS} --optimizer sgd --momentum 0.1 --nesterov --learning-rate 0.02`, '--optimizer adam'],
    ['a penalty that lets codes vanish', `${DIGITS} --sparsity 10`, '--sparsity 0.0001'],
    ['dropout of nearly all', `${DIGITS} --dropout 0.9`, '--dropout 0.1'],
    [
      'a KL divergence of too much weight',
      '--kind vae --count 300 --epochs 60 --batch-size 16 --hidden 32 --beta 500',
      '--beta 1',
    ],
    ['values that are far too small', '--data tiny.npy --epochs 80', '--normalize minmax'],
  ])('%s: %s', async (_, words, helps) => {
    await expectHelp(words, helps);
  });

  test('the file of the report', async () => {
    const file = resolve('../shared/reports/white-with-squares.npy');
    if (!existsSync(file)) return console.warn(`${file} is missing: not tested.`);
    const words = `--data ${file} --hidden 256,128,64,16 --encoding-dim 4 --output sigmoid --epochs 20`;
    const { notes, end } = await train(`${words} --out run`);
    expect(notes[0]).toMatch(
      /^note: after \d+ epochs the loss stands still at 0\.01900, and answering every sample with the mean sample gives 0\.01815, so nothing has been learned yet: --start mean --activation silu --loss bce may help$/,
    );
    expect(end).toMatchObject({ learnsNothing: true });
  });
});

describe('nothing is said of a healthy run', () => {
  test.each([
    '--count 40 --epochs 30',
    '--count 300 --epochs 20 --hidden 256,128 --dropout 0.5',
    '--count 300 --epochs 20 --hidden 256,128 --dropout 0.5 --validation-split 0.1',
    '--count 300 --epochs 12 --optimizer sgd --learning-rate 0.2 --momentum 0.9',
    '--count 300 --epochs 12 --kind vae --batch-size 32',
    '--count 300 --epochs 20 --schedule cosine --warmup-epochs 5 --preset small',
  ])('%s', async (words) => {
    const { notes, end } = await train(`${words} --out run`);
    expect(notes).toEqual([]);
    expect(end).not.toHaveProperty('learnsNothing');
  });
});
