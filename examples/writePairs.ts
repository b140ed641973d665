/**
 * Pairs to learn from: the built-in digits as a bad scanner sees them, `noisy.npy`, and as they are, `clean.npy`, both
 * `[6000, 28, 28]`, uint8; and 1,000 others, `noisy-test.npy` and `clean-test.npy`. The noise lies in lines, not in single
 * pixels, and is cut off at black and white: no `--noise` makes it.
 *
 * To run it: `npm run -s build && node dist/examples/writePairs.js`; a folder and a number of training pairs may follow.
 * Files that are there already stay as they are.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { generateDigits, Random } from 'isthmus';
import { writeNpy } from 'isthmus/io';
import { writeFileAtomically } from 'isthmus/node';

const [folder = '.', count = '6000'] = process.argv.slice(2);
const paths = ['noisy', 'clean', 'noisy-test', 'clean-test'].map((name) => join(folder, `${name}.npy`));

const existing = paths.find((path) => existsSync(path));
if (existing) {
  console.error(`${existing} exists already, expected a folder without it.`);
  process.exit(1);
}

/** Each line of pixels is a little too dark or too bright, and each pixel has grain of its own. */
function scanned(clean: Uint8Array, width: number, random: Random): Uint8Array {
  const grain = new Float32Array(clean.length);
  const lines = new Float32Array(clean.length / width);
  random.fillNormal(grain);
  random.fillNormal(lines);
  // A Uint8ClampedArray rounds, and cuts off what lies beyond 0 and 255.
  const noisy = new Uint8ClampedArray(clean.length);
  for (let i = 0; i < clean.length; i++) {
    noisy[i] = clean[i] + 60 * grain[i] + 60 * lines[Math.floor(i / width)];
  }
  return new Uint8Array(noisy.buffer);
}

const sets = [
  { count: Number(count), seed: 1 },
  { count: Math.ceil(Number(count) / 6), seed: 2 },
];
for (const [i, options] of sets.entries()) {
  const { shape, data } = generateDigits(options);
  const noisy = scanned(data, shape[2], new Random(options.seed));
  await writeFileAtomically(paths[2 * i], writeNpy({ shape, data: noisy }));
  await writeFileAtomically(paths[2 * i + 1], writeNpy({ shape, data }));
  console.log(`${shape[0]} pairs in ${paths[2 * i]} and ${paths[2 * i + 1]}`);
}
