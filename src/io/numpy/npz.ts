/**
 * Reads NumPy's .npz files: zip archives with a .npy file for each array (np.savez and np.savez_compressed).
 * Read npy.ts and zip.ts first.
 */

import type { NumericArray } from '../../data/samples.ts';
import { type OptionNames, requireBytes, requireOptions } from '../../tensor/options.ts';
import { FormatError, OptionError } from '../errors.ts';
import type { HeadCheck } from './inflate.ts';
import { readNpy } from './npy.ts';
import { NPY_HEAD_LENGTH, parseNpyHeader } from './npyHeader.ts';
import { readZipDirectory, readZipEntry, type ZipEntry } from './zip.ts';

const DEFAULT_LIMIT = 2 ** 32;

const SUFFIX = '.npy';

/** Deflated bytes may claim to hold 1000 times as many: the header must state an array of that size before memory is taken. */
const NPY_HEAD: HeadCheck = { check: parseNpyHeader, headLength: NPY_HEAD_LENGTH };

/**
 * The names of the arrays in a .npz file, in the order of the file.
 *
 * @throws {FormatError} If the bytes are not a zip archive, the archive is corrupt, cut off, encrypted or of zip64 size,
 *   an entry's name is not a relative path, or two entries share bytes.
 */
export function listNpz(bytes: Uint8Array): string[] {
  requireBytes('listNpz', bytes);
  return [...arraysOf(bytes).keys()];
}

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
 * @throws {FormatError} As {@link listNpz} and `readNpy`; also if there is no such array: the message lists all arrays.
 */
export async function readNpz(
  bytes: Uint8Array,
  options: NpzOptions = {},
): Promise<NumericArray & { key: string }> {
  requireBytes('readNpz', bytes);
  requireOptions('readNpz', options, NPZ_OPTIONS);
  const { key, preferredKey = 'x_train', limit = DEFAULT_LIMIT } = options;
  const arrays = arraysOf(bytes);
  const [only] = arrays.keys();
  const chosen = key ?? (arrays.size === 1 ? only : preferredKey);
  const entry = arrays.get(chosen);
  if (entry === undefined) {
    const found = arrays.size === 0 ? 'no arrays' : `the arrays ${[...arrays.keys()].join(', ')}`;
    if (key === undefined && only !== undefined) {
      throw new OptionError(
        (option) =>
          `the archive holds ${found}, expected a single array or '${preferredKey}': name one of them, ${option('key', only)}.`,
      );
    }
    throw new FormatError(`the archive holds ${found}, expected ${key === undefined ? 'one' : `'${key}'`}.`);
  }
  try {
    return { ...readNpy(await readZipEntry(bytes, entry, { limit, head: NPY_HEAD })), key: chosen };
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(`array '${chosen}': ${error.message}`) : error;
  }
}

function arraysOf(bytes: Uint8Array): Map<string, ZipEntry> {
  const arrays = new Map<string, ZipEntry>();
  for (const entry of readZipDirectory(bytes)) {
    if (!entry.name.endsWith(SUFFIX)) continue;
    const key = entry.name.slice(0, -SUFFIX.length);
    if (arrays.has(key)) throw new FormatError(`the archive holds two arrays named '${key}'.`);
    arrays.set(key, entry);
  }
  return arrays;
}
