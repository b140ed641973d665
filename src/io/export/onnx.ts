/**
 * A trained model as an ONNX file: the network with its normalization, for onnxruntime and all else that reads the
 * format. Field numbers are those of onnx.proto3, operators those of opset 17. Read onnxLayers.ts first.
 */

import {
  type DType,
  isByFeature,
  type Normalization,
  scalingOf,
  type UniformNormalization,
} from '../../data/samples.ts';
import { type OptionNames, requireModel, requireOptions } from '../../tensor/options.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { type AnyModel, namedLayers, networksOf } from '../model.ts';
import { DOUBLE, FLOAT, Graph, INT64 } from './onnxGraph.ts';
import { addDense, addLayer, type Value } from './onnxLayers.ts';
import { blockField, integerField, type Message, message, toBytes } from './protobuf.ts';

/** A part of an autoencoder, plain or variational, or of a GAN. */
export type OnnxPart = 'encoder' | 'decoder' | 'autoencoder' | 'generator' | 'discriminator';

/** Options of {@link writeOnnx}. */
export interface OnnxOptions {
  /** Written beside the producer's name, isthmus. @default none */
  readonly producerVersion?: string;
}

const OPTIONS: OptionNames<OnnxOptions> = { producerVersion: true };

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

/** A part's networks, one after another, and what they take and give. */
interface Path {
  readonly networks: readonly string[];
  readonly from: 'images' | 'codes';
  readonly to: 'codes' | 'restored' | 'generated' | 'probability';
}

const PATHS: Readonly<Record<OnnxPart, Path>> = {
  encoder: { networks: ['encoder'], from: 'images', to: 'codes' },
  decoder: { networks: ['decoder'], from: 'codes', to: 'restored' },
  autoencoder: { networks: ['encoder', 'decoder'], from: 'images', to: 'restored' },
  generator: { networks: ['generator'], from: 'codes', to: 'generated' },
  discriminator: { networks: ['discriminator'], from: 'images', to: 'probability' },
};

/** The parts that a model has. */
export function onnxParts(model: AnyModel): readonly OnnxPart[] {
  const own = Object.keys(networksOf(model.spec()));
  const parts = Object.keys(PATHS) as OnnxPart[];
  return parts.filter((part) => PATHS[part].networks.every((network) => own.includes(network)));
}

/**
 * Writes a part of a model as an ONNX file. The batch is symbolic: any number of samples goes in at once.
 *
 * | model | part | input | output |
 * |---|---|---|---|
 * | autoencoder | `encoder` | `images` | `codes`, and `log_variance` if it is variational |
 * | | `decoder` | `codes` | `restored` |
 * | | `autoencoder` | `images` | `restored` |
 * | GAN | `generator` | `codes` | `generated` |
 * | | `discriminator` | `images` | `probability` |
 *
 * - `images` `[batch, ...inputShape]`: the data as it is stored, in the type that the model was trained on (uint8 for
 *   uint8, bool for bool). The graph computes `(x - shift) / scale`: for `divide` in float32, which gives the same bits
 *   as the engine; for `minmax` and `standard` in float64, since the shift may be large beside the scale. If each
 *   feature has its own, shift and scale are vectors.
 * - `codes` `[batch, encodingDim]`: float32. Those of a variational autoencoder are the means.
 * - `log_variance` `[batch, encodingDim]`: float32, the natural logarithm of the variance of each number of a code.
 * - `restored`, `generated` `[batch, ...inputShape]`: in the units of the stored data, neither rounded nor clamped.
 *   float32, except after `minmax` and `standard` of a type whose values float32 can't hold (f8, integers of 4 or 8
 *   bytes): float64.
 * - `probability` `[batch]`: float32, how sure the discriminator is that an image is real, from 0 to 1: the sigmoid of its
 *   logit, as `GAN.discriminate` has it.
 *
 * Readers sum the network's products in float32 in any order, so results agree with the engine's within the summation
 * bound (docs/math.md, section 2.2), not bit for bit. The same model gives the same bytes.
 *
 * @param part - As in the table.
 * @returns The whole file.
 * @throws {TypeError} If the model is no model, or an option is unknown.
 * @throws {RangeError} If the model has no such part.
 * @throws {FormatError} If the file would be larger than protobuf's 2 GiB.
 * @example
 * const bytes = writeOnnx(autoencoder, 'encoder'); // InferenceSession.create(bytes), run({ images }) -> { codes }
 */
