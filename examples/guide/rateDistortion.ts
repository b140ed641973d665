/**
 * The picture of chapter 8 of the guide: how good digits are for how many bytes, as `.isth` files and as JPEG.
 *
 * To draw it: `npm run -s build && node dist/examples/guide/rateDistortion.js docs/images/guide/rate-distortion.svg`.
 */

import { writeFileSync } from 'node:fs';
import { Autoencoder, generateDigits, normalize, preset, psnr, useThreads } from 'isthmus';
import { compressImages } from 'isthmus/compression';
import { decodeJpeg } from 'isthmus/node';
import jpeg from 'jpeg-js';
import { lineChart } from '../../src/node/charts/lineChart.ts';

const [path = 'rate-distortion.svg'] = process.argv.slice(2);
const SIDE = 28;
const BLOCK = 8; // pixels: the side of what JPEG transforms at a time
const COLUMNS = 40;
const TRAINING = 3000;
const training = normalize(generateDigits({ count: TRAINING, seed: 1 }));
const unseen = generateDigits({ count: 1000, seed: 2 });
const [count] = unseen.shape;

interface Size {
  readonly setting: string;
  /** Of one image. */
  readonly bytes: number;
  readonly quality: number;
}

async function asCodes(encodingDim: number): Promise<Size[]> {
  const { architecture, optimizer, fit } = preset('best', TRAINING);
  const autoencoder = new Autoencoder({ inputShape: [SIDE, SIDE], encodingDim, ...architecture, seed: 42 });
  autoencoder.compile({ optimizer });
  await autoencoder.fit(training, fit);
  const sizes: Size[] = [];
  for (const bits of [2, 3, 4, 5, 6, 8]) {
    const { bytes, quality } = await compressImages(autoencoder, normalize(unseen), { levels: 2 ** bits });
    sizes.push({ setting: `${bits} bits`, bytes: bytes.length / count, quality: psnr(quality.mse) });
  }
  return sizes;
}

/** All digits side by side in one picture, so that the file's header and tables hardly count. */
const sheet = { width: COLUMNS * SIDE, height: (count / COLUMNS) * SIDE };
const placeOf = (i: number) => {
  const [image, y, x] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
  return (Math.floor(image / COLUMNS) * SIDE + y) * sheet.width + (image % COLUMNS) * SIDE + x;
};
const rgba = new Uint8Array(4 * unseen.data.length).fill(255);
for (let i = 0; i < unseen.data.length; i++) rgba.fill(unseen.data[i], 4 * placeOf(i), 4 * placeOf(i) + 3);

async function asJpeg(quality: number): Promise<Size> {
  const file = jpeg.encode({ ...sheet, data: rgba }, quality).data;
  const { data, channels } = await decodeJpeg(file);
  let squares = 0;
  for (let i = 0; i < unseen.data.length; i++) {
    squares += ((data[placeOf(i) * channels] - unseen.data[i]) / 255) ** 2;
  }
  // jpeg-js writes two planes of colour, too: without any colour, they take 4 bits of each block.
  const colour = (sheet.width / BLOCK) * (sheet.height / BLOCK);
  const bytes = (file.length - colour) / count;
  return { setting: `quality ${quality}`, bytes, quality: psnr(squares / unseen.data.length) };
}

await useThreads('auto');
const curves = [
  { name: '32 numbers', sizes: await asCodes(32) },
  { name: '64 numbers', sizes: await asCodes(64) },
  { name: 'JPEG', sizes: await Promise.all([1, 3, 4, 5, 6, 8, 10, 12, 14].map(asJpeg)) },
];
for (const { name, sizes } of curves) {
  console.log(`${name.padEnd(20)} bytes an image    PSNR`);
  for (const { setting, bytes, quality } of sizes) {
    console.log(`  ${setting.padEnd(18)} ${bytes.toFixed(1).padStart(14)} ${quality.toFixed(2).padStart(7)}`);
  }
}
writeFileSync(
  path,
  lineChart(
    { title: '1,000 unseen digits', xLabel: 'bytes an image, of 784', yLabel: 'PSNR in dB' },
    curves.map(({ name, sizes }) => ({
      name,
      points: sizes.map(({ bytes, quality }) => ({ x: bytes, y: quality })),
    })),
  ),
);
