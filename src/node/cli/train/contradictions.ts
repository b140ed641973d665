/** Options of `train` that contradict each other, or did not arrive. Read options.ts first. */

import { resolve } from 'node:path';
import { refuseSalt } from '../shared/commonOptions.ts';
import { refuseBoth, requireCompanion, UsageError } from '../terminal/options.ts';
import type { TrainOptions, TrainValues } from './options.ts';

/** @throws {UsageError} If options that were given contradict each other. */
export function refuseContradictions(options: TrainOptions): void {
  const { given, values, positionals } = options;
  if (positionals.length > 0) {
    throw new UsageError(
      `'${positionals[0]}' is not an option, expected --data ${positionals[0]} for a file of images or other samples.`,
    );
  }
  requireCompanions(options);
  if (given.has('count') && given.has('data')) {
    throw new UsageError(
      '--count is for the built-in digits, --data for samples of your own: expected one of them.',
    );
  }
  refuseBoth(options, 'test-data', 'validation-split');
  refuseUnsuitableValues(values);
  refuseUnsuitableLayers(values);
  refuseUnsuitableLengths(values);
}

function requireCompanions(options: TrainOptions): void {
  const { given, values } = options;
  const needs = (name: string, needed: string, isThere: boolean) =>
    requireCompanion(options, name, needed, isThere);
  needs('key', '--data', given.has('data'));
  needs('in-memory', '--data', given.has('data'));
  needs('test-data', '--data', given.has('data'));
  needs('test-key', '--test-data', given.has('test-data'));
  needs('scale-by', '--normalize', values.normalize !== undefined);
  needs('min-delta', '--patience', given.has('patience'));
  needs('weight-decay', '--optimizer adamw', values.optimizer === 'adamw');
  needs('momentum', '--optimizer sgd', values.optimizer === 'sgd');
  needs('nesterov', 'a --momentum above 0', (values.momentum ?? 0) > 0);
}

/** Losses, outputs and noise that don't suit the range of the values. */
function refuseUnsuitableValues({ loss, output, normalize, noise }: TrainValues): void {
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

function refuseUnsuitableLayers({
  hidden,
  'decoder-hidden': decoderHidden,
  dropout,
  tied,
}: TrainValues): void {
  if (dropout !== undefined && hidden.length + (decoderHidden ?? []).length === 0) {
    throw new UsageError('--dropout needs hidden layers, --hidden none gives none.');
  }
  if (tied && decoderHidden) {
    throw new UsageError(
      "--tied gives the decoder the encoder's widths, --decoder-hidden others: expected one of them.",
    );
  }
}

function refuseUnsuitableLengths({
  epochs,
  'warmup-epochs': warmUp = 0,
  'validation-split': split,
}: TrainValues): void {
  if (warmUp >= epochs) {
    throw new UsageError(`--warmup-epochs is ${warmUp}, expected less than the ${epochs} of --epochs.`);
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
