/** Models on disk. Read io/model.ts first. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { FormatError } from '../../io/errors.ts';
import { type LoadedModel, readModel, type TrainingFacts, writeModel } from '../../io/model.ts';
import { CHECKPOINT_FILE } from './checkpointFile.ts';
import { exists, FileError, fileError, inFile, readWholeFile, writeFileAtomically } from './files.ts';

/** The name of the model in a run folder. */
export const MODEL_FILE = 'model.safetensors';

export interface OpenedModel extends LoadedModel {
  readonly path: string;
  /** The file's. */
  readonly bytes: Uint8Array;
}

/**
 * Opens a model.
 *
 * @param path - A model file, or a run folder with one.
 * @throws {FileError} If it can't be read.
 * @throws {FormatError} If it is no model.
 */
export async function loadModel(path: string): Promise<OpenedModel> {
  const info = await stat(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  if (info.isFile() && path.toLowerCase().endsWith('.isth')) {
    throw new FormatError(`${path} is a compressed file by its name, expected a run folder or a model file.`);
  }
  const file = info.isDirectory() ? join(path, MODEL_FILE) : path;
  if (info.isDirectory() && !(await exists(file)) && (await exists(join(path, CHECKPOINT_FILE)))) {
    throw new FileError(
      `the run in ${path} is not finished: isthmus train --resume ${path} goes on with it.`,
    );
  }
  const bytes = await readWholeFile(file);
  try {
    return { ...readModel(bytes), path: file, bytes };
  } catch (error) {
    throw inFile(file, error as Error);
  }
}

/**
 * Writes a model file, atomically.
 *
 * @param training - Facts about the training that go with it.
 * @throws {FileError} If it can't be written; then an older file stays as it was.
 */
export async function saveModel(
  path: string,
  autoencoder: Autoencoder,
  training: TrainingFacts = {},
): Promise<void> {
  await writeFileAtomically(path, writeModel(autoencoder, training));
}
