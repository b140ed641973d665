/** Layers for images as ONNX has them. onnx.test.ts has the golden files and the rest of the format. */

import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { GAN } from '../../../src/gan/gan.ts';
import { type OnnxPart, writeOnnx } from '../../../src/io/export/onnx.ts';
import type { AnyModel } from '../../../src/io/model.ts';
import type { LayerSpec } from '../../../src/layers/spec.ts';
import { Random } from '../../../src/tensor/random.ts';
import { gamma, UNIT_ROUNDOFF } from '../../helpers/bounds.ts';
import { uniformArray } from '../../helpers/randomArrays.ts';
import {
  CASES,
  engineOutput,
  goldenModel,
  ONNXRUNTIME,
  type OnnxCase,
  type OnnxOutput,
  onnxError,
  onnxInput,
  runOnnx,
  takesCodes,
} from './goldenOnnx.ts';

const goldenCase = (name: string) => CASES.find((each) => each.name === name) as OnnxCase;

/** How many nodes of a type a file has. */
function count(model: AnyModel, part: OnnxPart, type: string): number {
  const text = new TextDecoder('latin1').decode(writeOnnx(model, part));
  const field = `"${String.fromCharCode(type.length)}${type}`; // NodeProto.op_type: field 4, a length, the text
  return text.split(field).length - 1;
}

describe('images are turned', () => {
  test.each<[string, readonly number[], number]>([
    ['gray images: where the code begins and ends', [12, 12], 2],
    ['gray images with their channel', [12, 12, 1], 2],
    ['colour images: where they begin and end, too', [12, 12, 3], 4],
  ])('%s', (_, inputShape, turns) => {
    const autoencoder = new Autoencoder({ inputShape, conv: [4, 6], encodingDim: 3 });
    expect(count(autoencoder, 'autoencoder', 'Transpose')).toBe(turns);
    for (const part of ['encoder', 'decoder'] as const) {
      expect(count(autoencoder, part, 'Transpose')).toBe(turns / 2);
    }
    expect(count(autoencoder, 'autoencoder', 'Conv')).toBe(2);
  });

  test('never, where all layers are dense', () => {
    const autoencoder = new Autoencoder({ inputShape: [12, 12, 3] });
    expect(count(autoencoder, 'autoencoder', 'Transpose')).toBe(0);
    expect(count(autoencoder, 'autoencoder', 'Gemm')).toBe(6);
  });
});

/**
 * What onnxruntime computed against what the engine does, as a multiple of what is allowed: twice γ(n + 2) (|x| * |W| + |b|)
 * for sums of n products and a bias (docs/math.md, section 2.2).
 */
function convolutionError(part: OnnxPart, { data }: OnnxOutput, change = (_: AnyModel): void => {}): number {
  const golden = goldenCase('conv-none-f4');
  const model = goldenModel(golden);
  change(model);
  const input = onnxInput(model, part, takesCodes(part) ? golden.codes : golden.images);
  const ours = engineOutput(model, part, input);
  model.parameters.values.set(model.parameters.values.map(Math.abs));
  const sizes = engineOutput(model, part, { ...input, data: input.data.map(Math.abs) });
  const products = 4 * 4 * 8;
  const errors = data.map(
    (value, i) => Math.abs(value - ours[i]) / (2 * gamma(products + 2) * sizes[i] * (1 + UNIT_ROUNDOFF)),
  );
  return Math.max(...errors);
}

describe('a convolution, and a transposed one', () => {
  const outputs = Object.entries(goldenCase('conv-none-f4').outputs) as [OnnxPart, OnnxOutput][];

  test.each(outputs)('%s: within the bound of a sum', (part, output) => {
    expect(convolutionError(part, output)).toBeLessThanOrEqual(1);
  });

  test.each(outputs)('%s: the bound would show kernels that lie on their side', (part, output) => {
    const turned = (model: AnyModel) => {
      for (const [name, { value }] of model.namedParameters()) {
        if (!name.endsWith('weight')) continue;
        const [height, width, ...channels] = value.shape;
        const pixel = channels[0] * channels[1];
        const before = value.data.slice();
        for (let i = 0; i < height * width * pixel; i++) {
          const [y, x] = [Math.floor(i / (width * pixel)), Math.floor(i / pixel) % width];
          value.data[i] = before[(x * width + y) * pixel + (i % pixel)];
        }
      }
    };
    expect(convolutionError(part, output, turned)).toBeGreaterThan(1000);
  });
});

