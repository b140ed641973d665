/**
 * Every command once in a process of its own, as built. The other tests call commands in their own process (cli.ts), where
 * nobody would notice a file or a timer that is left open: it would keep the process from ending.
 */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { COMMANDS, folderWith, isthmus, isthmusProcess, removeFolders } from '../../helpers/cli.ts';
import { imagesNpy, TINY } from './fixtures.ts';

afterAll(removeFolders);

/** In an order in which each finds the files that it reads. */
const LINES = [
  `train --data images.npy --in-memory 0 --epochs 2 --out run ${TINY.join(' ')}`,
  'evaluate --model run --data images.npy --noise gaussian:0.1 --latent codes.svg',
  'encode --model run --data images.npy --in-memory 0 --out codes.npy',
  'decode --model run --codes codes.npy --out restored.npy',
  'reconstruct --model run --data images.npy --in-memory 0 --out reconstructed.npy',
  'generate --model run --data images.npy --count 9 --out new.npy',
  'interpolate --model run --data images.npy --from 0 --to 1 --out strip.png',
  'manifold --model run --data images.npy --size 3 --out manifold.png',
  'traverse --model run --data images.npy --sample 2 --out traverse.png',
  'compress --model run --data images.npy --out images.isth --lossless',
  'decompress images.isth --model run --out back.npy',
  'export --model run --format pytorch --out weights',
  'import --format pytorch --weights weights --out again.safetensors',
  'info images.isth',
];

test('none is left out', () => {
  expect(LINES.map((line) => line.split(' ')[0]).sort()).toEqual([...COMMANDS].sort());
});

let alone = '';
let here = '';

beforeAll(() => {
  [alone, here] = [1, 2].map(() => folderWith({ 'images.npy': imagesNpy() }));
});

/** Without times and rates. */
const steady = (text: string) => text.replace(/\S+ (s|samples\/s)\b/g, '… $1');

test.each(LINES)('%s ends by itself, and says what it says in this process', async (line) => {
  const words = line.split(' ');
  const expected = await isthmus(words, { cwd: here });
  const { code, stdout, stderr } = await isthmusProcess(words, { cwd: alone });
  expect({ code, stdout: steady(stdout), stderr: steady(stderr) }).toEqual({
    code: 0,
    stdout: steady(expected.stdout),
    stderr: steady(expected.stderr),
  });
});
