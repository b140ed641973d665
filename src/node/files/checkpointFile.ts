/** Checkpoints on disk. Read io/checkpoint.ts first. */

import { join } from 'node:path';
import { type Checkpoint, readCheckpoint } from '../../io/checkpoint.ts';
import { exists, FileError, inFile, readWholeFile } from './files.ts';

/** The name of the checkpoint in a run folder. */
export const CHECKPOINT_FILE = 'checkpoint.safetensors';

/**
 * Opens the checkpoint of a run folder.
 *
 * @throws {FileError} If there is none, or it can't be read.
 * @throws {FormatError} If it is no checkpoint, or a damaged one.
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint> {
  const path = join(folder, CHECKPOINT_FILE);
  if (!(await exists(path))) {
    throw new FileError(`there is nothing to resume in ${folder}: expected a ${CHECKPOINT_FILE}.`);
  }
  const bytes = await readWholeFile(path);
  try {
    return readCheckpoint(bytes);
  } catch (error) {
    throw inFile(path, error as Error);
  }
}
