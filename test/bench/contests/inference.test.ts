import { afterEach, expect, jest, test } from '@jest/globals';
import { inferenceContest } from '../../../bench/contests/inference.ts';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { normalize } from '../../../src/data/normalization.ts';

const MODEL = { name: 'article', hidden: [20], encodingDim: 6, batch: 32 } as const;
// 300: more than the 256 that are run at a time, and not a multiple of it.
const DATA = Uint8Array.from({ length: 300 * 784 }, (_, i) => (i * 37) % 256);
const IMAGES = normalize({ shape: [300, 28, 28], data: DATA, dtype: 'u1' });

afterEach(() => {
  jest.restoreAllMocks();
});

test('accepts the autoencoder as it is', async () => {
  await inferenceContest(MODEL, IMAGES).verify();
});

test.each(['predict', 'decode'] as const)('catches a %s that gets the last sample wrong', async (method) => {
  const original = Autoencoder.prototype[method];
  jest.spyOn(Autoencoder.prototype, method).mockImplementation(function (this: Autoencoder, samples) {
    const result = original.call(this, samples);
    result.data[300 * 784 - 1] += 1e-6;
    return result;
  });
  await expect(inferenceContest(MODEL, IMAGES).verify()).rejects.toThrow('element 235199 is');
});
