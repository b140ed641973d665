/** A variational autoencoder's architecture as plain JSON. Read autoencoder/spec.ts first. */

import {
  ARCHITECTURE_OPTIONS,
  type ArchitectureOptions,
  type AutoencoderSpec,
  describeAutoencoder,
} from '../autoencoder/spec.ts';
import type { OptionNames } from '../tensor/options.ts';

/** The layers of a variational autoencoder, in the usual form: widths, and an activation. */
export interface VariationalArchitectureOptions extends Omit<ArchitectureOptions, 'tied' | 'denseCode'> {
  /** The length of a code. @default 20 */
  readonly encodingDim?: number;
  /**
   * The widths of the dense layers between input, or the last stage of `conv`, and code. The decoder has them in reverse.
   * @default [400], with `conv` [256]
   */
  readonly hidden?: readonly number[];
  /** It decides the loss: binary cross-entropy for 'sigmoid', the squared error for 'linear'. @default 'sigmoid' */
  readonly outputActivation?: 'linear' | 'sigmoid';
}

const { tied: _, denseCode: __, ...own } = ARCHITECTURE_OPTIONS;
export const VARIATIONAL_OPTIONS: OptionNames<VariationalArchitectureOptions> = own;

/**
 * The spec of a variational autoencoder: that of an autoencoder, whose last encoder layer has a mean and a log-variance for
 * each number of the code.
 *
 * @throws {RangeError} If the output activation is unknown.
 * @throws {ShapeError} If the input shape holds anything but integers >= 1.
 */
export function describeVariationalAutoencoder({
  encodingDim = 20,
  outputActivation = 'sigmoid',
  ...options
}: VariationalArchitectureOptions): AutoencoderSpec {
  const { hidden = options.conv ? [256] : [400] } = options;
  if ((options as ArchitectureOptions).tied) {
    throw new RangeError(
      'VariationalAutoencoder: tied is true, expected no tied weights: the encoder ends with two layers, which the decoder does not have.',
    );
  }
  const own = { encodingDim, hidden, outputActivation };
  const spec = describeAutoencoder({ ...options, ...own }, 'VariationalAutoencoder');
  const [last, ...before] = spec.encoder.toReversed();
  if (last.type !== 'dense') throw new Error('describeAutoencoder ends the encoder with a dense layer.');
  const { inFeatures, outFeatures } = last;
  return {
    ...spec,
    type: 'vae',
    encoder: [...before.toReversed(), { type: 'gaussianCode', inFeatures, outFeatures }],
  };
}
