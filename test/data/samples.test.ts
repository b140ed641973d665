import { describe, expect, test } from '@jest/globals';
import { type Samples, sliceSamples } from '../../src/data/samples.ts';

const normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 } as const;
const samples: Samples = { shape: [3, 2], data: Uint8Array.of(1, 2, 3, 4, 5, 6), normalization };

describe('sliceSamples', () => {
  test('is a view of some of them', () => {
    const slice = sliceSamples(samples, 0, 2);
    expect(slice).toEqual({ shape: [2, 2], data: Uint8Array.of(1, 2, 3, 4), normalization });
    expect(slice.data.buffer).toBe(samples.data.buffer);
  });

  test('ends with the last sample', () => {
    expect(sliceSamples(samples, 2, 20)).toEqual({ shape: [1, 2], data: Uint8Array.of(5, 6), normalization });
  });
});
