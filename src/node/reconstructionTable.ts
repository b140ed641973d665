/** What a picture of reconstructions is for images: a few samples that are none, as a table for spreadsheets. */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import { Corruption, type Noise } from '../autoencoder/corruption.ts';
import { type Samples, scalingOf, sliceSamples } from '../data/samples.ts';
import { Random } from '../tensor/random.ts';
import { toInputs } from './display.ts';

/** As many samples as one cares to read. */
const SAMPLES = 10;

/** float32 holds about seven digits. */
const DIGITS = 7;

/**
 * The first samples as CSV, a column for each feature, in the units of the data. Of each sample a line `original`, with
 * noise a line `noisy`, then `restored` and `error` (restored - original).
 *
 * @param noise - Corrupts what the model gets; the same samples get the same noise each time.
 * @throws {ShapeError} If the samples don't fit the model.
 */
export function reconstructionTable(autoencoder: Autoencoder, samples: Samples, noise?: Noise): string {
  const { shifts, scales } = scalingOf(autoencoder.normalization);
  const originals = toInputs(autoencoder, sliceSamples(samples, 0, SAMPLES));
  const seen = noise && new Corruption(noise).apply(originals, new Random(0));
  const restored = autoencoder.predict(seen ?? originals);
  const features = originals.size / originals.shape[0];
  const unitsOf = (inputs: Float32Array) =>
    Array.from(inputs, (input, j) => input * scales[j % scales.length] + shifts[j % shifts.length]);
  const lines = [
    ['sample', 'values', ...Array.from({ length: features }, (_, j) => `feature ${j}`)].join(','),
  ];
  for (let i = 0; i < originals.shape[0]; i++) {
    const [x, noisy, y] = [originals, seen, restored].map((all) => all && unitsOf(all.rows(i, i + 1).data));
    const error = x!.map((value, j) => y![j] - value);
    for (const [name, values] of Object.entries({ original: x, noisy, restored: y, error })) {
      if (values)
        lines.push([i, name, ...values.map((value) => Number(value.toPrecision(DIGITS)))].join(','));
    }
  }
  return `${lines.join('\n')}\n`;
}
