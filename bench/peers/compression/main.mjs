/**
 * `npm run bench:compression`: bytes per image against quality, of autoencoders of several code lengths and numbers of
 * bits beside JPEG, WebP and AVIF of the same images. Read codecs.mjs first.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { environment, formatEnvironment } from '../../../dist/bench/harness/report.js';
import { compressImages, decompressImages } from '../../../dist/src/compression/index.js';
import { readModel, transform } from '../../../dist/src/index.js';
import { readNpy } from '../../../dist/src/io/index.js';
import { install } from '../install.mjs';
import { printTable } from '../printTable.mjs';
import { rateChart } from './chart.mjs';
import { cheapestAt, frontier } from './rates.mjs';

const HELP = `\
Usage: npm run bench:compression -- --train TRAIN.npy --data TEST.npy [options]

Trains an autoencoder for each code length (train --preset best), compresses the test images with each at
2 to 8 bits, and the same images, all in one picture, as JPEG, WebP and AVIF at many qualities.

  --train FILE.npy   gray uint8 images [n, height, width] to train on
  --data FILE.npy    others, to compress
  --runs FOLDER      where the trained models are, or go: a run that is there is used. [runs/compression]
  --svg FILE.svg     draw the curves
  --json             one JSON object a line: every point
  --help             show this and exit

Exit codes: 0 measured, 1 failed, 2 wrong usage.`;

const HERE = fileURLToPath(new URL('./', import.meta.url));
const MAIN = resolve(HERE, '../../../dist/src/node/cli/main.js');
const CODE_LENGTHS = [8, 16, 32, 64];
const BITS = [2, 3, 4, 5, 6, 7, 8];
const TARGETS = [16, 17, 18, 19, 19.5, 20, 20.5, 21, 21.5, 22, 23, 24];

function trainedModel(train, runs, codeLength) {
  const folder = join(runs, `code-${codeLength}`);
  const file = join(folder, 'model.safetensors');
  if (!existsSync(file)) {
    const words = [
      'train',
      '--data',
      train,
      '--preset',
      'best',
      '--encoding-dim',
      codeLength,
      '--out',
      folder,
    ];
    const { status } = spawnSync(process.execPath, [MAIN, ...words.map(String)], { stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error(`training with codes of ${codeLength} numbers failed.`);
  }
  const bytes = readFileSync(file);
  return { autoencoder: readModel(bytes).autoencoder, size: bytes.length };
}

/** Each file is decompressed, and must give what its PSNR was measured on. */
async function measureAutoencoder(autoencoder, samples) {
  const points = [];
  for (const bits of BITS) {
    const { bytes, quality } = await compressImages(autoencoder, samples, { levels: 2 ** bits });
    const { data } = await decompressImages(bytes, autoencoder);
    const squares = data.reduce((sum, value, i) => sum + ((value - samples.data[i]) / 255) ** 2, 0);
    const psnr = -10 * Math.log10(squares / data.length);
    if (Math.abs(psnr - quality.psnr) > 1e-3)
      throw new Error(
        `the decompressed images have PSNR ${psnr}, expected ${quality.psnr} as compress said.`,
      );
    points.push({
      bytes: bytes.length / samples.shape[0],
      psnr,
      setting: `${autoencoder.encodingDim} numbers, ${bits} bits`,
    });
  }
  return points;
}

/** Bytes at this PSNR; a star: even the codec's lowest setting is better than this; a dash: its highest is worse. */
function bytesAt(points, psnr) {
  const point = cheapestAt(points, psnr);
  if (!point) return '–';
  const isLeast = point === frontier(points)[0] && point.psnr > psnr + 0.5;
  return `${point.bytes.toFixed(1)}${isLeast ? '*' : ' '}`;
}

async function main() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        train: { type: 'string' },
        data: { type: 'string' },
        runs: { type: 'string', default: 'runs/compression' },
        svg: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
    if (!values.help && !(values.train && values.data)) throw new Error('--train and --data are needed.');
  } catch (error) {
    console.error(`bench:compression: ${error.message.split('. ')[0].replace(/\.?$/, '.')} See --help.`);
    return 2;
  }
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD); // paths are those of the user, not of the package
  if (!install()) throw new Error('npm ci failed in bench/peers.');
  const { CODECS, measureCodec } = await import('./codecs.mjs');
  const array = await readNpy(readFileSync(values.data));
  const [count, height, width] = array.shape;
  if (array.dtype !== 'u1' || array.shape.length !== 3)
    throw new Error(`${values.data} holds no gray uint8 images.`);
  const autoencoders = [];
  for (const codeLength of CODE_LENGTHS) {
    const { autoencoder, size } = trainedModel(values.train, values.runs, codeLength);
    const samples = transform(array, autoencoder.normalization);
    autoencoders.push({ codeLength, size, points: await measureAutoencoder(autoencoder, samples) });
  }
  const images = { count, height, width, data: array.data };
  const codecs = [];
  for (const codec of CODECS) {
    codecs.push({ name: codec.name, points: await measureCodec(codec, images) });
  }
  const ours = { name: 'autoencoder', points: autoencoders.flatMap(({ points }) => points) };
  const curves = [ours, ...codecs];
  if (values.json) {
    for (const { name, points } of curves)
      for (const point of points) console.log(JSON.stringify({ name, ...point }));
  } else {
    console.log(formatEnvironment(environment()));
    printTable(
      `autoencoders: bytes an image (of ${height * width}) / PSNR in dB`,
      ['bits', ...autoencoders.map(({ codeLength }) => `${codeLength} numbers`)],
      BITS.map((bits, i) => [
        String(bits),
        ...autoencoders.map(({ points }) => `${points[i].bytes.toFixed(1)} / ${points[i].psnr.toFixed(2)}`),
      ]),
    );
    printTable(
      `bytes an image for at least this PSNR, ${count} images`,
      ['dB', ...curves.map(({ name }) => name), 'by'],
      TARGETS.map((target) => [
        target.toFixed(1),
        ...curves.map(({ points }) => bytesAt(points, target)),
        cheapestAt(ours.points, target)?.setting ?? '',
      ]),
    );
    const sizes = autoencoders.map(({ size }) => `${(size / 1e6).toFixed(1)} MB`).join(', ');
    console.log(
      `\n* its lowest setting, which is better than that. Models are not counted; they take ${sizes}.`,
    );
  }
  if (values.svg) {
    const title = 'Quality against size: 2,000 images, models not counted';
    const drawn = curves.map(({ name, points }) => ({ name, points: frontier(points) }));
    writeFileSync(values.svg, rateChart(title, drawn, { bytes: 80, minimum: 14, maximum: 26 }));
  }
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`bench:compression: ${error.message}`);
  process.exitCode = 1;
}
