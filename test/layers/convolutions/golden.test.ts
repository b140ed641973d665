/**
 * The layers for images compared with figures that PyTorch computed in float64 (test/golden/make_convolutions.py). Those of
 * single layers are integers, and so are all sums on the way to them, below 2^24: no order of summation rounds anything,
 * and the engine gives exactly these. A convolutional autoencoder has numbers of every kind.
 */

import { describe, expect, test } from '@jest/globals';
import { ReLU } from '../../../src/layers/activation.ts';
import { Conv2d } from '../../../src/layers/conv2d.ts';
import { ConvTranspose2d } from '../../../src/layers/convTranspose2d.ts';
import { Dense } from '../../../src/layers/dense.ts';
import { Flatten } from '../../../src/layers/flatten.ts';
import type { Layer } from '../../../src/layers/layer.ts';
import { MaxPool2d } from '../../../src/layers/maxPool2d.ts';
import { Reshape } from '../../../src/layers/reshape.ts';
import { Sequential } from '../../../src/layers/sequential.ts';
import { Upsample2d } from '../../../src/layers/upsample2d.ts';
import { MeanSquaredError } from '../../../src/losses/loss.ts';
import { Adam } from '../../../src/optim/adam.ts';
import type { Optimizer } from '../../../src/optim/optimizer.ts';
import { FlatParameters } from '../../../src/tensor/flatParameters.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { firstOutside, scaleOf, UNIT_ROUNDOFF as u } from '../../helpers/bounds.ts';
import { describeEachKernels } from '../../helpers/eachKernels.ts';
import {
  flatten,
  type GoldenArray,
  type GoldenConvolution,
  type GoldenImageLayer,
  goldenTensor,
  readGolden,
} from '../../helpers/golden.ts';

const golden = readGolden('convolutions');

function withWeights<L extends Conv2d | ConvTranspose2d>(layer: L, { weight, bias }: GoldenConvolution): L {
  expect(layer.weight.value.shape).toEqual(weight.shape);
  layer.weight.value.data.set(weight.data);
  layer.bias!.value.data.set(bias.data);
  return layer;
}

const conv2d = (of: GoldenConvolution) =>
  withWeights(new Conv2d(of.inChannels, of.outChannels, of.options), of);
const convTranspose2d = (of: GoldenConvolution) =>
  withWeights(new ConvTranspose2d(of.inChannels, of.outChannels, of.options), of);

/** The first number that is not the golden one, as a sentence that begins with the name of its array. */
function difference(got: Readonly<Record<string, Tensor>>, expected: Readonly<Record<string, GoldenArray>>) {
  for (const [name, { shape, data }] of Object.entries(got)) {
    expect(shape).toEqual(expected[name].shape);
    const found = firstOutside(data, expected[name].data, 0);
    if (found) return `${name}: ${found}`;
  }
  return undefined;
}

/** What is different in one layer's forward and backward. */
function layerDifference(layer: Layer, of: GoldenImageLayer): string | undefined {
  const y = layer.forward(goldenTensor(of.x));
  const dX = layer.backward(goldenTensor(of.dY));
  const [dWeight, dBias] = layer.parameters().map(({ gradient }) => gradient);
  const { options: _, ...arrays } = of;
  const gradients = dWeight ? { dWeight, dBias } : {};
  return difference({ y, dX, ...gradients }, arrays as unknown as Readonly<Record<string, GoldenArray>>);
}

const titled = <G extends GoldenImageLayer>(cases: readonly G[]) =>
  cases.map((one) => [`${JSON.stringify(one.options)} on [${one.x.shape.join(', ')}]`, one] as const);

describeEachKernels('the golden figures', () => {
  test.each(titled(golden.conv2d))('of Conv2d with %s', (_, one) => {
    expect(layerDifference(conv2d(one), one)).toBeUndefined();
  });

  test.each(titled(golden.convTranspose2d))('of ConvTranspose2d with %s', (_, one) => {
    expect(layerDifference(convTranspose2d(one), one)).toBeUndefined();
  });

  test.each(titled(golden.maxPool2d))('of MaxPool2d with %s', (_, one) => {
    expect(layerDifference(new MaxPool2d(one.options), one)).toBeUndefined();
  });

  test.each(titled(golden.upsample2d))('of Upsample2d with %s', (_, one) => {
    expect(layerDifference(new Upsample2d(one.options), one)).toBeUndefined();
  });
});

