/** A model with what its optimizer remembers, if that is known. Read modelFile.ts and checkpointFile.ts first. */

import { basename, dirname, join } from 'node:path';
import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import type { OptimizerState } from '../../optim/optimizer.ts';
import { CHECKPOINT_FILE, loadCheckpoint } from './checkpointFile.ts';
import { exists } from './files.ts';
import { loadModel, MODEL_FILE } from './modelFile.ts';

export interface TrainedModel {
  readonly autoencoder: Autoencoder;
  /** The state that belongs to these very weights, or why there is none. */
  readonly optimizer: { readonly state: OptimizerState } | { readonly whyNone: string };
}

/**
 * Opens a model and looks for its optimizer's state.
 *
 * A checkpoint has both. A model has the state of the checkpoint in its folder if the weights are the same bits; they
 * are not if the model is of the best epoch and training went on after it.
 *
 * @param path - A run folder, a model file, or the checkpoint of a run.
 * @throws {FileError} If it can't be read.
 * @throws {FormatError} If it, or the checkpoint beside it, is not what it should be.
 */
export async function loadTrainedModel(path: string): Promise<TrainedModel> {
  if (basename(path) === CHECKPOINT_FILE && (await exists(path))) {
    const { autoencoder, state } = await loadCheckpoint(dirname(path));
    return { autoencoder, optimizer: { state: state.optimizer } };
  }
  const { autoencoder, path: file } = await loadModel(path);
  const folder = dirname(file);
  const checkpoint = join(folder, CHECKPOINT_FILE);
  if (basename(file) !== MODEL_FILE || !(await exists(checkpoint))) {
    return { autoencoder, optimizer: { whyNone: `there is no ${checkpoint}` } };
  }
  const { state } = await loadCheckpoint(folder);
  if (!haveSameBits(state.weights, autoencoder.parameters.values)) {
    const whyNone = `${checkpoint} has other weights (--model ${checkpoint} exports those, with its state)`;
    return { autoencoder, optimizer: { whyNone } };
  }
  return { autoencoder, optimizer: { state: state.optimizer } };
}

function haveSameBits(a: Float32Array, b: Float32Array): boolean {
  const [bytesOfA, bytesOfB] = [a, b].map((data) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  return bytesOfA.equals(bytesOfB);
}
