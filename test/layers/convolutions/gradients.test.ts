/**
 * The layers for images, forward and backward, against differences of a float64 reference (test/helpers/gradientCheck.ts).
 */

import { describe, expect, test } from '@jest/globals';
import { SiLU, Tanh } from '../../../src/layers/activation.ts';
import { Conv2d } from '../../../src/layers/conv2d.ts';
import type { Conv2dOptions } from '../../../src/layers/convolution.ts';
import { ConvTranspose2d, type ConvTranspose2dOptions } from '../../../src/layers/convTranspose2d.ts';
import { Dense } from '../../../src/layers/dense.ts';
import { Flatten } from '../../../src/layers/flatten.ts';
import type { Layer } from '../../../src/layers/layer.ts';
import { MaxPool2d } from '../../../src/layers/maxPool2d.ts';
import { Reshape } from '../../../src/layers/reshape.ts';
import { Sequential } from '../../../src/layers/sequential.ts';
import { Upsample2d } from '../../../src/layers/upsample2d.ts';
import { Random } from '../../../src/tensor/random.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { describeEachKernels } from '../../helpers/eachKernels.ts';
import { layerMismatches, type ReferenceForward, STEP } from '../../helpers/gradientCheck.ts';
import { referenceActivations as activations, referenceDense } from '../../helpers/naive/reference.ts';
import {
  type ReferenceSizes,
  referenceConvolution,
  referenceMaxPooling,
  referenceTransposedConvolution,
  referenceUpsampling,
} from '../../helpers/naive/referenceConvolutions.ts';
import { uniformArray, uniformTensor } from '../../helpers/randomArrays.ts';

type Images = readonly [batch: number, height: number, width: number];
type Channels = readonly [inChannels: number, outChannels: number];

/** A bias starts at zero; here it has some values. */
function withBias<L extends Conv2d | ConvTranspose2d>(layer: L): L {
  const { bias } = layer;
  bias?.value.data.set(uniformArray(bias.value.size, new Random(5)));
  return layer;
}

const conv = (channels: Channels, options?: Conv2dOptions) =>
  withBias(new Conv2d(...channels, { ...options, random: new Random(1) }));
const transposed = (channels: Channels, options?: ConvTranspose2dOptions) =>
  withBias(new ConvTranspose2d(...channels, { ...options, random: new Random(1) }));

/** The sizes of a convolution, as PyTorch's documentation has them. */
function convSizes(
  [batch, height, width]: Images,
  [channels, outChannels]: Channels,
  { kernelSize = 3, stride = 1, padding = 0 }: Conv2dOptions = {},
): ReferenceSizes {
  const out = (pixels: number) => Math.floor((pixels + 2 * padding - kernelSize) / stride + 1);
  return {
    ...{ batch, height, width, channels, outHeight: out(height), outWidth: out(width), outChannels },
    ...{ kernelSize, stride, padding },
  };
}

/** Those of the convolution that a transposed one is the way back of. */
function transposedSizes(
  [batch, height, width]: Images,
  [channels, outChannels]: Channels,
  { kernelSize = 3, stride = 1, padding = 0, outputPadding = 0 }: ConvTranspose2dOptions = {},
): ReferenceSizes {
  const [rows, columns = rows] = [outputPadding].flat();
  const out = (pixels: number, more: number) =>
    (pixels - 1) * stride - 2 * padding + (kernelSize - 1) + more + 1;
  return {
    ...{ batch, height: out(height, rows), width: out(width, columns), channels: outChannels },
    ...{ outHeight: height, outWidth: width, outChannels: channels },
    ...{ kernelSize, stride, padding },
  };
}

const convReference =
  (sizes: ReferenceSizes): ReferenceForward =>
  (x, [weight, bias]) =>
    referenceConvolution(sizes, x, weight, bias);
const transposedReference =
  (sizes: ReferenceSizes): ReferenceForward =>
  (x, [weight, bias]) =>
    referenceTransposedConvolution(sizes, x, weight, bias);

