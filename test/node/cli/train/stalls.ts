/** Runs that learn nothing, and what they say. */

import { expect } from '@jest/globals';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { folderWith, isthmus, jsonLines } from '../../../helpers/cli.ts';
import { imagesNpy, pixels } from '../fixtures.ts';

/** White images, each with one dark square: nearly all pixels are white, so a network soon answers with white alone. */
function whiteWithSquares(count = 100, side = 16): Uint8Array {
  const values = new Array<number>(count * side * side).fill(255);
  for (let i = 0; i < count; i++) {
    const [size, x, y, gray] = [2 + (i % 3), (7 * i) % 13, (5 * i + 3) % 12, (37 * i) % 120];
    for (let dy = 0; dy < size; dy++) {
      values.fill(gray, i * side * side + (y + dy) * side + x, i * side * side + (y + dy) * side + x + size);
    }
  }
  return npyBytes({ descr: '|u1', shape: [count, side, side], values });
}

const tinyValues = npyBytes({
  descr: '<f4',
  shape: [100, 8, 8],
  values: pixels(64, 100).map((pixel) => pixel / 255_000),
});

const FILES = { 'white.npy': whiteWithSquares(), 'tiny.npy': tinyValues, 'images.npy': imagesNpy() };
const NOTE = /^note: (?:after \d+ epochs )?the loss (?:stands still|falls slowly).*$/gm;

interface End {
  readonly training: { readonly mse: number };
  readonly learnsNothing?: boolean;
  readonly meanSampleLoss: number;
}

export async function train(words: string) {
  const { code, stdout, stderr } = await isthmus(['train', ...words.split(' '), '--json'], {
    cwd: folderWith(FILES),
  });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const lines = jsonLines(stdout);
  return { start: lines[0], end: lines.at(-1) as unknown as End, notes: stderr.match(NOTE) ?? [] };
}

export const WHITE = '--data white.npy --hidden 128,64,32,16 --encoding-dim 4 --output sigmoid --epochs 80';
export const DIGITS = '--count 300 --epochs 60';

/** Follows what the run recommends at its end. */
export async function expectHelp(words: string, helps: string): Promise<void> {
  const { start, end, notes } = await train(`${words} --out run`);
  const note = notes.at(-1) ?? '';
  const [, command] = /what may help: isthmus train (.*)$/.exec(note) ?? [];
  expect(command).toBeDefined();
  for (const option of helps.split(/ (?=--)/)) expect(command).toContain(option);
  expect(notes.length).toBeLessThanOrEqual(2);
  expect(start.meanSampleLoss).toBe(end.meanSampleLoss);
  if (note.includes('stands still')) expect(end.learnsNothing).toBe(true);
  const after = await train(command);
  expect(after.notes).toEqual([]);
  expect(after.end).not.toHaveProperty('learnsNothing');
  const { loss } = after.start.options as { loss: string };
  // Another loss has another bound, and the error that was no better than the mean sample's is the bound.
  const bound = loss === 'mse' ? 0.9 * after.end.meanSampleLoss : 0.95 * end.training.mse;
  expect(after.end.training.mse).toBeLessThan(bound);
}
