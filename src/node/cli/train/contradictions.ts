/** Options of `train` that contradict each other, or did not arrive. Read options.ts first. */

import { resolve } from 'node:path';
import { refuseSalt } from '../shared/commonOptions.ts';
import { READING_NAMES, refuseDroppedPairs } from '../shared/reading.ts';
import { refuseBoth, requireCompanion, UsageError } from '../terminal/options.ts';
import type { TrainOptions, TrainValues } from './options.ts';
import { type KindName, presetOptions, presetsOf } from './presets.ts';

/** @throws {UsageError} If options that were given contradict each other. */
export function refuseContradictions(options: TrainOptions): void {
  const { given, values, positionals } = options;
  if (positionals.length > 0) {
    throw new UsageError(
      `'${positionals[0]}' is not an option, expected --data ${positionals[0]} for a file of images or other samples.`,
    );
  }
  refuseForKind(options);
  requireCompanions(options);
  if (given.has('count') && given.has('data')) {
    throw new UsageError(
      '--count is for the built-in digits, --data for samples of your own: expected one of them.',
    );
  }
  refuseBoth(options, 'test-data', 'validation-split');
  refuseDroppedPairs(values, values.target);
  refuseUnsuitableValues(values);
  refuseUnsuitableLayers(options);
  refuseUnsuitableLengths(values);
}

const NO_QUALITY = "its losses don't say how good its samples are; --epochs decides when it ends";
const NO_ENCODER = 'it has no encoder and restores nothing';

/** The options that make no sense for a kind of model, and why. */
const SENSELESS: Readonly<Record<KindName, Readonly<Record<string, string>>>> = {
  autoencoder: {
    beta: 'its loss has no KL divergence',
    'beta-warmup-epochs': 'its loss has no KL divergence',
    'label-smoothing': 'it has no discriminator',
    'samples-every': 'isthmus generate makes samples with it after training',
  },
  vae: {
    'no-dense-code': 'its encoder ends with two dense layers',
    tied: 'its encoder ends with two layers, which the decoder does not have',
    sparsity: '--beta keeps its codes close to 0',
    dropout: 'the noise of its codes has the same effect',
    'label-smoothing': 'it has no discriminator',
    'samples-every': 'isthmus generate makes samples with it after training',
  },
  gan: {
    loss: 'its two losses are fixed',
    'no-dense-code': NO_ENCODER,
    tied: NO_ENCODER,
    noise: NO_ENCODER,
    sparsity: NO_ENCODER,
    start: 'its generator would begin with one sample for all codes',
    beta: 'its loss has no KL divergence',
    'beta-warmup-epochs': 'its loss has no KL divergence',
    target: NO_ENCODER,
    'target-key': NO_ENCODER,
    'test-target': NO_ENCODER,
    'test-target-key': NO_ENCODER,
    'test-data': NO_QUALITY,
    'test-key': NO_QUALITY,
    'validation-split': NO_QUALITY,
    patience: NO_QUALITY,
    'min-delta': NO_QUALITY,
  },
};

/** Options that make no sense for this kind of model. */
export function isSenseless(name: string, kind: KindName): boolean {
  return Object.hasOwn(SENSELESS[kind], name);
}

/** In words: what a kind of model is called. */
const KIND_TITLES: Readonly<Record<KindName, string>> = {
  autoencoder: 'a plain autoencoder (--kind autoencoder)',
  vae: 'a variational autoencoder (--kind vae)',
  gan: 'a GAN (--kind gan)',
};

/** Options and presets that a kind of model does not have. */
function refuseForKind({ given, values: { kind, preset, keep } }: TrainOptions): void {
  if (kind === 'gan' && keep === 'best') {
    throw new UsageError(`--keep best makes no sense for ${KIND_TITLES.gan}: ${NO_QUALITY}.`);
  }
  for (const [name, why] of Object.entries(SENSELESS[kind])) {
    if (given.has(name)) throw new UsageError(`--${name} makes no sense for ${KIND_TITLES[kind]}: ${why}.`);
  }
  if (!presetsOf(kind).includes(preset)) {
    const known = presetsOf(kind).join(', ');
    throw new UsageError(`--preset ${preset} is not for ${KIND_TITLES[kind]}, expected one of: ${known}.`);
  }
}

function requireCompanions(options: TrainOptions): void {
  const { given, values } = options;
  const needs = (name: string, needed: string, isThere: boolean) =>
    requireCompanion(options, name, needed, isThere);
  needs('key', '--data', given.has('data'));
  needs('image-shape', '--data', given.has('data'));
  needs('in-memory', '--data', given.has('data'));
  for (const name of READING_NAMES) needs(name, '--data', given.has('data'));
  needs('target', '--data', given.has('data'));
  needs('target-key', '--target', given.has('target'));
  needs('test-target', '--target', given.has('target'));
  needs('test-target', '--test-data', given.has('test-data'));
  needs('test-target-key', '--test-target', given.has('test-target'));
  needs('test-data', '--data', given.has('data'));
  if (given.has('target'))
    needs('test-data', '--test-target, as --data has --target', given.has('test-target'));
  needs('test-key', '--test-data', given.has('test-data'));
  needs('scale-by', '--normalize', values.normalize !== undefined);
  needs('min-delta', '--patience', given.has('patience'));
  needs('weight-decay', '--optimizer adamw', values.optimizer === 'adamw');
  needs('momentum', '--optimizer sgd', values.optimizer === 'sgd');
  needs('nesterov', 'a --momentum above 0', (values.momentum ?? 0) > 0);
}

