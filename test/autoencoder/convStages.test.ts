/** The option `conv` of all kinds of models: the layers that it makes, the sizes of images that suit it, what it is not given with. */

import { describe, expect, test } from '@jest/globals';
import { describeAutoencoder } from '../../src/autoencoder/spec.ts';
import { describeGAN } from '../../src/gan/spec.ts';
import { type LayerSpec, outputShape } from '../../src/layers/spec.ts';
import { type Shape, ShapeError, sameShape } from '../../src/tensor/shape.ts';
import { describeVariationalAutoencoder } from '../../src/vae/spec.ts';

test('a stage has a kernel of 3, a stride of 2 and a padding of 1; its way back is told what size is even', () => {
  const stage = { kernelSize: 3, stride: 2, padding: 1, bias: true };
  const leaky = { type: 'leakyRelu', slope: 0.01 };
  const options = { inputShape: [6, 10], conv: [4], encodingDim: 3 };
  expect(describeAutoencoder({ ...options, activation: 'leakyRelu' })).toEqual({
    type: 'autoencoder',
    inputShape: [6, 10],
    encoder: [
      { type: 'reshape', shape: [6, 10, 1] },
      { type: 'conv2d', inChannels: 1, outChannels: 4, ...stage },
      leaky,
      { type: 'flatten' },
      { type: 'dense', inFeatures: 60, outFeatures: 3, bias: true },
    ],
    decoder: [
      { type: 'dense', inFeatures: 3, outFeatures: 60, bias: true },
      leaky,
      { type: 'reshape', shape: [3, 5, 4] },
      { type: 'convTranspose2d', inChannels: 4, outChannels: 1, ...stage, outputPadding: 1 },
      { type: 'flatten' },
    ],
  });
});

/** The layers in short: `[12,8,3] conv 3-4 relu flat 96-2`, and for a way back `back 4-3+1` with its output padding. */
function inShort(layers: readonly LayerSpec[]): string {
  const words = layers.map((layer) => {
    if (layer.type === 'flatten') return 'flat';
    if (layer.type === 'reshape') return `[${layer.shape}]`;
    if (layer.type === 'conv2d') return `conv ${layer.inChannels}-${layer.outChannels}`;
    if (layer.type === 'convTranspose2d')
      return `back ${layer.inChannels}-${layer.outChannels}+${layer.outputPadding}`;
    if (!('inFeatures' in layer)) return layer.type;
    return `${layer.type === 'dense' ? '' : `${layer.type} `}${layer.inFeatures}-${layer.outFeatures}`;
  });
  return words.join(' ');
}

const CODE_2 = { inputShape: [12, 8, 3], conv: [4, 5], encodingDim: 2 };
const DOWN = '[12,8,3] conv 3-4 relu conv 4-5 relu flat';
const UP = '[3,2,5] back 5-4+1 relu back 4-3+1 flat';
const LEAKY_DOWN = DOWN.replaceAll('relu', 'leakyRelu');
const LEAKY_UP = UP.replaceAll('relu', 'leakyRelu');

const autoencoder = (options: object) => {
  const { encoder, decoder } = describeAutoencoder({ ...CODE_2, ...options });
  return [encoder, decoder];
};
const vae = (options: object) => {
  const { encoder, decoder } = describeVariationalAutoencoder({ ...CODE_2, ...options });
  return [encoder, decoder];
};
const gan = (options: object) => {
  const { generator, discriminator } = describeGAN({ ...CODE_2, ...options });
  return [discriminator, generator];
};

test.each<[string, readonly (readonly LayerSpec[])[], string, string]>([
  ['an autoencoder', autoencoder({}), `${DOWN} 30-2`, `2-30 relu ${UP}`],
  [
    'squares of 7, whose way back goes over 4',
    autoencoder({ inputShape: [7, 7] }),
    '[7,7,1] conv 1-4 relu conv 4-5 relu flat 20-2',
    '2-20 relu [2,2,5] back 5-4+1 relu back 4-1+0 flat',
  ],
  [
    'hidden layers',
    autoencoder({ hidden: [9, 6] }),
    `${DOWN} 30-9 relu 9-6 relu 6-2`,
    `2-6 relu 6-9 relu 9-30 relu ${UP}`,
  ],
  [
    'others on the way back',
    autoencoder({ hidden: [9], decoderHidden: [7, 8], outputActivation: 'sigmoid' }),
    `${DOWN} 30-9 relu 9-2`,
    `2-7 relu 7-8 relu 8-30 relu ${UP} sigmoid`,
  ],
  ['no dense code', autoencoder({ encodingDim: undefined, denseCode: false }), DOWN, UP],
  [
    'images whose height and width are not halved alike',
    autoencoder({ inputShape: [10, 7, 3] }),
    '[10,7,3] conv 3-4 relu conv 4-5 relu flat 30-2',
    '2-30 relu [3,2,5] back 5-4+0,1 relu back 4-3+1,0 flat',
  ],
  [
    'a variational autoencoder, with 256 by default',
    vae({}),
    `${DOWN} 30-256 relu gaussianCode 256-2`,
    `2-256 relu 256-30 relu ${UP} sigmoid`,
  ],
  [
    'one without a hidden layer',
    vae({ hidden: [], outputActivation: 'linear' }),
    `${DOWN} gaussianCode 30-2`,
    `2-30 relu ${UP}`,
  ],
  ['a GAN', gan({}), `${LEAKY_DOWN} 30-1`, `2-30 leakyRelu ${LEAKY_UP} sigmoid`],
  [
    'one with hidden layers',
    gan({ generatorHidden: [6, 9], discriminatorHidden: [8], activation: 'relu' }),
    `${DOWN} 30-8 relu 8-1`,
    `2-6 relu 6-9 relu 9-30 relu ${UP} sigmoid`,
  ],
])('the layers of %s', (_, networks, down, up) => {
  expect(networks.map(inShort)).toEqual([down, up]);
});

