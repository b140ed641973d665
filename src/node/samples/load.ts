/**
 * Samples from the disk, of every kind of file that readers.ts has a reader for: into memory, or left where they are and
 * read batch by batch.
 */

import { fitsSampleShape } from '../../data/batches.ts';
import { DataError } from '../../data/samples.ts';
import type { OptionNames } from '../../tensor/options.ts';
import { formatShape, type Shape, sizeOf } from '../../tensor/shape.ts';
import { inFile, requirePath } from '../files/files.ts';
import { findReader, type Reader } from './readers.ts';
import { LOAD_OPTIONS, type LoadOptions, requireLoadOptions } from './readOptions.ts';
import { type LoadedImages, type SampleSource, samplesInMemory } from './sampleSource.ts';
import { refuseUnsuited } from './suitableOptions.ts';

/** Options of {@link openImages}. */
export interface OpenOptions extends LoadOptions {
  /** How many bytes a `.npy` or a table may take in memory. @default {@link defaultInMemoryLimit} */
  readonly inMemoryLimit?: number | undefined;
}

const OPEN_OPTIONS: OptionNames<OpenOptions> = { ...LOAD_OPTIONS, inMemoryLimit: true };

/**
 * How much {@link openImages} loads by default, in bytes: half of the memory that is free, or that the container allows.
 * The other half is for everything else.
 *
 * @example
 * defaultInMemoryLimit() > 0; // true
 */
export function defaultInMemoryLimit(): number {
  return process.availableMemory() / 2;
}

/**
 * Opens images or other samples. A `.npy` or a table that would take more memory than the limit, including what its
 * conversion takes, is read from a file batch by batch; everything else is loaded.
 *
 * @param path - As of {@link loadImages}.
 * @returns The samples; `close` closes their file.
 * @throws As {@link loadImages}.
 * @example
 * await writeFileAtomically('images.npy', writeNpy(images));
 * const source = await openImages('images.npy', { inMemoryLimit: 1e6 });
 * source.shape; // [100, 28, 28]
 * await source.close();
 */
export async function openImages(path: string, options: OpenOptions = {}): Promise<SampleSource> {
  requireLoadOptions('openImages', options, OPEN_OPTIONS);
  const { inMemoryLimit = defaultInMemoryLimit(), ...others } = options;
  const reader = await findReaderOf('openImages', path, others);
  const source = await reader.open?.(path, { ...others, inMemoryLimit });
  // Rows are what is read batch by batch. Those of one sample would be parts of it: it is loaded, as it is small.
  if (source && !isOneSample(source.shape, options.sampleShape)) {
    try {
      requireSamples(path, source.shape, options.sampleShape);
      return source;
    } catch (error) {
      await source.close();
      throw error;
    }
  }
  await source?.close();
  return samplesInMemory(samplesOf(path, await load(reader, path, others), others));
}

/**
 * Loads images or other samples into memory.
 *
 * @param path - A file `.npy`, `.npz`, `.idx`, `-ubyte` (also with `.gz`), `.csv`, `.tsv`, `.wav`, `.png` or `.jpg`, or a
 *   folder of pictures. The name says which; contents that don't agree are refused.
 * @param options - `sampleShape`: makes an array of one sample [1, ...].
 * @throws {TypeError} If an option is unknown or has a value of another kind.
 * @throws {RangeError} If a number or a word of an option is out of range.
 * @throws {FileError} If the file or folder can't be read.
 * @throws {FormatError} If a file is not what its name says, is damaged, or can't be used, or an option is for another kind.
 * @throws {DataError} If there are no samples in it, it holds single numbers (labels, for instance), or the package that
 *   reads it is missing.
 * @example
 * await writeFileAtomically('images.npy', writeNpy(images));
 * const { shape } = await loadImages('images.npy');
 * shape; // [100, 28, 28]
 */
export async function loadImages(path: string, options: LoadOptions = {}): Promise<LoadedImages> {
  requireLoadOptions('loadImages', options, LOAD_OPTIONS);
  const reader = await findReaderOf('loadImages', path, options);
  return samplesOf(path, await load(reader, path, options), options);
}

/**
 * Loads an array of any shape, from the same kinds of files.
 *
 * @throws {FileError} If the file or folder can't be read.
 * @throws {FormatError} If a file is not what its name says, is damaged, or can't be used.
 */
export async function loadArray(path: string, options: LoadOptions = {}): Promise<LoadedImages> {
  return load(await findReaderOf('loadArray', path, options), path, options);
}

async function findReaderOf(who: string, path: string, options: LoadOptions): Promise<Reader> {
  requirePath(who, path);
  const reader = await findReader(path);
  refuseUnsuited(path, reader, options);
  return reader;
}

/** Reads a file; errors name it. */
function load(reader: Reader, path: string, options: LoadOptions): Promise<LoadedImages> {
  return reader.load(path, options).catch((error) => {
    throw inFile(path, error);
  });
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
