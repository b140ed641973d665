/** What is in a folder of pictures, and what of it is left out. */

import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { plural } from '../../../tensor/words.ts';
import { fileError } from '../../files/files.ts';

/** By the names; which of the two a file is, its bytes say. */
const PICTURE = /\.(png|jpe?g|jpe)$/i;

/** Pictures that are not read here. */
export const OTHER_PICTURES =
  /\.(webp|gif|bmp|tiff?|heic|heif|avif|jp2|jxl|svg|ico|psd|tga|ppm|pgm|cr2|nef|dng)$/i;

/** What was found below a folder. */
export interface FoundPictures {
  /** Their paths from the folder that was looked at first, in natural order, those beside each other before those below. */
  readonly pictures: readonly string[];
  /** How many other files there are, by the ending of their names: `.txt`. */
  readonly others: ReadonlyMap<string, number>;
}

export interface PictureFolder {
  /** What is in the folder itself. */
  readonly own: FoundPictures;
  /** What is in and below each folder in it, in natural order of the names. */
  readonly subfolders: readonly (FoundPictures & { readonly name: string })[];
}

/**
 * Hidden files and folders are passed over: macOS leaves a `._1.png` beside 1.png that is no picture.
 *
 * @throws {FileError} If a folder can't be read.
 */
export async function findPictures(path: string): Promise<PictureFolder> {
  const { files, folders } = await listFolder(path);
  const subfolders = [];
  for (const name of folders) {
    const found = { pictures: [] as string[], others: new Map<string, number>() };
    await collect(path, name, found, new Set([await identityOf(path)]));
    subfolders.push({ name, ...found });
  }
  return { own: sorted(files), subfolders };
}

/** "3 .txt, 1 .webp" */
export function countsInWords(others: ReadonlyMap<string, number>): string[] {
  return [...others].map(([ending, count]) =>
    ending === '' ? `${plural(count, 'file')} without an ending` : `${count} ${ending}`,
  );
}

/** All that several folders hold besides pictures. */
export function sumOfCounts(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const counts of all) for (const [ending, count] of counts) add(sum, ending, count);
  return sum;
}

function add(counts: Map<string, number>, ending: string, count: number): void {
  counts.set(ending, (counts.get(ending) ?? 0) + count);
}

function sorted(files: readonly string[]): { pictures: string[]; others: Map<string, number> } {
  const others = new Map<string, number>();
  for (const name of files) if (!PICTURE.test(name)) add(others, extname(name).toLowerCase(), 1);
  return { pictures: files.filter((name) => PICTURE.test(name)), others };
}

/**
 * Adds what is in the folder and below it.
 *
 * @param visited - The folders that were seen: links may go in circles.
 */
async function collect(
  root: string,
  folder: string,
  found: { readonly pictures: string[]; readonly others: Map<string, number> },
  visited: Set<string>,
): Promise<void> {
  const path = join(root, folder);
  const identity = await identityOf(path);
  if (visited.has(identity)) return;
  visited.add(identity);
  const { files, folders } = await listFolder(path);
  const { pictures, others } = sorted(files);
  for (const name of pictures) found.pictures.push(`${folder}/${name}`);
  for (const [ending, count] of others) add(found.others, ending, count);
  for (const name of folders) await collect(root, `${folder}/${name}`, found, visited);
}

/** The same for all links to a folder. */
async function identityOf(path: string): Promise<string> {
  const { dev, ino } = await stat(path, { bigint: true });
  return `${dev} ${ino}`;
}

async function listFolder(path: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = await readdir(path, { withFileTypes: true }).catch((cause) => {
    throw fileError('read', path, cause);
  });
  const [files, folders]: [string[], string[]] = [[], []];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    ((await isFolder(path, entry)) ? folders : files).push(entry.name);
  }
  return { files: files.sort(naturally), folders: folders.sort(naturally) };
}

/** Or a link to one. A link to nothing counts as a file. */
async function isFolder(path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(join(path, entry.name)).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

const { compare } = new Intl.Collator('en', { numeric: true });

/** 2.png comes before 10.png, in every locale; and names that differ have the same order on every system. */
function naturally(a: string, b: string): number {
  return compare(a, b) || (a < b ? -1 : 1);
}
