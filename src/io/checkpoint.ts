/**
 * A training under way as bytes: the model and the state that the training goes on from. Read model.ts and
 * training/trainingState.ts first.
 *
 * A sealed safetensors file. Tensors: the weights by their names; the optimizer's moments as `optimizer.m` and so on and
 * the best epoch's weights as `best`, each all parameters in one array. Metadata beside the model's, as JSON: `state`
 * (the rest of the training's state) and `run` (what the caller needs to go on).
 */

import { requireBytes, requireModel } from '../tensor/options.ts';
import { Random, type RandomState } from '../tensor/random.ts';
import { Tensor } from '../tensor/tensor.ts';
import { inWords, plural } from '../tensor/words.ts';
import type { BestState } from '../training/earlyStopping.ts';
import type { TrainingState } from '../training/trainingState.ts';
import { FormatError } from './errors.ts';
import { isIntegerAtLeast, isObject, parseMetadata, shown } from './json.ts';
import { type AnyModel, buildModel, describeModel } from './model.ts';
import type { NamedTensor } from './safetensors.ts';
import { type Kind, readSealed, writeSealed } from './sealedSafetensors.ts';

const CHECKPOINT: Kind = { format: 'isthmus-checkpoint', noun: 'checkpoint', version: 1 };
const MOMENT_PREFIX = 'optimizer.';
const BEST = 'best';

/** What a checkpoint holds. */
export interface Checkpoint {
  /** It has the weights of the state. */
  readonly model: AnyModel;
  /** What `fit` goes on from, as `resumeFrom`. */
  readonly state: TrainingState;
  /** As the caller gave it to {@link writeCheckpoint}. */
  readonly run: Readonly<Record<string, unknown>>;
}

/**
 * A training between two steps as a file: the model, the optimizer and all that is needed to go on with the same bits.
 *
 * @param model - The model in training. The weights written are those of the state, not its present ones.
 * @param state - `state()` of `onEpochEnd`, or `history.state`.
 * @param run - Plain JSON: what the caller needs to go on, beside the state.
 * @throws {TypeError} If the model is no model, or the state no state.
 * @throws {FormatError} If a weight or moment is NaN or infinite: training could not go on from it.
 * @example
 * await autoencoder.fit(images, {
 *   epochs: 1,
 *   onEpochEnd: (_, state) => writeFileAtomically('checkpoint', writeCheckpoint(autoencoder, state())),
 * });
 */
export function writeCheckpoint(
  model: AnyModel,
  state: TrainingState,
  run: Readonly<Record<string, unknown>> = {},
): Uint8Array {
  requireModel('writeCheckpoint', model);
  if (!(state?.weights instanceof Object)) {
    throw new TypeError(
      `writeCheckpoint: the state is ${inWords(state)}, expected one such as history.state.`,
    );
  }
  const { weights, optimizer, best, ...rest } = state;
  const { moments, ...optimizerFacts } = optimizer;
  const { weights: bestWeights, ...bestFacts } = best ?? {};
  const flat = (name: string, data: Float32Array) => ({ name, tensor: new Tensor(data, [data.length]) });
  const tensors = [
    ...namedWeights(model, weights),
    ...Object.entries(moments).map(([name, moment]) => flat(MOMENT_PREFIX + name, moment)),
    ...(bestWeights ? [flat(BEST, bestWeights)] : []),
  ];
  for (const { name, tensor } of tensors) requireFinite(name, tensor);
  const facts = { ...rest, optimizer: optimizerFacts, ...(best && { best: bestFacts }) };
  return writeSealed(CHECKPOINT, tensors, {
    ...describeModel(model),
    state: JSON.stringify(facts),
    run: JSON.stringify(run),
  });
}

