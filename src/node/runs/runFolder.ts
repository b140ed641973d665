/** The folder that a training run leaves behind. Every file in it is written whole or not at all (files.ts). */

import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { exists, FileError, fileError, isTemporary, writeFileAtomically } from '../files/files.ts';
import { CHECKPOINT_FILE, MODEL_FILE } from '../files/modelFile.ts';
import { isLock, RunLock } from './runLock.ts';

/** What a run writes at its end (writeRun.ts). */
const RESULT_FILES = [
  MODEL_FILE,
  'history.csv',
  'loss.svg',
  'config.json',
  'reconstructions.png',
  'reconstructions.csv',
  'samples.png',
  'manifold.png',
  'progress.png',
];

/** The folder within that of the run where pictures of a GAN's samples are (epochSamples.ts). */
export const EPOCH_SAMPLES = 'samples';

/** The folder of a run. No other run works in it at the same time. */
export class RunFolder {
  readonly path: string;
  readonly #lock: RunLock;
  /** The folders of the path that this run made, the outermost first. */
  readonly #made: readonly string[];
  #isEmpty = true;

  private constructor(path: string, lock: RunLock, made: readonly string[]) {
    this.path = path;
    this.#lock = lock;
    this.#made = made;
  }

  /**
   * Makes the folder before any time is spent on training, so that an unwritable place is noticed at once.
   *
   * @param overwrite - Whether the folder of another run may be used; files of the same names are replaced, others stay.
   * @throws {FileError} If the folder exists and may not be used, can't be made or written to, or another run is using it.
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
   * @throws {FileError} If it is not there, can't be written to, or another run is using it.
   */
  static async open(path: string): Promise<RunFolder> {
    await namesIn(path);
    return RunFolder.#enter(path, []);
  }

  static async #enter(path: string, made: readonly string[]): Promise<RunFolder> {
    // Only writing shows whether the folder can be written to (the disk may be full): the lock is the first file.
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

  /** @param name - Of a file in this folder, or in a folder within it, which is made if it is not there. */
  async write(name: string, contents: Uint8Array | string): Promise<void> {
    const path = join(this.path, name);
    if (dirname(name) !== '.') await makeFolders(dirname(path));
    await writeFileAtomically(path, contents);
    this.#isEmpty = false;
  }

  /** Removes what a finished run left here. */
  async removeResults(): Promise<void> {
    for (const name of RESULT_FILES) await rm(join(this.path, name), { force: true });
    const samples = join(this.path, EPOCH_SAMPLES);
    if (!(await exists(samples))) return;
    for (const name of await namesIn(samples)) {
      if (/^epoch-\d+\.png$/.test(name) || isTemporary(name)) await rm(join(samples, name), { force: true });
    }
    await removeFolders([samples]);
  }

  /** Lets other runs use the folder. If this run made it and wrote nothing, it is removed, with the folders above it. */
  async close(): Promise<void> {
    await this.#lock.release();
    if (this.#isEmpty) await removeFolders(this.#made);
  }
}

/**
 * A new folder may be used; with `overwrite` also one that is empty or holds a run, but no other: its files may be precious.
 * (An empty folder needs `overwrite` because a run that has just begun may be in it.)
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
      : `${path} holds files that are not those of a run, expected a new folder.`,
  );
}

/** Whether a path is free, but perhaps for what a run left that was killed before it had written a file. */
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
 * Without mkdir's `recursive`: in a place where no folder can be made (/proc), Node 20 tries again for ever.
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
          if (isParent && cause.code === 'EEXIST') return true; // another run has just made it
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

/** Folders that are not empty stay. */
async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) await rmdir(folder).catch(() => {});
}

/**
 * The first of `images-1`, `images-2`, … that does not exist yet.
 *
 * @param data - The path of the data, which the folder is named after; the built-in digits have none.
 */
export async function freeRunPath(parent: string, data: string | undefined): Promise<string> {
  const stem = data === undefined ? 'digits' : nameOf(data);
  for (let number = 1; ; number++) {
    const path = join(parent, `${stem}-${number}`);
    if (!(await exists(path))) return path;
  }
}

/** The name of a file without folders and ending. */
function nameOf(path: string): string {
  const name = path
    .split(/[\\/]/)
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .at(-1);
  return name?.replace(/(\.[a-z0-9]+)+$/i, '') || 'run';
}