describe('the figures', () => {
  test('are of strides 1 and 2, padding 0 and 1, kernels of 3 and 4, with and without output padding', () => {
    const seen = (layers: readonly GoldenImageLayer[], option: string) =>
      [...new Set(layers.map(({ options }) => options[option]))].sort();
    for (const layers of [golden.conv2d, golden.convTranspose2d]) {
      expect(layers.length).toBe(16);
      expect(seen(layers, 'stride')).toEqual([1, 2]);
      expect(seen(layers, 'padding')).toEqual([0, 1]);
      expect(seen(layers, 'kernelSize')).toEqual([3, 4]);
    }
    expect(seen(golden.convTranspose2d, 'outputPadding')).toEqual([0, 1]);
  });

  test('are whole numbers, and so small that no sum in float32 rounds, in whatever order', () => {
    for (const { options, ...one } of [...golden.conv2d, ...golden.convTranspose2d]) {
      const arrays = [one.x, one.weight, one.bias, one.dY, one.y, one.dX, one.dWeight, one.dBias];
      expect(arrays.every(({ data }) => data.every(Number.isSafeInteger))).toBe(true);
      const largest = Math.max(...arrays.slice(0, 4).map(({ data }) => scaleOf(data)));
      const [batch, height, width] = one.y.shape.map((length, i) => Math.max(length, one.x.shape[i]));
      const channels = Math.max(one.inChannels, one.outChannels);
      const terms = Math.max(batch * height * width, options.kernelSize ** 2 * channels);
      expect((terms + 1) * largest ** 2).toBeLessThan(2 ** 24);
    }
  });

  const [first] = golden.conv2d;
  const [, , , , , , , , transposed] = golden.convTranspose2d;
  const otherWay = ({ shape, data }: GoldenArray): GoldenArray => ({ shape, data: data.toReversed() });

  test.each<[string, () => string | undefined, string]>([
    ['nothing (the control of the control)', () => layerDifference(conv2d(first), first), 'undefined'],
    [
      'a kernel that is turned around, as mathematics has it',
      () => layerDifference(conv2d({ ...first, weight: otherWay(first.weight) }), first),
      'y: element 0 is',
    ],
    [
      'one number of dY that is off by 1',
      () => {
        const dY = { ...first.dY, data: first.dY.data.with(5, first.dY.data[5] + 1) };
        return layerDifference(conv2d(first), { ...first, dY });
      },
      'dX: element',
    ],
    [
      'no bias',
      () => {
        const bias = { ...transposed.bias, data: transposed.bias.data.map(() => 0) };
        return layerDifference(convTranspose2d({ ...transposed, bias }), transposed);
      },
      'y: element 0 is',
    ],
  ])('negative control: %s', (_, found, expected) => {
    expect(String(found())).toContain(expected);
  });

  test('negative control: a gradient that goes to the last of the largest numbers', () => {
    const ties = golden.maxPool2d.at(-1)!;
    const dX = (nudge: number) => {
      const pool = new MaxPool2d(ties.options);
      pool.forward(goldenTensor({ ...ties.x, data: ties.x.data.map((value, i) => value + nudge * i) }));
      return difference({ dX: pool.backward(goldenTensor(ties.dY)) }, { dX: ties.dX });
    };
    expect(dX(-0.001)).toBeUndefined();
    expect(dX(0.001)).toMatch(/^dX: element/);
  });
});

const { autoencoder } = golden;
const TEN_STEPS = autoencoder['ten steps of adam lr=0.01 epsilon=1e-7'];

