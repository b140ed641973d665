/** Pictures as samples: one file, or a folder of them. */

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataError } from '../../data/samples.ts';
import { plural } from '../../tensor/words.ts';
import { stackPngs } from '../pictures/pngStack.ts';
import { fileError, readWholeFile } from './files.ts';
import type { PictureOptions } from './readOptions.ts';
import type { LoadedImages } from './sampleSource.ts';

export async function loadImageFile(path: string, _options: PictureOptions): Promise<LoadedImages> {
  return {
    ...stackPngs([{ bytes: await readWholeFile(path) }]),
    source: basename(path),
  };
}

export async function loadImageFolder(path: string, _options: PictureOptions): Promise<LoadedImages> {
  const entries = await readdir(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  const names = entries
    // macOS leaves a `._1.png` beside 1.png that is no image.
    .filter((name) => name.toLowerCase().endsWith('.png') && !name.startsWith('.'))
    // 2.png comes before 10.png, in every locale.
    .sort(new Intl.Collator('en', { numeric: true }).compare);
  if (names.length === 0) throw new DataError('the folder holds no .png files.');
  const files = [];
  for (const name of names) files.push({ name, bytes: await readWholeFile(join(path, name)) });
  return {
    ...stackPngs(files),
    source: `${plural(names.length, 'PNG')} in ${basename(path)}`,
  };
}
