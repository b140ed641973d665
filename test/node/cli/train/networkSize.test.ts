import { expect, test } from '@jest/globals';
import { describeAutoencoder } from '../../../../src/autoencoder/spec.ts';
import { describeGAN } from '../../../../src/gan/spec.ts';
import { refuseTooLarge } from '../../../../src/node/cli/train/networkSize.ts';

const SIZE = [3000, 4000, 3];
const DENSE = describeAutoencoder({ inputShape: SIZE });
const PICTURES = { facts: { form: { kind: 'pictures' } }, trainedOn: 100 };
const OTHERS = { facts: {}, trainedOn: 100 };

test('a network that does not fit into memory is refused before memory is taken', () => {
  // Parameters: both ways 36,000,000 · 64 weights, and what is between. Numbers made: 36,000,000 and five hidden layers.
  expect(() => refuseTooLarge(DENSE, 1, PICTURES, 25e9)).toThrow(
    'samples of 36,000,000 numbers make a network of 4,644,006,368 parameters, which takes at least 37.4 GB for batches of 1, and this machine has 25.0 GB: expected smaller pictures (--resize 28x28), smaller batches (--batch-size 8) or smaller layers (--hidden 64,32, --conv 8,16).',
  );
  expect(() => refuseTooLarge(DENSE, 1, OTHERS, 25e9)).toThrow('samples of fewer numbers');
});

test('the batch counts, no larger than there are samples: convolutions have few weights and make many numbers', () => {
  const conv = describeAutoencoder({ inputShape: SIZE, conv: [16, 32, 32], encodingDim: 1 });
  expect(() => refuseTooLarge(conv, 1, PICTURES, 5e9)).not.toThrow();
  expect(() => refuseTooLarge(conv, 32, PICTURES, 5e9)).toThrow('batches of 32, and this machine');
  expect(() => refuseTooLarge(conv, 32, { ...PICTURES, trainedOn: 1 }, 5e9)).not.toThrow();
});

test('one that fits is not', () => {
  expect(() => refuseTooLarge(DENSE, 1, PICTURES, 38e9)).not.toThrow();
  expect(() => refuseTooLarge(describeAutoencoder({ inputShape: [28, 28] }), 32, OTHERS, 2e6)).not.toThrow();
  expect(() => refuseTooLarge(describeGAN({ inputShape: [28, 28] }), 32, OTHERS, 8e6)).not.toThrow();
});
