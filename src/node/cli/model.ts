/** What the commands that use a trained model share: opening it, and reading images as it was trained to see them. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { fitsSampleShape } from '../../autoencoder/batches.ts';
import { DataError, normalizationLike } from '../../data/normalization.ts';
import type { Normalization, Samples } from '../../data/samples.ts';
import { FormatError } from '../../io/errors.ts';
import { type LoadedModel, readModel } from '../../io/model.ts';
import type { Shape } from '../../tensor/shape.ts';
import { exists, FileError, readWholeFile } from '../files.ts';
import type { LoadedImages } from '../load.ts';
import { modelPath } from '../runFolder.ts';
import { UsageError } from './options.ts';

/**
 * @param endings - What a file's name must end with, if anything.
 * @throws {UsageError} If the option was not given, or names another kind of file.
 */
export function requireOption(
  name: string,
  value: string | undefined,
  placeholder: string,
  endings: readonly string[] = [''],
): string {
  if (value === undefined) throw new UsageError(`--${name} is missing, expected --${name} ${placeholder}.`);
  if (!endings.some((ending) => value.toLowerCase().endsWith(ending))) {
    throw new UsageError(`--${name} is '${value}', expected ${placeholder}.`);
  }
  return value;
}

/** @throws {FileError} If the file is there and may not be replaced. */
export async function refuseExisting(path: string, overwrite: boolean): Promise<void> {
  if (!overwrite && (await exists(path))) {
    throw new FileError(`${path} exists already, expected a new file (--overwrite replaces it).`);
  }
}

export interface OpenModel extends LoadedModel {
  readonly path: string;
  readonly byteLength: number;
}

/** Opens what `--model` names: a run folder or a model file. */
export async function openModel(option: string): Promise<OpenModel> {
  const path = await modelPath(option);
  const bytes = await readWholeFile(path);
  try {
    return { ...readModel(bytes), path, byteLength: bytes.length };
  } catch (error) {
    if ((error as Error).name !== 'FormatError') throw error;
    throw new FormatError(`${path}: ${(error as Error).message}`);
  }
}

/** Reads images for a model: of its shape, scaled as its training data was. */
export function samplesFor(autoencoder: Autoencoder, images: LoadedImages): Samples {
  requireShape(images, autoencoder.inputShape, 'the model takes');
  return samplesOf(images, () => normalizationLike(autoencoder.normalization, images));
}

/** Images with the normalization that `choose` finds for them; its errors name the file. */
export function samplesOf(images: LoadedImages, choose: () => Normalization): Samples {
  try {
    return { shape: images.shape, data: images.data, normalization: choose() };
  } catch (error) {
    if ((error as Error).name !== 'DataError') throw error;
    throw new DataError(`${images.source}: ${(error as Error).message}`);
  }
}

/** @throws {DataError} If the images don't have this shape. */
export function requireShape({ shape, source }: LoadedImages, expected: Shape, who: string): void {
  const [, ...found] = shape;
  if (fitsSampleShape(found, expected)) return;
  throw new DataError(`${source}: the images are ${timesShape(found)}, ${who} ${timesShape(expected)}.`);
}

/** `28×28`; a flat vector as `784 numbers`. */
export function timesShape(shape: Shape): string {
  return shape.length === 1 ? `${shape[0]} numbers` : shape.join('×');
}
