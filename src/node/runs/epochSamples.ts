/**
 * How the samples of a GAN change while it learns: after some epochs a picture of the samples of the same codes, and at the
 * end the first row of each below one another.
 */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GAN } from '../../gan/gan.ts';
import { exists, fileError, readWholeFile } from '../files/files.ts';
import { toPictures } from '../pictures/display.ts';
import { imageGrid, labelledRows, topRow } from '../pictures/grid.ts';
import { decodePng, encodePng, type PixelImage } from '../pictures/png.ts';
import { pictureOf } from '../pictures/sampleKind.ts';
import { EPOCH_SAMPLES, type RunFolder } from './runFolder.ts';

/** The pictures have so many rows and columns. */
const SIDE = 8;

/** Writes `samples/epoch-010.png`, unless the samples are no pictures. */
export async function writeEpochSamples(folder: RunFolder, gan: GAN, epoch: number): Promise<void> {
  if (!pictureOf(gan.inputShape, gan.normalization)) return;
  const [pictures] = toPictures([gan.sample(SIDE * SIDE)], gan.normalization);
  const name = `epoch-${String(epoch).padStart(3, '0')}.png`;
  await folder.write(`${EPOCH_SAMPLES}/${name}`, encodePng(imageGrid(pictures, { columns: SIDE })));
}

/**
 * A PNG file with the first row of each of these pictures, the epoch written beside it; undefined if there are none. It is
 * made of the files, so that a resumed run has the epochs of before.
 */
export async function epochSamplesStrip({ path }: RunFolder): Promise<Uint8Array | undefined> {
  const folder = join(path, EPOCH_SAMPLES);
  if (!(await exists(folder))) return undefined;
  const names = await readdir(folder).catch((cause) => {
    throw fileError('read', folder, cause);
  });
  const epochs = names
    .flatMap((name) => /^epoch-(\d+)\.png$/.exec(name)?.[1] ?? [])
    .sort((a, b) => Number(a) - Number(b));
  if (epochs.length === 0) return undefined;
  const rows: { label: string; image: PixelImage }[] = [];
  for (const epoch of epochs) {
    const picture = decodePng(await readWholeFile(join(folder, `epoch-${epoch}.png`)));
    rows.push({ label: `epoch ${Number(epoch)}`, image: topRow(withoutAlpha(picture), SIDE) });
  }
  return encodePng(labelledRows(rows));
}

/** The red, green and blue of each pixel; only one of them if they are all the same. */
function withoutAlpha({ width, height, data }: ReturnType<typeof decodePng>): PixelImage {
  let isGray = true;
  for (let i = 0; i < data.length && isGray; i += 4) {
    isGray = data[i] === data[i + 1] && data[i] === data[i + 2];
  }
  const channels = isGray ? 1 : 3;
  const pixels = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < channels; channel++)
      pixels[i * channels + channel] = data[4 * i + channel];
  }
  return { width, height, channels, data: pixels };
}
