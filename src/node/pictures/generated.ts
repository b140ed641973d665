/**
 * New samples as pictures: what a trained decoder makes of codes that no sample had. Read latent/gaussian.ts and
 * latent/paths.ts first.
 */

import { pictureOf } from '../../data/pictureShape.ts';
import { GAN } from '../../gan/gan.ts';
import type { AnyModel } from '../../io/model.ts';
import { GaussianDistribution } from '../../latent/gaussian.ts';
import { manifoldCodes } from '../../latent/paths.ts';
import { VariationalAutoencoder } from '../../vae/variationalAutoencoder.ts';
import { toPictures } from './display.ts';
import { imageGrid, imagesOf } from './grid.ts';
import { encodePng } from './png.ts';
import { scaleFor } from './strips.ts';

/** Pictures in a row and in a column of a manifold. */
export const MANIFOLD_SIZE = 20;

/** Whether a model was trained so that its decoder, or its generator, makes samples of standard normal codes. */
export function takesNormalCodes(model: AnyModel): boolean {
  return model instanceof GAN || model instanceof VariationalAutoencoder;
}

/**
 * The distribution from which random codes for a model are drawn.
 *
 * @param codes - The distribution of the codes of a plain autoencoder's training data.
 * @returns Undefined if nobody knows: for a plain autoencoder without `codes`.
 */
export function samplingDistribution(
  model: AnyModel,
  codes: GaussianDistribution | undefined,
): GaussianDistribution | undefined {
  return takesNormalCodes(model) ? GaussianDistribution.standard(model.encodingDim) : codes;
}

export interface SampleGridOptions {
  /** How many new samples. */
  readonly count: number;
  /** Decides the codes. */
  readonly seed: number;
}

/**
 * New samples as a PNG file.
 *
 * @param codes - As in {@link samplingDistribution}.
 * @returns Undefined if the samples are no pictures, or it is not known how codes are distributed.
 */
export function sampleGridPicture(
  model: AnyModel,
  { count, seed }: SampleGridOptions,
  codes?: GaussianDistribution,
): Uint8Array | undefined {
  const distribution = samplingDistribution(model, codes);
  if (!distribution || !pictureOf(model.inputShape, model.normalization)) return undefined;
  const samples = model.decode(distribution.sample(count, { seed }));
  return encodePng(imageGrid(toPictures([samples], model.normalization)[0]));
}

/**
 * The plane of codes of two numbers as a PNG file: what the decoder makes of a grid of codes (see `manifoldCodes`).
 *
 * @param codes - As in {@link samplingDistribution}.
 * @param size - Pictures in a row and in a column.
 * @returns Undefined if the codes have another length, the samples are no pictures, or it is not known how codes are
 *   distributed.
 */
export function manifoldPicture(
  model: AnyModel,
  codes?: GaussianDistribution,
  size = MANIFOLD_SIZE,
): Uint8Array | undefined {
  if (model.encodingDim !== 2 || !pictureOf(model.inputShape, model.normalization)) return undefined;
  const distribution = samplingDistribution(model, codes);
  if (!distribution) return undefined;
  const [images] = toPictures([model.decode(manifoldCodes(distribution, size))], model.normalization);
  const scale = scaleFor(imagesOf(images, 'manifoldPicture'), size, size);
  return encodePng(imageGrid(images, { columns: size, scale }));
}
