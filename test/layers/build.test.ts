import { describe, expect, test } from '@jest/globals';
import { ReLU } from '../../src/layers/activation.ts';
import { buildLayer, buildSequential } from '../../src/layers/build.ts';
import '../../src/layers/convolutions.ts';
import { Dense } from '../../src/layers/dense.ts';
import type { Layer } from '../../src/layers/layer.ts';
import type { Sequential } from '../../src/layers/sequential.ts';
import type { LayerSpec } from '../../src/layers/spec.ts';
import { TransposedDense } from '../../src/layers/transposedDense.ts';
import { heUniform } from '../../src/tensor/initializers.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

const ALL: readonly LayerSpec[] = [
  { type: 'dense', inFeatures: 3, outFeatures: 4, bias: true },
  { type: 'dense', inFeatures: 4, outFeatures: 2, bias: false },
  { type: 'relu' },
  { type: 'leakyRelu', slope: 0.25 },
  { type: 'sigmoid' },
  { type: 'tanh' },
  { type: 'silu' },
  { type: 'gelu' },
  {
    type: 'sequential',
    layers: [{ type: 'dense', inFeatures: 2, outFeatures: 2, bias: true }, { type: 'tanh' }],
  },
];

describe('buildLayer', () => {
  test.each(ALL)('makes a $type layer with the same spec', (spec) => {
    expect(buildLayer(spec, { random: new Random(1) }).spec()).toEqual(spec);
  });

  test('a spec survives JSON', () => {
    const spec = buildSequential(ALL, { random: new Random(1) }).spec();
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });

  test('the same seed gives the same weights, drawn layer after layer', () => {
    const build = (seed: number) =>
      buildSequential(ALL, { random: new Random(seed) })
        .parameters()
        .map(({ value }) => value);
    expect(build(1)).toEqual(build(1));
    expect(build(1)).not.toEqual(build(2));
  });

  test('weights come from the initializer that is given', () => {
    const network = buildSequential(ALL.slice(0, 1), { random: new Random(3), initializer: heUniform });
    const [layer] = network.layers as Dense[];
    expect(layer.weight.value).toEqual(heUniform([3, 4], new Random(3)));
  });

  test('a nested sequential is a layer with layers', () => {
    const layer = buildLayer(ALL[8], { random: new Random(1) }) as Sequential;
    expect(layer.layers.map((inner) => inner.constructor.name)).toEqual(['Dense', 'Tanh']);
  });

  test.each<[unknown, string]>([
    [{ type: 'conv3d' }, 'buildLayer: "conv3d" is not a type of layer.'],
    [{}, 'buildLayer: a layer has no type.'],
    [
      { type: 'dense', inFeatures: 0, outFeatures: 2, bias: true },
      'Dense: the widths are 0 and 2, expected integers >= 1.',
    ],
    [{ type: 'leakyRelu', slope: -1 }, 'LeakyReLU: the slope is -1, expected a number >= 0.'],
    [null, 'buildLayer: a layer has no type.'],
    [{ type: 'sequential' }, "buildLayer: a layer 'sequential' has no proper 'layers'."],
    [{ type: 'sequential', layers: [null] }, 'buildLayer: a layer has no type.'],
    [{ type: 'leakyRelu' }, "buildLayer: a layer 'leakyRelu' has no proper 'slope'."],
    [{ type: 'leakyRelu', slope: '0.5' }, "buildLayer: a layer 'leakyRelu' has no proper 'slope'."],
    [{ type: 'dense', inFeatures: 1, outFeatures: 2 }, "buildLayer: a layer 'dense' has no proper 'bias'."],
    [
      { type: 'conv2d', inChannels: 1, outChannels: 1, stride: 1, padding: 0, bias: true },
      "buildLayer: a layer 'conv2d' has no proper 'kernelSize'.",
    ],
    [
      { type: 'maxPool2d', kernelSize: 2, stride: '2', padding: 0 },
      "buildLayer: a layer 'maxPool2d' has no proper 'stride'.",
    ],
    [{ type: 'upsample2d' }, "buildLayer: a layer 'upsample2d' has no proper 'factor'."],
    [{ type: 'reshape' }, "buildLayer: a layer 'reshape' has no proper 'shape'."],
    [{ type: 'sequential', layers: [] }, 'Sequential: got no layers, expected at least one.'],
  ])('refuses %j', (spec, message) => {
    expect(() => buildLayer(spec as LayerSpec, { random: new Random(1) })).toThrow(new RangeError(message));
  });
});

test('Dense uses its default initializer if the options name none', () => {
  const built = buildLayer(ALL[0], { random: new Random(4) }) as Dense;
  expect(built.weight.value).toEqual(new Dense(3, 4, { random: new Random(4) }).weight.value);
});

describe('a layer tied to another', () => {
  const of = new Dense(4, 2, { random: new Random(1) });
  const named = new Map<string, Layer>([
    ['encoder.0', of],
    ['encoder.1', new ReLU()],
  ]);
  const spec = {
    type: 'transposedDense',
    tiedTo: 'encoder.0',
    inFeatures: 2,
    outFeatures: 4,
    bias: true,
  } as const;

  test('has the same spec, only a bias as parameter, and the weight of the other layer', () => {
    const layer = buildLayer(spec, { random: new Random(1), named });
    expect(layer.spec()).toEqual(spec);
    expect(layer.namedParameters().map(([name, { value }]) => [name, value.shape])).toEqual([['bias', [4]]]);
    const unit = layer.forward(Tensor.from([1, 0], [1, 2])).data.slice();
    expect([...unit]).toEqual([0, 2, 4, 6].map((i) => of.weight.value.data[i]));
    of.weight.value.data[0] = 0.5;
    expect(layer.forward(Tensor.from([1, 0], [1, 2])).data[0]).toBe(0.5);
  });

  test('has no spec without the name of the other layer', () => {
    expect(() => new TransposedDense(of).spec()).toThrow('TransposedDense.spec: this layer has no spec');
  });

  test.each<[Partial<Record<string, unknown>>, string]>([
    [{ tiedTo: 'encoder.9' }, 'buildLayer: a layer is tied to "encoder.9", which is no dense layer.'],
    [{ tiedTo: 'encoder.1' }, 'buildLayer: a layer is tied to "encoder.1", which is no dense layer.'],
    [{ tiedTo: undefined }, 'buildLayer: a layer is tied to undefined, which is no dense layer.'],
    [{ outFeatures: 5 }, 'buildLayer: a layer from 2 to 5 is tied to encoder.0, which goes from 4 to 2.'],
    [
      { inFeatures: 4, outFeatures: 2 },
      'buildLayer: a layer from 4 to 2 is tied to encoder.0, which goes from 4 to 2.',
    ],
    [{ bias: undefined }, "buildLayer: a layer 'transposedDense' has no proper 'bias'."],
  ])('is refused with %p', (change, message) => {
    const wrong = { ...spec, ...change } as LayerSpec;
    expect(() => buildLayer(wrong, { random: new Random(1), named })).toThrow(new RangeError(message));
  });
});
