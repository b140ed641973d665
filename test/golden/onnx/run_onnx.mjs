/**
 * Runs ONNX models with onnxruntime-node, which is no dependency of this repository (288 MB):
 *
 *   mkdir -p /tmp/ort && cd /tmp/ort && ONNXRUNTIME_NODE_INSTALL=skip npm i --no-save onnxruntime-node
 *   node run_onnx.mjs /tmp/ort/node_modules/onnxruntime-node < requests.json > answers.json
 *
 * A request is `{model, name, type, dims, data}`: the file as base64 and its one input. An answer has the same of its first
 * output, what the model says its input and outputs are, and as `more` the other outputs, if there are any. 64-bit integers
 * and float16 come as plain numbers, too.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ARRAYS = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

export function loadOnnxruntime(folder) {
  const require = createRequire(import.meta.url);
  return { ort: require(resolve(folder)), version: require(resolve(folder, 'package.json')).version };
}

export async function runOnnx(ort, requests) {
  const answers = [];
  for (const { model, name, type, dims, data } of requests) {
    const session = await ort.InferenceSession.create(Buffer.from(model, 'base64'), { logSeverityLevel: 3 });
    const results = await session.run({ [name]: new ort.Tensor(type, arrayOf(type, data), dims) });
    const [first, ...more] = session.outputNames.map((each) => {
      const { type, dims, data } = results[each];
      return { name: each, type, dims, data: Array.from(data, Number) };
    });
    answers.push({
      ...first,
      ...(more.length > 0 && { more }),
      inputs: session.inputMetadata?.map(({ name, type, shape }) => ({ name, type, shape })),
      outputs: session.outputMetadata?.map(({ name, type, shape }) => ({ name, type, shape })),
    });
  }
  return answers;
}

function arrayOf(type, data) {
  if (type === 'int64') return BigInt64Array.from(data, BigInt);
  if (type === 'uint64') return BigUint64Array.from(data, BigInt);
  if (type === 'float16') return Uint16Array.from(data, halfBits);
  return ARRAYS[type].from(data);
}

/** The bits of a float16 that holds this number (from 2^-14 to 1) exactly. */
function halfBits(value) {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(value));
  return (exponent + 15) * 1024 + (value / 2 ** exponent - 1) * 1024;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { ort } = loadOnnxruntime(process.argv[2]);
  process.stdout.write(JSON.stringify(await runOnnx(ort, JSON.parse(readFileSync(0, 'utf8')))));
}
