/** What the layers for images refuse, each with one sentence: options, images, gradients. */

import { describe, expect, test } from '@jest/globals';
import { Conv2d } from '../../../src/layers/conv2d.ts';
import { ConvTranspose2d } from '../../../src/layers/convTranspose2d.ts';
import type { Layer } from '../../../src/layers/layer.ts';
import { MaxPool2d } from '../../../src/layers/maxPool2d.ts';
import { Reshape } from '../../../src/layers/reshape.ts';
import { Sequential } from '../../../src/layers/sequential.ts';
import { Upsample2d } from '../../../src/layers/upsample2d.ts';
import { formatShape, type Shape, ShapeError } from '../../../src/tensor/shape.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { LAYERS } from './examples.ts';

const wrong = (value: unknown) => value as never;

type Refusal = readonly [make: () => Layer, error: new (message: string) => Error, message: string];

describe('one sentence refuses', () => {
  const OPTIONS: readonly Refusal[] = [
    [() => new Conv2d(0, 3), RangeError, 'Conv2d: inChannels is 0, expected an integer >= 1.'],
    [() => new Conv2d(1, 1.5), RangeError, 'Conv2d: outChannels is 1.5, expected an integer >= 1.'],
    [() => new Conv2d(wrong('3'), 1), TypeError, "Conv2d: inChannels is '3', expected an integer >= 1."],
    [
      () => new Conv2d(1, 1, { kernelSize: 0 }),
      RangeError,
      'Conv2d: kernelSize is 0, expected an integer >= 1.',
    ],
    [
      () => new Conv2d(1, 1, { kernelSize: wrong([3, 3]) }),
      TypeError,
      'Conv2d: kernelSize is [3, 3], expected an integer >= 1.',
    ],
    [() => new Conv2d(1, 1, { stride: 0 }), RangeError, 'Conv2d: stride is 0, expected an integer >= 1.'],
    [() => new Conv2d(1, 1, { padding: -1 }), RangeError, 'Conv2d: padding is -1, expected an integer >= 0.'],
    [
      () => new Conv2d(1, 1, { padding: 3 }),
      RangeError,
      'Conv2d: padding is 3, expected at most 2 with a kernel of 3 x 3.',
    ],
    [
      () => new Conv2d(1, 1, { padding: wrong('same') }),
      TypeError,
      "Conv2d: padding is 'same', expected an integer >= 0.",
    ],
    [
      () => new Conv2d(1, 1, wrong({ strides: 2 })),
      TypeError,
      "Conv2d: there is no option 'strides', expected 'stride'.",
    ],
    [
      () => new Conv2d(1, 1, wrong(3)),
      TypeError,
      'Conv2d: the options are 3, expected an object with some of: kernelSize, stride, padding, bias, initializer, random.',
    ],
    [
      () => new Conv2d(1, 1, wrong({ outputPadding: 1 })),
      TypeError,
      "Conv2d: there is no option 'outputPadding', expected one of: kernelSize, stride, padding, bias, initializer, random.",
    ],
    [() => new Conv2d(1, 1, { bias: wrong(1) }), TypeError, 'Conv2d: bias is 1, expected true or false.'],
    [
      () => new Conv2d(1, 1, { initializer: wrong('he') }),
      TypeError,
      "Conv2d: the initializer is 'he', expected a function such as glorotUniform.",
    ],
    [
      () => new Conv2d(1, 1, { random: wrong(42) }),
      TypeError,
      'Conv2d: random is 42, expected one such as new Random(42).',
    ],
    [
      () => new Conv2d(1, 2, { initializer: () => Tensor.zeros([9, 2]) }),
      ShapeError,
      'Conv2d: the initializer made [9, 2], expected [3, 3, 1, 2].',
    ],
    [
      () => new ConvTranspose2d(1, 2, { initializer: () => Tensor.zeros([3, 3, 1, 2]) }),
      ShapeError,
      'ConvTranspose2d: the initializer made [3, 3, 1, 2], expected [3, 3, 2, 1].',
    ],
    [
      () => new ConvTranspose2d(1, 1, { outputPadding: 1 }),
      RangeError,
      'ConvTranspose2d: outputPadding is 1, expected less than the stride 1.',
    ],
    [
      () => new ConvTranspose2d(1, 1, { stride: 2, outputPadding: [0, 2] }),
      RangeError,
      'ConvTranspose2d: outputPadding is 2, expected less than the stride 2.',
    ],
    [
      () => new ConvTranspose2d(1, 1, { stride: 2, outputPadding: wrong([1]) }),
      RangeError,
      'ConvTranspose2d: outputPadding has 1 number, expected one, or two for rows and columns.',
    ],
    [
      () => new ConvTranspose2d(1, 1, { stride: 2, outputPadding: -1 }),
      RangeError,
      'ConvTranspose2d: outputPadding is -1, expected an integer >= 0.',
    ],
    [
      () => new MaxPool2d({ kernelSize: 3, padding: 2 }),
      RangeError,
      'MaxPool2d: padding is 2, expected at most 1 with a kernel of 3 x 3.',
    ],
    [
      () => new MaxPool2d(wrong(2)),
      TypeError,
      'MaxPool2d: the options are 2, expected an object with some of: kernelSize, stride, padding.',
    ],
    [() => new Upsample2d({ factor: 0 }), RangeError, 'Upsample2d: factor is 0, expected an integer >= 1.'],
    [
      () => new Upsample2d(wrong(2)),
      TypeError,
      'Upsample2d: the options are 2, expected an object with factor.',
    ],
    [() => new Reshape(wrong(3)), TypeError, 'Reshape: the shape is 3, expected a list such as [28, 28, 1].'],
    [() => new Reshape([]), ShapeError, 'Reshape: the shape is [], expected integers >= 1.'],
    [() => new Reshape([-1, 3]), ShapeError, 'Reshape: the shape is [-1, 3], expected integers >= 1.'],
    [() => new Reshape([0, 3]), ShapeError, 'Reshape: the shape is [0, 3], expected integers >= 1.'],
    [() => new Reshape([1.5, 2]), ShapeError, 'Reshape: the shape is [1.5, 2], expected integers >= 1.'],
  ];

  test.each(OPTIONS.map(([make, error, message]) => [message, error, make] as const))(
    '%s',
    (message, Refused, make) => {
      expect(make).toThrow(new Refused(message));
      expect(make).toThrow(Refused);
    },
  );

  const IMAGES: readonly (readonly [Layer, Shape, string])[] = [
    [new Conv2d(3, 1), [2, 48], 'conv2d: the input is [48], expected [height, width, 3].'],
    [new Conv2d(3, 1), [2, 4, 4, 1], 'conv2d: the input is [4, 4, 1], expected [height, width, 3].'],
    [new Conv2d(3, 1), [2, 2, 4, 3], 'conv2d: images of 2 x 4 pixels are too small for it.'],
    [
      new ConvTranspose2d(3, 1, { kernelSize: 2, padding: 1 }),
      [2, 1, 4, 3],
      'convTranspose2d: images of 1 x 4 pixels are too small for it.',
    ],
    [new MaxPool2d(), [2, 4, 4], 'maxPool2d: the input is [4, 4], expected [height, width, channels].'],
    [new MaxPool2d(), [2, 4, 1, 1], 'maxPool2d: images of 4 x 1 pixels are too small for it.'],
    [new Upsample2d(), [2, 0, 4, 1], 'upsample2d: images of 0 x 4 pixels are too small for it.'],
    [
      new MaxPool2d(),
      [2, 3, 4, 4, 1],
      'maxPool2d: the input is [3, 4, 4, 1], expected [height, width, channels].',
    ],
    [new Reshape([2, 3]), [2, 5], "reshape: the input is [5], which can't become [2, 3]."],
    [new Reshape([2, 2]), [2, 5], "reshape: the input is [5], which can't become [2, 2]."],
  ];

  test.each(IMAGES.map(([layer, ...rest]) => [layer.constructor.name, ...rest, layer] as const))(
    '%s with x of shape %j: %s',
    (who, shape, reason, layer) => {
      expect(() => layer.forward(Tensor.zeros(shape))).toThrow(
        new ShapeError(`${who}.forward: x is ${formatShape(shape)}; of one sample, ${reason}`),
      );
      expect(() => layer.outputShape(shape.slice(1))).toThrow(new ShapeError(reason));
    },
  );

  test.each(LAYERS)(
    '%s: what is no tensor, another dY, and backward before forward',
    (name, make, inShape) => {
      const layer = make();
      expect(() => layer.forward(wrong([1]))).toThrow(
        new TypeError(`${name}.forward: x is [1], expected a Tensor such as Tensor.from(rows).`),
      );
      const before = `${name}.backward: called before forward, expected a forward pass first.`;
      for (const pass of ['backward', 'backwardParameters', 'backwardInput'] as const) {
        expect(() => make()[pass](Tensor.zeros([2, 2]))).toThrow(new Error(before));
      }
      const { shape } = layer.forward(Tensor.zeros([2, ...inShape]));
      for (const other of [shape.slice(1), [3, ...shape.slice(1)], shape.with(-1, 9)]) {
        const error = new ShapeError(
          `${name}.backward: dY is ${formatShape(other)}, expected ${formatShape(shape)}.`,
        );
        for (const pass of ['backward', 'backwardParameters', 'backwardInput'] as const) {
          expect(() => layer[pass](Tensor.zeros(other))).toThrow(error);
        }
      }
    },
  );

  test('layers of which one does not take what the other gives', () => {
    const network = new Sequential([new Conv2d(1, 2), new Conv2d(3, 2)]);
    expect(() => network.outputShape([8, 8, 1])).toThrow(
      new ShapeError('conv2d: the input is [6, 6, 2], expected [height, width, 3].'),
    );
  });
});
