import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { generateDigits } from '../../../src/data/digits.ts';
import { normalize } from '../../../src/data/normalization.ts';
import { NO_NORMALIZATION } from '../../../src/data/samples.ts';
import { type OnnxPart, writeOnnx } from '../../../src/io/export/onnx.ts';
import type { AnyModel } from '../../../src/io/model.ts';
import type { VariationalAutoencoder } from '../../../src/vae/variationalAutoencoder.ts';
import {
  CASES,
  engineLogVariance,
  engineOutput,
  FOLDER,
  goldenModel,
  ONNXRUNTIME,
  type OnnxCase,
  type OnnxOutput,
  type OnnxValue,
  onnxError,
  onnxInput,
  runOnnx,
  takesCodes,
} from './goldenOnnx.ts';

const PARTS: readonly OnnxPart[] = ['encoder', 'decoder', 'autoencoder'];
const PARTS_OF_GAN: readonly OnnxPart[] = ['generator', 'discriminator'];

/** One row for each golden file. */
const FILES = CASES.flatMap((golden) =>
  (Object.keys(golden.outputs) as OnnxPart[]).map(
    (part) => [`${golden.name}.${part}`, golden, part, golden.outputs[part] as OnnxOutput] as const,
  ),
);

const inputOf = (model: AnyModel, { images, codes }: OnnxCase, part: OnnxPart) =>
  onnxInput(model, part, takesCodes(part) ? codes : images);

const VAES = CASES.filter(({ model }) => model.type === 'vae').map(
  (golden) => [golden.name, golden] as const,
);