const live = ONNXRUNTIME
  ? { test, note: '' }
  : {
      test: test.skip,
      note: ' (skipped: no onnxruntime-node here, ISTHMUS_ONNXRUNTIME can name its folder)',
    };

describe(`with onnxruntime${live.note}`, () => {
  /** Layers from images to images, as a model of them: its code is the output. */
  const only = (inputShape: readonly number[], layers: readonly LayerSpec[], outputs: number): Autoencoder =>
    new Autoencoder({
      spec: {
        type: 'autoencoder',
        inputShape,
        encoder: [{ type: 'reshape', shape: inputShape }, ...layers, { type: 'flatten' }],
        decoder: [
          {
            type: 'dense',
            inFeatures: outputs,
            outFeatures: inputShape.reduce((a, b) => a * b),
            bias: false,
          },
        ],
      },
    });

  live.test('layers that only move numbers give the same bits, for any factor and window', () => {
    // 41: the first factor at which multiplying by 1 / factor, rounded to float32, takes the wrong pixel.
    const models = [1, 2, 3, 5, 41].map((factor) =>
      only([3, 2, 2], [{ type: 'upsample2d', factor }], 12 * factor ** 2),
    );
    for (const [kernelSize, stride, padding, outputs] of [
      [2, 2, 0, 3 * 2],
      [3, 2, 1, 4 * 3],
      [4, 1, 2, 8 * 6],
      [1, 3, 0, 3 * 2],
      [5, 5, 0, 1],
    ]) {
      const pool: LayerSpec = { type: 'maxPool2d', kernelSize, stride, padding };
      models.push(only([7, 5, 3], [pool], 3 * outputs));
    }
    const inputs = models.map((model) => {
      const size = model.inputShape.reduce((a, b) => a * b);
      return onnxInput(model, 'encoder', Array.from(uniformArray(2 * size, new Random(7)))); // of both signs
    });
    const answers = runOnnx(models.map((model, i) => ({ ...inputs[i], model: writeOnnx(model, 'encoder') })));
    for (const [i, model] of models.entries()) {
      expect(answers[i].data).toEqual(Array.from(engineOutput(model, 'encoder', inputs[i])));
    }
  });

  live.test('convolutional models give what the engine does, for any size of batch', () => {
    const autoencoder = new Autoencoder({ inputShape: [9, 9, 3], conv: [4, 6], encodingDim: 3, seed: 1 });
    const gan = new GAN({ inputShape: [6, 4], conv: [3], encodingDim: 3, seed: 1 });
    const rows: [AnyModel, OnnxPart][] = [
      [autoencoder, 'encoder'],
      [autoencoder, 'decoder'],
      [autoencoder, 'autoencoder'],
      [gan, 'generator'],
      [gan, 'discriminator'],
    ];
    const requests = [0, 1, 7].flatMap((n) =>
      rows.map(([model, part]) => {
        const size = takesCodes(part) ? 3 : model.inputShape.reduce((a, b) => a * b);
        const data = Array.from(uniformArray(n * size, new Random(n)));
        return { owner: model, part, ...onnxInput(model, part, data), model: writeOnnx(model, part) };
      }),
    );
    const answers = runOnnx(requests.map(({ owner: _, ...request }) => request));
    for (const [i, { owner, part, ...request }] of requests.entries()) {
      expect(answers[i].dims[0]).toBe(request.dims[0]);
      if (request.dims[0] === 0) continue; // the engine takes at least one
      expect(onnxError(answers[i], engineOutput(owner, part, request), part, 1)).toBeLessThanOrEqual(1);
    }
  });
});
