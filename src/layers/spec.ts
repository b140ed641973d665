/** Layers as plain JSON: what a model's summary, its files and its exports are made from. build.ts makes layers of it. */

import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';

export const ACTIVATION_NAMES = ['relu', 'leakyRelu', 'sigmoid', 'tanh', 'silu', 'gelu'] as const;

/** An activation, as plain JSON. */
export type ActivationSpec =
  | { readonly type: Exclude<(typeof ACTIVATION_NAMES)[number], 'leakyRelu'> }
  | { readonly type: 'leakyRelu'; readonly slope: number };

/** A dense layer, as plain JSON. */
export interface DenseSpec {
  readonly type: 'dense';
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly bias: boolean;
}

/** A dense layer with the transposed weight of another one, such as the encoder's `encoder.0`. */
export interface TransposedDenseSpec {
  readonly type: 'transposedDense';
  /** The name of the layer that has the weight. */
  readonly tiedTo: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly bias: boolean;
}

/** A {@link GaussianCode} layer, as plain JSON. */
export interface GaussianCodeSpec {
  readonly type: 'gaussianCode';
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** A convolution, as plain JSON. */
export interface Conv2dSpec {
  readonly type: 'conv2d';
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly bias: boolean;
}

/** A transposed convolution, as plain JSON. */
export interface ConvTranspose2dSpec extends Omit<Conv2dSpec, 'type'> {
  readonly type: 'convTranspose2d';
  readonly outputPadding: OutputPadding;
}

/** Additional rows and columns of an output: one number for both, or two. */
export type OutputPadding = number | readonly [rows: number, columns: number];

/** Max pooling, as plain JSON. */
export interface MaxPool2dSpec {
  readonly type: 'maxPool2d';
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

/** Upsampling, as plain JSON. */
export interface Upsample2dSpec {
  readonly type: 'upsample2d';
  readonly factor: number;
}

/** A change of shape, as plain JSON: of one sample. */
export type ReshapeSpec = { readonly type: 'flatten' } | { readonly type: 'reshape'; readonly shape: Shape };

/** A layer for images, as plain JSON. */
export type ImageLayerSpec = Conv2dSpec | ConvTranspose2dSpec | MaxPool2dSpec | Upsample2dSpec | ReshapeSpec;

/** Layers one after the other, as plain JSON. */
export interface SequentialSpec {
  readonly type: 'sequential';
  readonly layers: readonly LayerSpec[];
}

/** Any layer, as plain JSON: what model files hold. */
export type LayerSpec =
  | DenseSpec
  | TransposedDenseSpec
  | GaussianCodeSpec
  | ActivationSpec
  | SequentialSpec
  | ImageLayerSpec;

/** Dense layers between these widths, with an activation after each but the last. */
export function denseStack(widths: readonly number[], activation: ActivationSpec): LayerSpec[] {
  return widths.slice(1).flatMap((outFeatures, i): LayerSpec[] => {
    const dense = { type: 'dense', inFeatures: widths[i], outFeatures, bias: true } as const;
    return i === widths.length - 2 ? [dense] : [dense, activation];
  });
}

/** How many windows fit side by side into so many pixels. */
function windows(
  pixels: number,
  { kernelSize, stride, padding }: Pick<Conv2dSpec, 'kernelSize' | 'stride' | 'padding'>,
): number {
  return Math.floor((pixels + 2 * padding - kernelSize) / stride) + 1;
}

/**
 * The shape of a layer's output for one sample of this shape.
 *
 * @throws {ShapeError} If a layer for images gets no images, too small ones, or other channels than it has weights for.
 */
export function outputShape(layer: LayerSpec, shape: Shape): Shape {
  switch (layer.type) {
    case 'sequential':
      return layer.layers.reduce<Shape>((before, inner) => outputShape(inner, before), shape);
    case 'dense':
    case 'transposedDense':
    case 'gaussianCode':
      return [layer.outFeatures];
    case 'flatten':
      return [sizeOf(shape)];
    case 'reshape':
      if (sizeOf(layer.shape) === sizeOf(shape)) return layer.shape;
      throw new ShapeError(
        `reshape: the input is ${formatShape(shape)}, which can't become ${formatShape(layer.shape)}.`,
      );
    case 'conv2d':
    case 'convTranspose2d':
    case 'maxPool2d':
    case 'upsample2d':
      return imageShape(layer, shape);
    default:
      return shape;
  }
}

function imageShape(
  layer: Conv2dSpec | ConvTranspose2dSpec | MaxPool2dSpec | Upsample2dSpec,
  shape: Shape,
): Shape {
  const [height, width, channels] = shape;
  const expected = 'inChannels' in layer ? layer.inChannels : 'channels';
  if (shape.length !== 3 || (expected !== 'channels' && expected !== channels)) {
    throw new ShapeError(
      `${layer.type}: the input is ${formatShape(shape)}, expected [height, width, ${expected}].`,
    );
  }
  const change = (pixels: number, axis: number) => {
    if (layer.type === 'upsample2d') return layer.factor * pixels;
    if (layer.type !== 'convTranspose2d') return windows(pixels, layer);
    const additional = rowsAndColumns(layer.outputPadding)[axis];
    return (pixels - 1) * layer.stride - 2 * layer.padding + layer.kernelSize + additional;
  };
  const size = [height, width].map(change);
  if (size.some((pixels) => pixels < 1)) {
    throw new ShapeError(`${layer.type}: images of ${height} x ${width} pixels are too small for it.`);
  }
  return [...size, 'outChannels' in layer ? layer.outChannels : channels];
}

/** An output padding as two numbers. */
export function rowsAndColumns(padding: OutputPadding): readonly [rows: number, columns: number] {
  return typeof padding === 'number' ? [padding, padding] : padding;
}
