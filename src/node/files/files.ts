/**
 * Whole files: nothing is half read or half written, not even by a process that ends in the middle of it, and errors are
 * sentences that name the file.
 */

import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../../data/samples.ts';
import { FormatError, OptionError } from '../../io/errors.ts';
import { type OptionNames, requireOptions } from '../../tensor/options.ts';
import { inWords } from '../../tensor/words.ts';

/**
 * A file or folder can't be used. The message names it.
 *
 * @example
 * const error = await readWholeFile('missing.npy').catch((error) => error);
 * error instanceof FileError; // true
 */
export class FileError extends Error {
  override name = 'FileError';
}

/** Node reads at most 2 GiB at a time. */
export const PIECE_BYTES = 2 ** 30;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder, expected a file',
  ENOTDIR: 'a part of the path is a file, expected folders',
  EEXIST: 'it exists already',
  ENOSPC: 'no space is left on the device',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  EFBIG: 'the file would be larger than is allowed',
  EDQUOT: 'the disk quota is used up',
};

/** What the system says, as a sentence: `can't read x.npy: there is no such file or folder.` */
export function fileError(doing: string, path: string, cause: unknown): FileError {
  const { code = '', message } = cause as { code?: string; message: string };
  return new FileError(`can't ${doing} ${path}: ${REASONS[code] ?? message}.`, { cause });
}

export function becameShorter(path: string): FileError {
  return new FileError(`can't read ${path}: it became shorter while it was read.`);
}

/** Puts the file's name in front of what a reader of bytes says, which doesn't know it. Other errors stay as they are. */
export function inFile(path: string, error: Error): Error {
  if (error instanceof OptionError)
    return new OptionError((option) => `${path}: ${error.messageWith(option)}`);
  if (error.name === 'FormatError') return new FormatError(`${path}: ${error.message}`);
  if (error.name === 'DataError') return new DataError(`${path}: ${error.message}`);
  return error;
}

/** What `read` returns; its errors name the file. */
export function namingFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw inFile(path, error as Error);
  }
}

/** @throws {TypeError} If it is none. */
export function requirePath(who: string, path: unknown): asserts path is string {
  if (typeof path === 'string') return;
  throw new TypeError(`${who}: the path is ${inWords(path)}, expected the name of a file or folder.`);
}

/** Options of {@link readWholeFile}. */
export interface ReadOptions {
  /** Sees the first `headLength` bytes and the size before anything is allocated; what it throws is passed on. */
  readonly check?: (head: Uint8Array, fileSize: number) => void;
  /** @default 65536 */
  readonly headLength?: number;
}

const READ_OPTIONS: OptionNames<ReadOptions> = { check: true, headLength: true };

/** @throws {FileError} If it can't be opened. */
export function openToRead(path: string): Promise<FileHandle> {
  return open(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
}

/**
 * Reads a whole file into an array of exactly its size.
 *
 * @throws {TypeError} If the path is no text, or an option is unknown.
 * @throws {FileError} If the file can't be read, or doesn't fit into memory.
 * @example
 * await writeFileAtomically('note.txt', 'hello');
 * (await readWholeFile('note.txt')).length; // 5
 */
export async function readWholeFile(path: string, options: ReadOptions = {}): Promise<Uint8Array> {
  requirePath('readWholeFile', path);
  requireOptions('readWholeFile', options, READ_OPTIONS);
  const { check, headLength = 65536 } = options;
  const file = await openToRead(path);
  try {
    const { size } = await file.stat();
    if (check) check(await readAt(path, file, new Uint8Array(Math.min(headLength, size)), 0), size);
    return await readAt(path, file, allocate(path, size), 0);
  } finally {
    await file.close();
  }
}

/**
 * The first bytes of a file: `length` of them, or all that there are.
 *
 * @throws {FileError} If the file can't be read.
 */
export async function readHead(path: string, length: number): Promise<Uint8Array> {
  const file = await openToRead(path);
  try {
    const { size } = await file.stat();
    return await readAt(path, file, new Uint8Array(Math.min(length, size)), 0);
  } finally {
    await file.close();
  }
}

function allocate(path: string, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw new FileError(`can't read ${path}: its ${size} bytes don't fit into memory.`);
  }
}

