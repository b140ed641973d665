/**
 * Writes the golden .isth files, and what is in them (expected.json):
 *
 *   npm run -s build && node test/golden/isth/make_isth.mjs
 *
 * Made with the naive kernels, each with its model inside: a few steps of training, so that there is something to code.
 * To be made anew only where the format gets another version; then the old files stay, as what must still be read.
 */

import { writeFileSync } from 'node:fs';
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

async function make(name, samples, { lossless, levels, silent = false }) {
  const { shape, data, normalization } = samples;
  const { dtype } = normalization;
  const autoencoder = new Autoencoder({ inputShape: shape.slice(1), encodingDim: 3, hidden: [10], seed: 2 });
  await autoencoder.fit(samples, { epochs: 30, batchSize: 10, seed: 1 });
  if (silent) silence(autoencoder);
  const { bytes } = await compressImages(autoencoder, samples, {
    lossless,
    levels,
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
const expected = {
  u1: await make('u1', images(u1), { lossless: true, levels: 16 }),
  u2: await make('u2', images({ dtype: 'u2', most: 65535, noise: 300 }), { lossless: true, levels: 16 }),
  colour: await make('colour', images({ ...u1, channels: 3 }), { lossless: true, levels: 16 }),
  lossy: await make('lossy', images(u1), { lossless: false, levels: 13 }),
  table: await make('table', table(), { lossless: false, levels: 6, silent: true }),
};
const lines = Object.entries(expected).map(([name, one]) => `  ${JSON.stringify(name)}: ${JSON.stringify(one)}`);
writeFileSync(at('expected.json'), `{\n${lines.join(',\n')}\n}\n`);
