/** The folder that a training run leaves behind. Every file is written whole or not at all (files.ts). */

import { mkdir, open, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { exists, FileError, fileError, writeFileAtomically } from './files.ts';
import { MODEL_FILE } from './modelFile.ts';

export class RunFolder {
  readonly path: string;
  /** What this run made of the path, the outermost first. */
  readonly #made: readonly string[];
  #isEmpty = true;

  private constructor(path: string, made: readonly string[]) {
    this.path = path;
    this.#made = made;
  }

  /**
   * Makes the folder, before any time is spent on training: an unwritable place is found out at once.
   *
   * @param overwrite - Whether the folder of another run may be used; files of the same names are replaced, others stay.
   * @throws {FileError} If the folder exists and may not be used, or can't be made or written to.
   */
  static async create(path: string, overwrite: boolean): Promise<RunFolder> {
    await refuseExistingRun(path, overwrite);
    const folder = new RunFolder(path, await makeFolders(path));
    try {
      await folder.#probe();
    } catch (error) {
      await folder.discard();
      throw error;
    }
    return folder;
  }

  async write(name: string, contents: Uint8Array | string): Promise<void> {
    await writeFileAtomically(join(this.path, name), contents);
    this.#isEmpty = false;
  }

  /** Takes the folder, and those above it, away again if they were made by this run and hold nothing. */
  async discard(): Promise<void> {
    if (this.#isEmpty) await removeFolders(this.#made);
  }

  /** Permissions tell only half of it (read-only and full disks): try it. */
  async #probe(): Promise<void> {
    const probe = join(this.path, `.probe.${process.pid}.tmp`);
    try {
      await (await open(probe, 'wx')).close();
      await rm(probe);
    } catch (cause) {
      throw fileError('write to', this.path, cause);
    }
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
  const names = await readdir(path).catch((cause: { code?: string }) => {
    if (cause.code === 'ENOTDIR') throw new FileError(`${path} is a file, expected a new folder.`);
    throw fileError('read', path, cause);
  });
  const isRun = names.length === 0 || names.includes(MODEL_FILE) || names.includes('config.json');
  if (overwrite && isRun) return;
  throw new FileError(
    isRun
      ? `${path} exists already, expected a new folder (--overwrite replaces the files in it).`
      : `${path} holds other files and no run, expected a new folder.`,
  );
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
