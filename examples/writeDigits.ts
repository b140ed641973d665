/**
 * The built-in digits as files, for every command that wants images: `images.npy` `[6000, 28, 28]`, uint8, and their
 * classes beside it in `images-labels.npy`.
 *
 * To run it: `npm run -s build && node dist/examples/writeDigits.js images.npy`; a second argument is another count. Files
 * that are there already stay as they are.
 */

import { existsSync } from 'node:fs';
import { generateDigits } from 'isthmus';
import { writeNpy } from 'isthmus/io';
import { writeFileAtomically } from 'isthmus/node';

const [path = 'images.npy', count = '6000'] = process.argv.slice(2);
const labelsPath = path.replace(/(\.npy)?$/, '-labels.npy');

const existing = [path, labelsPath].find((file) => existsSync(file));
if (existing) {
  console.error(`${existing} exists already, expected the name of a new file.`);
  process.exit(1);
}
const { labels, ...images } = generateDigits({ count: Number(count), seed: 1 });
await writeFileAtomically(path, writeNpy(images));
await writeFileAtomically(labelsPath, writeNpy({ shape: [labels.length], data: labels }));
console.log(`${images.shape[0]} digits in ${path}, their classes in ${labelsPath}`);
