/**
 * The layers of a network as nodes of an ONNX graph. Read onnxGraph.ts first.
 *
 * ONNX has images as `[channels, height, width]`, the engine as `[height, width, channels]`. They are turned where layers for
 * images begin and where a change of shape ends them, and not in between.
 */

import {
  type Conv2dSpec,
  type ConvTranspose2dSpec,
  type ImageLayerSpec,
  type MaxPool2dSpec,
  outputShape,
  type ReshapeSpec,
  rowsAndColumns,
  type Upsample2dSpec,
} from '../../layers/spec.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { NamedLayer } from '../model.ts';
import { toPyTorch } from './layout.ts';
import {
  FLOAT,
  floatAttribute,
  type Graph,
  INT64,
  intAttribute,
  intsAttribute,
  textAttribute,
} from './onnxGraph.ts';
import { type Message, message } from './protobuf.ts';

/** Where layers are added, and the weights that they take along. */
export interface Network {
  readonly graph: Graph;
  readonly parameters: ReadonlyMap<string, Tensor>;
}

/** What a layer takes and gives. */
export interface Value {
  readonly name: string;
  /** Of one sample, as the engine has it. */
  readonly shape: Shape;
  /** Whether these are images as ONNX has them. */
  readonly isChannelsFirst: boolean;
}

/** Returns the layer's output. */
export function addLayer(network: Network, x: Value, { name, layer }: NamedLayer): Value {
  const shape = outputShape(layer, x.shape);
  switch (layer.type) {
    case 'conv2d':
    case 'convTranspose2d':
    case 'maxPool2d':
    case 'upsample2d':
      addImageLayer(network, channelsFirst(network.graph, x, name), name, layer);
      return { name, shape, isChannelsFirst: true };
    case 'reshape':
    case 'flatten':
      return addReshape(network.graph, x, name, layer, shape);
    default:
      return { ...x, shape, name: addRowLayer(network, x.name, name, layer) };
  }
}

/** A layer that takes rows of features, or numbers one by one. Returns the output's name, as the functions below do. */
function addRowLayer(
  network: Network,
  x: string,
  name: string,
  layer: Exclude<NamedLayer['layer'], ImageLayerSpec>,
): string {
  const { graph } = network;
  switch (layer.type) {
    case 'dense':
      return addDense(network, x, name);
    case 'transposedDense':
      return addDense(network, x, name, layer.tiedTo);
    case 'gaussianCode':
      return addDense(network, x, `${name}.mean`); // the most likely code
    case 'relu':
      return graph.node('Relu', name, [x]);
    case 'leakyRelu':
      return graph.node('LeakyRelu', name, [x], floatAttribute('alpha', layer.slope));
    case 'sigmoid':
      return graph.node('Sigmoid', name, [x]);
    case 'tanh':
      return graph.node('Tanh', name, [x]);
    case 'silu':
      return graph.node('Mul', name, [x, graph.node('Sigmoid', `${name}.sigmoid`, [x])]);
    case 'gelu':
      return addGelu(graph, x, name);
  }
}

/** x Φ(x) with Φ(x) = 1/2 + erf(x/√2) / 2: opset 17 has no Gelu. Far to the left it has fewer digits than the engine. */
function addGelu(graph: Graph, x: string, name: string): string {
  const half = graph.scalar(`${name}.half`, 0.5);
  const scaled = graph.node('Mul', `${name}.scaled`, [x, graph.scalar(`${name}.scale`, Math.SQRT1_2)]);
  const erf = graph.node('Erf', `${name}.erf`, [scaled]);
  const halfErf = graph.node('Mul', `${name}.halfErf`, [erf, half]);
  const distribution = graph.node('Add', `${name}.distribution`, [halfErf, half]);
  return graph.node('Mul', name, [x, distribution]);
}

/**
 * Gemm is x W + b, with W [in, out] as here.
 *
 * @param tiedTo - The layer whose weight is taken, transposed.
 */
