/** The golden ONNX models, rebuilt from their seeds, and onnxruntime where it is installed. test/golden/onnx has the scripts. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import {
  type DType,
  type Normalization,
  type SampleArray,
  type Samples,
  scalingOf,
} from '../../../src/data/samples.ts';
import { GAN } from '../../../src/gan/gan.ts';
import type { ModelSpec } from '../../../src/io/checkSpec.ts';
import type { OnnxPart } from '../../../src/io/export/onnx.ts';
import type { AnyModel } from '../../../src/io/model.ts';
import '../../../src/layers/convolutions.ts';
import type { GaussianCode } from '../../../src/layers/gaussianCode.ts';
import { Random } from '../../../src/tensor/random.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { VariationalAutoencoder } from '../../../src/vae/variationalAutoencoder.ts';

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
  /** The outputs behind the first, if there are any. */
  readonly more?: readonly OnnxValue[];
  readonly inputs: readonly OnnxSignature[];
  readonly outputs: readonly OnnxSignature[];
}

export interface OnnxCase {
  readonly name: string;
  readonly seed: number;
  readonly model: ModelSpec;
  readonly normalization: Normalization;
  readonly images: readonly number[];
  readonly codes: readonly number[];
  readonly outputs: Readonly<Partial<Record<OnnxPart, OnnxOutput>>>;
}

export const FOLDER = resolve('test/golden/onnx');

export const CASES: readonly OnnxCase[] = JSON.parse(readFileSync(`${FOLDER}/expected.json`, 'utf8')).cases;

export function goldenModel({ model: spec, seed, normalization }: OnnxCase): AnyModel {
  const model = modelOf(spec);
  const random = new Random(seed);
  model.parameters.values.set(Array.from({ length: model.parameters.size }, () => random.uniform() - 0.5));
  model.normalization = normalization;
  return model;
}

function modelOf(spec: ModelSpec): AnyModel {
  if (spec.type === 'gan') return new GAN({ spec });
  return spec.type === 'vae' ? new VariationalAutoencoder({ spec }) : new Autoencoder({ spec });
}

/** Whether a part takes codes; else it takes images. */
export const takesCodes = (part: OnnxPart): boolean => part === 'decoder' || part === 'generator';

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
  { inputShape, encodingDim, normalization }: AnyModel,
  part: OnnxPart,
  data: readonly number[],
): OnnxValue {
  const [name, type, shape] = takesCodes(part)
    ? ['codes', 'float32', [encodingDim]]
    : ['images', TYPES[normalization.dtype], inputShape];
  const size = shape.reduce((product, length) => product * length, 1);
  return { name, type, dims: [data.length / size, ...shape], data };
}

/** What the engine computes from that input: codes, probabilities, or images in the units of the stored data. */
export function engineOutput(model: AnyModel, part: OnnxPart, { dims, data }: OnnxValue): Float64Array {
  const { normalization } = model;
  if (takesCodes(part)) return stored(model.decode(Tensor.from(data, dims)).data, normalization);
  const samples: Samples = { shape: dims, data: ARRAYS[normalization.dtype].from(data), normalization };
  if (model instanceof GAN) return Float64Array.from(model.discriminate(samples).data);
  if (part === 'encoder') return Float64Array.from(model.encode(samples).data);
  return stored(model.predict(samples).data, normalization);
}

/** The logarithm of the variance of the codes of stored images. */
export function engineLogVariance(
  { encoder, normalization }: Autoencoder,
  { dims, data }: OnnxValue,
): Float64Array {
  const { shifts, scales } = scalingOf(normalization);
  const x = data.map((value, i) => (value - shifts[i % shifts.length]) / scales[i % scales.length]);
  const code = encoder.layers.at(-1) as GaussianCode;
  const first = Tensor.from(x, [dims[0], x.length / dims[0]]);
  const hidden = encoder.layers.slice(0, -1).reduce((input, layer) => layer.forward(input), first);
  return Float64Array.from(code.logVariance.forward(hidden).data);
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
  const scales = part === 'encoder' || part === 'discriminator' ? [1] : [scale].flat();
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
