/** A run that learns nothing says so, and what it recommends helps; a healthy run says nothing of the kind. */

import { afterAll, describe, expect, test } from '@jest/globals';
import { type Stall, stallOf } from '../../../../src/node/cli/train/learning.ts';
import { removeFolders } from '../../../helpers/cli.ts';
import { DIGITS, expectHelp, train, WHITE } from './stalls.ts';

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

describe('what a run that learns nothing recommends is followed, and helps', () => {
  test.each<[string, string, string]>([
    [
      'linear outputs behind many ReLUs',
      WHITE.replace(' --output sigmoid', ''),
      '--start mean --activation silu',
    ],
    ['steps that are too long', `${DIGITS} --learning-rate 0.1`, '--learning-rate 0.001'],
  ])(
    '%s: %s',
    async (_, words, helps) => {
      await expectHelp(words, helps);
    },
    60_000,
  );
});

describe('nothing is said of a healthy run', () => {
  test.each([
    '--count 300 --epochs 12',
    '--count 300 --epochs 12 --noise gaussian:0.5',
    '--data images.npy --epochs 40 --loss mae',
    '--data images.npy --epochs 40 --normalize standard --in-memory 0',
    '--count 40 --epochs 3 --kind gan',
  ])(
    '%s',
    async (words) => {
      const { notes, end } = await train(`${words} --out run`);
      expect(notes).toEqual([]);
      expect(end).not.toHaveProperty('learnsNothing');
    },
    60_000,
  );
});