/** `[encoder, decoder]` with the golden parameters: a ReLU after each layer but the code and the output. */
function goldenNetworks(): [Sequential, Sequential] {
  const half = { kernelSize: 3, stride: 2, padding: 1 };
  const encoder = new Sequential([
    new Reshape(autoencoder.imageShape),
    new Conv2d(1, 3, half),
    new ReLU(),
    new Conv2d(3, 4, half),
    new ReLU(),
    new Flatten(),
    new Dense(24, 3),
  ]);
  const decoder = new Sequential([
    new Dense(3, 24),
    new ReLU(),
    new Reshape([2, 3, 4]),
    new ConvTranspose2d(4, 3, { ...half, outputPadding: 1 }),
    new ReLU(),
    new ConvTranspose2d(3, 1, { kernelSize: 4, stride: 2, padding: 1 }),
    new Flatten(),
  ]);
  const arrays = autoencoder.parameters.flatMap(({ weight, bias }) => [weight, bias]);
  const parameters = [...encoder.parameters(), ...decoder.parameters()];
  expect(parameters.map(({ value }) => value.shape)).toEqual(arrays.map(({ shape }) => shape));
  for (const [i, { value }] of parameters.entries()) value.data.set(arrays[i].data);
  return [encoder, decoder];
}

/**
 * Relative to the largest element of each array, as for the dense autoencoder (test/golden.test.ts): 6 products forward and
 * 6 backward, and about √k u for each sum of k products in float32, 2 to 8 u here, where gradients are sums over all pixels
 * of the batch (seen: 4.9 u). The ten steps add 11 roundings of each parameter, in random directions (seen: 2.5 u).
 */
const BOUND = 16 * u;

describeEachKernels('the convolutional autoencoder', () => {
  const input = goldenTensor(autoencoder.input);
  const loss = new MeanSquaredError();
  const mismatch = (got: ArrayLike<number>, expected: readonly number[]) =>
    firstOutside(got, expected, BOUND * scaleOf(expected));

  test('code, output and loss', () => {
    const [encoder, decoder] = goldenNetworks();
    const code = encoder.forward(input);
    expect(code.shape).toEqual(autoencoder.code.shape);
    expect(mismatch(code.data, autoencoder.code.data)).toBeUndefined();
    const output = decoder.forward(code);
    expect(output.shape).toEqual(autoencoder.output.shape);
    expect(mismatch(output.data, autoencoder.output.data)).toBeUndefined();
    expect(mismatch([loss.forward(output, input)], [autoencoder.loss])).toBeUndefined();
  });

  test('every gradient', () => {
    const network = new Sequential(goldenNetworks());
    loss.forward(network.forward(input), input);
    network.backwardParameters(loss.backward());
    const expected = autoencoder.gradients.flatMap(({ weight, bias }) => [weight, bias]);
    const found = network.parameters().map(({ gradient }, i) => mismatch(gradient.data, expected[i].data));
    expect(found).toEqual(expected.map(() => undefined));
  });

  test('negative control: one weight that is off by a part in 10,000 shows in code, output and gradients', () => {
    const [encoder, decoder] = goldenNetworks();
    encoder.parameters()[0].value.data[4] *= 1 + 1 / 10_000;
    const code = encoder.forward(input);
    expect(mismatch(code.data, autoencoder.code.data)).toMatch(/^element/);
    const output = decoder.forward(code);
    expect(mismatch(output.data, autoencoder.output.data)).toMatch(/^element/);
    loss.forward(output, input);
    decoder.backward(loss.backward());
    expect(mismatch(decoder.parameters()[0].gradient.data, autoencoder.gradients[3].weight.data)).toMatch(
      /^element/,
    );
  });

  /** Ten steps on the golden batch: the loss before each, and all parameters after them. */
  function tenSteps(optimizer: Optimizer) {
    const network = new Sequential(goldenNetworks());
    const parameters = new FlatParameters(network.parameters());
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) {
      parameters.zeroGradients();
      losses.push(loss.forward(network.forward(input), input));
      network.backwardParameters(loss.backward());
      optimizer.step(parameters);
    }
    return { losses, values: parameters.values };
  }

  test('ten steps of Adam', () => {
    const { losses, values } = tenSteps(new Adam({ learningRate: 0.01, epsilon: 1e-7 }));
    expect(mismatch(losses, TEN_STEPS.losses_before_each_step)).toBeUndefined();
    expect(mismatch(values, flatten(TEN_STEPS.parameters_after))).toBeUndefined();
  });

  test('negative control: ten steps of a slightly different Adam', () => {
    const { values } = tenSteps(new Adam({ learningRate: 0.01, epsilon: 1e-7, beta2: 0.9991 }));
    expect(mismatch(values, flatten(TEN_STEPS.parameters_after))).toMatch(/^element/);
  });
});
