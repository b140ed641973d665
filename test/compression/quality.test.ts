import { describe, expect, test } from '@jest/globals';
import { Quality } from '../../src/compression/quality.ts';
import { structuralSimilarity } from '../../src/evaluation/ssim.ts';
import { Random } from '../../src/tensor/random.ts';
import { DIVIDED_BY_255 } from '../training/toy.ts';

const noise = (length: number, seed: number) => {
  const random = new Random(seed);
  return new Uint8Array(length).map(() => random.uniform(0, 256));
};

describe('SSIM of compressed images', () => {
  test('is the mean over all of few images', () => {
    const [a, b] = [noise(3 * 144, 1), noise(3 * 144, 2)];
    const quality = new Quality([12, 12], DIVIDED_BY_255);
    quality.add(a.subarray(0, 144), b.subarray(0, 144));
    quality.add(a.subarray(144), b.subarray(144));
    const inputs = [a, b].map((values) => Float32Array.from(values, (value) => value / 255));
    const each = [0, 1, 2].map((i) => {
      const [x, y] = inputs.map((values) => values.subarray(144 * i, 144 * (i + 1)));
      return structuralSimilarity(x, y, [12, 12, 1]) ?? Number.NaN;
    });
    const { ssim, ssimImages } = quality.scores();
    expect(ssimImages).toBe(3);
    expect(ssim).toBeCloseTo((each[0] + each[1] + each[2]) / 3, 6);
  });

  test.each([
    [[512, 512], 7, 5],
    [[1300, 1300], 2, 1],
  ])('of images of %j is that of as many as have 1.6 million numbers', (shape, count, measured) => {
    const quality = new Quality(shape, DIVIDED_BY_255);
    for (let i = 0; i < count; i++) {
      const values = new Uint8Array(shape[0] * shape[1]).fill(i);
      quality.add(values, values);
    }
    expect(quality.scores()).toMatchObject({ ssim: 1, ssimImages: measured });
  });

  test('is left out where it is not wanted, or images are smaller than its window', () => {
    for (const quality of [
      new Quality([12, 12], DIVIDED_BY_255, { withSsim: false }),
      new Quality([8, 18], DIVIDED_BY_255),
      new Quality([2, 6, 12], DIVIDED_BY_255), // planes that lie behind each other are no picture
      new Quality([6, 6, 4], DIVIDED_BY_255),
    ]) {
      quality.add(noise(144, 1), noise(144, 2));
      expect(quality.scores()).toMatchObject({ ssim: undefined, ssimImages: 0 });
    }
  });
});
