/** What visitors drop onto the page, read in their browser: arrays, tables, images. dataset.ts scales it. */

import { type ArrayInput, DataError, FormatError } from '../../src/index.ts';
import { gunzip, isGzip, listNpz, readIdx, readNpy, readNpz } from '../../src/io/index.ts';
import type { RawData } from './dataset.ts';
import { readImages } from './images.ts';
import { readTable } from './table.ts';

const ARRAYS: readonly (readonly [
  RegExp,
  (bytes: Uint8Array) => Promise<ArrayInput & { labels?: Uint8Array }>,
])[] = [
  [/\.npy$/, async (bytes) => readNpy(bytes)],
  [/\.npz$/, readNpzWithLabels],
  [/(\.idx\d?|[-.]ubyte)(\.gz)?$/, async (bytes) => readIdx(isGzip(bytes) ? await gunzip(bytes) : bytes)],
];
const TABLE = /\.(csv|tsv)$/;
const IMAGE = /\.(png|jpe?g|webp|gif|bmp|avif)$/;

const KINDS = '.npy, .npz, IDX (also .gz), .csv, .tsv, or images';

/**
 * Reads one file of samples, a file of samples and one of labels, or images.
 *
 * @throws {DataError} If these files don't make one data set.
 * @throws {FormatError} If a file is not what its name says.
 */
export async function readFiles(files: readonly File[]): Promise<RawData> {
  const images = files.filter(
    ({ name, type }) => IMAGE.test(name.toLowerCase()) || type.startsWith('image/'),
  );
  if (images.length === files.length && files.length > 0) return readImages(images);
  if (images.length > 0) {
    const other = files.find((file) => !images.includes(file)) as File;
    throw new DataError(
      `${other.name} is no image like the other files: drop images, or one file of samples.`,
    );
  }
  if (files.length > 2 || files.length === 0) {
    throw new DataError(
      `Got ${files.length} files, expected one file of samples (with a file of labels beside it, if you like), or images.`,
    );
  }
  const read = await Promise.all(files.map(readFile));
  return read.length === 1 ? withLabels(read[0]) : paired(read[0], read[1]);
}

type NamedArray = RawData & { readonly labels?: Uint8Array | undefined };

async function readFile(file: File): Promise<NamedArray> {
  const name = file.name.toLowerCase();
  try {
    if (TABLE.test(name)) return { name: file.name, ...readTable(new Uint8Array(await file.arrayBuffer())) };
    const [, reader] = ARRAYS.find(([pattern]) => pattern.test(name)) ?? [];
    if (!reader) throw new FormatError(`unknown kind of file, expected ${KINDS}.`);
    const { labels, ...array } = await reader(new Uint8Array(await file.arrayBuffer()));
    return { name: file.name, notes: [], array, labels };
  } catch (error) {
    throw named(file.name, error);
  }
}

/** Errors begin with the name of the file. */
export function named(name: string, error: unknown): Error {
  const { message, name: kind } = error as Error;
  const isOurs = ['FormatError', 'DataError', 'ShapeError', 'RangeError'].includes(kind);
  return new DataError(isOurs ? `${name}: ${message}` : `${name}: the browser can't read this file.`);
}

/** Keras's files of MNIST hold labels as well. */
async function readNpzWithLabels(bytes: Uint8Array) {
  const array = await readNpz(bytes);
  const key = array.key.replace(/^x/, 'y');
  if (key === array.key || !listNpz(bytes).includes(key)) return array;
  return { ...array, labels: classesOf(await readNpz(bytes, { key }), array.shape[0]) };
}

function withLabels(data: NamedArray): RawData {
  if (data.array.shape.length > 1) return data;
  throw new DataError(
    `${data.name}: the array is [${data.array.shape.join(', ')}], expected samples, [n, …]; labels are dropped together with their samples.`,
  );
}

/** Of two files, the one with one number a sample holds the labels. */
function paired(a: NamedArray, b: NamedArray): RawData {
  const [labels, samples] = a.array.shape.length === 1 ? [a, b] : [b, a];
  const classes = classesOf(labels.array, samples.array.shape[0]);
  if (samples.array.shape.length > 1 && classes) return { ...samples, labels: classes };
  throw new DataError(
    `${samples.name} is [${samples.array.shape.join(', ')}] and ${labels.name} [${labels.array.shape.join(', ')}], expected samples [n, …] and n labels.`,
  );
}

/** Labels as the page colours them, or undefined if these are none. */
function classesOf({ shape, data }: ArrayInput, count: number): Uint8Array | undefined {
  const isFlat = shape.filter((length) => length !== 1).length === 1;
  const areClasses = data.every((value) => Number.isInteger(value) && value >= 0 && value < 256);
  return isFlat && data.length === count && areClasses ? Uint8Array.from(data) : undefined;
}
