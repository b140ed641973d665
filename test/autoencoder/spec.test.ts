import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { type ArchitectureOptions, describeAutoencoder } from '../../src/autoencoder/spec.ts';
import type { LayerSpec } from '../../src/layers/spec.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { VariationalAutoencoder } from '../../src/vae/variationalAutoencoder.ts';

/** The layers in short: `784-64 relu 64-32`. */
function inShort(layers: readonly LayerSpec[]): string {
  return layers
    .map((layer) => (layer.type === 'dense' ? `${layer.inFeatures}-${layer.outFeatures}` : layer.type))
    .join(' ');
}

function bothInShort(options: ArchitectureOptions): string[] {
  const { encoder, decoder } = describeAutoencoder(options);
  return [inShort(encoder), inShort(decoder)];
}

describe('describeAutoencoder', () => {
  test('is the article without options: 784-64-32-32-32-64-784, code and output linear', () => {
    const { type, inputShape, encoder, decoder } = describeAutoencoder({ inputShape: [28, 28, 1] });
    expect({ type, inputShape }).toEqual({ type: 'autoencoder', inputShape: [28, 28, 1] });
    expect(encoder).toEqual([
      { type: 'dense', inFeatures: 784, outFeatures: 64, bias: true },
      { type: 'relu' },
      { type: 'dense', inFeatures: 64, outFeatures: 32, bias: true },
      { type: 'relu' },
      { type: 'dense', inFeatures: 32, outFeatures: 32, bias: true },
    ]);
    expect(decoder).toEqual([
      { type: 'dense', inFeatures: 32, outFeatures: 32, bias: true },
      { type: 'relu' },
      { type: 'dense', inFeatures: 32, outFeatures: 64, bias: true },
      { type: 'relu' },
      { type: 'dense', inFeatures: 64, outFeatures: 784, bias: true },
    ]);
  });

  test.each([
    [[], '12-2', '2-12'],
    [[7], '12-7 relu 7-2', '2-7 relu 7-12'],
    [[9, 8, 7, 6], '12-9 relu 9-8 relu 8-7 relu 7-6 relu 6-2', '2-6 relu 6-7 relu 7-8 relu 8-9 relu 9-12'],
  ])('hidden widths %j: the decoder mirrors the encoder', (hidden, encoder, decoder) => {
    const kept = [...hidden];
    expect(bothInShort({ inputShape: [2, 2, 3], hidden, encodingDim: 2 })).toEqual([encoder, decoder]);
    expect(hidden).toEqual(kept);
  });

  test.each([
    [[3], '12-7 relu 7-2', '2-3 relu 3-12'],
    [[3, 9], '12-7 relu 7-2', '2-3 relu 3-9 relu 9-12'],
    [[], '12-7 relu 7-2', '2-12'],
  ])('decoderHidden: the decoder has the widths %j', (decoderHidden, encoder, decoder) => {
    const options = { inputShape: [12], hidden: [7], decoderHidden, encodingDim: 2 };
    expect(bothInShort(options)).toEqual([encoder, decoder]);
    expect(() => describeAutoencoder({ ...options, tied: true })).toThrow(
      new RangeError(
        "Autoencoder: tied weights give the decoder the encoder's widths, got decoderHidden as well.",
      ),
    );
  });

  test.each(['relu', 'sigmoid', 'tanh', 'silu', 'gelu'] as const)('the activation %s', (activation) => {
    expect(bothInShort({ inputShape: [5], hidden: [4], encodingDim: 2, activation })).toEqual([
      `5-4 ${activation} 4-2`,
      `2-4 ${activation} 4-5`,
    ]);
  });

  test('leakyRelu has its slope in the description', () => {
    const { encoder } = describeAutoencoder({ inputShape: [5], activation: 'leakyRelu' });
    expect(encoder[1]).toEqual({ type: 'leakyRelu', slope: 0.01 });
  });

  test('the output activation comes after the last layer only', () => {
    const options = { inputShape: [5], hidden: [], encodingDim: 2 };
    expect(bothInShort({ ...options, outputActivation: 'sigmoid' })).toEqual(['5-2', '2-5 sigmoid']);
    expect(bothInShort({ ...options, outputActivation: 'linear' })).toEqual(['5-2', '2-5']);
  });

  test('is plain JSON and holds a copy of the shape', () => {
    const inputShape = [4, 4];
    const spec = describeAutoencoder({ inputShape });
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    inputShape[0] = 5;
    expect(spec.inputShape).toEqual([4, 4]);
  });

  test.each([
    [[]],
    [[0]],
    [[28, 0]],
    [[28, -28]],
    [[-28, -28]],
    [[1.5]],
    [[0.5, 8]],
    [[Number.NaN]],
    [[Infinity]],
  ])('refuses the input shape %j', (inputShape) => {
    const expected = `Autoencoder: the input shape is [${inputShape.join(', ')}], expected integers >= 1.`;
    expect(() => describeAutoencoder({ inputShape })).toThrow(new ShapeError(expected));
  });

  test('refuses an unknown output activation, rather than ignore it', () => {
    const outputActivation = 'softmax' as 'sigmoid';
    expect(() => describeAutoencoder({ inputShape: [4], outputActivation })).toThrow(/softmax/);
  });
});

test('the spec of a variational autoencoder is not taken for that of a plain one', () => {
  const spec = new VariationalAutoencoder({ inputShape: [4], hidden: [3], encodingDim: 2 }).spec();
  expect(() => new Autoencoder({ spec })).toThrow(
    new RangeError(
      'Autoencoder: the spec is that of a variational autoencoder, expected new VariationalAutoencoder({ spec }).',
    ),
  );
});
