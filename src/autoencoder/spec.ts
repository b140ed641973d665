/** An autoencoder's architecture as plain JSON, as model files hold it. Read layers/spec.ts first. */

import { ACTIVATION_NAMES, type ActivationSpec, type LayerSpec } from '../layers/spec.ts';
import { type OptionNames, requireBoolean, requireInteger, requireOneOf } from '../tensor/options.ts';
import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';
import { inWords } from '../tensor/words.ts';
import { convStages, downTo, upFrom } from './convStages.ts';

/** An autoencoder as plain JSON: what model files hold. */
export interface AutoencoderSpec {
  /** Both kinds encode and decode alike; a variational one is trained in another way. */
  readonly type: 'autoencoder' | 'vae';
  /** The shape of one sample, such as `[28, 28, 1]`. */
  readonly inputShape: Shape;
  /** From a sample, flattened, to its code. */
  readonly encoder: readonly LayerSpec[];
  /** From a code to a flattened sample. */
  readonly decoder: readonly LayerSpec[];
}

/** An activation by its name. */
export type ActivationName = ActivationSpec['type'];

/** The layers of an autoencoder, in the usual form: widths, and an activation. */
export interface ArchitectureOptions {
  /** The shape of one sample, such as `[28, 28, 1]`. Samples are flattened before the first layer. */
  readonly inputShape: Shape;
  /** The length of a code. @default 32 */
  readonly encodingDim?: number;
  /**
   * For images: how many channels the stages of a convolutional encoder have. Each halves height and width; the decoder mirrors
   * them. Its samples are images, `[height, width]` or `[height, width, channels]`. @default none, all layers are dense
   */
  readonly conv?: readonly number[] | undefined;
  /**
   * The widths of the dense layers between input, or the last stage of `conv`, and code. The decoder has them in reverse.
   * @default [64, 32], with `conv` none
   */
  readonly hidden?: readonly number[];
  /** The widths of the layers between code and output; not together with `tied`. @default hidden, in reverse */
  readonly decoderHidden?: readonly number[] | undefined;
  /** After each hidden layer and each stage of `conv`. A dense code is linear. @default 'relu' */
  readonly activation?: ActivationName;
  /** After the last layer: 'sigmoid' keeps the output in (0, 1), which the loss 'bce' needs. @default 'linear' */
  readonly outputActivation?: 'linear' | 'sigmoid';
  /**
   * Whether the decoder uses the transposed weights of the encoder and has no weights itself, only biases: about half
   * the parameters.
   *
   * @default false
   */
  readonly tied?: boolean;
  /**
   * With `conv`: whether dense layers make the code. Without them the code is what the last stage of the encoder makes, all its
   * pixels one after the other, so there is no `encodingDim` and no `hidden`. Such a code is long; it is for restoring, as in
   * denoising, and not for compressing.
   *
   * @default true
   */
  readonly denseCode?: boolean;
}

export const ARCHITECTURE_OPTIONS: OptionNames<ArchitectureOptions> = {
  inputShape: true,
  encodingDim: true,
  conv: true,
  hidden: true,
  decoderHidden: true,
  activation: true,
  outputActivation: true,
  tied: true,
  denseCode: true,
};

/**
 * The spec of an autoencoder: input, hidden, code, hidden in reverse, output, with stages of convolutions around them for
 * `conv`. The defaults are those of the classic tutorial.
 *
 * @throws {RangeError} If an activation is unknown, `tied` comes with `decoderHidden` or `conv`, or there is no dense code but no
 *   `conv` either, or widths of dense layers.
 * @throws {ShapeError} If the input shape holds anything but integers >= 1, or does not suit `conv`.
 */
export function describeAutoencoder(options: ArchitectureOptions, who = 'Autoencoder'): AutoencoderSpec {
  const { inputShape, encodingDim = 32, conv, activation = 'relu' } = options;
  const { hidden = conv ? [] : [64, 32] } = options;
  checkInputShape(inputShape, who);
  const { outputActivation = 'linear', tied = false, decoderHidden, denseCode = true } = options;
  requireLayerOptions(who, { encodingDim, conv, hidden, decoderHidden, activation, outputActivation });
  requireBoolean(who, 'tied', tied);
  if (tied && decoderHidden) {
    throw new RangeError(
      "Autoencoder: tied weights give the decoder the encoder's widths, got decoderHidden as well.",
    );
  }
  if (tied && conv) {
    throw new RangeError(`${who}: tied weights are those of dense layers, got conv as well.`);
  }
  requireBoolean(who, 'denseCode', denseCode);
  if (!denseCode && (!conv || options.encodingDim !== undefined || hidden.length > 0 || decoderHidden)) {
    throw new RangeError(
      `${who}: denseCode is false, expected conv and no encodingDim, hidden or decoderHidden.`,
    );
  }
  const activationSpec: ActivationSpec =
    activation === 'leakyRelu' ? { type: activation, slope: 0.01 } : { type: activation };
  const stages = convStages(who, inputShape, conv, activationSpec);
  let { down: encoder, up: decoder } = stages;
  if (denseCode) {
    const from = [encodingDim, ...(decoderHidden ?? hidden.toReversed())];
    encoder = downTo(stages, [...hidden, encodingDim], activationSpec);
    decoder = tied ? mirrored(encoder) : upFrom(stages, from, activationSpec);
  }
  return {
    type: 'autoencoder',
    inputShape: [...inputShape],
    encoder,
    decoder: outputActivation === 'sigmoid' ? [...decoder, { type: 'sigmoid' }] : decoder,
  };
}

