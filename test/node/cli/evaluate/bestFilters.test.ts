import { describe, expect, test } from '@jest/globals';
import { gaussianFilter, medianFilter } from '../../../../src/evaluation/filters.ts';
import { bestFilters } from '../../../../src/node/cli/evaluate/bestFilters.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { Tensor } from '../../../../src/tensor/tensor.ts';
import { addNoise, type Noise } from '../../../../src/training/noise.ts';

/** Smooth pictures, some waves across each. */
const [COUNT, SIDE] = [6, 20];
const CLEAN = Tensor.from(
  Array.from({ length: COUNT * SIDE * SIDE }, (_, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE) % SIDE];
    return 0.5 + 0.5 * Math.sin(x / 3 + Math.floor(i / SIDE ** 2)) * Math.cos(y / 4);
  }),
  [COUNT, SIDE, SIDE],
);

const noisy = (noise: Noise) => addNoise(CLEAN, noise, new Random(1));

function error(corrupted: Tensor, filter: (image: Float32Array) => Float32Array): number {
  const filtered = Array.from({ length: COUNT }, (_, i) => [...filter(corrupted.rows(i, i + 1).data)]).flat();
  return filtered.reduce((sum, value, i) => sum + (value - CLEAN.data[i]) ** 2, 0);
}

describe.each<Noise>([
  { kind: 'gaussian', amount: 0.05 },
  { kind: 'gaussian', amount: 0.5 },
  { kind: 'gaussian', amount: 3 },
  { kind: 'salt', amount: 0.2 },
])('of images with noise %p', (noise) => {
  const corrupted = noisy(noise);
  const { gaussian, median } = bestFilters([SIDE, SIDE], CLEAN, corrupted);

  test('no other Gaussian filter does better by more than 1 %', () => {
    const minimum = error(corrupted, gaussian.filter);
    for (let sigma = 0.3; sigma < SIDE; sigma *= 1.2) {
      expect(error(corrupted, gaussianFilter([SIDE, SIDE], sigma))).toBeGreaterThan(0.99 * minimum);
    }
  });

  test('neither a smaller nor a larger window within the image does better', () => {
    const [, side] = /(\d+)×/.exec(median.name) ?? [];
    const minimum = error(corrupted, median.filter);
    for (const other of [Number(side) - 2, Number(side) + 2]) {
      if (other >= 3 && other <= SIDE)
        expect(error(corrupted, medianFilter([SIDE, SIDE], other))).toBeGreaterThan(minimum);
    }
  });
});

test('stronger noise gets wider filters', () => {
  const [weak, strong] = [0.05, 3].map((amount) =>
    bestFilters([SIDE, SIDE], CLEAN, noisy({ kind: 'gaussian', amount })),
  );
  const widthOf = (name: string) => Number(/[\d.]+$/.exec(name)?.[0]);
  expect(widthOf(strong.gaussian.name)).toBeGreaterThan(2 * widthOf(weak.gaussian.name));
  expect(widthOf(strong.median.name)).toBeGreaterThan(widthOf(weak.median.name));
});
