import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { GAN } from '../../../src/gan/gan.ts';
import type { AnyModel } from '../../../src/io/model.ts';
import { GaussianDistribution } from '../../../src/latent/gaussian.ts';
import { manifoldCodes } from '../../../src/latent/paths.ts';
import {
  MANIFOLD_SIZE,
  manifoldPicture,
  sampleGridPicture,
  samplingDistribution,
  takesNormalCodes,
} from '../../../src/node/pictures/generated.ts';
import { imageGrid } from '../../../src/node/pictures/grid.ts';
import { encodePng } from '../../../src/node/pictures/png.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { VariationalAutoencoder } from '../../../src/vae/variationalAutoencoder.ts';
import { DIVIDED } from '../cli/fixtures.ts';

const CODES = new GaussianDistribution(Tensor.from([1, -2]), Tensor.from([2, 0, -1, 0.5], [2, 2]));
const ARCHITECTURE = { inputShape: [8, 8], encodingDim: 2, seed: 3 };

function divided<M extends AnyModel>(model: M): M {
  model.normalization = DIVIDED;
  return model;
}

const vae = divided(new VariationalAutoencoder({ ...ARCHITECTURE, hidden: [16] }));
const gan = divided(new GAN({ ...ARCHITECTURE, generatorHidden: [16], discriminatorHidden: [8] }));
const plain = divided(new Autoencoder({ ...ARCHITECTURE, hidden: [16] }));
const table = new VariationalAutoencoder({ inputShape: [3], encodingDim: 2 });

describe('samplingDistribution', () => {
  test.each([vae, gan])('is standard for models that are trained so, whatever their file says', (model) => {
    expect(takesNormalCodes(model)).toBe(true);
    expect(samplingDistribution(model, CODES)).toEqual(GaussianDistribution.standard(2));
  });

  test('is that of the training codes for a plain autoencoder', () => {
    expect(takesNormalCodes(plain)).toBe(false);
    expect(samplingDistribution(plain, CODES)).toBe(CODES);
    expect(samplingDistribution(plain, undefined)).toBeUndefined();
  });
});

describe('sampleGridPicture', () => {
  test.each<[string, AnyModel, Tensor]>([
    ['a variational autoencoder', vae, vae.sample(9, { seed: 4 })],
    ['a GAN', gan, gan.sample(9, { seed: 4 })],
    ['a plain autoencoder', plain, plain.decode(CODES.sample(9, { seed: 4 }))],
  ])('draws the new samples of %s as a grid', (_, model, samples) => {
    expect(sampleGridPicture(model, { count: 9, seed: 4 }, CODES)).toEqual(encodePng(imageGrid(samples)));
  });

  test('is undefined without pictures, or without a distribution of codes', () => {
    expect(sampleGridPicture(table, { count: 9, seed: 4 })).toBeUndefined();
    expect(sampleGridPicture(plain, { count: 9, seed: 4 })).toBeUndefined();
  });
});

describe('manifoldPicture', () => {
  test.each<[string, AnyModel, GaussianDistribution]>([
    ['a variational autoencoder', vae, GaussianDistribution.standard(2)],
    ['a GAN', gan, GaussianDistribution.standard(2)],
    ['a plain autoencoder', plain, CODES],
  ])('draws the grid of codes of %s', (_, model, distribution) => {
    const images = model.decode(manifoldCodes(distribution, 4));
    const expected = encodePng(imageGrid(images, { columns: 4 }));
    expect(manifoldPicture(model, CODES, 4)).toEqual(expected);
  });

  test('has 20 images in a row, none of them enlarged so much that it does not fit a screen', () => {
    const images = vae.decode(manifoldCodes(GaussianDistribution.standard(2), MANIFOLD_SIZE));
    const grid = imageGrid(images, { columns: 20, scale: 10 });
    expect(grid.width).toBeLessThan(1700);
    expect(Buffer.compare(manifoldPicture(vae) as Uint8Array, encodePng(grid))).toBe(0);
  });

  test('is undefined for codes of another length, without pictures, or without a distribution of codes', () => {
    const long = divided(new VariationalAutoencoder({ inputShape: [8, 8], encodingDim: 3 }));
    for (const model of [long, table, plain]) expect(manifoldPicture(model)).toBeUndefined();
  });
});