/** The options that all kinds of models have. */
interface LayerOptions {
  readonly encodingDim: number;
  readonly activation: ActivationName;
  readonly outputActivation: 'linear' | 'sigmoid';
  /** Widths. */
  readonly [hidden: string]: unknown;
}

/**
 * @throws {TypeError} If the widths are no list of numbers, or an activation is no name.
 * @throws {RangeError} If a width is not an integer >= 1, `conv` is empty, or an activation is unknown.
 */
export function requireLayerOptions(
  who: string,
  { encodingDim, activation, outputActivation, ...lists }: LayerOptions,
): void {
  requireInteger(who, 'encodingDim', encodingDim, 1);
  for (const [name, widths] of Object.entries(lists)) {
    const areNumbers = Array.isArray(widths) && widths.every((width) => typeof width === 'number');
    const areEnough = areNumbers && (widths.length > 0 || name !== 'conv'); // without stages there is no conv
    const areWidths = areEnough && widths.every((width) => Number.isSafeInteger(width) && width >= 1);
    if (widths === undefined || areWidths) continue;
    const Refusal = areNumbers ? RangeError : TypeError;
    throw new Refusal(
      `${who}: ${name} is ${inWords(widths)}, expected a list of integers >= 1, such as [64, 32].`,
    );
  }
  requireOneOf(who, 'the activation', activation, ACTIVATION_NAMES);
  requireOneOf(who, 'the output activation', outputActivation, ['linear', 'sigmoid']);
}

/**
 * For callers without types, and for specs of another kind of model.
 *
 * @param networks - The parts that such a spec has.
 * @throws {TypeError} If it is no spec with these parts.
 */
export function requireSpec(who: string, spec: unknown, networks: readonly string[]): void {
  const parts = typeof spec === 'object' && spec !== null ? (spec as Record<string, unknown>) : {};
  if (networks.every((name) => Array.isArray(parts[name]))) return;
  throw new TypeError(
    `${who}: the spec is ${inWords(spec)}, expected what spec() of a model gives, with ${networks.join(' and ')}.`,
  );
}

/** @throws {ShapeError} If the shape of a sample holds anything but integers >= 1. */
export function checkInputShape(inputShape: Shape, who = 'Autoencoder'): void {
  if (!Array.isArray(inputShape)) {
    const example = Number.isSafeInteger(inputShape) ? `[${inputShape}]` : '[28, 28]';
    throw new ShapeError(
      `${who}: the input shape is ${inWords(inputShape)}, expected a list of integers >= 1, such as ${example}.`,
    );
  }
  const areLengths = inputShape.every((length) => Number.isSafeInteger(length) && length >= 1);
  if (inputShape.length === 0 || !areLengths || !Number.isSafeInteger(sizeOf(inputShape))) {
    throw new ShapeError(`${who}: the input shape is ${formatShape(inputShape)}, expected integers >= 1.`);
  }
}

/**
 * How many numbers a network ends with.
 *
 * @throws {ShapeError} If it ends with images instead.
 */
export function rowLength(who: string, network: string, shape: Shape): number {
  if (shape.length === 1) return shape[0];
  throw new ShapeError(
    `${who}: the ${network} ends with ${formatShape(shape)} for each sample, expected a flatten layer behind it.`,
  );
}

/** The encoder in reverse: each dense layer becomes its transposed layer, activations stay between them. */
function mirrored(encoder: readonly LayerSpec[]): readonly LayerSpec[] {
  return encoder
    .map((layer, i): LayerSpec => {
      if (layer.type !== 'dense') return layer;
      const { inFeatures, outFeatures, bias } = layer;
      return {
        type: 'transposedDense',
        tiedTo: `encoder.${i}`,
        inFeatures: outFeatures,
        outFeatures: inFeatures,
        bias,
      };
    })
    .toReversed();
}
