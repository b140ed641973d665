/**
 * What the layers for images make, keep and leave alone; their parameters, their specs and their lines in a summary. What
 * they refuse: refused.test.ts.
 */

import { describe, expect, test } from '@jest/globals';
import { buildLayer, buildSequential } from '../../../src/layers/build.ts';
import { Conv2d } from '../../../src/layers/conv2d.ts';
import { useConvolutions } from '../../../src/layers/convolutions.ts';
import { ConvTranspose2d } from '../../../src/layers/convTranspose2d.ts';
import type { Layer } from '../../../src/layers/layer.ts';
import { MaxPool2d } from '../../../src/layers/maxPool2d.ts';
import { Reshape } from '../../../src/layers/reshape.ts';
import type { Sequential } from '../../../src/layers/sequential.ts';
import { type LayerSpec, outputShape } from '../../../src/layers/spec.ts';
import { formatSummary } from '../../../src/layers/summary.ts';
import { Upsample2d } from '../../../src/layers/upsample2d.ts';
import { glorotUniform, heUniform, zeros } from '../../../src/tensor/initializers.ts';
import { Random } from '../../../src/tensor/random.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { firstOtherBits } from '../../helpers/bits.ts';
import { gamma } from '../../helpers/bounds.ts';
import { describeEachKernels } from '../../helpers/eachKernels.ts';
import { uniformTensor } from '../../helpers/randomArrays.ts';
import { LAYERS } from './examples.ts';

useConvolutions();

describeEachKernels('the layer', () => {
  test.each(LAYERS)('%s gives images of the shape that it says', (_, make, inShape, outShape) => {
    const layer = make();
    expect(layer.outputShape(inShape)).toEqual(outShape);
    expect(outputShape(layer.spec(), inShape)).toEqual(outShape);
    const y = layer.forward(uniformTensor([2, ...inShape], 1));
    expect(y.shape).toEqual([2, ...outShape]);
    expect(layer.backward(uniformTensor(y.shape, 2)).shape).toEqual([2, ...inShape]);
  });

  test.each(LAYERS)(
    '%s gives each batch what it would get alone, whatever came before',
    (_, make, inShape) => {
      const layer = make();
      for (const batch of [5, 2, 7, 1, 5]) {
        const x = uniformTensor([batch, ...inShape], batch);
        const alone = make();
        const y = layer.forward(x);
        expect(firstOtherBits(y.data, alone.forward(x).data)).toBeUndefined();
        const dY = uniformTensor(y.shape, batch + 100);
        expect(firstOtherBits(layer.backward(dY).data, alone.backward(dY).data)).toBeUndefined();
      }
    },
  );

  test.each(LAYERS)('%s takes images of changing sizes', (name, make, inShape) => {
    if (name === 'Reshape') return;
    const layer = make();
    for (const more of [4, 0, 1, 2]) {
      const [height, width, channels] = inShape;
      const x = uniformTensor([2, height + more, width + ((2 * more) % 5), channels], more);
      const alone = make();
      const y = layer.forward(x);
      expect(y).toEqual(alone.forward(x));
      expect(layer.backward(y)).toEqual(alone.backward(y));
    }
  });

  test.each(LAYERS)('%s leaves x and dY as they were', (_, make, inShape) => {
    const layer = make();
    const x = uniformTensor([2, ...inShape], 1);
    const dY = uniformTensor(layer.forward(x).shape, 2);
    layer.backward(dY);
    expect(x).toEqual(uniformTensor([2, ...inShape], 1));
    expect(dY).toEqual(uniformTensor(dY.shape, 2));
  });

  test.each(LAYERS.slice(-2))('%s copies nothing', (_, make, inShape) => {
    const layer = make();
    const x = uniformTensor([2, ...inShape], 1);
    const y = layer.forward(x);
    expect(y.data).toBe(x.data);
    expect(layer.backward(y).data).toBe(y.data);
  });

  test.each(LAYERS)('%s makes nothing of no images, and no gradient', (_, make, inShape, outShape) => {
    const layer = make();
    expect(layer.forward(Tensor.zeros([0, ...inShape])).shape).toEqual([0, ...outShape]);
    expect(layer.backward(Tensor.zeros([0, ...outShape])).shape).toEqual([0, ...inShape]);
    for (const { gradient } of layer.parameters()) expect(gradient).toEqual(Tensor.zeros(gradient.shape));
  });

  test.each(LAYERS.slice(0, 2))('%s adds to its gradients, and not to dX', (_, make, inShape) => {
    const layer = make();
    const y = layer.forward(uniformTensor([2, ...inShape], 1));
    const dY = uniformTensor(y.shape, 2);
    const dX = layer.backward(dY).copy();
    // Twice the same sum, rounded in another order: of 2 · 96 pixels at most, and products of numbers up to 1.
    const bound = gamma(192) * 192;
    const once = layer.parameters().map(({ gradient }) => gradient.copy());
    expect(layer.backward(dY)).toEqual(dX);
    for (const [i, { gradient }] of layer.parameters().entries()) {
      const off = gradient.data.map((value, j) => Math.abs(value - 2 * once[i].data[j]));
      expect(Math.max(...off)).toBeLessThan(bound);
      expect(Math.max(...gradient.data.map(Math.abs))).toBeGreaterThan(0.1);
    }
  });

  test('the examples of the docstrings', () => {
    const image = Tensor.from([1, 2, 3, 4, 5, 6, 7, 8]).reshape([1, 2, 4, 1]);
    expect([...new MaxPool2d().forward(image).data]).toEqual([6, 8]);
    const up = new Upsample2d().forward(Tensor.from([1, 2]).reshape([1, 1, 2, 1]));
    expect([...up.data]).toEqual([1, 1, 2, 2, 1, 1, 2, 2]);
    const down = new Conv2d(1, 16, { kernelSize: 4, stride: 2, padding: 1, random: new Random(42) });
    expect(down.forward(Tensor.zeros([3, 28, 28, 1])).shape).toEqual([3, 14, 14, 16]);
    const back = new ConvTranspose2d(16, 1, { kernelSize: 4, stride: 2, padding: 1, random: new Random(42) });
    expect(back.forward(Tensor.zeros([3, 14, 14, 16])).shape).toEqual([3, 28, 28, 1]);
  });
});

