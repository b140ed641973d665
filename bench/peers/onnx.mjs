/**
 * The network as an ONNX file, by hand: protobuf is tags and lengths. Field numbers from onnx.proto3
 * (ir_version 8, opset 17); every layer is a Gemm, with Relu behind it unless it is linear.
 */

import { layersOf } from './network.mjs';

const FLOAT = 1; // TensorProto.DataType

function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

function whole(field, value) {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** A string, bytes or a nested message. */
function block(field, content) {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function message(...fields) {
  return Buffer.concat(fields);
}

/** TensorProto: dims, data_type, name, raw_data. */
function tensor(name, dims, values) {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message(...dims.map((length) => whole(1, length)), whole(2, FLOAT), block(8, name), block(9, raw));
}

/** NodeProto: inputs, output, op_type. */
function node(type, inputs, output) {
  return message(...inputs.map((name) => block(1, name)), block(2, output), block(4, type));
}

/** ValueInfoProto: a float tensor `[n, features]`, n free. */
function value(name, features) {
  const shape = message(block(1, block(2, 'n')), block(1, whole(1, features)));
  return message(block(1, name), block(2, block(1, message(whole(1, FLOAT), block(2, shape)))));
}

/** ModelProto as bytes; its input is called `x`, its output `y`. */
export function encodeOnnx(widths, weights) {
  const layers = layersOf(widths, weights);
  const nodes = [];
  const initializers = [];
  let input = 'x';
  for (const [i, { inFeatures, outFeatures, weight, bias, isLinear }] of layers.entries()) {
    initializers.push(
      tensor(`w${i}`, [inFeatures, outFeatures], weight),
      tensor(`b${i}`, [outFeatures], bias),
    );
    const output = i === layers.length - 1 ? 'y' : `h${i}`;
    const sum = isLinear ? output : `z${i}`;
    nodes.push(node('Gemm', [input, `w${i}`, `b${i}`], sum));
    if (!isLinear) nodes.push(node('Relu', [sum], output));
    input = output;
  }
  const graph = message(
    ...nodes.map((one) => block(1, one)),
    block(2, 'autoencoder'),
    ...initializers.map((one) => block(5, one)),
    block(11, value('x', widths[0])),
    block(12, value('y', widths.at(-1))),
  );
  return message(whole(1, 8), block(7, graph), block(8, whole(2, 17)));
}
