/** Compressed files (`.isth`) on disk, and the files that they are made from. Read compression/decompress.ts first. */

import { stat } from 'node:fs/promises';
import { CompressedFile } from '../../compression/decompress.ts';
import { MAX_HEAD_BYTES, type OriginalFile } from '../../compression/originalFile.ts';
import { IDX_HEAD_LENGTH, parseIdxHeader } from '../../io/numpy/idx.ts';
import { parseNpyHeader } from '../../io/numpy/npyHeader.ts';
import { type Shape, sameShape } from '../../tensor/shape.ts';
import { FileError, fileError, inFile, openToRead, readAt, readPieces } from '../files/files.ts';
import { openImages } from './load.ts';
import type { LoadOptions } from './readOptions.ts';
import type { SampleSource } from './sampleSource.ts';

/**
 * Opens a file and reads its header; its images are read when they are asked for.
 *
 * @throws {FileError} If it can't be read.
 * @throws {FormatError} If it is no `.isth` file, or is damaged.
 */
export async function openCompressedFile(path: string): Promise<CompressedFile> {
  const info = await stat(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  if (info.isFIFO() || info.isCharacterDevice() || info.isSocket()) {
    throw new FileError(
      `can't read ${path}: it is a pipe or a device, expected a file, whose size is known.`,
    );
  }
  try {
    return await CompressedFile.open(readPieces(path), { byteLength: info.size });
  } catch (error) {
    throw inFile(path, error as Error);
  }
}

export interface ImagesToCompress {
  readonly images: SampleSource;
  /** How the file begins, if its values lie in it as in memory: a `.npy`, or an IDX file that is not gzipped. */
  readonly original: OriginalFile | undefined;
}

/**
 * Opens images to compress. A `.npy` in C order is read when it is asked for, whatever its size; others are loaded, or
 * copied where they don't fit into memory.
 *
 * @throws As `openImages`.
 */
export async function openToCompress(path: string, options: LoadOptions = {}): Promise<ImagesToCompress> {
  const original = await originalOf(path);
  const isReadInPlace = original?.kind === 'npy' && !original.fortranOrder;
  const images = await openImages(path, { ...options, ...(isReadInPlace && { inMemoryLimit: 0 }) });
  // A file that holds one sample without a dimension for it is restored as an array of samples.
  const isWhole = original && sameShape(original.shape, images.shape);
  return { images, original: isWhole ? original : undefined };
}

type Original = OriginalFile & { readonly fortranOrder: boolean; readonly shape: Shape };

/** Undefined for a file that is neither. */
async function originalOf(path: string): Promise<Original | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) return undefined;
  const file = await openToRead(path);
  try {
    const head = await readAt(path, file, new Uint8Array(Math.min(MAX_HEAD_BYTES, info.size)), 0);
    return npyHead(head, info.size) ?? idxHead(head, info.size);
  } finally {
    await file.close();
  }
}

// A damaged header is no error here: the file's reader finds it, too, and says what is wrong.
function npyHead(head: Uint8Array, size: number) {
  try {
    const { dataOffset, fortranOrder, shape } = parseNpyHeader(head, size);
    return { kind: 'npy', head: head.slice(0, dataOffset), fortranOrder, shape } as const;
  } catch {
    return undefined;
  }
}

function idxHead(head: Uint8Array, size: number) {
  try {
    const { offset, shape } = parseIdxHeader(head.subarray(0, IDX_HEAD_LENGTH), size);
    return { kind: 'idx', head: head.slice(0, offset), fortranOrder: false, shape } as const;
  } catch {
    return undefined;
  }
}
