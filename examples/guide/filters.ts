/**
 * What the units of a first dense layer have learned to look for, each drawn as the image of its 784 weights:
 * docs/guide/12-convolutions.md.
 *
 * `npm run -s build && node dist/examples/guide/filters.js filters.png`
 */

import { AdamW, Autoencoder, generateDigits, normalize } from 'isthmus';
import { encodePng, imageGrid, writeFileAtomically } from 'isthmus/node';

const PIXELS = 28 * 28;
const UNITS = 64;
const SHOWN = 30;

const [path = 'filters.png'] = process.argv.slice(2);
const images = normalize(generateDigits({ count: 3000, seed: 1 }));
const autoencoder = new Autoencoder({
  inputShape: [28, 28],
  hidden: [UNITS],
  encodingDim: 32,
  activation: 'silu',
  seed: 1,
});
// Weight decay takes away what is left of the random start where it serves no purpose.
autoencoder.compile({ optimizer: new AdamW({ learningRate: 3e-3, weightDecay: 0.3 }) });
await autoencoder.fit(images, { epochs: 15 });

// The weight is [784, 64]: column j is what unit j multiplies the pixels by.
const [, weight] = autoencoder.namedParameters()[0];
const columns = Array.from({ length: UNITS }, (_, j) =>
  Array.from({ length: PIXELS }, (_, i) => weight.value.data[i * UNITS + j]),
);
const size = (column: readonly number[]) => Math.hypot(...column);
const strongest = columns.sort((a, b) => size(b) - size(a)).slice(0, SHOWN);
const pictures = strongest.map((column) => {
  const largest = Math.max(...column.map(Math.abs));
  return column.map((w) => 0.5 + w / (2 * largest)); // black: negative, grey: 0, white: positive
});
const shape = [SHOWN, 28, 28];
const data = Float32Array.from(pictures.flat());
await writeFileAtomically(path, encodePng(imageGrid({ shape, data }, { columns: 10, scale: 2 })));
