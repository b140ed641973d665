/** Many stretches of an open file at once. Read ../npyFile.ts first. */

import { read } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { becameShorter, fileError, PIECE_BYTES } from '../../files/files.ts';

/** Bytes that lie next to each other, read with one call. */
export interface Run {
  /** The first byte in the file; a float64 counts bytes exactly far beyond 4 GiB. */
  readonly position: number;
  /** Where the bytes go. */
  readonly target: Uint8Array;
}

/**
 * Asks for all runs at once, so that the four threads of Node's pool read them: twice as fast from a disk as one read after
 * the other, while the calling thread goes on computing. A callback costs that thread about 1.2 µs a run.
 *
 * @param path - Named in errors.
 * @throws {FileError} If one can't be read; then no other is being read any more.
 */
export function readRuns(path: string, file: FileHandle, runs: readonly Run[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = runs.length;
    let failure: Error | undefined;
    // After an error the other reads are waited for, too: they use this memory, and the file, which may be closed next.
    const onDone = (error?: Error) => {
      failure ??= error;
      if (--left > 0) return;
      if (failure) reject(failure);
      else resolve();
    };
    if (left === 0) resolve();
    for (const run of runs) readRun(path, file, run, onDone);
  });
}

function readRun(
  path: string,
  file: FileHandle,
  { position, target }: Run,
  onDone: (error?: Error) => void,
): void {
  const length = Math.min(PIECE_BYTES, target.length);
  read(file.fd, target, 0, length, position, (cause, bytesRead) => {
    if (cause) return onDone(fileError('read', path, cause));
    if (bytesRead === 0) return onDone(becameShorter(path));
    if (bytesRead === target.length) return onDone();
    readRun(path, file, { position: position + bytesRead, target: target.subarray(bytesRead) }, onDone);
  });
}
