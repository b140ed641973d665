/**
 * Reads NumPy's .npz files: zip archives with a .npy file for each array (np.savez and np.savez_compressed).
 * Read npy.ts and zip.ts first.
 */

import type { NumericArray } from '../../data/samples.ts';
import { type OptionNames, requireBytes, requireOptions } from '../../tensor/options.ts';
import { formatShape } from '../../tensor/shape.ts';
import { FormatError, OptionError } from '../errors.ts';
import { notA } from '../fileKinds.ts';
import type { HeadCheck } from './inflate.ts';
import { readNpy } from './npy.ts';
import { NPY_HEAD_LENGTH, parseNpyHeader } from './npyHeader.ts';
import { readZipDirectory, readZipEntry, readZipHead, type ZipEntry } from './zip.ts';

const DEFAULT_LIMIT = 2 ** 32;

const SUFFIX = '.npy';

/** Keras's name. */
const PREFERRED = 'x_train';

/** Deflated bytes may claim to hold 1000 times as many: the header must state an array of that size before memory is taken. */
const NPY_HEAD: HeadCheck = { check: parseNpyHeader, headLength: NPY_HEAD_LENGTH };

/**
 * The names of the arrays in a .npz file, in the order of the file.
 *
 * @throws {FormatError} If the bytes are not a zip archive, the archive is corrupt, cut off, encrypted or of zip64 size,
 *   an entry's name is not a relative path, two entries share bytes, or two arrays have one name.
 * @example
 * // np.savez('arrays.npz', x_train=x, y_train=y)
 * listNpz(Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(18))).length; // 0
 */
export function listNpz(bytes: Uint8Array): string[] {
  requireBytes('listNpz', bytes);
  return [...arraysOf(bytes).keys()];
}

/** Options of {@link readNpz}. */
export interface NpzOptions {
  /** The name of the array to read. */
  readonly key?: string | undefined;
  /** Which one to read of several if there is no `key`. @default 'x_train' */
  readonly preferredKey?: string | undefined;
  /** The array's .npy file may have at most this many bytes uncompressed. @default 4 GiB */
  readonly limit?: number | undefined;
}

export const NPZ_OPTIONS: OptionNames<NpzOptions> = { key: true, preferredKey: true, limit: true };

/**
 * Reads one array of a .npz file and checks its CRC-32.
 *
 * @param options - `key`: the array's name. Without it, the only array is read, or of several the one named
 *   `preferredKey` (`x_train` by default, as in Keras's mnist.npz). `limit`: the largest size that is inflated.
 * @returns The array as {@link readNpy} gives it, and its name as `key`.
 * @throws {TypeError} If these are no bytes, or an option is unknown.
 * @throws {FormatError} As {@link listNpz} and {@link readNpy}; also if there is no such array: the message lists what there is;
 *   and without `key` if the arrays are the parts of a sparse matrix of scipy.
 * @example
 * // np.savez('arrays.npz', x_train=x, y_train=y)
 * const open = async (path) => readNpz(await readWholeFile(path), { key: 'x_train' });
 */
export async function readNpz(
  bytes: Uint8Array,
  options: NpzOptions = {},
): Promise<NumericArray & { key: string }> {
  requireBytes('readNpz', bytes);
  requireOptions('readNpz', options, NPZ_OPTIONS);
  const { key, preferredKey = PREFERRED, limit = DEFAULT_LIMIT } = options;
  const arrays = arraysOf(bytes);
  if (key === undefined && isSparse(arrays)) throw await sparseError(bytes, arrays);
  const [first] = arrays.keys();
  const chosen = key ?? (arrays.size === 1 ? first : preferredKey);
  const entry = arrays.get(chosen);
  if (entry === undefined) throw await noSuchArray(bytes, arrays, options);
  try {
    return { ...readNpy(await readZipEntry(bytes, entry, { limit, head: NPY_HEAD })), key: chosen };
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(`array '${chosen}': ${error.message}`) : error;
  }
}

/** What macOS puts beside files when it makes an archive: no arrays, though their names end like those. */
const OF_MACOS = /^__MACOSX\/|(^|\/)\._[^/]*$/;

function arraysOf(bytes: Uint8Array): Map<string, ZipEntry> {
  const arrays = new Map<string, ZipEntry>();
  for (const entry of readZipDirectory(bytes)) {
    if (!entry.name.endsWith(SUFFIX) || OF_MACOS.test(entry.name)) continue;
    const key = entry.name.slice(0, -SUFFIX.length);
    if (arrays.has(key)) throw new FormatError(`the archive holds two arrays named '${key}'.`);
    arrays.set(key, entry);
  }
  return arrays;
}

/** As messages list them. */
const MOST_LISTED = 10;

async function noSuchArray(
  bytes: Uint8Array,
  arrays: ReadonlyMap<string, ZipEntry>,
  { key, preferredKey = PREFERRED }: NpzOptions,
): Promise<FormatError> {
  const expected = key === undefined ? 'one' : `'${key}'`;
  const [first] = arrays.keys();
  if (first === undefined) return notA('an archive of arrays', bytes);
  const listed: string[] = [];
  for (const [name, entry] of [...arrays].slice(0, MOST_LISTED)) {
    listed.push(`${name}${await shapeInWords(bytes, entry)}`);
  }
  if (arrays.size > MOST_LISTED) listed.push(`and ${arrays.size - MOST_LISTED} more`);
  const found = `the arrays ${listed.join(', ')}`;
  if (key !== undefined) return new FormatError(`the archive holds ${found}, expected ${expected}.`);
  return new OptionError(
    (option) =>
      `the archive holds ${found}, expected a single array or '${preferredKey}': name one of them, ${option('key', first)}.`,
  );
}

/** The shape in the array's header, or nothing if that can't be read. */
async function shapeInWords(bytes: Uint8Array, entry: ZipEntry): Promise<string> {
  try {
    const head = await readZipHead(bytes, entry, NPY_HEAD_LENGTH);
    return ` ${formatShape(parseNpyHeader(head, entry.length).shape)}`;
  } catch {
    return '';
  }
}

/** Whether these are the parts of a matrix, as scipy.sparse.save_npz writes them. */
function isSparse(arrays: ReadonlyMap<string, ZipEntry>): boolean {
  const others = [['indices', 'indptr'], ['row', 'col'], ['offsets'], ['coords']];
  const hasAll = (keys: readonly string[]) => keys.every((key) => arrays.has(key));
  return hasAll(['format', 'shape', 'data']) && others.some(hasAll);
}

async function sparseError(bytes: Uint8Array, arrays: ReadonlyMap<string, ZipEntry>): Promise<FormatError> {
  const entry = arrays.get('format') as ZipEntry;
  const head = await readZipHead(bytes, entry, NPY_HEAD_LENGTH).catch(() => new Uint8Array());
  const [format = ''] = /[a-z]{3}$/.exec(new TextDecoder().decode(head)) ?? []; // the value of the array: csr, coo, …
  return new FormatError(
    `the archive holds a sparse matrix of scipy${format && ` (${format})`}, expected an array: save it as one, np.save('x.npy', m.toarray()).`,
  );
}
