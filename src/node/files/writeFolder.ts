/** Several files that belong together, in a folder: all of them are written or none. Read files.ts first. */

import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  exists,
  existsAlready,
  FileError,
  fileError,
  temporaryBeside,
  writeFileAtomically,
} from './files.ts';

/** Contents by name. Undefined removes such a file: an older one would not belong to the others. */
export type FolderFiles = Readonly<Record<string, Uint8Array | string | undefined>>;

/** @throws {FileError} If the path is a file, or one of the names is there and may not be replaced. */
export async function refuseExistingFiles(
  path: string,
  names: readonly string[],
  overwrite: boolean,
): Promise<void> {
  if (!(await exists(path))) return;
  if (!(await stat(path)).isDirectory()) throw new FileError(`${path} is a file, expected a folder.`);
  if (overwrite) return;
  for (const name of names) {
    const file = join(path, name);
    if (await exists(file)) throw existsAlready(file);
  }
}

/**
 * Writes the files into a temporary folder beside this one. Once all are on the disk, it gets its name, or they are moved
 * into the folder that is there already; other files of that folder stay.
 *
 * @throws {FileError} If the folder above is not there, or a file can't be written; then nothing is changed.
 */
export async function writeFolder(path: string, files: FolderFiles): Promise<void> {
  const folder = resolve(path);
  const temporary = temporaryBeside(folder);
  const names = Object.keys(files);
  try {
    await mkdir(temporary);
    for (const name of names) {
      const contents = files[name];
      if (contents !== undefined) await writeFileAtomically(join(temporary, name), contents);
    }
    if (await exists(folder)) {
      const written = names.filter((name) => files[name] !== undefined);
      for (const name of written) await refuseFolder(join(path, name));
      for (const name of written) await rename(join(temporary, name), join(folder, name));
      for (const name of names) if (files[name] === undefined) await rm(join(folder, name), { force: true });
      await rm(temporary, { recursive: true });
    } else {
      await rename(temporary, folder);
    }
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw (cause as Error).name === 'FileError' ? cause : fileError('write', path, cause);
  }
}

/** A file can't take the place of a folder: this is checked before the first one is moved. */
async function refuseFolder(path: string): Promise<void> {
  if ((await exists(path)) && (await stat(path)).isDirectory()) {
    throw new FileError(`can't write ${path}: it is a folder, expected a file.`);
  }
}