describe('the parameters', () => {
  const shapes = (layer: Layer) => layer.namedParameters().map(([name, { value }]) => [name, value.shape]);

  test('are a weight in the layout of Keras, and a bias', () => {
    expect(shapes(new Conv2d(3, 4, { kernelSize: 5 }))).toEqual([
      ['weight', [5, 5, 3, 4]],
      ['bias', [4]],
    ]);
    expect(shapes(new ConvTranspose2d(3, 4, { kernelSize: 5 }))).toEqual([
      ['weight', [5, 5, 4, 3]],
      ['bias', [4]],
    ]);
    expect(shapes(new Conv2d(3, 4, { bias: false }))).toEqual([['weight', [3, 3, 3, 4]]]);
    expect(shapes(new ConvTranspose2d(3, 4, { bias: false }))).toEqual([['weight', [3, 3, 4, 3]]]);
    for (const [, make] of LAYERS.slice(2)) expect(make().namedParameters()).toEqual([]);
  });

  test.each([Conv2d, ConvTranspose2d])('of %p start as the initializer says, the bias at zero', (Class) => {
    const shape = Class === Conv2d ? [3, 3, 5, 2] : [3, 3, 2, 5];
    const drawn = new Class(5, 2, { initializer: heUniform, random: new Random(5) });
    expect(drawn.weight.value).toEqual(heUniform(shape, new Random(5)));
    expect(drawn.bias!.value).toEqual(Tensor.zeros([2]));
    expect(drawn.weight.gradient).toEqual(Tensor.zeros(shape));
    expect(new Class(5, 2, { initializer: zeros }).weight.value).toEqual(Tensor.zeros(shape));
    expect(new Class(5, 2).weight.value).toEqual(glorotUniform(shape, new Random(0)));
    expect(new Class(5, 2, { random: new Random(1) }).weight.value).not.toEqual(new Class(5, 2).weight.value);
  });

  test('have the limits of Glorot and of He for what a pixel is made of', () => {
    // 9 · 8 numbers go into a pixel, and each number goes into 9 · 24 of them.
    const most = (weight: Tensor) => Math.max(...weight.data.map(Math.abs));
    const glorot = most(glorotUniform([3, 3, 8, 24], new Random(1)));
    const he = most(heUniform([3, 3, 8, 24], new Random(1)));
    expect(glorot / Math.sqrt(6 / (9 * 32))).toBeCloseTo(1, 2);
    expect(he / Math.sqrt(6 / (9 * 8))).toBeCloseTo(1, 2);
    expect(glorot).toBeLessThanOrEqual(Math.fround(Math.sqrt(6 / (9 * 32))));
    expect(he).toBeLessThanOrEqual(Math.fround(Math.sqrt(6 / (9 * 8))));
  });
});

