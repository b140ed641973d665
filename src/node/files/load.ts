/**
 * Images from the disk: `.npy`, `.npz`, IDX (`.idx`, `-ubyte`, also `.gz`), a PNG or a folder of PNGs.
 * The name says which format is meant, and the contents must agree.
 */

import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataError } from '../../data/samples.ts';
import { FormatError } from '../../io/errors.ts';
import { IDX_HEAD_LENGTH, parseIdxHeader, readIdx } from '../../io/numpy/idx.ts';
import { gunzip, isGzip } from '../../io/numpy/inflate.ts';
import { readNpy } from '../../io/numpy/npy.ts';
import { NPY_HEAD_LENGTH, parseNpyHeader } from '../../io/numpy/npyHeader.ts';
import { NPZ_OPTIONS, type NpzOptions, readNpz } from '../../io/numpy/npz.ts';
import { type OptionNames, requireOptions } from '../../tensor/options.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';
import { stackPngs } from '../pictures/pngStack.ts';
import { fileError, inFile, readWholeFile } from './files.ts';
import { memoryOfNpy, NpyFile } from './npyFile.ts';
import { type LoadedImages, type SampleSource, SamplesInMemory } from './sampleSource.ts';

/** Which array of an `.npz` to take; other files have only one. */
export type LoadOptions = NpzOptions;

export interface OpenOptions extends LoadOptions {
  /** How many bytes a `.npy` may take in memory. @default {@link defaultInMemoryLimit} */
  readonly inMemoryLimit?: number | undefined;
}

const OPEN_OPTIONS: OptionNames<OpenOptions> = { ...NPZ_OPTIONS, inMemoryLimit: true };

/** In bytes: half of the memory that is free, or that the container allows. The other half is for everything else. */
export function defaultInMemoryLimit(): number {
  return process.availableMemory() / 2;
}

/**
 * Opens images. A `.npy` that would take more memory than the limit, including what its conversion takes, stays in its
 * file and is read batch by batch; everything else is loaded.
 *
 * @returns To be closed by its `close`.
 * @throws As {@link loadImages}.
 * @throws {FormatError} If a file that would take more is in Fortran order.
 */
export async function openImages(path: string, options: OpenOptions = {}): Promise<SampleSource> {
  requireOptions('openImages', options, OPEN_OPTIONS);
  const { inMemoryLimit = defaultInMemoryLimit(), ...others } = options;
  const read = await findReader(path, others);
  if (read !== readNpyFile || (await memoryOfNpy(path)) <= inMemoryLimit) {
    const array = await readNamed(read, path, others);
    requireSamples(path, array.shape);
    return new SamplesInMemory(array);
  }
  const file = await NpyFile.open(path);
  try {
    requireSamples(path, file.shape);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Loads images into memory.
 *
 * @throws {FileError} If the file or folder can't be read.
 * @throws {FormatError} If a file is not what its name says, is damaged, or can't be used.
 * @throws {DataError} If there are no samples in it, or it holds single numbers (labels, for instance).
 */
export async function loadImages(path: string, options: LoadOptions = {}): Promise<LoadedImages> {
  requireOptions('loadImages', options, NPZ_OPTIONS);
  const array = await loadArray(path, options);
  requireSamples(path, array.shape);
  return array;
}

/**
 * Loads an array of any shape, from the same kinds of files.
 *
 * @throws {FileError} If the file or folder can't be read.
 * @throws {FormatError} If a file is not what its name says, is damaged, or can't be used.
 */
export async function loadArray(path: string, options: LoadOptions = {}): Promise<LoadedImages> {
  return readNamed(await findReader(path, options), path, options);
}

/** Reads a file; errors name it. */
function readNamed(read: Reader, path: string, options: LoadOptions): Promise<LoadedImages> {
  return read(path, options).catch((error) => {
    throw inFile(path, error);
  });
}

async function findReader(path: string, { key }: LoadOptions): Promise<Reader> {
  const info = await stat(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  const reader = info.isDirectory() ? readPngFolder : readerOf(path);
  if (key !== undefined && reader !== readNpzFile) {
    throw new DataError(`${path}: got the key '${key}', but only .npz files have keys.`);
  }
  return reader;
}

function requireSamples(path: string, shape: Shape): void {
  const [count = 0, ...sample] = shape;
  if (shape.length < 2) {
    throw new DataError(
      `${path}: the array is ${formatShape(shape)}, expected samples of shape [n, ...]: a recording can be cut into frames, arr.reshape(-1, 512), and n numbers are a column, arr.reshape(-1, 1).`,
    );
  }
  if (count === 0 || sample.includes(0)) {
    throw new DataError(`${path}: the array is ${formatShape(shape)}: it holds no samples.`);
  }
}

type Reader = (path: string, options: LoadOptions) => Promise<LoadedImages>;

function readerOf(path: string): Reader {
  const name = basename(path).toLowerCase();
  if (name.endsWith('.npy')) return readNpyFile;
  if (name.endsWith('.npz')) return readNpzFile;
  if (/(\.idx\d?|[-.]ubyte|\.idx\d?[-.]ubyte)(\.gz)?$/.test(name)) return readIdxFile;
  if (name.endsWith('.png')) return readPngFile;
  throw new FormatError(
    `${path}: unknown kind of file, expected .npy, .npz, .idx, -ubyte (also .gz), .png or a folder of PNGs.`,
  );
}

async function readNpyFile(path: string): Promise<LoadedImages> {
  const bytes = await readWholeFile(path, { check: parseNpyHeader, headLength: NPY_HEAD_LENGTH });
  return { ...readNpy(bytes), source: basename(path) };
}

async function readNpzFile(path: string, options: LoadOptions): Promise<LoadedImages> {
  const bytes = await readWholeFile(path);
  const array = await readNpz(bytes, options);
  return { ...array, source: `${basename(path)}, ${array.key}` };
}

async function readIdxFile(path: string): Promise<LoadedImages> {
  const bytes = await readWholeFile(path);
  const compressed = isGzip(bytes);
  if (!compressed && path.toLowerCase().endsWith('.gz')) {
    throw new FormatError('the file does not start like a gzip file, expected one by its name.');
  }
  // A small file may claim a huge array: its header is checked before memory is taken for that.
  const head = { check: parseIdxHeader, headLength: IDX_HEAD_LENGTH };
  const contents = compressed ? await gunzip(bytes, undefined, head) : bytes;
  return { ...readIdx(contents), source: basename(path) };
}

async function readPngFile(path: string): Promise<LoadedImages> {
  return {
    ...stackPngs([{ bytes: await readWholeFile(path) }]),
    source: basename(path),
  };
}

async function readPngFolder(path: string): Promise<LoadedImages> {
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
    source: `${names.length} PNG${names.length === 1 ? '' : 's'} in ${basename(path)}`,
  };
}
