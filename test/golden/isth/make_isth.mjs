/**
 * Writes the golden .isth files, and what is in them (expected.json):
 *
 *   npm run -s build && node test/golden/isth/make_isth.mjs NAME …
 *
 * Made with the naive kernels, each with its model inside: a few steps of training, so that there is something to code.
 * Only the files that are named are made. Old ones stay, as what must still be read: what trains the
 * models here has changed since, and would make others.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { Autoencoder, normalize, Random, setKernels, writeModel } from '../../../dist/src/index.js';
import { compressImages, decompressImages, modelFingerprint } from '../../../dist/src/compression/index.js';

const at = (name) => new URL(name, import.meta.url);
setKernels('naive');

/** Bumps of 6×6 somewhere on each image, other ones for each channel, and a little noise. */
function bumps(count, channels, most, noise) {
  const random = new Random(5);
  const values = [];
  for (let n = 0; n < count; n++) {
    const centres = Array.from({ length: channels }, () => [random.uniform(0, 5), random.uniform(0, 5)]);
    for (let i = 0; i < 36; i++) {
      for (const [x, y] of centres) {
        const bump = Math.exp(-((Math.floor(i / 6) - y) ** 2 + ((i % 6) - x) ** 2) / 3);
        values.push(Math.min(most, Math.round(most * bump + random.uniform(0, noise))));
      }
    }
  }
  return values;
}

const COUNT = 60;

function images({ dtype, channels = 1, most, noise }) {
  const type = dtype === 'u2' ? Uint16Array : Uint8Array;
  const data = type.from(bumps(COUNT, channels, most, noise));
  const shape = channels > 1 ? [COUNT, 6, 6, channels] : [COUNT, 6, 6];
  return { shape, data, normalization: { kind: 'divide', dtype, shift: 0, scale: most } };
}

/** Five columns of units of their own, made of two numbers. Floats are not rounded: each bit of a code shows. */
function table() {
  const random = new Random(7);
  const data = new Float32Array(5 * COUNT);
  for (let start = 0; start < data.length; start += 5) {
    const [a, b] = [random.normal(), random.normal()];
    data.set([a, 1000 + 90 * b, 0.01 * (a + b), 7 * a - b, a * b], start);
  }
  return normalize({ shape: [COUNT, 5], data, dtype: 'f4' }, 'standard');
}

/** One number of the code is the same for all. */
function silence(autoencoder) {
  const { value } = autoencoder.parameters.parameters[2]; // the weight before the code, [10, 3]
  for (let i = 1; i < value.data.length; i += 3) value.data[i] = 0;
}

/** A CSV file of integers, as European programs write it: a byte order mark, semicolons, lines that end with CR and LF. */
function integers() {
  const random = new Random(9);
  const data = new Int16Array(4 * COUNT);
  for (let start = 0; start < data.length; start += 4) {
    const [a, b] = [random.normal(), random.normal()];
    data.set([20 * a, 300 + 90 * b, -5 * (a + b), 400 * a * b].map(Math.round), start);
  }
  return normalize({ shape: [COUNT, 4], data, dtype: 'i2' }, 'standard');
}

/** The head of a file of format version 2: docs/isth.md, section 2. */
function headOfTable() {
  const start = new TextEncoder().encode('\ufefftemp °C;time;"a;b";d\r\n');
  return { kind: 'csv', head: Uint8Array.of(';'.charCodeAt(0), 2, 1, ...start) };
}

async function make(name, samples, { lossless, levels, original, silent = false }) {
  const { shape, data, normalization } = samples;
  const { dtype } = normalization;
  const autoencoder = new Autoencoder({ inputShape: shape.slice(1), encodingDim: 3, hidden: [10], seed: 2 });
  await autoencoder.fit(samples, { epochs: 30, batchSize: 10 });
  if (silent) silence(autoencoder);
  const { bytes } = await compressImages(autoencoder, samples, {
    lossless,
    levels,
    original,
    model: writeModel(autoencoder),
  });
  writeFileSync(at(`${name}.isth`), bytes);
  const restored = await decompressImages(bytes);
  return {
    fingerprint: modelFingerprint(autoencoder),
    shape,
    dtype,
    levels,
    lossless,
    originals: Array.from(data),
    ...(!lossless && { restored: Array.from(restored.data) }),
  };
}

const u1 = { dtype: 'u1', most: 255, noise: 6 };
const makers = {
  u1: (name) => make(name, images(u1), { lossless: true, levels: 16 }),
  u2: (name) => make(name, images({ dtype: 'u2', most: 65535, noise: 300 }), { lossless: true, levels: 16 }),
  colour: (name) => make(name, images({ ...u1, channels: 3 }), { lossless: true, levels: 16 }),
  lossy: (name) => make(name, images(u1), { lossless: false, levels: 13 }),
  table: (name) => make(name, table(), { lossless: false, levels: 6, silent: true }),
  csv: (name) => make(name, integers(), { lossless: true, levels: 16, original: headOfTable() }),
};
const expected = JSON.parse(readFileSync(at('expected.json'), 'utf8'));
for (const name of process.argv.slice(2)) expected[name] = await makers[name](name);
const lines = Object.entries(expected).map(([name, one]) => `  ${JSON.stringify(name)}: ${JSON.stringify(one)}`);
writeFileSync(at('expected.json'), `{\n${lines.join(',\n')}\n}\n`);
