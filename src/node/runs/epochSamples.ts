/**
 * How the samples of a GAN change while it learns: after some epochs a picture of the samples of the same codes, and at the
 * end the first row of each below one another.
 */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pictureOf } from '../../data/pictureShape.ts';
import type { GAN } from '../../gan/gan.ts';
import { exists, fileError, namingFile, readWholeFile } from '../files/files.ts';
import { toPictures } from '../pictures/display.ts';
import { firstRowOf, type ImageBatch, imageGrid } from '../pictures/grid.ts';
import { decodePng, encodePng } from '../pictures/png.ts';
import { stripSheet } from '../pictures/strips.ts';
import { EPOCH_SAMPLES, type RunFolder } from './runFolder.ts';

/** The pictures have so many rows and columns. */
const SIDE = 8;

/** Of more epochs some are left out of the strip: it must fit into memory, and be looked at. */
const MAX_ROWS = 50;

/** Writes `samples/epoch-010.png`, unless the samples are no pictures. */
export async function writeEpochSamples(folder: RunFolder, gan: GAN, epoch: number): Promise<void> {
  if (!pictureOf(gan.inputShape, gan.normalization)) return;
  const [pictures] = toPictures([gan.sample(SIDE * SIDE)], gan.normalization);
  const name = `epoch-${String(epoch).padStart(3, '0')}.png`;
  await folder.write(`${EPOCH_SAMPLES}/${name}`, encodePng(imageGrid(pictures, { columns: SIDE })));
}

/**
 * A PNG file with the first row of each of these pictures, at most 50, the epoch written beside it; undefined if there are
 * none. It is made of the files, so that a resumed run has the epochs of before.
 */
export async function epochSamplesStrip({ path }: RunFolder): Promise<Uint8Array | undefined> {
  const folder = join(path, EPOCH_SAMPLES);
  if (!(await exists(folder))) return undefined;
  const names = await readdir(folder).catch((cause) => {
    throw fileError('read', folder, cause);
  });
  const all = names
    .flatMap((name) => /^epoch-(\d+)\.png$/.exec(name)?.[1] ?? [])
    .sort((a, b) => Number(a) - Number(b));
  if (all.length === 0) return undefined;
  const epochs = evenly(all, MAX_ROWS);
  const rows: ImageBatch[] = [];
  for (const epoch of epochs) {
    const path = join(folder, `epoch-${epoch}.png`);
    const bytes = await readWholeFile(path);
    rows.push(
      firstRowOf(
        namingFile(path, () => decodePng(bytes)),
        SIDE,
      ),
    );
  }
  const [, ...image] = rows[0].shape;
  const data = new Float32Array(rows.length * rows[0].data.length);
  rows.forEach((row, i) => {
    data.set(row.data, i * row.data.length);
  });
  const columnHeadings = Array.from({ length: SIDE }, () => '');
  const rowHeadings = epochs.map((epoch) => `epoch ${Number(epoch)}`);
  const shape = [SIDE * rows.length, ...image];
  return encodePng(stripSheet({ shape, data }, { columnHeadings, rowHeadings }));
}

/** The first and the last of them, and others between these at equal distances. */
function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
}
