/** An autoencoder's architecture as plain JSON, as model files hold it. Read layers/spec.ts first. */

import { type ActivationSpec, denseStack, type LayerSpec } from '../layers/spec.ts';
import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';

export interface AutoencoderSpec {
  /** Both kinds encode and decode alike; src/vae trains in another way. */
  readonly type: 'autoencoder' | 'vae';
  /** The shape of one sample, such as `[28, 28, 1]`. */
  readonly inputShape: Shape;
  readonly encoder: readonly LayerSpec[];
  readonly decoder: readonly LayerSpec[];
}

export type ActivationName = ActivationSpec['type'];

export interface ArchitectureOptions {
  /** The shape of one sample, such as `[28, 28, 1]`. Samples are flattened before the first layer. */
  readonly inputShape: Shape;
  /** The length of a code. @default 32 */
  readonly encodingDim?: number;
  /** The widths of the layers between input and code. The decoder has them in reverse. @default [64, 32] */
  readonly hidden?: readonly number[];
  /** The widths of the layers between code and output; not together with `tied`. @default hidden, in reverse */
  readonly decoderHidden?: readonly number[] | undefined;
  /** After each hidden layer. The code is linear. @default 'relu' */
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
}

/**
 * The spec of an autoencoder of dense layers: input, hidden, code, hidden in reverse, output. The defaults are those of
 * the classic tutorial.
 *
 * @throws {RangeError} If the output activation is unknown, or `tied` and `decoderHidden` are both given.
 * @throws {ShapeError} If the input shape holds anything but integers >= 1.
 */
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

/** @throws {ShapeError} If the shape of a sample holds anything but integers >= 1. */
export function checkInputShape(inputShape: Shape, who = 'Autoencoder'): void {
  const areLengths = inputShape.every((length) => Number.isSafeInteger(length) && length >= 1);
  if (inputShape.length === 0 || !areLengths || !Number.isSafeInteger(sizeOf(inputShape))) {
    throw new ShapeError(`${who}: the input shape is ${formatShape(inputShape)}, expected integers >= 1.`);
  }
}

/** The encoder in reverse: each dense layer becomes its transposed layer, activations stay between them. */
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