describe('the golden files', () => {
  test('hold every activation, every kind of normalization and every stored type', () => {
    const models = JSON.stringify(CASES.map(({ model }) => model));
    for (const type of [
      'relu',
      'leakyRelu',
      'sigmoid',
      'tanh',
      'silu',
      'gelu',
      'sequential',
      'transposedDense',
      'gaussianCode',
      'conv2d',
      'convTranspose2d',
      'maxPool2d',
      'upsample2d',
      'reshape',
      'flatten',
    ])
      expect(models).toContain(`"type":"${type}"`);
    const kinds = new Set(CASES.map(({ normalization }) => normalization.kind));
    expect([...kinds].sort()).toEqual(['divide', 'minmax', 'none', 'standard']);
    const types = new Set(CASES.map(({ normalization }) => normalization.dtype));
    expect([...types].sort()).toEqual('b1 f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8'.split(' '));
    expect(new Set(CASES.map(({ model }) => model.type))).toEqual(new Set(['autoencoder', 'vae', 'gan']));
    for (const part of PARTS_OF_GAN) expect(FILES.filter((row) => row[2] === part)).toHaveLength(4);
    for (const part of PARTS) expect(FILES.filter((row) => row[2] === part).length).toBeGreaterThan(5);
  });

  test.each(FILES)('%s.onnx is what is written, byte for byte', (name, golden, part) => {
    const bytes = writeOnnx(goldenModel(golden), part);
    expect(Buffer.compare(bytes, readFileSync(`${FOLDER}/${name}.onnx`))).toBe(0);
  });

  test.each(FILES)('%s.onnx gave onnxruntime what the engine computes', (_, golden, part, output) => {
    const autoencoder = goldenModel(golden);
    const expected = engineOutput(autoencoder, part, inputOf(autoencoder, golden, part));
    expect(onnxError(output, expected, part, golden.normalization.scale)).toBeLessThanOrEqual(1);
  });

  test.each(FILES)('%s.onnx takes and gives what is documented', (_, golden, part, output) => {
    const model = goldenModel(golden);
    const { name, type, dims } = onnxInput(model, part, [1]);
    expect(output.inputs).toEqual([{ name, type, shape: ['batch', ...dims.slice(1)] }]);
    const { kind, dtype } = golden.normalization;
    const isWide = /minmax|standard/.test(kind) && /^([iu][48]|f8)$/.test(dtype);
    const codes = { type: 'float32', shape: ['batch', model.encodingDim] };
    const images = { type: isWide ? 'float64' : 'float32', shape: ['batch', ...model.inputShape] };
    const outputs = {
      encoder: [
        { name: 'codes', ...codes },
        ...(golden.model.type === 'vae' ? [{ name: 'log_variance', ...codes }] : []),
      ],
      decoder: [{ name: 'restored', ...images }],
      autoencoder: [{ name: 'restored', ...images }],
      generator: [{ name: 'generated', ...images }],
      discriminator: [{ name: 'probability', type: 'float32', shape: ['batch'] }],
    };
    expect(output.outputs).toEqual(outputs[part]);
  });

  test.each(VAES)('%s.encoder.onnx gave onnxruntime the log-variance of the engine', (_, golden) => {
    const model = goldenModel(golden) as VariationalAutoencoder;
    const codes = golden.outputs.encoder as OnnxOutput;
    const [logVariance] = codes.more as OnnxValue[];
    const ours = engineLogVariance(model, inputOf(model, golden, 'encoder'));
    expect(onnxError(logVariance, ours, 'encoder', 1)).toBeLessThanOrEqual(1);
    expect(onnxError(codes, ours, 'encoder', 1)).toBeGreaterThan(1000); // the mean is something else
  });

  test('would show a changed byte of a weight', () => {
    const golden = CASES.find(({ name }) => name === 'none-f4') as OnnxCase; // tanh: no unit is dead
    const autoencoder = goldenModel(golden);
    const weights = new Uint8Array(
      autoencoder.parameters.values.buffer,
      autoencoder.parameters.values.byteOffset,
    );
    weights[2] ^= 0x10; // of the first weight: in the middle of its fraction
    const file = readFileSync(`${FOLDER}/${golden.name}.encoder.onnx`);
    expect(Buffer.compare(writeOnnx(autoencoder, 'encoder'), file)).not.toBe(0);
    const expected = engineOutput(autoencoder, 'encoder', inputOf(autoencoder, golden, 'encoder'));
    expect(onnxError(golden.outputs.encoder as OnnxOutput, expected, 'encoder', 1)).toBeGreaterThan(1);
  });

  test('would show a normalization that is left out', () => {
    const golden = CASES[0];
    const autoencoder = goldenModel(golden);
    autoencoder.normalization = NO_NORMALIZATION;
    const expected = engineOutput(autoencoder, 'encoder', inputOf(autoencoder, golden, 'encoder'));
    expect(onnxError(golden.outputs.encoder as OnnxOutput, expected, 'encoder', 1)).toBeGreaterThan(1000);
  });
});

describe('writeOnnx', () => {
  test('names the version that it is told, and else none', () => {
    const autoencoder = goldenModel(CASES[0]);
    const text = (options = {}) =>
      new TextDecoder('latin1').decode(writeOnnx(autoencoder, 'encoder', options));
    expect(text({ producerVersion: '12.34.56' })).toContain('isthmus\x1a\x0812.34.56');
    expect(text()).not.toContain('12.34.56');
  });

  test('leaves the variance out where nothing gives it', () => {
    const vae = goldenModel(VAES[0][1]);
    const text = (part: OnnxPart) => new TextDecoder('latin1').decode(writeOnnx(vae, part));
    expect(text('encoder')).toContain('encoder.2.logVariance.weight');
    for (const part of ['decoder', 'autoencoder'] as const) expect(text(part)).not.toContain('logVariance');
  });

  test.each<[string, OnnxPart, string]>([
    [
      'divide-u1',
      'generator',
      "the part is 'generator', expected one of the model's: encoder, decoder, autoencoder.",
    ],
    [
      'vae-divide-u1',
      'discriminator',
      "'discriminator', expected one of the model's: encoder, decoder, autoencoder.",
    ],
    [
      'gan-divide-u1',
      'encoder',
      "the part is 'encoder', expected one of the model's: generator, discriminator.",
    ],
  ])('refuses a part that %s does not have: the %s', (name, part, message) => {
    const model = goldenModel(CASES.find((each) => each.name === name) as OnnxCase);
    expect(() => writeOnnx(model, part)).toThrow(new RegExp(`^writeOnnx: .*${message}$`));
  });

  test('takes its own copy of the weights', () => {
    const autoencoder = goldenModel(CASES[0]);
    const bytes = writeOnnx(autoencoder, 'encoder');
    const before = bytes.slice();
    autoencoder.parameters.values.fill(7);
    expect(Buffer.compare(bytes, before)).toBe(0);
  });
});

