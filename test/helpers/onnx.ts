/** The golden ONNX models, rebuilt from their seeds, and onnxruntime where it is installed. test/golden/onnx has the scripts. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import type { AutoencoderSpec } from '../../src/autoencoder/spec.ts';
import {
  type DType,
  type Normalization,
  type SampleArray,
  type Samples,
  scalingOf,
} from '../../src/data/samples.ts';
import type { OnnxPart } from '../../src/io/export/onnx.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

export interface OnnxValue {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

interface OnnxSignature {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

export interface OnnxOutput extends OnnxValue {
  readonly inputs: readonly OnnxSignature[];
  readonly outputs: readonly OnnxSignature[];
}

export interface OnnxCase {
  readonly name: string;
  readonly seed: number;
  readonly model: AutoencoderSpec;
  readonly normalization: Normalization;
  readonly images: readonly number[];
  readonly codes: readonly number[];
  readonly outputs: Readonly<Partial<Record<OnnxPart, OnnxOutput>>>;
}

export const FOLDER = resolve('test/golden/onnx');

export const CASES: readonly OnnxCase[] = JSON.parse(readFileSync(`${FOLDER}/expected.json`, 'utf8')).cases;

export function goldenModel({ model, seed, normalization }: OnnxCase): Autoencoder {
  const autoencoder = new Autoencoder({ spec: model, seed });
  const random = new Random(seed);
  autoencoder.parameters.values.set(
    Array.from({ length: autoencoder.parameters.size }, () => random.uniform() - 0.5),
  );
  autoencoder.normalization = normalization;
  return autoencoder;
}

const ARRAYS: Readonly<Record<DType, { from(data: readonly number[]): SampleArray }>> = {
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: Float64Array,
  i8: Float64Array,
  f2: Float32Array,
  f4: Float32Array,
  f8: Float64Array,
  b1: Uint8Array,
};

const TYPES: Readonly<Record<DType, string>> = {
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  b1: 'bool',
};

/** What goes into a part of a model: stored images `[n, ...inputShape]`, or codes. */
export function onnxInput(
  { inputShape, encodingDim, normalization }: Autoencoder,
  part: OnnxPart,
  data: readonly number[],
): OnnxValue {
  const [name, type, shape] =
    part === 'decoder'
      ? ['codes', 'float32', [encodingDim]]
      : ['images', TYPES[normalization.dtype], inputShape];
  const size = shape.reduce((product, length) => product * length, 1);
  return { name, type, dims: [data.length / size, ...shape], data };
}

/** What the engine computes from that input: codes, or images in the units of the stored data. */
export function engineOutput(
  autoencoder: Autoencoder,
  part: OnnxPart,
  { dims, data }: OnnxValue,
): Float64Array {
  const { normalization } = autoencoder;
  if (part === 'decoder') {
    return stored(autoencoder.decode(Tensor.from(data, dims)).data, normalization);
  }
  const samples: Samples = { shape: dims, data: ARRAYS[normalization.dtype].from(data), normalization };
  if (part === 'encoder') return Float64Array.from(autoencoder.encode(samples).data);
  return stored(autoencoder.predict(samples).data, normalization);
}

function stored(values: Float32Array, normalization: Normalization): Float64Array {
  const { shifts, scales } = scalingOf(normalization);
  return Float64Array.from(
    values,
    (value, i) => value * scales[i % scales.length] + shifts[i % shifts.length],
  );
}

/**
 * The largest difference, as a multiple of what is allowed: 1e-5 in the units of the network, and what is lost where
 * the output is stored as float32.
 */
export function onnxError(
  { type, data }: OnnxValue,
  expected: Float64Array,
  part: OnnxPart,
  scale: Normalization['scale'],
): number {
  if (data.length !== expected.length) return Infinity;
  const scales = part === 'encoder' ? [1] : [scale].flat();
  const rounding = type === 'float32' ? 2 ** -23 : 2 ** -52;
  return data.reduce((worst, value, i) => {
    const error =
      Math.abs(value - expected[i]) / (1e-5 * scales[i % scales.length] + rounding * Math.abs(value));
    return Number.isNaN(error) ? Infinity : Math.max(worst, error);
  }, 0);
}

/** The folder of onnxruntime-node, if there is one: `ISTHMUS_ONNXRUNTIME`, or where Node finds it. */
export const ONNXRUNTIME = findOnnxruntime();

function findOnnxruntime(): string | undefined {
  if (process.env.ISTHMUS_ONNXRUNTIME) return process.env.ISTHMUS_ONNXRUNTIME;
  try {
    return dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  } catch {
    return undefined;
  }
}

/** In a process of its own: onnxruntime asks for arrays of Node's realm, which a test's are not. */
export function runOnnx(requests: readonly (OnnxValue & { readonly model: Uint8Array })[]): OnnxOutput[] {
  const input = JSON.stringify(
    requests.map(({ model, ...rest }) => ({ ...rest, model: Buffer.from(model).toString('base64') })),
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`${FOLDER}/run_onnx.mjs`, ONNXRUNTIME as string],
    { input, encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (status !== 0) throw new Error(`run_onnx.mjs: ${stderr}`);
  return JSON.parse(stdout);
}
