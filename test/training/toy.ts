/** A problem that is small enough for tests: images of one bump, which two numbers describe, and a model for them. */

import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import type { AutoencoderOptions } from '../../src/autoencoder/options.ts';
import type { Samples, UniformNormalization } from '../../src/data/samples.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

const { exp, fround, round } = Math;

export const DIVIDED_BY_255: UniformNormalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };

const SIDE = 4;
export const FEATURES = SIDE * SIDE;

/** Shape `[count, 4, 4]`, uint8: one bump in each image. */
export function toyImages(count: number, seed = 1): Samples & { readonly data: Uint8Array } {
  const random = new Random(seed);
  const data = new Uint8Array(count * FEATURES);
  for (let n = 0; n < count; n++) {
    const x = random.uniform(0, SIDE - 1);
    const y = random.uniform(0, SIDE - 1);
    for (let i = 0; i < SIDE; i++) {
      for (let j = 0; j < SIDE; j++) {
        data[n * FEATURES + i * SIDE + j] = round(255 * exp(-((i - y) ** 2 + (j - x) ** 2) / 2));
      }
    }
  }
  return { shape: [count, SIDE, SIDE], data, normalization: DIVIDED_BY_255 };
}

/** The same images as the network sees them. */
export function asInputs(images: { readonly shape: readonly number[]; readonly data: Uint8Array }): Tensor {
  return new Tensor(
    Float32Array.from(images.data, (value) => fround(value / 255)),
    images.shape,
  );
}

/** 16-12-3-12-16 */
export function toyModel(options: Partial<AutoencoderOptions> = {}): Autoencoder {
  const architecture = 'spec' in options ? {} : { inputShape: [SIDE, SIDE, 1], encodingDim: 3, hidden: [12] };
  return new Autoencoder({ ...architecture, seed: 7, ...options } as AutoencoderOptions);
}

/** All numbers of sample i are i, so that the values of a batch show which samples it holds. */
export function numberedSamples(count: number, features = 2): Tensor {
  return Tensor.from(
    Array.from({ length: count * features }, (_, i) => Math.floor(i / features)),
    [count, features],
  );
}