// Few pixels: the tolerance is for short sums, and a bias has the sum over all pixels for its gradient.
const CONVOLUTIONS: readonly (readonly [Images, Channels, Conv2dOptions])[] = [
  [[2, 5, 4], [2, 3], {}],
  [[2, 5, 4], [2, 3], { bias: false }],
  [[1, 6, 7], [1, 4], { padding: 1 }],
  [[3, 7, 5], [3, 1], { kernelSize: 4, stride: 2, padding: 1 }],
  [[2, 4, 5], [5, 2], { kernelSize: 1 }],
  [[1, 7, 7], [2, 2], { kernelSize: 2, stride: 3 }],
  [[2, 6, 8], [1, 3], { kernelSize: 5, stride: 3, padding: 2 }],
];

const TRANSPOSED: readonly (readonly [Images, Channels, ConvTranspose2dOptions])[] = [
  [[2, 3, 4], [2, 3], {}],
  [[2, 3, 4], [2, 3], { bias: false }],
  [[1, 4, 3], [1, 4], { padding: 1 }],
  [[3, 3, 2], [3, 1], { kernelSize: 4, stride: 2, padding: 1 }],
  [[2, 3, 4], [4, 2], { kernelSize: 3, stride: 2, padding: 1, outputPadding: 1 }],
  [[1, 3, 2], [2, 2], { kernelSize: 2, stride: 3, outputPadding: 2 }],
  [[2, 3, 2], [2, 3], { kernelSize: 3, stride: 2, padding: 1, outputPadding: [1, 0] }],
  [[1, 2, 3], [1, 2], { kernelSize: 3, stride: 3, outputPadding: [0, 2] }],
  [[2, 3, 2], [1, 3], { kernelSize: 5, stride: 3, padding: 2, outputPadding: 1 }],
];

/** Numbers that are far apart: no step of the differences makes another one the largest. */
function farApart(shape: readonly number[]): Tensor {
  const x = Tensor.zeros(shape);
  x.data.forEach((_, i) => {
    x.data[i] = (i - x.size / 2) * 500 * STEP;
  });
  new Random(3).shuffle(x.data);
  return x;
}

const TITLE = 'images %j, channels %j, %j';

describeEachKernels('gradients of', () => {
  test.each(CONVOLUTIONS)(`Conv2d: ${TITLE}`, (images, channels, options) => {
    const x = uniformTensor([...images, channels[0]], 2);
    const reference = convReference(convSizes(images, channels, options));
    expect(layerMismatches(conv(channels, options), x, reference)).toEqual([]);
  });

  test.each(TRANSPOSED)(`ConvTranspose2d: ${TITLE}`, (images, channels, options) => {
    const x = uniformTensor([...images, channels[0]], 2);
    const reference = transposedReference(transposedSizes(images, channels, options));
    expect(layerMismatches(transposed(channels, options), x, reference)).toEqual([]);
  });

  test.each([
    [[2, 4, 6], {}],
    [[1, 5, 7], {}],
    [[1, 8, 6], { kernelSize: 3 }],
    [[2, 5, 6], { kernelSize: 3, stride: 2, padding: 1 }],
    [[2, 4, 5], { kernelSize: 2, stride: 1 }],
    [[1, 7, 7], { kernelSize: 2, stride: 3, padding: 1 }],
  ] as const)('MaxPool2d: images %j, %j', (images, options) => {
    const [batch, height, width] = images;
    const { kernelSize = 2, stride = kernelSize, padding = 0 }: Conv2dOptions = options;
    const sizes = convSizes([batch, height, width], [3, 3], { kernelSize, stride, padding });
    const x = farApart([...images, 3]);
    expect(layerMismatches(new MaxPool2d(options), x, (at) => referenceMaxPooling(sizes, at))).toEqual([]);
  });

  test.each([undefined, 1, 2, 3])('Upsample2d by %p', (factor) => {
    const sizes = { batch: 2, height: 3, width: 2, channels: 3, factor: factor ?? 2 };
    const layer = new Upsample2d(factor === undefined ? {} : { factor });
    const x = uniformTensor([2, 3, 2, 3], 2);
    expect(layerMismatches(layer, x, (at) => referenceUpsampling(sizes, at))).toEqual([]);
  });

  test('Flatten and Reshape, which change no number', () => {
    const x = uniformTensor([3, 2, 4, 3], 2);
    expect(layerMismatches(new Flatten(), x, (at) => at)).toEqual([]);
    expect(layerMismatches(new Reshape([6, 4]), x, (at) => at)).toEqual([]);
  });
});

const BATCH = 2;