const KINDS = [
  ['Autoencoder', describeAutoencoder],
  ['VariationalAutoencoder', describeVariationalAutoencoder],
  ['GAN', describeGAN],
] as const;

describe('the sizes of images', () => {
  const through = (layers: readonly LayerSpec[], shape: Shape) =>
    layers.reduce<Shape>((before, layer) => outputShape(layer, before), shape);

  /** What becomes of images of this size on the way down, and of that on the way up; undefined if the size is refused. */
  function bothWays(height: number, width: number, stages: number) {
    const conv = Array<number>(stages).fill(2);
    try {
      const { encoder, decoder } = describeAutoencoder({
        inputShape: [height, width],
        conv,
        denseCode: false,
      });
      const last = through(encoder.slice(0, -1), [height * width]);
      return { last, restored: through(decoder.slice(0, -1), through(encoder, [height * width])) };
    } catch (error) {
      expect(error).toBeInstanceOf(ShapeError);
      return undefined;
    }
  }

  test.each([1, 2, 3, 4])(
    '%d stages halve and bring back all sizes but those that a refusal names',
    (stages) => {
      const multiple = 2 ** stages;
      const least = multiple / 2 + 1;
      const wrong: number[][] = [];
      let refused = 0;
      for (let height = 1; height <= 34; height++) {
        for (let width = 1; width <= 34; width++) {
          const found = bothWays(height, width, stages);
          if (!found) refused++;
          const last = [Math.ceil(height / multiple), Math.ceil(width / multiple), 2];
          const isRight = found
            ? sameShape(found.last, last) && sameShape(found.restored, [height, width, 1])
            : Math.min(height, width) < least;
          if (!isRight) wrong.push([height, width]);
        }
      }
      expect(wrong).toEqual([]);
      expect(refused).toBe(34 ** 2 - (35 - least) ** 2);
    },
  );

  const LEAST = (pixels: number) =>
    `expected [height, width, channels] with a height and a width of at least ${pixels}.`;

  test.each<[number[], number[], string]>([
    [[64], [4], `[64] doesn't suit 1 stage of conv, ${LEAST(2)}`],
    [[2, 8, 8, 3], [4], `[2, 8, 8, 3] doesn't suit 1 stage of conv, ${LEAST(2)}`],
    [[1, 3], [4], `[1, 3] doesn't suit 1 stage of conv, ${LEAST(2)}`],
    [[12, 4], [4, 4, 4], `[12, 4] doesn't suit 3 stages of conv, ${LEAST(5)}`],
    [[4, 4], [4, 4, 4], `[4, 4] doesn't suit 3 stages of conv, ${LEAST(5)}`],
  ])('%j with stages of %j are refused by every kind of model', (inputShape, conv, reason) => {
    for (const [who, describeModel] of KINDS) {
      expect(() => describeModel({ inputShape, conv })).toThrow(
        new ShapeError(`${who}: the input shape ${reason}`),
      );
    }
  });
});

const NO_DENSE_CODE =
  /^Autoencoder: denseCode is false, expected conv and no encodingDim, hidden or decoderHidden\.$/;

test.each<[object, RegExp]>([
  [{ conv: [4], tied: true }, /^Autoencoder: tied weights are those of dense layers, got conv as well\.$/],
  [{ conv: [4], denseCode: 0 }, /^Autoencoder: denseCode is 0, expected true or false\.$/],
  [{ conv: [4], denseCode: false, encodingDim: 32 }, NO_DENSE_CODE],
  [{ conv: [4], denseCode: false, hidden: [9] }, NO_DENSE_CODE],
  [{ conv: [4], denseCode: false, decoderHidden: [9] }, NO_DENSE_CODE],
  [{ denseCode: false, hidden: [] }, NO_DENSE_CODE],
])('%j is refused', (options, message) => {
  expect(() => describeAutoencoder({ inputShape: [8, 8], ...options })).toThrow(message);
});

test.each([[[]], [[4, 0]], [[4.5]], [4]])('conv %j is refused by every kind of model', (conv) => {
  for (const [who, describeModel] of KINDS) {
    expect(() => describeModel({ inputShape: [8, 8], conv: conv as number[] })).toThrow(
      `${who}: conv is ${JSON.stringify(conv).replace(',', ', ')}, expected a list of integers >= 1, such as [64, 32].`,
    );
  }
});
