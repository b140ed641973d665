/**
 * `train --from MODEL`: a new run that begins with the weights of a model. The kind, the layers and the scaling of the data
 * are those of the model; how it is trained is free. Read model.ts first, which makes one model of another.
 */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { modelFingerprint } from '../../../compression/modelFingerprint.ts';
import { GAN } from '../../../gan/gan.ts';
import { isObject } from '../../../io/json.ts';
import type { AnyModel, TrainingFacts } from '../../../io/model.ts';
import { Activation, Sigmoid } from '../../../layers/activation.ts';
import { exists } from '../../files/files.ts';
import { CHECKPOINT_FILE, loadAnyModel, loadCheckpoint, MODEL_FILE } from '../../files/modelFile.ts';
import { UsageError } from '../terminal/options.ts';
import { say } from '../terminal/output.ts';
import { describeProgress } from './checkpoints.ts';
import type { TrainOptions, TrainValues } from './options.ts';
import { addedByPreset } from './presets.ts';

const LAYERS = 'the layers are those of the model';
const SCALING = 'data is scaled as that of the model was';

/** The options that the model decides, and why. */
const DECIDED_BY_MODEL: Readonly<Record<string, string>> = {
  layers: LAYERS,
  conv: LAYERS,
  hidden: LAYERS,
  'decoder-hidden': LAYERS,
  'encoding-dim': LAYERS,
  'no-dense-code': LAYERS,
  activation: LAYERS,
  output: LAYERS,
  tied: LAYERS,
  preset: 'a preset has layers of its own, these are those of the model',
  start: 'training starts with the weights of the model',
  normalize: SCALING,
  'scale-by': SCALING,
  'image-shape': 'samples have the shape of those of the model',
};

/** Whether `--from` leaves no choice about this option. */
export function isDecidedByModel(name: string): boolean {
  return Object.hasOwn(DECIDED_BY_MODEL, name);
}

/** @throws {UsageError} If an option is given with `--from` that the model decides. */
export function refuseDecidedByModel({ given }: TrainOptions): void {
  if (!given.has('from')) return;
  for (const [name, why] of Object.entries(DECIDED_BY_MODEL)) {
    if (given.has(name)) throw new UsageError(`--${name} makes no sense with --from: ${why}.`);
  }
}

/** The model that a new run starts from. */
export interface StartingModel {
  readonly model: AnyModel;
  /** What is known of its training. */
  readonly training: TrainingFacts;
  /** See `modelFingerprint`: the run's model file names its beginning by it. */
  readonly fingerprint: string;
}

/**
 * Opens the model of `--from`, and says where its weights come from: of a checkpoint they are the best ones that it keeps, or
 * else those of its last step.
 *
 * @param path - A model file, a run folder, or one that has a checkpoint but no model: of a run that did not end.
 * @throws {FileError} If it can't be read.
 * @throws {FormatError} If it is no model.
 */
export async function openStartingModel(path: string): Promise<StartingModel> {
  const opened = (await isUnfinished(path)) ? await openCheckpoint(path) : await openModel(path);
  return { ...opened, fingerprint: modelFingerprint(opened.model) };
}

type Opened = Omit<StartingModel, 'fingerprint'>;

async function openModel(path: string): Promise<Opened> {
  const { model, training } = await loadAnyModel(path);
  say(`starting with the weights of ${path}`);
  return { model, training };
}

async function isUnfinished(path: string): Promise<boolean> {
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (!isFolder) return false;
  return !(await exists(join(path, MODEL_FILE))) && (await exists(join(path, CHECKPOINT_FILE)));
}

async function openCheckpoint(folder: string): Promise<Opened> {
  const { model, state, run } = await loadCheckpoint(folder);
  const { best } = state;
  if (best?.weights) model.parameters.values.set(best.weights);
  const which = best?.weights ? `of epoch ${best.epoch}, the best one` : describeProgress(state);
  say(`starting with the weights of the checkpoint in ${folder}, ${which}`);
  const { data } = run;
  return { model, training: isObject(data) ? { data: data.facts } : {} };
}

/**
 * What follows from the model, as options by name: its kind, and for this kind how its preset trains, but for what is given.
 *
 * @throws {UsageError} If another kind is given, or options that don't suit the model.
 */
export function addedByModel({ given, values }: TrainOptions, model: AnyModel): Record<string, string> {
  const { type: kind } = model.spec();
  if (given.has('kind') && values.kind !== kind) {
    throw new UsageError(
      `--kind is ${values.kind}, expected ${kind}, which is the kind of the model of --from.`,
    );
  }
  const ofPreset = Object.entries(addedByPreset(kind, 'article', given)).filter(
    ([name]) => !isDecidedByModel(name) && name !== 'loss',
  );
  const added: Record<string, string> = { kind, ...Object.fromEntries(ofPreset) };
  if (kind === 'vae' && !given.has('loss')) added.loss = endsWithSigmoid(model) ? 'bce' : 'mse';
  if (!hasHiddenLayers(model)) delete added.dropout;
  return added;
}

/** @throws {UsageError} If the model can't be trained with this loss, dropout or noise. */
export function refuseForModel(values: TrainValues, model: AnyModel): void {
  const { kind, loss, dropout = 0, noise } = values;
  const isUnit = endsWithSigmoid(model);
  const isStandard = model.normalization.kind === 'standard';
  if (loss === 'bce' && kind !== 'gan' && !isUnit) {
    throw new UsageError('--loss bce needs a sigmoid at the end of the model, that of --from has none.');
  }
  if (loss === 'mse' && kind === 'vae' && isUnit) {
    throw new UsageError('--loss is mse, expected bce: the model of --from, a VAE, ends with a sigmoid.');
  }
  if (loss === 'bce' && isStandard) {
    throw new UsageError('--loss bce needs values in [0, 1], the model of --from is for standardized ones.');
  }
  if (noise?.kind === 'salt' && isStandard) {
    throw new UsageError(
      '--noise salt needs values from 0 to 1, the model of --from is for standardized ones.',
    );
  }
  if (dropout > 0 && !hasHiddenLayers(model)) {
    throw new UsageError('--dropout needs hidden layers, the model of --from has none.');
  }
}

function endsWithSigmoid(model: AnyModel): boolean {
  const { layers } = model instanceof GAN ? model.generator : model.decoder;
  return layers.at(-1) instanceof Sigmoid;
}

/** Whether there are activations whose outputs dropout can leave out: all but that of the last layer. */
function hasHiddenLayers(model: AnyModel): boolean {
  const networks = model instanceof GAN ? [model.discriminator] : [model.encoder, model.decoder];
  const hidden = networks.flatMap((network) => network.namedLayers().slice(0, -1));
  return hidden.some(([, layer]) => layer instanceof Activation);
}