/** [6, 5, 2] to a dense code of 3 numbers, and back, by every layer that has a gradient everywhere. */
function network(): Sequential {
  const random = new Random(11);
  return new Sequential([
    new Reshape([6, 5, 2]),
    withBias(new Conv2d(2, 3, { stride: 2, padding: 1, random })),
    new Tanh(),
    new Flatten(),
    new Dense(27, 3, { random }),
    new SiLU(),
    new Dense(3, 12, { random }),
    new Reshape([3, 2, 2]),
    withBias(new ConvTranspose2d(2, 2, { kernelSize: 4, stride: 2, padding: 1, random })),
    new Upsample2d(),
    new Flatten(),
  ]);
}

/** The same network in float64. */
const networkReference: ReferenceForward = (x, [w0, b0, w1, b1, w2, b2, w3, b3]) => {
  const half = { stride: 2, padding: 1 };
  const h0 = referenceConvolution(convSizes([BATCH, 6, 5], [2, 3], half), x, w0, b0);
  const h1 = referenceDense(BATCH, 27, 3, h0.map(activations.tanh), w1, b1);
  const h2 = referenceDense(BATCH, 3, 12, h1.map(activations.silu), w2, b2);
  const sizes = transposedSizes([BATCH, 3, 2], [2, 2], { kernelSize: 4, ...half });
  const h3 = referenceTransposedConvolution(sizes, h2, w3, b3);
  return referenceUpsampling({ batch: BATCH, height: 6, width: 4, channels: 2, factor: 2 }, h3);
};

const networkInput = uniformTensor([BATCH, 60], 16);

const gradientsOf = (layer: Layer) => layer.parameters().map(({ gradient }) => [...gradient.data]);

describeEachKernels('gradients of a composition', () => {
  test('Sequential: forward, dX and every parameter', () => {
    expect(layerMismatches(network(), networkInput, networkReference)).toEqual([]);
  });

  test.each<[string, () => Layer, Tensor]>([
    ['a network', network, networkInput],
    ['Conv2d', () => conv([3, 4], { padding: 1 }), uniformTensor([2, 5, 4, 3], 1)],
    ['ConvTranspose2d', () => transposed([3, 4], { stride: 2 }), uniformTensor([2, 5, 4, 3], 1)],
  ])('backwardParameters and backwardInput of %s do their part of backward, bit for bit', (_, make, x) => {
    const [whole, withoutDX, inputOnly] = [make(), make(), make()];
    const dY = uniformTensor(whole.forward(x).shape, 17);
    const dX = whole.backward(dY);
    withoutDX.forward(x);
    withoutDX.backwardParameters(dY);
    expect(gradientsOf(withoutDX)).toEqual(gradientsOf(whole));
    for (const { gradient } of inputOnly.parameters()) gradient.data.fill(7);
    inputOnly.forward(x);
    expect(inputOnly.backwardInput(dY).data).toEqual(dX.data);
    expect(new Set(gradientsOf(inputOnly).flat())).toEqual(new Set([7]));
    // The control: backward leaves none of them alone.
    expect(gradientsOf(whole).every((gradient) => gradient.some((value) => value !== 0))).toBe(true);
  });
});

type Mistake = (layer: Conv2d | ConvTranspose2d, dX: Tensor, dY: Tensor) => void;

/** What a mistake does to a correct layer after its backward: it changes dX or the gradients. */
class WrongConv2d extends Conv2d {
  mistake: Mistake = () => {};
  override backward(dY: Tensor): Tensor {
    const dX = super.backward(dY);
    this.mistake(this, dX, dY);
    return dX;
  }
}
class WrongTransposed extends ConvTranspose2d {
  mistake: Mistake = () => {};
  override backward(dY: Tensor): Tensor {
    const dX = super.backward(dY);
    this.mistake(this, dX, dY);
    return dX;
  }
}