/**
 * Reads what {@link writeCheckpoint} wrote.
 *
 * @throws {FormatError} If the bytes are not a checkpoint, are of another version or damaged, or their parts don't agree.
 * @example
 * let bytes;
 * const onEpochEnd = (_, state) => { bytes = writeCheckpoint(autoencoder, state()); };
 * await autoencoder.fit(images, { epochs: 1, onEpochEnd });
 * const { model, state } = readCheckpoint(bytes);
 * await model.fit(images, { epochs: 2, resumeFrom: state }); // one epoch more
 */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  requireBytes('readCheckpoint', bytes);
  const { tensors, metadata } = readSealed(CHECKPOINT, bytes);
  const { weights, moments, bestWeights } = divideTensors(tensors);
  const model = buildModel({ tensors: weights, metadata });
  const run = parseMetadata('run', metadata.run);
  if (!isObject(run)) {
    throw new FormatError(`the checkpoint's metadata 'run' is ${shown(run)}, expected a JSON object.`);
  }
  const facts = parseMetadata('state', metadata.state);
  if (!isState(facts))
    throw new FormatError("the checkpoint's metadata 'state' is not the state of a training.");
  if (bestWeights && !facts.best) {
    throw new FormatError(
      'the checkpoint holds the weights of a best epoch, expected none before the first epoch ends.',
    );
  }
  const { size } = model.parameters;
  for (const [name, { size: length }] of tensors) {
    if (weights.has(name)) continue;
    if (length !== size) {
      throw new FormatError(
        `the checkpoint's '${name}' has ${plural(length, 'number')}, expected ${size}, one for each weight of its model.`,
      );
    }
  }
  const state: TrainingState = {
    ...facts,
    weights: model.parameters.values.slice(),
    // Not assigned one by one: `object.__proto__ = …` would set the prototype instead of an entry.
    optimizer: { ...facts.optimizer, moments: Object.fromEntries(moments) },
    best: facts.best && { ...bestFactsOf(facts.best), ...(bestWeights && { weights: bestWeights }) },
  };
  return { model, state, run };
}

/** The tensors of the model, and the arrays of the training's state. */
function divideTensors(tensors: ReadonlyMap<string, Tensor>) {
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
  return { weights, moments, bestWeights };
}

/** Only these three fields, whatever else the file holds. */
function bestFactsOf({ epoch, loss, waited }: BestState): BestState {
  return { epoch, loss, waited };
}

/** The state's weights by the names and shapes of the model's parameters. */
function namedWeights(model: AnyModel, weights: Float32Array): NamedTensor[] {
  let start = 0;
  return model.namedParameters().map(([name, { value }]) => {
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

/** The state as the metadata holds it: without its arrays. */
type Facts = Omit<TrainingState, 'weights' | 'optimizer' | 'best'> & {
  readonly optimizer: Omit<TrainingState['optimizer'], 'moments'>;
  readonly best?: Omit<BestState, 'weights'>;
};

/** Checks the numbers that training relies on. The optimizer checks its own part when it takes it over. */
function isState(value: unknown): value is Facts {
  if (!isObject(value) || !isObject(value.optimizer) || !Array.isArray(value.epochs)) return false;
  const { epoch, batch, lossSum, partSums, learningRate, random, optimizer, epochs, best } = value;
  return (
    isIntegerAtLeast(epoch, 1) &&
    isIntegerAtLeast(batch, 0) &&
    [lossSum, learningRate, optimizer.learningRate].every(Number.isFinite) &&
    areParts(partSums) &&
    isRandomState(random) &&
    typeof optimizer.name === 'string' &&
    isIntegerAtLeast(optimizer.steps, 0) &&
    isObject(optimizer.settings) &&
    Object.values(optimizer.settings).every((one) => Number.isFinite(one) || typeof one === 'boolean') &&
    epochs.length === epoch - 1 &&
    epochs.every(isRecord) &&
    (epochs.length === 0 ? best === undefined : isBest(best, epochs.length))
  );
}

function isRecord(value: unknown, i: number): boolean {
  if (!isObject(value)) return false;
  const { epoch, loss, parts, validationLoss, validationParts, learningRate } = value;
  const isMeasured = validationLoss === undefined || Number.isFinite(validationLoss);
  const isLoss = [loss, learningRate].every(Number.isFinite) && [parts, validationParts].every(areParts);
  return epoch === i + 1 && isMeasured && isLoss;
}

/** Numbers by name, or none. */
function areParts(value: unknown): boolean {
  return value === undefined || (isObject(value) && Object.values(value).every(Number.isFinite));
}

function isBest(value: unknown, epochs: number): boolean {
  if (!isObject(value)) return false;
  const { epoch, loss, waited } = value;
  return (
    isIntegerAtLeast(epoch, 1) &&
    isIntegerAtLeast(waited, 0) &&
    epoch + waited === epochs &&
    Number.isFinite(loss)
  );
}

function isRandomState(value: unknown): value is RandomState {
  try {
    Random.fromState(value as RandomState);
    return Array.isArray(value);
  } catch {
    return false;
  }
}
