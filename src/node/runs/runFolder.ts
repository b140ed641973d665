/** The folder that a training run leaves behind. Every file is written whole or not at all (files.ts). */

import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CHECKPOINT_FILE } from '../files/checkpointFile.ts';
import { exists, FileError, fileError, isTemporary, writeFileAtomically } from '../files/files.ts';
import { MODEL_FILE } from '../files/modelFile.ts';
import { isLock, RunLock } from './runLock.ts';

/** What a run writes at its end (writeRun.ts). */
const RESULT_FILES = [
  MODEL_FILE,
  'history.csv',
  'loss.svg',
  'config.json',
  'reconstructions.png',
  'reconstructions.csv',
];

/** A run's folder, which nobody else works in. */
export class RunFolder {
  readonly path: string;
  readonly #lock: RunLock;
  /** What this run made of the path, the outermost first. */
  readonly #made: readonly string[];
  #isEmpty = true;

  private constructor(path: string, lock: RunLock, made: readonly string[]) {
    this.path = path;
    this.#lock = lock;
    this.#made = made;
  }

  /**
   * Makes the folder, before any time is spent on training: an unwritable place is found out at once.
   *
   * @param overwrite - Whether the folder of another run may be used; files of the same names are replaced, others stay.
   * @throws {FileError} If the folder exists and may not be used, can't be made or written to, or a run is under way in it.
   */
  static async create(path: string, overwrite: boolean): Promise<RunFolder> {
    await refuseExistingRun(path, overwrite);
    const made = await makeFolders(path);
    try {
      return await RunFolder.#enter(path, made);
    } catch (error) {
      await removeFolders(made);
      throw error;
    }
  }

  /**
   * Opens the folder of a run to go on with it.
   *
   * @throws {FileError} If it is not there, can't be written to, or a run is under way in it.
   */
  static async open(path: string): Promise<RunFolder> {
    await namesIn(path);
    return RunFolder.#enter(path, []);
  }

  static async #enter(path: string, made: readonly string[]): Promise<RunFolder> {
    // Permissions tell only half of it (read-only and full disks): the lock is the first thing that is written.
    const lock = await RunLock.acquire(path);
    try {
      const names = await namesIn(path);
      for (const name of names.filter(isTemporary)) await rm(join(path, name), { force: true });
    } catch (error) {
      await lock.release();
      throw error;
    }
    return new RunFolder(path, lock, made);
  }

  async write(name: string, contents: Uint8Array | string): Promise<void> {
    await writeFileAtomically(join(this.path, name), contents);
    this.#isEmpty = false;
  }

  /** Takes away what a finished run left here. */
  async removeResults(): Promise<void> {
    for (const name of RESULT_FILES) await rm(join(this.path, name), { force: true });
  }

  /** Leaves it to others. The folder, and those above it, go if they were made by this run and hold nothing. */
  async close(): Promise<void> {
    await this.#lock.release();
    if (this.#isEmpty) await removeFolders(this.#made);
  }
}

/**
 * A folder may be used if it is not there; with `overwrite` also if it is empty or a run is in it. Other folders may
 * hold what is dear to somebody. (An empty one may belong to a run that is under way.)
 *
 * @throws {FileError} If the folder is there and may not be used.
 */
export async function refuseExistingRun(path: string, overwrite: boolean): Promise<void> {
  if (!(await exists(path))) return;
  const names = await filesOf(path);
  const isRun =
    names.length === 0 || [MODEL_FILE, CHECKPOINT_FILE, 'config.json'].some((name) => names.includes(name));
  if (overwrite && isRun) return;
  const isUnfinished = names.includes(CHECKPOINT_FILE) && !names.includes(MODEL_FILE);
  const wayOut = isUnfinished ? `--resume ${path} goes on with it, ` : '';
  throw new FileError(
    isRun
      ? `${path} exists already, expected a new folder (${wayOut}--overwrite replaces the files in it).`
      : `${path} holds other files and no run, expected a new folder.`,
  );
}

/** Whether nothing is there but what a run left that was killed before it had written a file. */
export async function isUnused(path: string): Promise<boolean> {
  return !(await exists(path)) || (await filesOf(path)).length === 0;
}

async function filesOf(path: string): Promise<string[]> {
  return (await namesIn(path)).filter((name) => !isLock(name) && !isTemporary(name));
}

async function namesIn(path: string): Promise<string[]> {
  return readdir(path).catch((cause: { code?: string }) => {
    if (cause.code === 'ENOTDIR') throw new FileError(`${path} is a file, expected a folder.`);
    throw fileError('read', path, cause);
  });
}

/**
 * Makes a folder and those that are missing above it; returns them, the outermost first.
 * Not by mkdir's `recursive`: where the system makes no folders (/proc), Node 20 tries again for ever.
 */
async function makeFolders(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = resolve(path); at !== dirname(at) && !(await exists(at)); at = dirname(at)) {
    missing.unshift(at);
  }
  const made: string[] = [];
  try {
    for (const folder of missing) {
      const isParent = folder !== missing.at(-1);
      const isThere = await mkdir(folder).then(
        () => false,
        (cause: { code?: string }) => {
          if (isParent && cause.code === 'EEXIST') return true; // another run was quicker
          throw cause;
        },
      );
      if (!isThere) made.push(folder);
    }
  } catch (cause) {
    await removeFolders(made);
    throw fileError('make the folder', path, cause);
  }
  return made;
}

/** Those that hold something stay. */
async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) await rmdir(folder).catch(() => {});
}

/** The first of `stem-1`, `stem-2`, … that is not there yet. */
export async function freeRunPath(parent: string, stem: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(parent, `${stem}-${number}`);
    if (!(await exists(path))) return path;
  }
}
