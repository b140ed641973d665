/**
 * The edges that two convolutions of 3×3 weights, written by hand, find on digits: docs/guide/12-convolutions.md.
 *
 * `npm run -s build && node dist/examples/guide/edges.js edges.png`
 */

import { generateDigits } from 'isthmus';
import { encodePng, imageGrid, writeFileAtomically } from 'isthmus/node';

const SIDE = 28;
const COUNT = 10;
const KERNELS = [
  [-1, 0, 1, -1, 0, 1, -1, 0, 1], // dark on the left, bright on the right
  [-1, -1, -1, 0, 0, 0, 1, 1, 1], // dark above, bright below
];

const [path = 'edges.png'] = process.argv.slice(2);
const { data, labels } = generateDigits({ count: COUNT, seed: 4 });
const order = [...labels.keys()].sort((a, b) => labels[a] - labels[b]);
const digits = order.map((i) =>
  Array.from(data.subarray(i * SIDE ** 2, (i + 1) * SIDE ** 2), (x) => x / 255),
);

// From black (-1) over grey (0: no edge) to white (1): the sum of three differences, divided by 3.
const edges = KERNELS.flatMap((kernel) =>
  digits.map((digit) => convolve(digit, kernel).map((sum) => 0.5 + sum / 6)),
);
const images = Float32Array.from([...digits, ...edges].flat());
const shape = [3 * COUNT, SIDE, SIDE];
await writeFileAtomically(path, encodePng(imageGrid({ shape, data: images }, { columns: COUNT, scale: 2 })));

/** The same size: beyond the edge of the image all is 0. */
function convolve(image: readonly number[], kernel: readonly number[]): number[] {
  return image.map((_, place) => {
    const [row, column] = [Math.floor(place / SIDE), place % SIDE];
    let sum = 0;
    for (const [k, weight] of kernel.entries()) {
      const [y, x] = [row + Math.floor(k / 3) - 1, column + (k % 3) - 1];
      if (y >= 0 && y < SIDE && x >= 0 && x < SIDE) sum += weight * image[y * SIDE + x];
    }
    return sum;
  });
}
