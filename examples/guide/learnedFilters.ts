/**
 * The filters of a trained convolution, and what each of them finds on digits: docs/guide/12-convolutions.md.
 *
 * `npm run -s build && node dist/examples/guide/learnedFilters.js learned-filters.png`
 */

import { Adam, Autoencoder, Conv2d, generateDigits, normalize, Tensor } from 'isthmus';
import { encodePng, imageGrid, writeFileAtomically } from 'isthmus/node';

const SIDE = 28;
const FILTERS = 8;
const DIGITS = 4;

const [path = 'learned-filters.png'] = process.argv.slice(2);
const images = normalize(generateDigits({ count: 1000, seed: 1 }));
const model = new Autoencoder({
  inputShape: [SIDE, SIDE, 1],
  conv: [FILTERS, 16],
  encodingDim: 16,
  activation: 'relu',
  seed: 1,
});
model.compile({ optimizer: new Adam({ learningRate: 0.003 }) });
await model.fit(images, { epochs: 20 });

// The same convolution with a stride of 1, so that its results are as large as the digits; without the bias, 0 is grey.
const [, { value: weight }] = model.namedParameters()[0]; // [3, 3, 1, 8]
const layer = new Conv2d(1, FILTERS, { padding: 1, bias: false });
layer.weight.value.data.set(weight.data);
const digits = Float32Array.from(generateDigits({ count: DIGITS, seed: 4 }).data, (byte) => byte / 255);
const found = layer.forward(new Tensor(digits, [DIGITS, SIDE, SIDE, 1]));

/** Every eighth number from that of the channel on, from black (negative) over grey (0) to white (positive). */
function channelOf(values: Float32Array, channel: number): number[] {
  const numbers = Array.from({ length: values.length / FILTERS }, (_, i) => values[i * FILTERS + channel]);
  const largest = Math.max(...numbers.map(Math.abs));
  return numbers.map((value) => 0.5 + value / (2 * largest));
}

const channels = [...Array(FILTERS).keys()];
/** Nine squares of 9 x 9 pixels, in a frame. */
const enlarged = (filter: readonly number[]) =>
  Array.from({ length: SIDE ** 2 }, (_, i) => {
    const [row, column] = [Math.floor(i / SIDE / 9), Math.floor((i % SIDE) / 9)];
    return row < 3 && column < 3 ? filter[3 * row + column] : 0;
  });
const black = new Array<number>(SIDE ** 2).fill(0);
const rows = [black, ...channels.map((channel) => enlarged(channelOf(weight.data, channel)))];
for (let i = 0; i < DIGITS; i++) {
  const maps = found.data.subarray(i * SIDE ** 2 * FILTERS, (i + 1) * SIDE ** 2 * FILTERS);
  rows.push(
    [...digits.subarray(i * SIDE ** 2, (i + 1) * SIDE ** 2)],
    ...channels.map((channel) => channelOf(maps, channel)),
  );
}
const shape = [rows.length, SIDE, SIDE];
const data = Float32Array.from(rows.flat());
await writeFileAtomically(path, encodePng(imageGrid({ shape, data }, { columns: FILTERS + 1, scale: 2 })));
