/** The commands of the guide print what stands below them, and draw its pictures: `npm run docs:pictures -- --check`. */

import { describe, expect, test } from '@jest/globals';
import { linesMissing, runChapter } from '../../scripts/guide.mjs';
import { commandsOf, isRunByCi } from '../helpers/docs.ts';
import { CHAPTERS } from './notebook.ts';

test.each(CHAPTERS)('the commands of $name print and draw what it shows', ({ name }) => {
  expect(runChapter(name, true)).toEqual([]);
});

test('those that measure speeds, which differ from run to run, are run by CI', () => {
  const timed = CHAPTERS.flatMap(({ page }) => commandsOf(page)).filter((command) => /bench/.test(command));
  expect(timed.length).toBeGreaterThan(0);
  expect(timed.filter((command) => !isRunByCi(command))).toEqual([]);
});

describe('what is shown of a command', () => {
  const printed = 'loss 0.5\n\nepoch 1, 3 s\nepoch 2, 4 s\nPSNR 12.3\n';
  const problems = (shown: string) => linesMissing(shown, printed, ['train']);

  test('may leave out lines, or a part of one, where it says so', () => {
    expect(problems(printed)).toEqual([]);
    expect(problems('…\nepoch 1, … s\n…\nPSNR 12.3\n')).toEqual([]);
    expect(problems('loss 0.5\n…\n')).toEqual([]);
  });

  test.each([
    ['another number', '…\nPSNR 12.4\n', 'PSNR 12.4'],
    ['a line left out in the middle', 'loss 0.5\nepoch 2, 4 s\nPSNR 12.3\n', 'epoch 2, 4 s'],
    ['another order', '…\nepoch 2, 4 s\nepoch 1, 3 s\n…\n', 'epoch 1, 3 s'],
    ['lines left out at the beginning', 'epoch 1, 3 s\n…\n', 'epoch 1, 3 s'],
    ['lines left out at the end', 'loss 0.5\n', 'more than is shown'],
    ['a part of a line', '…\nPSNR 12\n', 'PSNR 12'],
  ])('is found wrong: %s', (_, shown, problem) => {
    expect(problems(shown)).toEqual([expect.stringContaining(problem)]);
  });
});
