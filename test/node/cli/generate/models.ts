/** Small models of every kind, as bytes: what `generate`, `interpolate`, `manifold` and `traverse` are called with. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Autoencoder } from '../../../../src/autoencoder/autoencoder.ts';
import type { Normalization } from '../../../../src/data/samples.ts';
import { GAN } from '../../../../src/gan/gan.ts';
import { type AnyModel, writeModel } from '../../../../src/io/model.ts';
import { readNpy } from '../../../../src/io/numpy/npy.ts';
import { GaussianDistribution } from '../../../../src/latent/gaussian.ts';
import { type DecodedPng, decodePng } from '../../../../src/node/pictures/png.ts';
import { heUniform } from '../../../../src/tensor/initializers.ts';
import { Tensor } from '../../../../src/tensor/tensor.ts';
import { VariationalAutoencoder } from '../../../../src/vae/variationalAutoencoder.ts';
import { DIVIDED, floatsNpy, imagesNpy } from '../fixtures.ts';

interface Shape {
  readonly inputShape?: readonly number[];
  readonly encodingDim?: number;
  readonly normalization?: Normalization;
}

/** A training is not needed: random weights of this size give pictures that differ. */
const WEIGHTS = { seed: 3, initializer: heUniform };

function scaled<M extends AnyModel>(model: M, { normalization = DIVIDED }: Shape): M {
  model.normalization = normalization;
  return model;
}

export function vae(shape: Shape = {}): VariationalAutoencoder {
  const { inputShape = [8, 8], encodingDim = 2 } = shape;
  return scaled(new VariationalAutoencoder({ inputShape, encodingDim, hidden: [16], ...WEIGHTS }), shape);
}

export function gan(shape: Shape = {}): GAN {
  const { inputShape = [8, 8], encodingDim = 2 } = shape;
  const hidden = { generatorHidden: [16], discriminatorHidden: [8] };
  return scaled(new GAN({ inputShape, encodingDim, ...hidden, ...WEIGHTS }), shape);
}

export function plain(shape: Shape = {}): Autoencoder {
  const { inputShape = [8, 8], encodingDim = 2 } = shape;
  return scaled(new Autoencoder({ inputShape, encodingDim, hidden: [16], ...WEIGHTS }), shape);
}

/** Codes around (1, -2), whose two numbers depend on one another. */
export const CODES = new GaussianDistribution(Tensor.from([1, -2]), Tensor.from([2, 0, -1, 0.5], [2, 2]));

/** A table of three columns. */
export const TABLE: Shape = {
  inputShape: [3],
  normalization: { kind: 'standard', dtype: 'f8', shift: [1, 2, 3], scale: [1, 1, 2] },
};

/** Takes numbers of any size. */
export const STANDARD: Normalization = { kind: 'standard', dtype: 'f4', shift: 0, scale: 1 };

/** In every folder: models of every kind and 40 images. */
export const FILES = {
  'vae.safetensors': writeModel(vae()),
  'vae3.safetensors': writeModel(vae({ encodingDim: 3 })),
  'gan.safetensors': writeModel(gan()),
  'plain.safetensors': writeModel(plain(), { codes: CODES }),
  'old.safetensors': writeModel(plain()),
  'standard.safetensors': writeModel(plain({ normalization: STANDARD })),
  'table.safetensors': writeModel(vae(TABLE)),
  'images.npy': imagesNpy(),
  'huge.npy': floatsNpy(() => 3e38),
};

export function npyAt(...path: string[]): ReturnType<typeof readNpy> {
  return readNpy(new Uint8Array(readFileSync(join(...path))));
}

export function pngAt(...path: string[]): DecodedPng {
  return decodePng(new Uint8Array(readFileSync(join(...path))));
}
