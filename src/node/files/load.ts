/**
 * Images from the disk: `.npy`, `.npz`, IDX (`.idx`, `-ubyte`, also `.gz`), a PNG or a folder of PNGs.
 * The name says which format is meant, and the contents must agree.
 */

import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fitsSampleShape } from '../../data/batches.ts';
import { DataError } from '../../data/samples.ts';
import { FormatError, OptionError } from '../../io/errors.ts';
import { IDX_HEAD_LENGTH, parseIdxHeader, readIdx } from '../../io/numpy/idx.ts';
import { gunzip, isGzip } from '../../io/numpy/inflate.ts';
import { readNpy } from '../../io/numpy/npy.ts';
import { NPY_HEAD_LENGTH, parseNpyHeader } from '../../io/numpy/npyHeader.ts';
import { NPZ_OPTIONS, type NpzOptions, readNpz } from '../../io/numpy/npz.ts';
import { type OptionNames, requireOptions } from '../../tensor/options.ts';
import { formatShape, type Shape, sizeOf } from '../../tensor/shape.ts';
import { plural } from '../../tensor/words.ts';
import { stackPngs } from '../pictures/pngStack.ts';
import { fileError, inFile, readWholeFile, requirePath } from './files.ts';
import { memoryOfNpy, NpyFile } from './npyFile.ts';
import { type LoadedImages, type SampleSource, SamplesInMemory } from './sampleSource.ts';

export interface LoadOptions extends NpzOptions {
  /** What a trained model takes, such as [28, 28]: then an array of one sample, [28, 28] or [784], is read as [1, 28, 28]. */
  readonly sampleShape?: Shape | undefined;
}

const LOAD_OPTIONS: OptionNames<LoadOptions> = { ...NPZ_OPTIONS, sampleShape: true };

export interface OpenOptions extends LoadOptions {
  /** How many bytes a `.npy` may take in memory. @default {@link defaultInMemoryLimit} */
  readonly inMemoryLimit?: number | undefined;
}

const OPEN_OPTIONS: OptionNames<OpenOptions> = { ...LOAD_OPTIONS, inMemoryLimit: true };

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
    return new SamplesInMemory(samplesOf(path, await readNamed(read, path, others), others));
  }
  const file = await NpyFile.open(path);
  try {
    if (!isOneSample(file.shape, options.sampleShape)) {
      requireSamples(path, file.shape, options.sampleShape);
      return file;
    }
    // Rows are what is read batch by batch, and these would be parts of a sample: it is as small as one.
    await file.close();
    return new SamplesInMemory(samplesOf(path, await readNamed(read, path, options), options));
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
 * @param options - `sampleShape`: makes an array of one sample [1, ...].
 * @throws {DataError} If there are no samples in it, or it holds single numbers (labels, for instance).
 */
export async function loadImages(path: string, options: LoadOptions = {}): Promise<LoadedImages> {
  requireOptions('loadImages', options, LOAD_OPTIONS);
  return samplesOf(path, await loadArray(path, options), options);
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
  requirePath('loadImages', path);
  const info = await stat(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  const reader = info.isDirectory() ? readPngFolder : readerOf(path);
  if (key !== undefined && reader !== readNpzFile) {
    throw new OptionError((option) => `${path}: got ${option('key', key)}, but only .npz files have keys.`);
  }
  return reader;
}

/** An array as samples [n, ...]. */
function samplesOf(path: string, array: LoadedImages, { sampleShape }: LoadOptions): LoadedImages {
  if (sampleShape && isOneSample(array.shape, sampleShape)) {
    return { ...array, shape: [1, ...sampleShape], source: `${array.source}, read as arr[None]` };
  }
  requireSamples(path, array.shape, sampleShape);
  return array;
}

/** Whether the array is a sample, and not samples of this shape. */
function isOneSample(shape: Shape, sampleShape: Shape | undefined): boolean {
  if (!sampleShape || !fitsSampleShape(shape, sampleShape)) return false;
  const [count, ...sample] = shape;
  return shape.length < 2 || !(fitsSampleShape(sample, sampleShape) || isColumn(count, sample));
}

/** [13, 1] may be a sample of 13 numbers, or 13 samples of one. */
function isColumn(count: number, sample: Shape): boolean {
  return count > 1 && sizeOf(sample) === 1;
}

/** In values: a length of frames that is usual for sound. */
const FRAME = 512;

function requireSamples(path: string, shape: Shape, sampleShape: Shape | undefined): void {
  const [count = 0, ...sample] = shape;
  const found = `${path}: the array is ${formatShape(shape)}`;
  if (shape.includes(0)) throw new DataError(`${found}: it holds no samples.`);
  if (shape.length < 2) {
    const size = sampleShape ? sizeOf(sampleShape) : FRAME;
    const isLong = sizeOf(shape) >= 2 * size;
    // Whatever its length is: what is left over at the end is not used.
    const frames = `a ${sampleShape ? 'long array can be cut into samples' : 'recording can be cut into frames'}, arr[: len(arr) // ${size} * ${size}].reshape(-1, ${size})`;
    const column = 'n samples of one number are a column, arr.reshape(-1, 1)';
    if (sampleShape && size > 1) {
      const expected = `expected samples of shape [n, ${sampleShape.join(', ')}], or one sample`;
      throw new DataError(`${found}, ${expected}${isLong ? `: ${frames}` : ''}.`);
    }
    const ways = size > 1 && isLong ? `${frames}, and ${column}` : column;
    throw new DataError(`${found}, expected samples of shape [n, ...]: ${ways}.`);
  }
  if (sampleShape && isColumn(count, sample) && sizeOf(shape) === sizeOf(sampleShape)) {
    throw new DataError(
      `${found}, expected [n, ${sampleShape.join(', ')}]: if it is one sample, arr.reshape(1, -1).`,
    );
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

async function readNpzFile(path: string, { sampleShape, ...options }: LoadOptions): Promise<LoadedImages> {
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
    source: `${plural(names.length, 'PNG')} in ${basename(path)}`,
  };
}
