/** How large the file itself is that is compressed, where it holds other bytes than an array: a table as text, sound. */

import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { fileError, readAt } from '../../files/files.ts';

/** Only the beginning, up to this size, is zipped: level 9 may take seconds for a megabyte. */
const MAX_BYTES = 2 ** 22;

export interface FileSizes {
  /** What people call such a file: CSV. */
  readonly name: string;
  readonly bytes: number;
  /** If all of it becomes as small as its beginning does. */
  readonly gzip: number;
}

/** @returns Undefined for a file that is an array, or pictures. */
export async function sizesOfFile(path: string): Promise<FileSizes | undefined> {
  const ending = extname(path).toLowerCase();
  if (!['.csv', '.tsv', '.wav'].includes(ending)) return undefined;
  const file = await open(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  try {
    const { size } = await file.stat();
    const head = await readAt(path, file, new Uint8Array(Math.min(MAX_BYTES, size)), 0);
    const zipped = await promisify(gzip)(head, { level: 9 });
    return { name: ending.slice(1).toUpperCase(), bytes: size, gzip: (size * zipped.length) / head.length };
  } finally {
    await file.close();
  }
}