/** Fills `bytes` with those of the file from `start` on. */
export async function readAt(
  path: string,
  file: FileHandle,
  bytes: Uint8Array,
  start: number,
): Promise<Uint8Array> {
  let done = 0;
  while (done < bytes.length) {
    const piece = Math.min(PIECE_BYTES, bytes.length - done);
    const { bytesRead } = await file.read(bytes, done, piece, start + done).catch((cause) => {
      throw fileError('read', path, cause);
    });
    if (bytesRead === 0) throw becameShorter(path);
    done += bytesRead;
  }
  return bytes;
}

/** How much {@link readPieces} reads at a time. */
const PIECE = 2 ** 20;

/**
 * A file from its beginning to its end, each piece in memory of its own.
 *
 * @throws {FileError} If it can't be read.
 */
export async function* readPieces(path: string): AsyncGenerator<Uint8Array, void> {
  const file = await openToRead(path);
  try {
    for (;;) {
      const piece = new Uint8Array(PIECE);
      const { bytesRead } = await file.read(piece, 0, PIECE, null).catch((cause) => {
        throw fileError('read', path, cause);
      });
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * Writes a file so that its name always stands for either the old contents or the new: they are written into a temporary
 * file beside it, flushed to the disk, and renamed; then the folder is flushed.
 *
 * @param contents - All of it, or its pieces one after the other.
 * @throws {FileError} If it can't be written; then nothing is left behind.
 * @throws Whatever making the pieces failed with; then nothing is left behind either.
 * @example
 * await writeFileAtomically('note.txt', 'hello');
 */
export async function writeFileAtomically(
  path: string,
  contents: Uint8Array | string | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = temporaryBeside(path);
  removeAtExit(temporary);
  try {
    // Made at once: made later, it could appear after the clean-up at exit.
    closeSync(openSync(temporary, 'wx'));
    const file = await open(temporary, 'r+');
    try {
      await writeFile(file, contents);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    // The system's errors have a code; the others come from whoever makes the pieces.
    if ((cause as { code?: string }).code === undefined) throw cause;
    throw fileError('write', path, cause);
  } finally {
    keepAtExit(temporary);
  }
}

/** A name for the time until a file or folder is complete. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
}

/** Whether a name is one of {@link temporaryBeside}: a killed process leaves such files behind. */
export function isTemporary(name: string): boolean {
  return /^\..+\.[0-9a-f]{12}\.tmp$/.test(name);
}

/** A renamed file survives a power cut only once its folder is on the disk. Not every system can flush folders. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (cause: { code?: string }) => {
      if (cause.code === 'ENOENT') return false;
      throw fileError('use', path, cause);
    },
  );
}

/** @throws {FileError} If the file is there and may not be replaced, or there is no folder for it. */
export async function refuseExisting(path: string, overwrite: boolean): Promise<void> {
  await stat(`${dirname(path)}/.`).catch((cause) => {
    throw fileError('write', path, cause);
  });
  if (!overwrite && (await exists(path))) throw existsAlready(path);
}

export function existsAlready(path: string): FileError {
  return new FileError(`${path} exists already, expected a new file (--overwrite replaces it).`);
}

/** Temporary files and locks: they must not outlive the process. */
const removedAtExit = new Set<string>();

/** Removes the file when the process ends by itself, also by `process.exit`. Nothing helps against kill -9. */
export function removeAtExit(path: string): void {
  if (removedAtExit.size === 0) process.on('exit', removeAll);
  removedAtExit.add(path);
}

/** Takes that back: the file is gone, or is meant to stay. */
export function keepAtExit(path: string): void {
  removedAtExit.delete(path);
  if (removedAtExit.size === 0) process.off('exit', removeAll);
}

function removeAll(): void {
  for (const path of removedAtExit) rmSync(path, { force: true });
}