export function addDense({ graph, parameters }: Network, x: string, name: string, tiedTo?: string): string {
  const names = [`${tiedTo ?? name}.weight`, `${name}.bias`].filter((each) => parameters.has(each));
  const operands = names.map((each) => {
    const { shape, data } = parameters.get(each) as Tensor;
    return graph.constant(each, shape, FLOAT, data);
  });
  return graph.node(
    'Gemm',
    name,
    [x, ...operands],
    tiedTo === undefined ? undefined : intAttribute('transB', 1),
  );
}

type WindowLayer = Conv2dSpec | ConvTranspose2dSpec | MaxPool2dSpec;

function addImageLayer(network: Network, x: string, name: string, layer: WindowLayer | Upsample2dSpec): void {
  const { graph, parameters } = network;
  if (layer.type === 'upsample2d') {
    const scales = graph.constant(
      `${name}.scales`,
      [4],
      FLOAT,
      Float32Array.of(1, 1, layer.factor, layer.factor),
    );
    graph.node('Resize', name, [x, '', scales], NEAREST);
    return;
  }
  if (layer.type === 'maxPool2d') {
    graph.node('MaxPool', name, [x], windowAttributes(layer));
    return;
  }
  const names = [`${name}.weight`, `${name}.bias`].filter((each) => parameters.has(each));
  const operands = names.map((each) => {
    const { shape, data } = toPyTorch(parameters.get(each) as Tensor);
    return graph.constant(each, shape, FLOAT, data);
  });
  const isTransposed = layer.type === 'convTranspose2d';
  const attributes = isTransposed
    ? message(windowAttributes(layer), intsAttribute('output_padding', rowsAndColumns(layer.outputPadding)))
    : windowAttributes(layer);
  graph.node(isTransposed ? 'ConvTranspose' : 'Conv', name, [x, ...operands], attributes);
}

/** Pixel i of the output is pixel floor(i / factor) of the input. */
const NEAREST = message(
  textAttribute('mode', 'nearest'),
  textAttribute('coordinate_transformation_mode', 'asymmetric'),
  textAttribute('nearest_mode', 'floor'),
);

function windowAttributes({ kernelSize, stride, padding }: WindowLayer): Message {
  return message(
    intsAttribute('kernel_shape', twice(kernelSize)),
    intsAttribute('strides', twice(stride)),
    intsAttribute('pads', [...twice(padding), ...twice(padding)]),
  );
}

/** For height and width. */
const twice = (value: number): number[] => [value, value];

/** A change of shape, of numbers in the engine's order. A length of 0 means the input's own, here the batch. */
function addReshape(graph: Graph, x: Value, name: string, { type }: ReshapeSpec, shape: Shape): Value {
  const from = channelsLast(graph, x, name);
  if (type === 'flatten') {
    return { name: graph.node('Flatten', name, [from]), shape, isChannelsFirst: false };
  }
  const isChannelsFirst = isAlikeInBoth(shape);
  const [height, width, channels] = shape;
  const dims = BigInt64Array.from([0, ...(isChannelsFirst ? [channels, height, width] : shape)], BigInt);
  const constant = graph.constant(`${name}.shape`, [dims.length], INT64, dims);
  return { name: graph.node('Reshape', name, [from, constant]), shape, isChannelsFirst };
}

function channelsFirst(graph: Graph, { name, isChannelsFirst }: Value, layer: string): string {
  if (isChannelsFirst) return name;
  return graph.node('Transpose', `${layer}.channelsFirst`, [name], intsAttribute('perm', [0, 3, 1, 2]));
}

function channelsLast(graph: Graph, { name, shape, isChannelsFirst }: Value, layer: string): string {
  if (!isChannelsFirst || isAlikeInBoth(shape)) return name;
  return graph.node('Transpose', `${layer}.channelsLast`, [name], intsAttribute('perm', [0, 2, 3, 1]));
}

/** Whether the numbers of such images lie in the same order in both layouts: with one channel, or one pixel. */
function isAlikeInBoth(shape: Shape): boolean {
  const [height, width, channels] = shape;
  return shape.length === 3 && (channels === 1 || height * width === 1);
}
