import { expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import type { ArchitectureOptions } from '../../src/autoencoder/spec.ts';

function linesOf(summary: string): string[] {
  return summary.split('\n').map((line) => line.trimEnd());
}

const summaryOf = (options: ArchitectureOptions) => linesOf(new Autoencoder(options).summary());

test("the article's model", () => {
  expect(summaryOf({ inputShape: [28, 28, 1] })).toEqual([
    'Layer            Output shape        Parameters',
    '───────────────────────────────────────────────',
    'input            [batch, 28, 28, 1]',
    'encoder.0 Dense  [batch, 64]             50,240',
    'encoder.1 ReLU   [batch, 64]',
    'encoder.2 Dense  [batch, 32]              2,080',
    'encoder.3 ReLU   [batch, 32]',
    'encoder.4 Dense  [batch, 32]              1,056',
    'decoder.0 Dense  [batch, 32]              1,056',
    'decoder.1 ReLU   [batch, 32]',
    'decoder.2 Dense  [batch, 64]              2,112',
    'decoder.3 ReLU   [batch, 64]',
    'decoder.4 Dense  [batch, 784]            50,960',
    '───────────────────────────────────────────────',
    'Total                                   107,504',
  ]);
});

test('images in colour, another activation, a sigmoid at the end', () => {
  const options = { inputShape: [32, 32, 3], hidden: [128], encodingDim: 48 } as const;
  expect(summaryOf({ ...options, activation: 'leakyRelu', outputActivation: 'sigmoid' })).toEqual([
    'Layer                Output shape        Parameters',
    '───────────────────────────────────────────────────',
    'input                [batch, 32, 32, 3]',
    'encoder.0 Dense      [batch, 128]           393,344',
    'encoder.1 LeakyReLU  [batch, 128]',
    'encoder.2 Dense      [batch, 48]              6,192',
    'decoder.0 Dense      [batch, 128]             6,272',
    'decoder.1 LeakyReLU  [batch, 128]',
    'decoder.2 Dense      [batch, 3072]          396,288',
    'decoder.3 Sigmoid    [batch, 3072]',
    '───────────────────────────────────────────────────',
    'Total                                       802,096',
  ]);
});

test('flat samples, no hidden layers, counts below and above a thousand and a million', () => {
  expect(summaryOf({ inputShape: [999], hidden: [], encodingDim: 1001 })).toEqual([
    'Layer            Output shape   Parameters',
    '──────────────────────────────────────────',
    'input            [batch, 999]',
    'encoder.0 Dense  [batch, 1001]   1,001,000',
    'decoder.0 Dense  [batch, 999]    1,000,998',
    '──────────────────────────────────────────',
    'Total                            2,001,998',
  ]);
});

test('layers without bias, and layers within a layer', () => {
  const inner = { type: 'dense', inFeatures: 4, outFeatures: 3, bias: false } as const;
  const spec = {
    type: 'autoencoder',
    inputShape: [4],
    encoder: [
      { type: 'sequential', layers: [inner, { type: 'tanh' }] },
      { type: 'dense', inFeatures: 3, outFeatures: 2, bias: true },
    ],
    decoder: [{ type: 'dense', inFeatures: 2, outFeatures: 4, bias: true }, { type: 'silu' }],
  } as const;
  expect(linesOf(new Autoencoder({ spec }).summary())).toEqual([
    'Layer                 Output shape  Parameters',
    '──────────────────────────────────────────────',
    'input                 [batch, 4]',
    'encoder.0 Sequential  [batch, 3]            12',
    'encoder.1 Dense       [batch, 2]             8',
    'decoder.0 Dense       [batch, 4]            12',
    'decoder.1 SiLU        [batch, 4]',
    '──────────────────────────────────────────────',
    'Total                                       32',
  ]);
});
