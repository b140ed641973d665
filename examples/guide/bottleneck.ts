/**
 * The first picture of chapter 1 of the guide: an unseen digit, its code of 32 numbers as bars, and what is restored of it.
 *
 * To draw it: `npm run -s build && node dist/examples/guide/bottleneck.js docs/images/guide/bottleneck.svg`.
 */

import { writeFileSync } from 'node:fs';
import { Autoencoder, generateDigits, normalize } from 'isthmus';
import { encodePng } from 'isthmus/node';
import { px, svgPage, text } from '../../src/node/charts/svg.ts';

const [path = 'bottleneck.svg'] = process.argv.slice(2);
const SIDE = 28;
const CHOSEN = 4; // the number of the digit
const [TOP, BOTTOM, MIDDLE] = [64, 204, 134]; // pixels

const autoencoder = new Autoencoder({ inputShape: [SIDE, SIDE], seed: 42 });
await autoencoder.fit(normalize(generateDigits({ count: 2000, seed: 1 })), { epochs: 60 });
const unseen = normalize(generateDigits({ count: CHOSEN + 1, seed: 2 }));
const image = { ...unseen, shape: [SIDE, SIDE], data: unseen.data.subarray(CHOSEN * SIDE ** 2) };
const code = autoencoder.encode(image);
const restored = autoencoder.decode(code);

function picture(x: number, values: ArrayLike<number>, scale: number): string {
  const data = Uint8Array.from(values, (value) => Math.max(0, Math.min(255, scale * value)));
  const png = Buffer.from(encodePng({ width: SIDE, height: SIDE, channels: 1, data })).toString('base64');
  const size = BOTTOM - TOP;
  return `<image x="${x}" y="${TOP}" width="${size}" height="${size}" href="data:image/png;base64,${png}"/>`;
}

/** A half of the network: as high as the image on one side, as the code on the other. */
function half(
  name: string,
  widths: string,
  x: number,
  heights: readonly [left: number, right: number],
): string {
  const [left, right] = heights.map((height) => height / 2);
  const corners = [
    [x, MIDDLE - left],
    [x + 118, MIDDLE - right],
    [x + 118, MIDDLE + right],
    [x, MIDDLE + left],
  ];
  return (
    `<polygon class="half" points="${corners.map((corner) => corner.join(',')).join(' ')}"/>` +
    text(x + 59, MIDDLE - 2, name, 'class="name middle"') +
    text(x + 59, MIDDLE + 15, widths, 'class="tick middle"')
  );
}

const largest = Math.max(...code.data.map(Math.abs));
const bars = Array.from(code.data, (value, i) => {
  const height = (36 * Math.abs(value)) / largest;
  const y = value > 0 ? MIDDLE - height : MIDDLE;
  return `<rect class="bar" x="${px(320 + 3.75 * i)}" y="${px(y)}" width="2.8" height="${px(height)}"/>`;
});

const style = `
.name { font-weight: 600; fill: #1f2328; }
.half { fill: #eef4fa; stroke: #8cb4d8; }
.bar { fill: #d55e00; }
image { image-rendering: pixelated; }
`;
writeFileSync(
  path,
  svgPage({ title: 'A digit through the narrow middle', width: 760, height: 250, style }, [
    picture(30, image.data, 1),
    half('encoder', '64, 32', 186, [140, 80]),
    `<line class="axis" x1="316" x2="444" y1="${MIDDLE}" y2="${MIDDLE}"/>`,
    ...bars,
    half('decoder', '32, 64', 456, [80, 140]),
    picture(590, restored.data, 255),
    text(100, 230, '784 numbers', 'class="label middle"'),
    text(380, 230, 'the code: 32 numbers', 'class="label middle"'),
    text(660, 230, '784 numbers', 'class="label middle"'),
  ]),
);
