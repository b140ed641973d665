/**
 * Writes the golden .isth files, and what is in them (expected.json):
 *
 *   npm run -s build && node test/golden/isth/make_isth.mjs
 *
 * Made with the naive kernels, each with its model inside: a few steps of training, so that there is something to code.
 * To be made anew only where the format gets another version; then the old files stay, as what must still be read.
 */

import { writeFileSync } from 'node:fs';
import { Autoencoder, Random, setKernels, writeModel } from '../../../dist/src/index.js';
import { compressImages, decompressImages, fingerprintOf } from '../../../dist/src/io/index.js';

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

async function make(name, { dtype, channels = 1, most, noise, lossless, levels }) {
  const type = dtype === 'u2' ? Uint16Array : Uint8Array;
  const count = 60;
  const data = type.from(bumps(count, channels, most, noise));
  const shape = channels > 1 ? [count, 6, 6, channels] : [count, 6, 6];
  const images = { shape, data, normalization: { kind: 'divide', dtype, shift: 0, scale: most } };
  const autoencoder = new Autoencoder({ inputShape: shape.slice(1), encodingDim: 3, hidden: [10], seed: 2 });
  await autoencoder.fit(images, { epochs: 30, batchSize: 10, seed: 1 });
  const { bytes } = await compressImages(autoencoder, images, {
    lossless,
    levels,
    model: writeModel(autoencoder),
  });
  writeFileSync(at(`${name}.isth`), bytes);
  const restored = await decompressImages(bytes);
  return {
    fingerprint: fingerprintOf(autoencoder),
    shape,
    dtype,
    levels,
    lossless,
    originals: Array.from(data),
    ...(!lossless && { restored: Array.from(restored.data) }),
  };
}

const expected = {
  u1: await make('u1', { dtype: 'u1', most: 255, noise: 6, lossless: true, levels: 16 }),
  u2: await make('u2', { dtype: 'u2', most: 65535, noise: 300, lossless: true, levels: 16 }),
  colour: await make('colour', { dtype: 'u1', channels: 3, most: 255, noise: 6, lossless: true, levels: 16 }),
  lossy: await make('lossy', { dtype: 'u1', most: 255, noise: 6, lossless: false, levels: 13 }),
};
const lines = Object.entries(expected).map(([name, one]) => `  ${JSON.stringify(name)}: ${JSON.stringify(one)}`);
writeFileSync(at('expected.json'), `{\n${lines.join(',\n')}\n}\n`);
