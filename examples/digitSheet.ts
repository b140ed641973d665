/**
 * A hundred of the built-in digits as one picture, with a row for each class: docs/images/digits.png.
 *
 * To make it: `npm run -s build && node dist/examples/digitSheet.js digits.png`.
 */

import { generateDigits } from 'isthmus';
import { encodePng, imageGrid, writeFileAtomically } from 'isthmus/node';

const [path = 'digits.png'] = process.argv.slice(2);
const { shape, data, labels } = generateDigits({ count: 100, seed: 0 });

// Sorting is stable: digits of one class stay in the order in which they were drawn.
const order = Array.from(labels.keys()).sort((a, b) => labels[a] - labels[b]);
const size = 28 * 28;
const sorted = new Float32Array(data.length);
for (const [place, digit] of order.entries()) {
  const pixels = data.subarray(digit * size, (digit + 1) * size);
  sorted.set(
    Float32Array.from(pixels, (pixel) => pixel / 255),
    place * size,
  );
}

await writeFileAtomically(path, encodePng(imageGrid({ shape, data: sorted }, { columns: 10, scale: 2 })));
