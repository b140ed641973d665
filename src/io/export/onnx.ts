/**
 * A trained model as an ONNX file: the network with its normalization, for onnxruntime and all else that reads the
 * format. Field numbers are those of onnx.proto3, operators those of opset 17. Read onnxGraph.ts first.
 */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import {
  type DType,
  isByFeature,
  type Normalization,
  scalingOf,
  type UniformNormalization,
} from '../../data/samples.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type NamedLayer, namedLayers } from '../model.ts';
import { DOUBLE, FLOAT, floatAttribute, Graph, INT64, intAttribute } from './onnxGraph.ts';
import { blockField, integerField, type Message, message, toBytes } from './protobuf.ts';

export type OnnxPart = 'encoder' | 'decoder' | 'autoencoder';

export interface OnnxOptions {
  /** Written beside the producer's name, isthmus. @default none */
  readonly producerVersion?: string;
}

const IR_VERSION = 8; // with opset 17: ONNX 1.12, read by onnxruntime 1.12 and later
const OPSET = 17;

/** TensorProto.DataType of each type of stored data. */
const STORED_TYPES: Readonly<Record<DType, number>> = {
  u1: 2,
  i1: 3,
  u2: 4,
  i2: 5,
  u4: 12,
  i4: 6,
  u8: 13,
  i8: INT64,
  f2: 10,
  f4: FLOAT,
  f8: DOUBLE,
  b1: 9,
};

/**
 * Writes a part of a model as an ONNX file. The batch is symbolic: any number of samples goes in at once.
 *
 * | part | input | output |
 * |---|---|---|
 * | `encoder` | `images` | `codes` |
 * | `decoder` | `codes` | `restored` |
 * | `autoencoder` | `images` | `restored` |
 *
 * - `images` `[batch, ...inputShape]`: the data as it is stored, in the type that the model was trained on (uint8 for
 *   uint8, bool for bool). The graph computes `(x - shift) / scale`: for `divide` in float32, which gives the same bits
 *   as the engine; for `minmax` and `standard` in float64, since the shift may be large beside the scale. If each
 *   feature has its own, shift and scale are vectors.
 * - `codes` `[batch, encodingDim]`: float32.
 * - `restored` `[batch, ...inputShape]`: in the units of the stored data, neither rounded nor clamped. float32, except
 *   after `minmax` and `standard` of a type whose values float32 can't hold (f8, integers of 4 or 8 bytes): float64.
 *
 * Readers sum the network's products in float32 in any order, so results agree with the engine's within the summation
 * bound (docs/math.md, section 2.2), not bit for bit. The same model gives the same bytes.
 *
 * @throws {FormatError} If the file would be larger than protobuf's 2 GiB.
 * @example
 * const bytes = writeOnnx(autoencoder, 'encoder'); // InferenceSession.create(bytes), run({ images }) -> { codes }
 */
export function writeOnnx(
  autoencoder: Autoencoder,
  part: OnnxPart,
  { producerVersion }: OnnxOptions = {},
): Uint8Array {
  const { inputShape, encodingDim, normalization } = autoencoder;
  const graph = new Graph();
  const hasEncoder = part !== 'decoder';
  const hasDecoder = part !== 'encoder';
  let x = hasEncoder
    ? graph.input('images', STORED_TYPES[normalization.dtype], inputShape)
    : graph.input('codes', FLOAT, [encodingDim]);
  if (hasEncoder) {
    const flatten = (value: string) =>
      inputShape.length > 1 ? graph.node('Flatten', 'flatten', [value]) : value;
    // Shifts by feature are one number per column, so the images are flattened first.
    x = isByFeature(normalization)
      ? normalizeIn(graph, flatten(x), normalization)
      : flatten(normalizeIn(graph, x, normalization));
    x = addLayers(graph, x, autoencoder, 'encoder');
  }
  if (hasDecoder) {
    x = addLayers(graph, x, autoencoder, 'decoder');
    const { output, type } = denormalizeIn(graph, x, normalization);
    graph.output('restored', restoreShape(graph, output, inputShape), type, inputShape);
  } else {
    graph.output('codes', x, FLOAT, [encodingDim]);
  }
  return toBytes(
    message(
      integerField(1, IR_VERSION),
      blockField(2, 'isthmus'),
      ...(producerVersion === undefined ? [] : [blockField(3, producerVersion)]),
      blockField(7, graph.toMessage(part)),
      blockField(8, integerField(2, OPSET)),
      metadataProp('normalization', JSON.stringify(normalization)),
    ),
  );
}

/** A StringStringEntryProto in ModelProto. */
function metadataProp(key: string, value: string): Message {
  return blockField(14, message(blockField(1, key), blockField(2, value)));
}

