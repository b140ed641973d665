/** What the commands that use a trained model share: opening it, and reading images as it was trained to see them. */

import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { fitsSampleShape } from '../../../data/batches.ts';
import { normalizationForTransform, statisticsForTransform } from '../../../data/normalization.ts';
import { DataError, type Normalization, type Samples, type StoredSamples } from '../../../data/samples.ts';
import { statisticsOf, statisticsOfStored, type ValueStatistics } from '../../../data/statistics.ts';
import { formatShape, type Shape } from '../../../tensor/shape.ts';
import { exists, FileError, fileError, inFile } from '../../files/files.ts';
import type { LoadedImages } from '../../files/load.ts';
import type { NpyFile } from '../../files/npyFile.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { UsageError } from '../terminal/options.ts';
import { timesShape } from '../terminal/output.ts';
import { describeSamples } from './describeSamples.ts';

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

/** @throws {FileError} If the file is there and may not be replaced, or there is no folder for it. */
export async function refuseExisting(path: string, overwrite: boolean): Promise<void> {
  await stat(`${dirname(path)}/.`).catch((cause) => {
    throw fileError('write', path, cause);
  });
  if (!overwrite && (await exists(path))) {
    throw new FileError(`${path} exists already, expected a new file (--overwrite replaces it).`);
  }
}

/** Reads images for a model, and says what it found: of the model's shape, scaled as its training data was. */
export function samplesFor(autoencoder: Autoencoder, images: LoadedImages): Samples {
  requireShape(images, autoencoder.inputShape, 'the model takes');
  const { shape, data } = images;
  const statistics = statisticsOf(data, statisticsForTransform(autoencoder.normalization, shape));
  return { shape, data, normalization: scaledFor(autoencoder, images, statistics) };
}

/** The same of a file that is read batch by batch: it is read through once here. */
export async function storedSamplesFor(autoencoder: Autoencoder, file: NpyFile): Promise<StoredSamples> {
  requireShape(file, autoencoder.inputShape, 'the model takes');
  const { shape, read } = file;
  const statistics = await statisticsOfStored(file, statisticsForTransform(autoencoder.normalization, shape));
  return { shape, read, normalization: scaledFor(autoencoder, file, statistics) };
}

function scaledFor(
  { inputShape, normalization: trained }: Autoencoder,
  images: Pick<LoadedImages, 'shape' | 'dtype' | 'source'>,
  statistics: ValueStatistics,
): Normalization {
  const normalization = naming(images.source, () => normalizationForTransform(trained, images, statistics));
  describeSamples(nounOf(inputShape, normalization), { images, statistics, normalization });
  return normalization;
}

/** What `choose` finds; its errors name the file. */
export function naming<T>(source: string, choose: () => T): T {
  try {
    return choose();
  } catch (error) {
    throw inFile(source, error as Error);
  }
}

/** @throws {DataError} If the samples don't have this shape. */
export function requireShape(
  { shape, source }: Pick<LoadedImages, 'shape' | 'source'>,
  expected: Shape,
  who: string,
): void {
  const [, ...found] = shape;
  if (fitsSampleShape(found, expected)) return;
  if (fitsSampleShape(shape, expected)) {
    const dimensions = expected.join(', ');
    throw new DataError(
      `${source}: the array is ${formatShape(shape)}, expected [n, ${dimensions}]: one sample is [1, ${dimensions}], arr[None].`,
    );
  }
  throw new DataError(`${source}: the samples are ${timesShape(found)}, ${who} ${timesShape(expected)}.`);
}
