/**
 * Models on disk, and the checkpoints of runs beside them. Read io/model.ts and io/checkpoint.ts first, which know what is
 * in the bytes.
 */

import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Checkpoint, readCheckpoint } from '../../io/checkpoint.ts';
import { FormatError } from '../../io/errors.ts';
import {
  type AnyModel,
  type LoadedAnyModel,
  type LoadedModel,
  type ModelExtras,
  readAnyModel,
  requireAutoencoder,
  writeModel,
} from '../../io/model.ts';
import { useConvolutions } from '../../layers/convolutions.ts';
import type { OptimizerState } from '../../optim/optimizer.ts';
import {
  exists,
  FileError,
  fileError,
  namingFile,
  readWholeFile,
  requirePath,
  writeFileAtomically,
} from './files.ts';

useConvolutions(); // any model on a disk may have some

/** The names of the model and the checkpoint in a run folder. */
export const MODEL_FILE = 'model.safetensors';
export const CHECKPOINT_FILE = 'checkpoint.safetensors';

interface Opened {
  readonly path: string;
  /** The contents of the file. */
  readonly bytes: Uint8Array;
}

/** An autoencoder from a file, with what the file holds beside it and where it is. */
export type OpenedModel = LoadedModel & Opened;
/** A model of any kind from a file, with what the file holds beside it and where it is. */
export type OpenedAnyModel = LoadedAnyModel & Opened;

/**
 * Opens an autoencoder, plain or variational.
 *
 * @param path - A model file, or a run folder with one.
 * @throws {FileError} If it can't be read.
 * @throws {FormatError} If it is no model, or one without an encoder.
 * @example
 * await saveModel('model.safetensors', autoencoder);
 * const { autoencoder: opened } = await loadModel('model.safetensors');
 * opened.encodingDim; // 32
 */
export async function loadModel(path: string): Promise<OpenedModel> {
  const { model, ...rest } = await loadAnyModel(path);
  return { autoencoder: namingFile(rest.path, () => requireAutoencoder(model)), ...rest };
}

/**
 * Opens a model of any kind.
 *
 * @param path - A model file, or a run folder with one.
 * @throws {FileError} If it can't be read.
 * @throws {FormatError} If it is no model.
 * @example
 * await saveModel('model.safetensors', autoencoder);
 * const { model } = await loadAnyModel('model.safetensors');
 * model instanceof Autoencoder; // true
 */
export async function loadAnyModel(path: string): Promise<OpenedAnyModel> {
  requirePath('loadModel', path);
  const info = await stat(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  if (info.isFile() && path.toLowerCase().endsWith('.isth')) {
    throw new FormatError(`${path} is a compressed file by its name, expected a run folder or a model file.`);
  }
  const file = info.isDirectory() ? join(path, MODEL_FILE) : path;
  if (info.isDirectory() && !(await exists(file)) && (await exists(join(path, CHECKPOINT_FILE)))) {
    throw new FileError(
      `the run in ${path} has no model yet: isthmus train --resume ${path} goes on with it; if its loss became NaN, isthmus train --from ${path} with its --data starts again from its weights.`,
    );
  }
  const bytes = await readWholeFile(file);
  return { ...namingFile(file, () => readAnyModel(bytes)), path: file, bytes };
}

/**
 * Writes a model file, atomically.
 *
 * @param extras - What is kept in the file beside the model, as of {@link writeModel}.
 * @throws {FileError} If it can't be written; then an older file stays as it was.
 * @throws As {@link writeModel}.
 * @example
 * await saveModel('model.safetensors', autoencoder);
 */
export async function saveModel(path: string, model: AnyModel, extras: ModelExtras = {}): Promise<void> {
  await writeFileAtomically(path, writeModel(model, extras));
}

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
  return namingFile(path, () => readCheckpoint(bytes));
}

/** A model with the state of its optimizer, to go on training it elsewhere. */
export interface TrainedModel {
  readonly model: AnyModel;
  /** The state that belongs to exactly these weights, or why there is none. */
  readonly optimizer: { readonly state: OptimizerState } | { readonly whyNone: string };
}

/**
 * Opens a model and looks for the state of its optimizer.
 *
 * A checkpoint has both. For a model, the checkpoint in its folder has the state if its weights are the same bits; they
 * differ if the model is the best epoch and training went on after it.
 *
 * @param path - A run folder, a model file, or the checkpoint of a run.
 * @throws {FileError} If it can't be read.
 * @throws {FormatError} If it, or the checkpoint beside it, is not what its name says, or is damaged.
 */
export async function loadTrainedModel(path: string): Promise<TrainedModel> {
  if (basename(path) === CHECKPOINT_FILE && (await exists(path))) {
    const { model, state } = await loadCheckpoint(dirname(path));
    return { model, optimizer: { state: state.optimizer } };
  }
  const { model, path: file } = await loadAnyModel(path);
  const folder = dirname(file);
  const checkpoint = join(folder, CHECKPOINT_FILE);
  if (basename(file) !== MODEL_FILE || !(await exists(checkpoint))) {
    return { model, optimizer: { whyNone: `there is no ${checkpoint}` } };
  }
  const { state } = await loadCheckpoint(folder);
  if (!haveSameBits(state.weights, model.parameters.values)) {
    const whyNone = `${checkpoint} has other weights (--model ${checkpoint} exports those, with its state)`;
    return { model, optimizer: { whyNone } };
  }
  return { model, optimizer: { state: state.optimizer } };
}

function haveSameBits(a: Float32Array, b: Float32Array): boolean {
  const [bytesOfA, bytesOfB] = [a, b].map((data) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  return bytesOfA.equals(bytesOfB);
}