const live = ONNXRUNTIME
  ? { test, note: '' }
  : {
      test: test.skip,
      note: ' (skipped: no onnxruntime-node here, ISTHMUS_ONNXRUNTIME can name its folder)',
    };

describe(`with onnxruntime${live.note}`, () => {
  live.test('the models compute what the engine does', () => {
    const requests = FILES.map(([, golden, part]) => {
      const autoencoder = goldenModel(golden);
      return { model: writeOnnx(autoencoder, part), ...inputOf(autoencoder, golden, part) };
    });
    const outputs = runOnnx(requests);
    for (const [i, [name, golden, part]] of FILES.entries()) {
      const autoencoder = goldenModel(golden);
      const expected = engineOutput(autoencoder, part, inputOf(autoencoder, golden, part));
      const error = onnxError(outputs[i], expected, part, golden.normalization.scale);
      expect({ name, isClose: error <= 1, error }).toMatchObject({ name, isClose: true });
      const { more } = golden.outputs[part] as OnnxOutput;
      expect(outputs[i].more?.length).toBe(more?.length);
    }
  });

  live.test('a model that was trained on digits does, for any size of batch', async () => {
    const digits = generateDigits({ count: 300, seed: 1 });
    const autoencoder = new Autoencoder({ inputShape: [28, 28], seed: 42 });
    await autoencoder.fit(normalize(digits), { epochs: 3 });
    const requests = [0, 1, 300].flatMap((count) =>
      PARTS.map((part) => {
        const data =
          part === 'decoder'
            ? Array.from({ length: 32 * count }, (_, i) => Math.fround(Math.sin(i)))
            : Array.from(digits.data.subarray(0, 784 * count));
        return { part, ...onnxInput(autoencoder, part, data), model: writeOnnx(autoencoder, part) };
      }),
    );
    const outputs = runOnnx(requests);
    for (const [i, request] of requests.entries()) {
      const [count] = request.dims;
      const shape = request.part === 'encoder' ? [32] : [28, 28];
      expect(outputs[i].dims).toEqual([count, ...shape]);
      if (count === 0) continue; // the engine takes at least one
      const expected = engineOutput(autoencoder, request.part, request);
      expect(onnxError(outputs[i], expected, request.part, 255)).toBeLessThanOrEqual(1);
    }
  });

  live.test('a GAN does, for any size of batch', () => {
    const golden = CASES.find(({ name }) => name === 'gan-divide-u1') as OnnxCase;
    const gan = goldenModel(golden);
    const requests = [0, 1, 5].flatMap((count) =>
      PARTS_OF_GAN.map((part) => {
        const data = Array.from({ length: count * (takesCodes(part) ? 2 : 6) }, (_, i) => (7 * i) % 3);
        return { part, ...onnxInput(gan, part, data), model: writeOnnx(gan, part) };
      }),
    );
    const outputs = runOnnx(requests);
    for (const [i, request] of requests.entries()) {
      const [count] = request.dims;
      expect(outputs[i].dims).toEqual(request.part === 'generator' ? [count, 2, 3] : [count]);
      if (count === 0) continue; // the engine takes at least one
      const expected = engineOutput(gan, request.part, request);
      expect(onnxError(outputs[i], expected, request.part, 255)).toBeLessThanOrEqual(1);
    }
  });
});
