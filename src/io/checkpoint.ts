/**
 * A training under way as bytes: the model as it is now, and where its training is. Read model.ts and
 * training/trainingState.ts first.
 *
 * A sealed safetensors file. Tensors: the weights by their names, the optimizer's moments as `optimizer.m` and so on,
 * and the best epoch's weights as `best`, all parameters in one run each. Metadata beside the model's: `state` (the
 * rest of the training's state) and `run` (what the caller needs to go on) as JSON.
 */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import { Random, type RandomState } from '../tensor/random.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { BestState } from '../training/earlyStopping.ts';
import type { TrainingState } from '../training/trainingState.ts';
import { FormatError } from './errors.ts';
import { buildModel, describeModel, parseJson } from './model.ts';
import { isObject, type NamedTensor } from './safetensors.ts';
import { type Kind, readSealed, writeSealed } from './sealedSafetensors.ts';

const CHECKPOINT: Kind = { format: 'isthmus-checkpoint', noun: 'checkpoint', version: 1 };
const MOMENT_PREFIX = 'optimizer.';
const BEST = 'best';

export interface Checkpoint {
  /** With the weights of the state. */
  readonly autoencoder: Autoencoder;
  readonly state: TrainingState;
  /** What the caller gave {@link writeCheckpoint}. */
  readonly run: Readonly<Record<string, unknown>>;
}

/**
 * @param autoencoder - What is trained; its weights may be others by now.
 * @param run - Plain JSON: what the caller needs to go on beside the state.
 * @throws {FormatError} If a weight or moment is NaN or infinite: nobody could go on from there.
 */
export function writeCheckpoint(
  autoencoder: Autoencoder,
  state: TrainingState,
  run: Readonly<Record<string, unknown>> = {},
): Uint8Array {
  const { weights, optimizer, best, ...rest } = state;
  const { moments, ...optimizerFacts } = optimizer;
  const { weights: bestWeights, ...bestFacts } = best ?? {};
  const flat = (name: string, data: Float32Array) => ({ name, tensor: new Tensor(data, [data.length]) });
  const tensors = [
    ...namedWeights(autoencoder, weights),
    ...Object.entries(moments).map(([name, moment]) => flat(MOMENT_PREFIX + name, moment)),
    ...(bestWeights ? [flat(BEST, bestWeights)] : []),
  ];
  for (const { name, tensor } of tensors) requireFinite(name, tensor);
  const facts = { ...rest, optimizer: optimizerFacts, ...(best && { best: bestFacts }) };
  return writeSealed(CHECKPOINT, tensors, {
    ...describeModel(autoencoder),
    state: JSON.stringify(facts),
    run: JSON.stringify(run),
  });
}

/** @throws {FormatError} If the bytes are no checkpoint, of another version, damaged, or their parts don't agree. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSealed(CHECKPOINT, bytes);
  const weights = new Map(tensors);
  const moments: [string, Float32Array][] = [];
  let bestWeights: Float32Array | undefined;
  for (const [name, tensor] of tensors) {
    if (name !== BEST && !name.startsWith(MOMENT_PREFIX)) continue;
    requireFinite(name, tensor);
    weights.delete(name);
    if (name === BEST) bestWeights = tensor.data;
    else moments.push([name.slice(MOMENT_PREFIX.length), tensor.data]);
  }
  const autoencoder = buildModel({ tensors: weights, metadata });
  const run = parseJson('run', metadata.run);
  if (!isObject(run)) throw new FormatError("the checkpoint's metadata 'run' is not a JSON object.");
  const facts = parseJson('state', metadata.state);
  if (!isState(facts))
    throw new FormatError("the checkpoint's metadata 'state' is not the state of a training.");
  if (bestWeights && !facts.best) {
    throw new FormatError('the checkpoint holds the weights of a best epoch, but no epoch is done.');
  }
  const { size } = autoencoder.parameters;
  for (const [name, { size: length }] of tensors) {
    if (weights.has(name)) continue;
    if (length !== size) {
      throw new FormatError(`the checkpoint's '${name}' has ${length} numbers, its model ${size} weights.`);
    }
  }
  const state: TrainingState = {
    ...facts,
    weights: autoencoder.parameters.values.slice(),
    // Not one by one: assigned to an object, `__proto__` would be gone.
    optimizer: { ...facts.optimizer, moments: Object.fromEntries(moments) },
    best: facts.best && { ...bestFactsOf(facts.best), ...(bestWeights && { weights: bestWeights }) },
  };
  return { autoencoder, state, run };
}

/** Without what else the file may say of it. */
function bestFactsOf({ epoch, loss, waited }: BestState): BestState {
  return { epoch, loss, waited };
}

/** The state's weights by the names and shapes of the model's parameters. */
function namedWeights(autoencoder: Autoencoder, weights: Float32Array): NamedTensor[] {
  let start = 0;
  return autoencoder.namedParameters().map(([name, { value }]) => {
    const data = weights.subarray(start, start + value.size);
    start += value.size;
    return { name, tensor: new Tensor(data, value.shape) };
  });
}

function requireFinite(name: string, { data }: Tensor): void {
  if (!data.every(Number.isFinite)) {
    throw new FormatError(`the checkpoint's '${name}' holds NaN or infinity, expected finite numbers.`);
  }
}

/** What stands in the metadata: the state without its arrays. */
type Facts = Omit<TrainingState, 'weights' | 'optimizer' | 'best'> & {
  readonly optimizer: Omit<TrainingState['optimizer'], 'moments'>;
  readonly best?: Omit<BestState, 'weights'>;
};

/** The numbers that are counted on; the optimizer and the generator check their parts when they take them over. */
function isState(value: unknown): value is Facts {
  if (!isObject(value) || !isObject(value.optimizer) || !Array.isArray(value.epochs)) return false;
  const { epoch, batch, lossSum, learningRate, random, optimizer, epochs, best } = value;
  return (
    isIntegerFrom(epoch, 1) &&
    isIntegerFrom(batch, 0) &&
    [lossSum, learningRate, optimizer.learningRate].every(Number.isFinite) &&
    isRandomState(random) &&
    typeof optimizer.name === 'string' &&
    isIntegerFrom(optimizer.steps, 0) &&
    isObject(optimizer.settings) &&
    Object.values(optimizer.settings).every((one) => Number.isFinite(one) || typeof one === 'boolean') &&
    epochs.length === epoch - 1 &&
    epochs.every(isRecord) &&
    (epochs.length === 0 ? best === undefined : isBest(best, epochs.length))
  );
}

function isRecord(value: unknown, i: number): boolean {
  if (!isObject(value)) return false;
  const { epoch, loss, validationLoss, learningRate } = value;
  const isMeasured = validationLoss === undefined || Number.isFinite(validationLoss);
  return epoch === i + 1 && isMeasured && [loss, learningRate].every(Number.isFinite);
}

function isBest(value: unknown, epochs: number): boolean {
  if (!isObject(value)) return false;
  const { epoch, loss, waited } = value;
  return (
    isIntegerFrom(epoch, 1) && isIntegerFrom(waited, 0) && epoch + waited === epochs && Number.isFinite(loss)
  );
}

function isIntegerFrom(value: unknown, minimum: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= minimum;
}

function isRandomState(value: unknown): value is RandomState {
  try {
    Random.fromState(value as RandomState);
    return Array.isArray(value);
  } catch {
    return false;
  }
}