const SPECS: readonly LayerSpec[] = [
  { type: 'reshape', shape: [9, 9, 2] },
  { type: 'conv2d', inChannels: 2, outChannels: 3, kernelSize: 4, stride: 2, padding: 1, bias: true },
  { type: 'conv2d', inChannels: 3, outChannels: 3, kernelSize: 1, stride: 1, padding: 0, bias: false },
  { type: 'maxPool2d', kernelSize: 3, stride: 1, padding: 1 },
  {
    ...{ type: 'convTranspose2d', inChannels: 3, outChannels: 1, kernelSize: 3, stride: 2, padding: 1 },
    ...{ outputPadding: 1, bias: true },
  },
  { type: 'upsample2d', factor: 3 },
  { type: 'flatten' },
];

describe('specs', () => {
  test('a Reshape has a copy of its shape, a ConvTranspose2d of its output padding', () => {
    const numbers: [number, number] = [1, 2];
    const layers = [new Reshape(numbers), new ConvTranspose2d(1, 1, { stride: 3, outputPadding: numbers })];
    numbers[0] = 0;
    expect(layers.map((layer) => layer.spec())).toMatchObject([{ shape: [1, 2] }, { outputPadding: [1, 2] }]);
  });

  const [, , , , back] = SPECS;
  const withoutBias = { ...back, bias: false } as LayerSpec;

  test.each([...SPECS, withoutBias])('a $type layer has the spec that it was made of', (spec) => {
    const layer = buildLayer(spec, { random: new Random(1) });
    expect(layer.spec()).toEqual(spec);
    expect(JSON.parse(JSON.stringify(layer.spec()))).toEqual(spec);
  });

  test.each(SPECS.slice(0, -1))('a $type layer is not made without one of these: %j', (spec) => {
    const { type, ...fields } = spec;
    for (const [field, value] of Object.entries(fields)) {
      const { [field]: _, ...others } = fields as Readonly<Record<string, unknown>>;
      for (const wrong of [{}, { [field]: String(value) }]) {
        const broken = { type, ...others, ...wrong } as LayerSpec;
        expect(() => buildLayer(broken, { random: new Random(1) })).toThrow(field);
      }
    }
  });

  test('the same seed gives the same weights, drawn layer after layer by the initializer that is given', () => {
    const build = (seed: number) => buildSequential(SPECS, { random: new Random(seed) });
    const weights = (network: Sequential) => network.parameters().map(({ value }) => value);
    expect(weights(build(1))).toEqual(weights(build(1)));
    expect(weights(build(1))).not.toEqual(weights(build(2)));
    for (const [spec, shape] of [
      [SPECS[1], [4, 4, 2, 3]],
      [back, [3, 3, 1, 3]],
    ] as const) {
      const network = buildSequential([spec], { random: new Random(3), initializer: heUniform });
      expect(weights(network)[0]).toEqual(heUniform(shape, new Random(3)));
    }
  });

  test('a layer that was made of a spec computes what the first one does', () => {
    const network = buildSequential(SPECS, { random: new Random(1) });
    const again = buildLayer(network.spec(), { random: new Random(2) }) as Sequential;
    for (const [i, { value }] of again.parameters().entries()) {
      value.data.set(network.parameters()[i].value.data);
    }
    const x = uniformTensor([2, 162], 1);
    expect(again.forward(x)).toEqual(network.forward(x));
    expect(network.outputShape([162])).toEqual([576]);
    expect(outputShape(network.spec(), [162])).toEqual([576]);
  });

  test('are lines of a summary, with images as they become', () => {
    const network = buildSequential(SPECS, { random: new Random(1) });
    const summary = formatSummary([{ input: ['input', [9, 9, 2]], networks: [['net', network]] }]);
    expect(summary.split('\n').map((line) => line.trimEnd())).toEqual([
      'Layer                  Output shape        Parameters',
      '─────────────────────────────────────────────────────',
      'input                  [batch, 9, 9, 2]',
      'net.0 Reshape          [batch, 9, 9, 2]',
      'net.1 Conv2d           [batch, 4, 4, 3]            99',
      'net.2 Conv2d           [batch, 4, 4, 3]             9',
      'net.3 MaxPool2d        [batch, 4, 4, 3]',
      'net.4 ConvTranspose2d  [batch, 8, 8, 1]            28',
      'net.5 Upsample2d       [batch, 24, 24, 1]',
      'net.6 Flatten          [batch, 576]',
      '─────────────────────────────────────────────────────',
      'Total                                             136',
    ]);
    expect(network.parameters().reduce((sum, { value }) => sum + value.size, 0)).toBe(136);
    // Of one sample: the outputs of all layers, also of those inside of a layer.
    const numbers = 162 + 48 + 48 + 48 + 64 + 576 + 576;
    expect(network.activationsPerSample([162])).toBe(numbers);
    const outer = buildSequential([network.spec(), { type: 'tanh' }], { random: new Random(1) });
    expect(outer.activationsPerSample([162])).toBe(numbers + 576);
  });
});
