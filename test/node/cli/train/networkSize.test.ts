import { expect, test } from '@jest/globals';
import { refuseTooLarge } from '../../../../src/node/cli/train/networkSize.ts';

const LAYERS = { hidden: [64, 32], 'encoding-dim': 32, 'decoder-hidden': undefined };
const PHOTOS = { inputShape: [3000, 4000, 3], facts: { form: { kind: 'pictures' } } };

test('a network that does not fit into memory is refused before memory is taken', () => {
  expect(() => refuseTooLarge(LAYERS, PHOTOS, 25e9)).toThrow(
    'samples of 36,000,000 numbers make a network of 4,608,006,144 weights, which takes at least 36.9 GB, and this machine has 25.0 GB: expected smaller pictures (--resize 28x28) or smaller layers (--hidden 64,32).',
  );
  expect(() => refuseTooLarge(LAYERS, { ...PHOTOS, facts: {} }, 25e9)).toThrow('samples of fewer numbers');
});

test('one that fits is not', () => {
  expect(() => refuseTooLarge(LAYERS, PHOTOS, 37e9)).not.toThrow();
  expect(() => refuseTooLarge(LAYERS, { inputShape: [28, 28], facts: {} }, 1e6)).not.toThrow();
});