/** From stored values to the network's inputs. Returns the output's name, as all functions here do. */
function normalizeIn(graph: Graph, images: string, normalization: Normalization): string {
  const { dtype } = normalization;
  if (isIdentity(normalization)) return dtype === 'f4' ? images : graph.cast('float', images, FLOAT);
  if (isExactInFloat32(normalization)) {
    const pixels = graph.cast('float', images, FLOAT);
    return graph.node('Div', 'normalize', [pixels, graph.scalar('scale', normalization.scale)]);
  }
  const stored = dtype === 'f8' ? images : graph.cast('double', images, DOUBLE);
  const shifted = graph.node('Sub', 'normalize.shift', [stored, operandIn(graph, 'shift', normalization)]);
  const scaled = graph.node('Div', 'normalize.scale', [shifted, operandIn(graph, 'scale', normalization)]);
  return graph.cast('float', scaled, FLOAT);
}

/** From the network's outputs to the units of the stored values. */
function denormalizeIn(
  graph: Graph,
  x: string,
  normalization: Normalization,
): { output: string; type: number } {
  const { dtype } = normalization;
  if (isIdentity(normalization)) return { output: x, type: FLOAT };
  if (isExactInFloat32(normalization)) {
    const output = graph.node('Mul', 'denormalize', [x, graph.scalar('scale', normalization.scale)]);
    return { output, type: FLOAT };
  }
  const wide = graph.cast('denormalize.double', x, DOUBLE);
  const scaled = graph.node('Mul', 'denormalize.scale', [wide, operandIn(graph, 'scale', normalization)]);
  const output = graph.node('Add', 'denormalize.shift', [scaled, operandIn(graph, 'shift', normalization)]);
  // float32 has 24 significant bits: too few for the values of these types.
  if (/^([iu][48]|f8)$/.test(dtype)) return { output, type: DOUBLE };
  return { output: graph.cast('denormalize.float', output, FLOAT), type: FLOAT };
}

/** In float64: one number for all values, or a vector `[features]` for each row. */
function operandIn(graph: Graph, name: 'shift' | 'scale', normalization: Normalization): string {
  const { shifts, scales } = scalingOf(normalization);
  const dims = isByFeature(normalization) ? [scales.length] : [];
  return graph.constant(name, dims, DOUBLE, name === 'shift' ? shifts : scales);
}

function isIdentity({ shift, scale }: Normalization): boolean {
  return shift === 0 && scale === 1;
}

/**
 * Pixels up to 65535 and their divisor are exact in float32, and a quotient of two float32 numbers rounds to the same
 * float32 whether or not it was a float64 in between (Figueroa 1995, "When is double rounding innocuous?").
 */
function isExactInFloat32(normalization: Normalization): normalization is UniformNormalization {
  if (normalization.kind !== 'divide') return false;
  return normalization.shift === 0 && Math.fround(normalization.scale) === normalization.scale;
}

/** Adds the dimensions of a sample again. A length of 0 means the input's own, here the batch. */
function restoreShape(graph: Graph, x: string, shape: readonly number[]): string {
  if (shape.length === 1) return x;
  const dims = BigInt64Array.from([0, ...shape], BigInt);
  return graph.node('Reshape', 'reshape', [x, graph.constant('shape', [dims.length], INT64, dims)]);
}

function addLayers(graph: Graph, x: string, autoencoder: Autoencoder, part: 'encoder' | 'decoder'): string {
  const parameters = new Map(autoencoder.namedParameters().map(([name, { value }]) => [name, value]));
  const layers = namedLayers(part, autoencoder.spec()[part]);
  return layers.reduce((input, layer) => addLayer(graph, input, layer, parameters), x);
}

function addLayer(
  graph: Graph,
  x: string,
  { name, layer }: NamedLayer,
  parameters: ReadonlyMap<string, Tensor>,
): string {
  switch (layer.type) {
    case 'dense':
    case 'transposedDense': {
      // Gemm is x W + b, with W [in, out] as here.
      const isTied = layer.type === 'transposedDense';
      const weight = `${isTied ? layer.tiedTo : name}.weight`;
      const names = layer.bias ? [weight, `${name}.bias`] : [weight];
      const operands = names.map((each) => {
        const { shape, data } = parameters.get(each) as Tensor;
        return graph.constant(each, shape, FLOAT, data);
      });
      return graph.node('Gemm', name, [x, ...operands], isTied ? intAttribute('transB', 1) : undefined);
    }
    case 'gaussianCode': {
      // The code is the mean; its variance is needed by training alone.
      const operands = ['mean.weight', 'mean.bias'].map((each) => {
        const { shape, data } = parameters.get(`${name}.${each}`) as Tensor;
        return graph.constant(`${name}.${each}`, shape, FLOAT, data);
      });
      return graph.node('Gemm', name, [x, ...operands]);
    }
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
  }
}
