/**
 * A graph as ONNX files hold it: values, constants, and the nodes that compute values from others. Field numbers are
 * those of onnx.proto3. Read protobuf.ts first; onnx.ts makes the graph of a model.
 */

import { blockField, floatField, integerField, type Message, message } from './protobuf.ts';

/** TensorProto.DataType */
export const FLOAT = 1;
export const INT64 = 7;
export const DOUBLE = 11;

/** AttributeProto.AttributeType */
const FLOAT_ATTRIBUTE = 1;
const INT_ATTRIBUTE = 2;
const TEXT_ATTRIBUTE = 3;
const INTS_ATTRIBUTE = 7;

/** Collects the parts of a GraphProto. A value has the name of the node that computes it. */
export class Graph {
  readonly #nodes: { type: string; name: string; inputs: readonly string[]; attributes: Message }[] = [];
  readonly #constants = new Map<string, Message>();
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];
  readonly #renamed = new Map<string, string>();

  input(name: string, type: number, shape: readonly number[]): string {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** Makes the value `from` an output of the graph, under this name. */
  output(name: string, from: string, type: number, shape: readonly number[]): void {
    this.#renamed.set(from, name);
    this.#outputs.push(valueInfo(name, type, shape));
  }

  node(type: string, name: string, inputs: readonly string[], attributes = message()): string {
    this.#nodes.push({ type, name, inputs, attributes });
    return name;
  }

  cast(name: string, x: string, type: number): string {
    return this.node('Cast', name, [x], intAttribute('to', type));
  }

  constant(
    name: string,
    dims: readonly number[],
    type: number,
    data: Float32Array | Float64Array | BigInt64Array,
  ): string {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#constants.set(
      name,
      message(
        ...dims.map((length) => integerField(1, length)),
        integerField(2, type),
        blockField(8, name),
        blockField(9, raw),
      ),
    );
    return name;
  }

  scalar(name: string, value: number): string {
    return this.constant(name, [], FLOAT, Float32Array.of(value));
  }

  toMessage(name: string): Message {
    const valueName = (value: string) => this.#renamed.get(value) ?? value;
    const nodes = this.#nodes.map((node) =>
      message(
        ...node.inputs.map((input) => blockField(1, valueName(input))),
        blockField(2, valueName(node.name)),
        blockField(3, node.name),
        blockField(4, node.type),
        node.attributes,
      ),
    );
    return message(
      ...nodes.map((node) => blockField(1, node)),
      blockField(2, name),
      ...[...this.#constants.values()].map((tensor) => blockField(5, tensor)),
      ...this.#inputs.map((value) => blockField(11, value)),
      ...this.#outputs.map((value) => blockField(12, value)),
    );
  }
}

/** A ValueInfoProto: a tensor `[batch, ...shape]` of any batch size. */
function valueInfo(name: string, type: number, shape: readonly number[]): Message {
  const batch = blockField(1, blockField(2, 'batch'));
  const dims = message(batch, ...shape.map((length) => blockField(1, integerField(1, length))));
  const tensorType = message(integerField(1, type), blockField(2, dims));
  return message(blockField(1, name), blockField(2, blockField(1, tensorType)));
}

/** An AttributeProto in NodeProto. */
export function intAttribute(name: string, value: number): Message {
  return blockField(5, message(blockField(1, name), integerField(3, value), integerField(20, INT_ATTRIBUTE)));
}

export function floatAttribute(name: string, value: number): Message {
  return blockField(5, message(blockField(1, name), floatField(2, value), integerField(20, FLOAT_ATTRIBUTE)));
}

export function intsAttribute(name: string, values: readonly number[]): Message {
  const integers = values.map((value) => integerField(8, value));
  return blockField(5, message(blockField(1, name), ...integers, integerField(20, INTS_ATTRIBUTE)));
}

export function textAttribute(name: string, text: string): Message {
  return blockField(5, message(blockField(1, name), blockField(4, text), integerField(20, TEXT_ATTRIBUTE)));
}
