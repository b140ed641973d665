/** A run that learns nothing says so, and what it recommends helps; a healthy run says nothing of the kind. */

import { afterAll, describe, expect, test } from '@jest/globals';
import { parseOptions } from '../../../../src/node/cli/terminal/options.ts';
import { type Stall, stallOf } from '../../../../src/node/cli/train/learning.ts';
import { helpfulChanges } from '../../../../src/node/cli/train/learningAdvice.ts';
import { TRAIN_OPTIONS } from '../../../../src/node/cli/train/options.ts';
import { removeFolders } from '../../../helpers/cli.ts';
import { expectHelp, train, WHITE } from './stalls.ts';

afterAll(removeFolders);

describe('stallOf', () => {
  const flat = (value: number, count = 30) => Array.from({ length: count }, () => value);
  const falling = (from: number, factor: number, count = 30) =>
    Array.from({ length: count }, (_, i) => from * factor ** i);

  test.each<[string, readonly number[], number, Stall | undefined]>([
    ['one that stands still at the bound', flat(1), 50, 'at the mean'],
    ['one that wavers there', flat(1).map((loss, i) => loss + 0.1 * Math.sin(7 * i) ** 2), 50, 'at the mean'],
    ['one that stands still far above it', flat(3), 50, 'above the mean'],
    ['one that jumps above it', flat(3).map((loss, i) => loss + (i % 3)), 50, 'above the mean'],
    ['one that falls slowly', falling(3, 0.999), 50, 'slow'],
    ['one that falls slowly, after few steps', falling(3, 0.99), 2, undefined],
    ['one that falls below it, slowly', falling(1, 0.998), 16, undefined],
    ['one that falls so for long', falling(1, 0.998), 50, 'slow'],
    ['one that is below it', flat(0.85), 50, undefined],
    ['one that has been below it once', [...flat(1), 0.85, ...flat(1)], 50, undefined],
    ['few epochs', flat(1, 5), 500, undefined],
    ['few steps', flat(1, 50), 2, undefined],
    ['the step after these', flat(1, 51), 2, 'at the mean'],
    ['no epoch', [], 50, undefined],
  ])('of %s', (_, losses, stepsPerEpoch, stall) => {
    expect(stallOf(losses, 1, stepsPerEpoch)).toBe(stall);
  });
});

describe('helpfulChanges', () => {
  test.each<[string, Stall, Record<string, string | undefined>]>([
    ['', 'at the mean', { start: 'mean', activation: 'silu' }],
    ['--hidden none', 'at the mean', { start: 'mean' }],
    ['--output sigmoid --start mean', 'at the mean', { activation: 'silu', loss: 'bce' }],
    [
      '--output sigmoid --normalize minmax',
      'above the mean',
      { start: 'mean', activation: 'silu', loss: 'bce' },
    ],
    ['--start mean --activation silu --hidden 99,64,32,16', 'at the mean', { hidden: '99,32' }],
    ['--start mean --activation silu', 'at the mean', {}],
    ['--learning-rate 0.01', 'above the mean', { 'learning-rate': '0.001' }],
    ['--learning-rate 0.01 --epochs 20', 'slow', { epochs: '100' }],
    ['--learning-rate 1e-5', 'slow', { 'learning-rate': '0.001' }],
    ['--optimizer sgd', 'slow', { optimizer: 'adam' }],
    ['--optimizer sgd --dropout 0.5', 'slow', { optimizer: 'adam' }],
    ['--optimizer sgd --dropout 0.5', 'at the mean', { dropout: '0.1' }],
    ['--optimizer sgd --momentum 0.5', 'slow', { optimizer: 'adam', momentum: undefined }],
    ['--kind vae --loss bce', 'at the mean', { start: 'mean', activation: 'silu' }],
    ['--kind vae --loss bce --beta 4', 'at the mean', { beta: '1' }],
    ['--from model', 'at the mean', {}],
    ['--from model --learning-rate 0.1', 'at the mean', { 'learning-rate': '0.001' }],
  ])('of "%s", a loss %s', (words, stall, changes) => {
    const { values } = parseOptions(TRAIN_OPTIONS, words.split(' ').filter(Boolean));
    expect(helpfulChanges(values, { stall, largestInput: 1 })).toEqual(changes);
  });
});

describe('what a run that learns nothing recommends is followed, and helps', () => {
  test.each<[string, string, string]>([
    [
      'linear outputs behind many ReLUs',
      WHITE.replace(' --output sigmoid', ''),
      '--start mean --activation silu',
    ],
  ])('%s: %s', async (_, words, helps) => {
    await expectHelp(words, helps);
  });
});

test('a loss that falls slowly is noted at the end alone, also of a short run', async () => {
  const { notes, end } = await train('--count 300 --epochs 12 --optimizer sgd --dropout 0.4 --out run');
  expect(notes).toEqual([expect.stringMatching(/^note: the loss falls slowly, to .* --optimizer adam /)]);
  expect(end).not.toHaveProperty('learnsNothing');
});

describe('nothing is said of a healthy run', () => {
  test.each([
    '--count 300 --epochs 12',
    '--count 300 --epochs 12 --noise gaussian:0.5',
    '--data images.npy --epochs 40 --loss mae',
    '--data images.npy --epochs 40 --normalize standard --in-memory 0',
    '--count 40 --epochs 3 --kind gan',
  ])('%s', async (words) => {
    const { notes, end } = await train(`${words} --out run`);
    expect(notes).toEqual([]);
    expect(end).not.toHaveProperty('learnsNothing');
  });
});