describe('negative controls: a wrong gradient is rejected', () => {
  const [images, channels]: [Images, Channels] = [
    [2, 5, 5],
    [3, 3],
  ];
  const options = { padding: 1 };
  const x = uniformTensor([...images, 3], 2);
  const scale = (data: Float32Array, factor: number) => {
    data.forEach((value, i) => {
      data[i] = factor * value;
    });
  };
  const wrongArrays = (layer: Layer, reference: ReferenceForward, input = x) =>
    layerMismatches(layer, input, reference).map((mismatch) => mismatch.split(':')[0]);

  const MISTAKES: readonly (readonly [string, string[], Mistake])[] = [
    ['nothing (the control of the control)', [], () => {}],
    ['dX off by a part in 100,000', ['dX'], (_, dX) => scale(dX.data, 1.00001)],
    [
      'dX without what the last image has in its corner',
      ['dX'],
      (_, dX) => {
        dX.data[dX.size - 1] = 0;
      },
    ],
    ['dX from a kernel that is turned around', ['dX'], (_, dX) => void dX.data.reverse()],
    ['dW divided by the batch size', ['weight'], ({ weight }) => scale(weight.gradient.data, 1 / 2)],
    ['dW turned around', ['weight'], ({ weight }) => void weight.gradient.data.reverse()],
    [
      'dW with the channels exchanged',
      ['weight'],
      ({ weight }) => {
        const { data } = weight.gradient;
        data.set(data.map((_, i) => data[i - (i % 9) + (i % 3) * 3 + Math.floor((i % 9) / 3)]));
      },
    ],
    ['db divided by the number of pixels', ['bias'], ({ bias }) => scale(bias!.gradient.data, 1 / 25)],
    [
      'db without the last pixel',
      ['bias'],
      ({ bias }, _, dY) => {
        for (let o = 0; o < 3; o++) bias!.gradient.data[o] -= dY.data[dY.size - 3 + o];
      },
    ],
  ];

  test.each(MISTAKES)('Conv2d and ConvTranspose2d: %s', (_, arrays, mistake) => {
    const straight = new WrongConv2d(3, 3, { ...options, random: new Random(1) });
    const back = new WrongTransposed(3, 3, { ...options, random: new Random(1) });
    for (const layer of [straight, back]) layer.mistake = mistake;
    expect(wrongArrays(straight, convReference(convSizes(images, channels, options)))).toEqual(arrays);
    expect(wrongArrays(back, transposedReference(transposedSizes(images, channels, options)))).toEqual(
      arrays,
    );
  });

  test('a forward with one pixel less of padding at the top and the left, and as much more at the others', () => {
    const shifted: ReferenceForward = (at, [weight, bias]) => {
      const sizes = { ...convSizes(images, channels, options), padding: 0 };
      return referenceConvolution(sizes, at, weight, bias);
    };
    expect(wrongArrays(conv(channels, options), shifted)).toEqual(['forward', 'dX', 'weight']);
  });

  test('a forward that forgets the bias', () => {
    const without: ReferenceForward = (at, [weight]) =>
      referenceConvolution(convSizes(images, channels, options), at, weight);
    expect(wrongArrays(conv(channels, options), without)).toEqual(['forward', 'bias']);
  });

  test('a kernel that is turned around, as mathematics has it', () => {
    const turned: ReferenceForward = (at, [weight, bias]) => {
      const other = weight.map((_, i) => weight[(8 - Math.floor(i / 9)) * 9 + (i % 9)]);
      return referenceConvolution(convSizes(images, channels, options), at, other, bias);
    };
    expect(wrongArrays(conv(channels, options), turned)).toEqual(['forward', 'dX', 'weight']);
  });

  test('pooling that sends the gradient to every number of the window', () => {
    class WrongPool extends MaxPool2d {
      override backward(dY: Tensor): Tensor {
        const dX = super.backward(dY);
        dX.data.forEach((value, i) => {
          dX.data[i] = value || 0.25;
        });
        return dX;
      }
    }
    const sizes = convSizes([2, 4, 4], [3, 3], { kernelSize: 2, stride: 2 });
    const pooling: ReferenceForward = (at) => referenceMaxPooling(sizes, at);
    expect(wrongArrays(new WrongPool(), pooling, farApart([2, 4, 4, 3]))).toEqual(['dX']);
  });

  test('upsampling whose gradient is the mean of the copies', () => {
    class WrongUpsampling extends Upsample2d {
      override backward(dY: Tensor): Tensor {
        const dX = super.backward(dY);
        scale(dX.data, 1 / 4);
        return dX;
      }
    }
    const sizes = { batch: 2, height: 5, width: 5, channels: 3, factor: 2 };
    expect(wrongArrays(new WrongUpsampling(), (at) => referenceUpsampling(sizes, at))).toEqual(['dX']);
  });
});
