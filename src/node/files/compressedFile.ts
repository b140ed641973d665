/** `.isth` files on disk, and the files that they are made from. Read compression/decompress.ts first. */

import { open, stat } from 'node:fs/promises';
import { CompressedFile } from '../../compression/decompress.ts';
import { MAX_HEAD_BYTES, type OriginalFile } from '../../compression/originalFile.ts';
import { IDX_HEAD_LENGTH, parseIdxHeader } from '../../io/numpy/idx.ts';
import { parseNpyHeader } from '../../io/numpy/npyHeader.ts';
import { FileError, fileError, inFile, readAt } from './files.ts';
import { type LoadedImages, type LoadOptions, openImages } from './load.ts';
import type { NpyFile } from './npyFile.ts';

/** Read at a time. */
const PIECE_BYTES = 2 ** 20;

/**
 * Opens a file and reads its header; its images are read as they are asked for.
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
      `can't read ${path}: a pipe or a device, expected a file, as its size must be known.`,
    );
  }
  try {
    return await CompressedFile.open(piecesOf(path), { byteLength: info.size });
  } catch (error) {
    throw inFile(path, error as Error);
  }
}

async function* piecesOf(path: string): AsyncGenerator<Uint8Array, void> {
  const file = await open(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  try {
    for (;;) {
      const piece = new Uint8Array(PIECE_BYTES);
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, null).catch((cause) => {
        throw fileError('read', path, cause);
      });
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

export interface ImagesToCompress {
  readonly images: LoadedImages | NpyFile;
  /** The file's own beginning, where its values are as they are in memory: a `.npy`, or an IDX file without gzip. */
  readonly original: OriginalFile | undefined;
}

/**
 * Opens images to compress: a `.npy` is read as it is asked for, if it is not in Fortran order; others are in memory.
 *
 * @throws As `openImages`.
 */
export async function openToCompress(path: string, options: LoadOptions = {}): Promise<ImagesToCompress> {
  const original = await originalOf(path);
  const isFortran = original?.kind === 'npy' && original.fortranOrder;
  const images = await openImages(path, { ...options, ...(!isFortran && { inMemoryLimit: 0 }) });
  return { images, original };
}

/** Undefined for what is neither. */
async function originalOf(path: string): Promise<(OriginalFile & { fortranOrder: boolean }) | undefined> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) return undefined;
  const file = await open(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  try {
    const head = await readAt(path, file, new Uint8Array(Math.min(MAX_HEAD_BYTES, info.size)), 0);
    return npyHead(head, info.size) ?? idxHead(head, info.size);
  } finally {
    await file.close();
  }
}

// What is wrong with a file is said by its reader.
function npyHead(head: Uint8Array, size: number) {
  try {
    const { dataOffset, fortranOrder } = parseNpyHeader(head, size);
    return { kind: 'npy', head: head.slice(0, dataOffset), fortranOrder } as const;
  } catch {
    return undefined;
  }
}

function idxHead(head: Uint8Array, size: number) {
  try {
    const { offset } = parseIdxHeader(head.subarray(0, IDX_HEAD_LENGTH), size);
    return { kind: 'idx', head: head.slice(0, offset), fortranOrder: false } as const;
  } catch {
    return undefined;
  }
}
