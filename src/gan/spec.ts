/** The architecture of a GAN as plain JSON, as model files hold it. Read layers/spec.ts first. */

import { convStages, downTo, upFrom } from '../autoencoder/convStages.ts';
import { type ActivationName, checkInputShape, requireLayerOptions } from '../autoencoder/spec.ts';
import type { ActivationSpec, LayerSpec } from '../layers/spec.ts';
import type { OptionNames } from '../tensor/options.ts';
import type { Shape } from '../tensor/shape.ts';

/** A GAN as plain JSON: what model files hold. */
export interface GANSpec {
  readonly type: 'gan';
  /** The shape of one sample, such as `[28, 28, 1]`. */
  readonly inputShape: Shape;
  /** From a code to a sample. */
  readonly generator: readonly LayerSpec[];
  /** From a sample to one logit: above 0 for real samples. */
  readonly discriminator: readonly LayerSpec[];
}

/** The layers of a GAN, in the usual form: widths, and an activation. */
export interface GANArchitectureOptions {
  /** The shape of one sample, such as `[28, 28, 1]`. */
  readonly inputShape: Shape;
  /** The length of a code. @default 64 */
  readonly encodingDim?: number;
  /**
   * For images: how many channels the stages of a convolutional discriminator have. Each halves height and width; the generator
   * mirrors them. @default none, all layers are dense
   */
  readonly conv?: readonly number[] | undefined;
  /** The widths of the generator's dense layers behind the code. @default [128, 256], with `conv` none */
  readonly generatorHidden?: readonly number[];
  /** The widths of the discriminator's dense layers before the logit. @default [256, 128], with `conv` none */
  readonly discriminatorHidden?: readonly number[];
  /** After each hidden layer of both; the slope of 'leakyRelu' is 0.2. @default 'leakyRelu' */
  readonly activation?: ActivationName;
  /** After the generator's last layer: 'sigmoid' for samples in [0, 1], such as pixels. @default 'sigmoid' */
  readonly outputActivation?: 'linear' | 'sigmoid';
}

export const GAN_OPTIONS: OptionNames<GANArchitectureOptions> = {
  inputShape: true,
  encodingDim: true,
  conv: true,
  generatorHidden: true,
  discriminatorHidden: true,
  activation: true,
  outputActivation: true,
};

/** The usual slope in GANs: Radford, Metz & Chintala, "Unsupervised representation learning with DCGANs", ICLR 2016. */
const SLOPE = 0.2;

/**
 * The spec of a GAN, of dense layers or with stages of convolutions.
 *
 * @throws {RangeError} If a width is not an integer >= 1, or an activation is unknown.
 * @throws {ShapeError} If the input shape holds anything but integers >= 1, or does not suit `conv`.
 */
export function describeGAN({
  inputShape,
  encodingDim = 64,
  conv,
  generatorHidden = conv ? [] : [128, 256],
  discriminatorHidden = conv ? [] : [256, 128],
  activation = 'leakyRelu',
  outputActivation = 'sigmoid',
}: GANArchitectureOptions): GANSpec {
  checkInputShape(inputShape, 'GAN');
  const widths = { encodingDim, conv, generatorHidden, discriminatorHidden };
  requireLayerOptions('GAN', { ...widths, activation, outputActivation });
  const activationSpec: ActivationSpec =
    activation === 'leakyRelu' ? { type: activation, slope: SLOPE } : { type: activation };
  const stages = convStages('GAN', inputShape, conv, activationSpec);
  const generator = upFrom(stages, [encodingDim, ...generatorHidden], activationSpec);
  return {
    type: 'gan',
    inputShape: [...inputShape],
    generator: outputActivation === 'sigmoid' ? [...generator, { type: 'sigmoid' }] : generator,
    discriminator: downTo(stages, [...discriminatorHidden, 1], activationSpec),
  };
}
