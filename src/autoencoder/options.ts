/** The options of an autoencoder's methods, and what is refused of them. Read spec.ts first. */

import type { Samples, StoredSamples } from '../data/samples.ts';
import type { Loss, LossName } from '../losses/loss.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { glorotUniform, type Initializer, requireInitializer } from '../tensor/initializers.ts';
import { type OptionNames, requireOptions } from '../tensor/options.ts';
import { inWords } from '../tensor/words.ts';
import type { Noise } from '../training/noise.ts';
import { REGULARIZATION_OPTIONS, type RegularizationOptions } from '../training/regularization.ts';
import type { ArchitectureOptions, AutoencoderSpec } from './spec.ts';

/** Options of every kind of model. */
export interface WeightOptions {
  /** Decides the first weights, the validation split and the order of the samples; an integer from 0 to 2^53 - 1. @default 0 */
  readonly seed?: number;
  /** Makes the first weight of each dense layer and convolution. @default glorotUniform */
  readonly initializer?: Initializer;
}

const WEIGHT_OPTIONS: OptionNames<WeightOptions> = { seed: true, initializer: true };

/** The architecture, in a few numbers or as the whole spec of another model. */
export type AutoencoderOptions = WeightOptions & (ArchitectureOptions | { readonly spec: AutoencoderSpec });

/** How to train. The losses that `fit` reports leave out the sparsity penalty. Dropout affects training losses only. */
export interface CompileOptions extends RegularizationOptions {
  /** An optimizer serves one network. @default new Adam(), with learning rate 1e-3 */
  readonly optimizer?: Optimizer;
  /** By name, or an object, which may be a {@link Loss} of your own. @default 'mse' */
  readonly loss?: LossName | Loss;
}

export const COMPILE_OPTIONS: OptionNames<CompileOptions> = {
  optimizer: true,
  loss: true,
  ...REGULARIZATION_OPTIONS,
};

/** Where options of the optimizer belong, which other packages take here. */
export const COMPILE_ADVICE: Readonly<Record<string, string>> = {
  learningRate: 'optimizer: new Adam({ learningRate })',
  lr: 'optimizer: new Adam({ learningRate })',
  weightDecay: 'optimizer: new AdamW({ weightDecay })',
  clipNorm: 'optimizer: new Adam({ clipNorm })',
};

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** The numbers of the samples to evaluate. @default all */
  readonly rows?: Uint32Array | undefined;
  /** What the reconstructions are compared with, row by row: in memory or stored. @default the samples themselves */
  readonly target?: Samples | StoredSamples | undefined;
  /** Corrupts the inputs, in the same way each time. Outputs are compared with the clean samples, or the target. @default none */
  readonly noise?: Noise | undefined;
}

export const EVALUATE_OPTIONS: OptionNames<EvaluateOptions> = { rows: true, target: true, noise: true };

/**
 * @param architecture - The options that a spec takes the place of.
 * @param elsewhere - Other names, which the caller refuses with a reason.
 * @throws {TypeError} If the options are no object, or one of them has an unknown name.
 */
export function requireModelOptions(
  who: string,
  options: object,
  architecture: Readonly<Record<string, true>>,
  elsewhere: readonly string[] = [],
): void {
  const hasSpec = typeof options === 'object' && options !== null && 'spec' in options;
  const known = hasSpec ? { spec: true as const } : architecture;
  requireOptions(
    hasSpec ? `${who}, with a spec` : who,
    options,
    { ...known, ...WEIGHT_OPTIONS },
    {},
    elsewhere,
  );
  const { initializer = glorotUniform } = options as WeightOptions;
  requireInitializer(who, initializer);
}

/**
 * @throws {TypeError} If they are no Uint32Array.
 * @throws {RangeError} If there are no rows, or one does not exist.
 */
export function requireRows(rows: Uint32Array, count: number, who: string): void {
  // By name: an array may come from another realm.
  if (Object.prototype.toString.call(rows) !== '[object Uint32Array]') {
    throw new TypeError(`${who}: rows is ${inWords(rows)}, expected a Uint32Array: Uint32Array.from(rows).`);
  }
  const beyond = rows.find((row) => row >= count);
  if (rows.length > 0 && beyond === undefined) return;
  throw new RangeError(
    `${who}: got ${beyond === undefined ? 'no rows' : `row ${beyond}`}, expected rows from 0 to ${count - 1}.`,
  );
}
