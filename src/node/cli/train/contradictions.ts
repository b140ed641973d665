/** Options of `train` that cannot be meant together, or did not arrive. Read trainOptions.ts first. */

import { resolve } from 'node:path';
import { refuseSalt } from '../shared/noise.ts';
import { type Parsed, UsageError } from '../terminal/options.ts';
import type { TRAIN_OPTIONS } from './options.ts';

/** @throws {UsageError} If options that were given contradict each other. */
export function refuseContradictions({ given, values, positionals }: Parsed<typeof TRAIN_OPTIONS>): void {
  if (positionals.length > 0) {
    throw new UsageError(
      `'${positionals[0]}' is not an option, expected --data ${positionals[0]} for a file of images or other samples.`,
    );
  }
  const needs = (option: string, other: string, isThere: boolean) => {
    if (given.has(option) && !isThere) throw new UsageError(`--${option} needs ${other}.`);
  };
  needs('key', '--data', given.has('data'));
  needs('in-memory', '--data', given.has('data'));
  needs('test-data', '--data', given.has('data'));
  needs('test-key', '--test-data', given.has('test-data'));
  needs('scale-by', '--normalize', values.normalize !== undefined);
  needs('min-delta', '--patience', given.has('patience'));
  needs('weight-decay', '--optimizer adamw', values.optimizer === 'adamw');
  needs('momentum', '--optimizer sgd', values.optimizer === 'sgd');
  needs('nesterov', 'a --momentum above 0', (values.momentum ?? 0) > 0);
  if (given.has('count') && given.has('data')) {
    throw new UsageError(
      '--count is for the built-in digits, --data for images of your own: expected one of them.',
    );
  }
  if (given.has('test-data') && given.has('validation-split')) {
    throw new UsageError('--test-data and --validation-split are both given, expected one of them.');
  }
  if (values.loss === 'bce' && values.output === 'linear') {
    throw new UsageError('--loss bce needs --output sigmoid.');
  }
  if (values.output === 'sigmoid' && values.normalize === 'standard') {
    throw new UsageError('--output sigmoid gives values in (0, 1), --normalize standard asks for others.');
  }
  refuseSalt(values.noise, values.normalize);
  if (values.dropout !== undefined && values.hidden.length + (values['decoder-hidden'] ?? []).length === 0) {
    throw new UsageError('--dropout leaves out outputs of hidden layers, --hidden none has no such layers.');
  }
  if (values.tied && values['decoder-hidden']) {
    throw new UsageError(
      "--tied gives the decoder the encoder's widths, --decoder-hidden others: expected one of them.",
    );
  }
  const warmUp = values['warmup-epochs'] ?? 0;
  if (warmUp >= values.epochs) {
    throw new UsageError(
      `--warmup-epochs is ${warmUp}, expected less than the ${values.epochs} of --epochs.`,
    );
  }
  if (values.loss === 'bce' && values.normalize === 'standard') {
    throw new UsageError('--loss bce needs values in [0, 1], --normalize standard gives others.');
  }
  if (values['validation-split'] === 1) {
    throw new UsageError('--validation-split is 1, expected less: nothing would be left to train on.');
  }
}

/** @throws {UsageError} If it isn't clear which folder the run is in, or whether to go on with it. */
export function refuseTwoFolders({ given, values }: Parsed<typeof TRAIN_OPTIONS>): void {
  if (given.has('resume') && given.has('overwrite')) {
    throw new UsageError('--resume goes on with a run, --overwrite starts it anew: expected one of them.');
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
 * npm takes the options of `npm run train --data x` for its own and passes on none of them: the run would be another one
 * than was asked for. It leaves them in the environment.
 *
 * @throws {UsageError} If that happened.
 */
export function refuseSwallowed(
  { given }: Parsed<typeof TRAIN_OPTIONS>,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  if (environment.npm_package_name !== 'isthmus') return;
  for (const name of ['data', 'test-data', 'epochs', 'out']) {
    const value = environment[`npm_config_${name.replace('-', '_')}`];
    if (value && !given.has(name)) {
      throw new UsageError(`npm kept --${name} for itself, expected: npm run train -- --${name} ${value}.`);
    }
  }
}