/** Losses, outputs and noise that don't suit the range of the values. */
function refuseUnsuitableValues({ kind, loss, output, normalize, noise }: TrainValues): void {
  if (kind === 'vae' && loss === 'mae') {
    throw new UsageError('--loss mae is no likelihood, expected bce or mse for a variational autoencoder.');
  }
  if (kind === 'vae' && loss === 'mse' && output === 'sigmoid') {
    throw new UsageError('--output sigmoid needs --loss bce for a variational autoencoder.');
  }
  if (loss === 'bce' && output === 'linear') {
    throw new UsageError('--loss bce needs --output sigmoid.');
  }
  if (output === 'sigmoid' && normalize === 'standard') {
    throw new UsageError('--output sigmoid gives values in (0, 1), --normalize standard needs others.');
  }
  refuseSalt(noise, normalize);
  if (loss === 'bce' && normalize === 'standard') {
    throw new UsageError('--loss bce needs values in [0, 1], --normalize standard gives others.');
  }
}

function refuseUnsuitableLayers(options: TrainOptions): void {
  const { values } = options;
  const { kind, preset, layers, conv, hidden, 'decoder-hidden': decoderHidden, dropout = 0, tied } = values;
  if (layers === 'dense' && conv) {
    const asks = 'conv' in presetOptions(kind, preset) ? `--preset ${preset}` : `--conv ${conv}`;
    throw new UsageError(`--layers dense has no convolutions, ${asks} has some: expected one of them.`);
  }
  if (conv?.length === 0) {
    throw new UsageError('--conv is none, expected widths such as 16,32, or --layers dense.');
  }
  if (tied && conv) {
    throw new UsageError(
      '--tied shares the weights of dense layers, --conv has others: expected one of them.',
    );
  }
  // Of a GAN, dropout is that of the discriminator alone.
  const dropped = kind === 'gan' ? hidden : [...hidden, ...(decoderHidden ?? [])];
  if (dropout > 0 && dropped.length === 0 && !conv) {
    throw new UsageError('--dropout needs hidden layers, --hidden none gives none.');
  }
  if (values['no-dense-code']) refuseDenseLayers(options);
  if (tied && decoderHidden) {
    throw new UsageError(
      "--tied gives the decoder the encoder's widths, --decoder-hidden others: expected one of them.",
    );
  }
}

/** Without a dense code there is no place for dense layers. */
function refuseDenseLayers({ given, values: { conv, hidden } }: TrainOptions): void {
  if (!conv) throw new UsageError('--no-dense-code needs --conv.');
  const other = ['encoding-dim', 'decoder-hidden'].find((name) => given.has(name));
  const dense = hidden.length > 0 ? 'hidden' : other;
  if (dense === undefined) return;
  throw new UsageError(`--no-dense-code and --${dense} are both given, expected one of them.`);
}

function refuseUnsuitableLengths({
  epochs,
  'warmup-epochs': warmUp = 0,
  'beta-warmup-epochs': betaWarmUp = 0,
  'validation-split': split,
}: TrainValues): void {
  for (const [name, length] of Object.entries({
    'warmup-epochs': warmUp,
    'beta-warmup-epochs': betaWarmUp,
  })) {
    if (length >= epochs) {
      throw new UsageError(`--${name} is ${length}, expected less than --epochs, which is ${epochs}.`);
    }
  }
  if (split === 1) {
    throw new UsageError('--validation-split is 1, expected less: nothing would be left to train on.');
  }
}

/** @throws {UsageError} If it isn't clear which folder the run is in, or whether to go on with it. */
export function refuseTwoFolders({ given, values }: TrainOptions): void {
  if (given.has('resume') && given.has('overwrite')) {
    throw new UsageError(
      '--resume goes on with a run, --overwrite starts it from the beginning: expected one of them.',
    );
  }
  const { resume, out } = values;
  if (resume === '' && out === undefined) {
    throw new UsageError('--resume needs the folder of a run: --resume FOLDER.');
  }
  if (resume && out !== undefined && resolve(resume) !== resolve(out)) {
    throw new UsageError(`--resume ${resume} and --out ${out} are two folders, expected one.`);
  }
}

/**
 * npm takes the options of `npm run train --data x` for its own and passes on none of them: without this check another run
 * than the intended one would start. npm leaves them in the environment.
 *
 * @throws {UsageError} If that happened.
 */
export function refuseSwallowed(
  { given }: TrainOptions,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  if (environment.npm_package_name !== 'isthmus') return;
  for (const name of ['data', 'test-data', 'epochs', 'out']) {
    const value = environment[`npm_config_${name.replace('-', '_')}`];
    if (value && !given.has(name)) {
      const shown = value === 'true' ? '…' : value; // npm takes `--data x` for a flag and an argument, `--data=x` for a value
      throw new UsageError(`npm kept --${name} for itself, expected: npm run train -- --${name} ${shown}.`);
    }
  }
}