export function writeOnnx(model: AnyModel, part: OnnxPart, options: OnnxOptions = {}): Uint8Array {
  requireModel('writeOnnx', model);
  requireOptions('writeOnnx', options, OPTIONS);
  const { producerVersion } = options;
  const parts = onnxParts(model);
  if (!parts.includes(part)) {
    throw new RangeError(
      `writeOnnx: the part is '${part}', expected one of the model's: ${parts.join(', ')}.`,
    );
  }
  return toBytes(
    message(
      integerField(1, IR_VERSION),
      blockField(2, 'isthmus'),
      ...(producerVersion === undefined ? [] : [blockField(3, producerVersion)]),
      blockField(7, graphOf(model, PATHS[part]).toMessage(part)),
      blockField(8, integerField(2, OPSET)),
      metadataProp('normalization', JSON.stringify(model.normalization)),
    ),
  );
}

/** A StringStringEntryProto in ModelProto. */
function metadataProp(key: string, value: string): Message {
  return blockField(14, message(blockField(1, key), blockField(2, value)));
}

function graphOf(model: AnyModel, { networks, from, to }: Path): Graph {
  const { inputShape, encodingDim, normalization } = model;
  const graph = new Graph();
  const parameters = new Map(model.namedParameters().map(([name, { value }]) => [name, value]));
  const network = { graph, parameters };
  const own = networksOf(model.spec());
  const layers = networks.flatMap((name) => namedLayers(name, own[name]));
  const first =
    from === 'images'
      ? { name: addImages(graph, model), shape: [sizeOf(inputShape)] }
      : { name: graph.input('codes', FLOAT, [encodingDim]), shape: [encodingDim] };
  let value: Value = { ...first, isChannelsFirst: false };
  let beforeLast = value;
  for (const layer of layers) [beforeLast, value] = [value, addLayer(network, value, layer)];
  const x = value.name;
  if (to === 'codes') {
    graph.output('codes', x, FLOAT, [encodingDim]);
    const last = layers.at(-1);
    if (last?.layer.type === 'gaussianCode') {
      const logVariance = addDense(network, beforeLast.name, `${last.name}.logVariance`);
      graph.output('log_variance', logVariance, FLOAT, [encodingDim]);
    }
  } else if (to === 'probability') {
    graph.output(to, restoreShape(graph, graph.node('Sigmoid', 'sigmoid', [x]), []), FLOAT, []);
  } else {
    const { output, type } = denormalizeIn(graph, x, normalization);
    graph.output(to, restoreShape(graph, output, inputShape), type, inputShape);
  }
  return graph;
}

/** The images that go in, and what makes of them what the network takes. */
function addImages(graph: Graph, { inputShape, normalization }: AnyModel): string {
  const images = graph.input('images', STORED_TYPES[normalization.dtype], inputShape);
  const flatten = (x: string) => (inputShape.length > 1 ? graph.node('Flatten', 'flatten', [x]) : x);
  // Shifts by feature are one number per column, so the images are flattened first.
  return isByFeature(normalization)
    ? normalizeIn(graph, flatten(images), normalization)
    : flatten(normalizeIn(graph, images, normalization));
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

/** Adds the dimensions of a sample again. A length of 0 means the input's own, here the batch; a sample `[]` is a number. */
function restoreShape(graph: Graph, x: string, shape: readonly number[]): string {
  if (shape.length === 1) return x;
  const dims = BigInt64Array.from([0, ...shape], BigInt);
  return graph.node('Reshape', 'reshape', [x, graph.constant('shape', [dims.length], INT64, dims)]);
}
