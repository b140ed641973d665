/** The autoencoder as plain JSON: what a model file says of itself. Read layers/spec.ts first. */

import type { ActivationSpec, LayerSpec } from '../layers/spec.ts';
import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';

export interface AutoencoderSpec {
  readonly type: 'autoencoder';
  /** The shape of one sample, such as `[28, 28, 1]`. */
  readonly inputShape: Shape;
  readonly encoder: readonly LayerSpec[];
  readonly decoder: readonly LayerSpec[];
}

export type ActivationName = ActivationSpec['type'];

export interface ArchitectureOptions {
  /** The shape of one sample; it is flattened in front of the first layer. */
  readonly inputShape: Shape;
  /** How many numbers a code has. @default 32 */
  readonly encodingDim?: number;
  /** The widths between input and code; the decoder has them in reverse. @default [64, 32] */
  readonly hidden?: readonly number[];
  /** The widths between code and output, if they are others; not with `tied`. @default hidden, in reverse */
  readonly decoderHidden?: readonly number[] | undefined;
  /** After each hidden layer. The code is linear. @default 'relu' */
  readonly activation?: ActivationName;
  /** After the last layer: 'sigmoid' keeps the output in (0, 1), and 'bce' needs it. @default 'linear' */
  readonly outputActivation?: 'linear' | 'sigmoid';
  /**
   * Whether the decoder borrows the encoder's weights, transposed, and has only biases of its own: half the parameters.
   *
   * @default false
   */
  readonly tied?: boolean;
}

/** Dense layers input - hidden - code - hidden reversed - input: the article's autoencoder by default. */
export function describeAutoencoder(options: ArchitectureOptions): AutoencoderSpec {
  const { inputShape, encodingDim = 32, hidden = [64, 32], activation = 'relu' } = options;
  checkInputShape(inputShape);
  const { outputActivation = 'linear', tied = false, decoderHidden } = options;
  if (outputActivation !== 'linear' && outputActivation !== 'sigmoid') {
    throw new RangeError(
      `Autoencoder: the output activation is '${outputActivation}', expected 'linear' or 'sigmoid'.`,
    );
  }
  if (tied && decoderHidden) {
    throw new RangeError(
      "Autoencoder: tied weights give the decoder the encoder's widths, got decoderHidden as well.",
    );
  }
  const features = sizeOf(inputShape);
  const activationSpec: ActivationSpec =
    activation === 'leakyRelu' ? { type: activation, slope: 0.01 } : { type: activation };
  const encoder = denseStack([features, ...hidden, encodingDim], activationSpec);
  const decoder = tied
    ? mirrored(encoder)
    : denseStack([encodingDim, ...(decoderHidden ?? hidden.toReversed()), features], activationSpec);
  return {
    type: 'autoencoder',
    inputShape: [...inputShape],
    encoder,
    decoder: outputActivation === 'sigmoid' ? [...decoder, { type: 'sigmoid' }] : decoder,
  };
}

/** @throws {ShapeError} If this is not the shape of one sample. */
export function checkInputShape(inputShape: Shape): void {
  const areLengths = inputShape.every((length) => Number.isSafeInteger(length) && length >= 1);
  if (inputShape.length === 0 || !areLengths || !Number.isSafeInteger(sizeOf(inputShape))) {
    throw new ShapeError(
      `Autoencoder: the input shape is ${formatShape(inputShape)}, expected integers >= 1.`,
    );
  }
}

/** Dense layers of these widths with an activation between each two; the last one is linear. */
function denseStack(widths: readonly number[], activation: ActivationSpec): LayerSpec[] {
  return widths.slice(1).flatMap((outFeatures, i): LayerSpec[] => {
    const dense = { type: 'dense', inFeatures: widths[i], outFeatures, bias: true } as const;
    return i === widths.length - 2 ? [dense] : [dense, activation];
  });
}

/** The encoder backwards: each dense layer becomes its transposed one, activations stay between them. */
function mirrored(encoder: readonly LayerSpec[]): LayerSpec[] {
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
