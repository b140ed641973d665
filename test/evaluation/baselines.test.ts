import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Samples } from '../../src/data/samples.ts';
import { meanImageBaseline, pcaBaseline } from '../../src/evaluation/baselines.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError, sizeOf } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { gamma } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { uniformArray, uniformTensor } from '../helpers/randomArrays.ts';
import { DIVIDED_BY_255, toyImages } from '../training/toy.ts';

interface GoldenPca {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
  /** By code length; 0 stands for the mean image. */
  readonly mse: Readonly<Record<string, number>>;
}

const golden: { readonly cases: readonly GoldenPca[] } = JSON.parse(
  readFileSync(new URL('../golden/quality/pca.json', import.meta.url), 'utf8'),
);

const CASES = golden.cases.map(({ name, shape, data, mse }) => ({
  name,
  samples: { shape, data: Uint8Array.from(data), normalization: DIVIDED_BY_255 } satisfies Samples,
  errors: Object.entries(mse).map(([length, value]) => [Number(length), value] as const),
}));

const relativeError = (got: number, expected: number) => Math.abs(got / expected - 1);

describeEachKernels('the baselines', () => {
  // What pcaBaseline promises, 4 digits; the smallest errors are 3e-8 of the variance. Seen: 1e-6.
  test.each(CASES)('agree with the singular values that NumPy finds: $name', ({ samples, errors }) => {
    for (const [codeLength, mse] of errors) {
      const got = codeLength === 0 ? meanImageBaseline(samples) : pcaBaseline(samples, codeLength);
      expect(relativeError(got, mse)).toBeLessThan(5e-5);
    }
  });
});

/** `[count, side, side]` uint8 in patches of one random gray each, `patches` x `patches` of them: of rank patches². */
function patchImages(count: number, side: number, patches: number): Samples {
  const random = new Random(count);
  const data = new Uint8Array(count * side * side);
  const length = side / patches;
  for (let n = 0; n < count; n++) {
    const grays = Array.from({ length: patches ** 2 }, () => Math.floor(random.uniform(0, 256)));
    for (let i = 0; i < side; i++) {
      for (let j = 0; j < side; j++) {
        const patch = Math.floor(i / length) * patches + Math.floor(j / length);
        data[(n * side + i) * side + j] = grays[patch];
      }
    }
  }
  return { shape: [count, side, side], data, normalization: DIVIDED_BY_255 };
}

/** `[count, features]`: feature j of a sample is number `j % rank` of its normally distributed numbers. */
function repeatedFeatures(count: number, features: number, rank: number): Samples {
  const random = new Random(features);
  const samples = Tensor.zeros([count, features]);
  for (let i = 0; i < count; i++) {
    const numbers = Array.from({ length: rank }, () => random.normal());
    for (let j = 0; j < features; j++) samples.data[i * features + j] = numbers[j % rank];
  }
  return samples;
}

/** `[count, features]`: two random samples in turn. */
function repeatedRows(count: number, features: number): Samples {
  const two = uniformTensor([2, features], 4);
  const data = Float32Array.from({ length: count * features }, (_, i) => two.data[i % two.size]);
  return new Tensor(data, [count, features]);
}

// Exactly dependent columns: Gram-Schmidt leaves rounding of them, which is not an axis.
describeEachKernels('samples of exactly low rank', () => {
  const cases: readonly (readonly [string, Samples, number])[] = [
    ['flat gray images', patchImages(40, 10, 1), 1],
    ['images of four gray quadrants', patchImages(60, 8, 2), 4],
    ['larger images of four gray quadrants', patchImages(40, 20, 2), 4],
    ['images of nine gray patches', patchImages(60, 9, 3), 9],
    ['two equal features', repeatedFeatures(30, 2, 1), 1],
    ['three features, two of them equal', repeatedFeatures(30, 3, 2), 2],
    ['two samples, many times each', repeatedRows(50, 20), 1],
  ];

  test.each(cases)('%s: nothing is left', (_name, samples, rank) => {
    // An axis is a float32 product of at most k + 32 terms, a code number one of d, and the reconstruction one of k:
    // each element is off by that many roundings of the sample's length. Equal pixels are equal as inputs, too.
    const features = sizeOf(samples.shape.slice(1));
    const bound = gamma(features + 3 * (rank + 32)) ** 2 * features * meanImageBaseline(samples);
    expect(pcaBaseline(samples, rank)).toBeLessThan(bound);
    if (rank > 1) expect(pcaBaseline(samples, rank - 1)).toBeGreaterThan(1e3 * bound);
  });

  test.each(cases)(
    '%s: no code length leaves more than the mean image, or than a shorter code',
    (_name, samples) => {
      let before = meanImageBaseline(samples);
      // If a shorter code already holds everything, both errors are rounding (seen: 1e-14 of the mean image's).
      const rounding = 1e-10 * before;
      for (const codeLength of [1, 2, 3, 4, 5, 9, 12]) {
        const left = pcaBaseline(samples, codeLength);
        expect(left).toBeLessThanOrEqual(before + (codeLength === 1 ? 0 : rounding));
        before = left;
      }
    },
  );
});

test('no PCA is worse than the mean image, for random samples of rank 1 to 4', () => {
  const random = new Random(5);
  for (let round = 0; round < 60; round++) {
    const [count, features] = [random.uniform(3, 30), random.uniform(2, 50)].map(Math.floor);
    const rank = 1 + (round % 4);
    const basis = Array.from({ length: rank * features }, () => Math.round(random.uniform(-2, 2)));
    const samples = Tensor.zeros([count, features]);
    for (let i = 0; i < count; i++) {
      const numbers = Array.from({ length: rank }, () => Math.round(random.uniform(-4, 4)));
      for (let j = 0; j < features; j++) {
        samples.data[i * features + j] = numbers.reduce((sum, a, r) => sum + a * basis[r * features + j], 0);
      }
    }
    const mean = meanImageBaseline(samples);
    for (const codeLength of [1, 2, rank, rank + 1]) {
      expect(pcaBaseline(samples, codeLength)).toBeLessThanOrEqual(mean);
    }
  }
});

describe('meanImageBaseline', () => {
  test('by hand: the mean of [0, 1], [1, 1], [2, 4] is [1, 2]', () => {
    const samples = Tensor.from([0, 1, 1, 1, 2, 4], [3, 2]);
    expect(meanImageBaseline(samples)).toBeCloseTo((1 + 1 + 0 + 1 + 1 + 4) / 6, 12);
  });

  test('is 0 for one sample', () => {
    expect(meanImageBaseline(Tensor.from([0.25, 0.5], [1, 2]))).toBe(0);
  });
});

describe('pcaBaseline', () => {
  test('the example of docs/math.md, section 7', () => {
    const samples = Tensor.from([2, 2, -2, -2, 1, -1, -1, 1], [4, 2]);
    expect(pcaBaseline(samples, 1)).toBeCloseTo(0.5, 6);
  });

  test('is 0 for samples on a plane with codes of two numbers, and for any samples with codes of d or n - 1', () => {
    const basis = uniformTensor([2, 30], 1);
    const random = new Random(2);
    const data = new Float32Array(40 * 30);
    for (let i = 0; i < 40; i++) {
      const [a, b] = [random.normal(), random.normal()];
      for (let j = 0; j < 30; j++) data[i * 30 + j] = 5 + a * basis.data[j] + b * basis.data[30 + j];
    }
    const onPlane = new Tensor(data, [40, 30]);
    expect(pcaBaseline(onPlane, 1)).toBeGreaterThan(0.01);
    // The samples are rounded to float32 at a size of 5 to 10, so they lie off the plane by up to 2^-22.
    expect(pcaBaseline(onPlane, 2)).toBeLessThan(2 ** -44);
    const any = uniformTensor([10, 6], 3);
    expect(pcaBaseline(any, 6)).toBe(0);
    expect(pcaBaseline(any, 7)).toBe(0);
    expect(pcaBaseline(uniformTensor([4, 6], 3), 3)).toBe(0);
    expect(pcaBaseline(uniformTensor([1, 6], 3), 1)).toBe(0);
  });

  test('is 0 where all samples are equal', () => {
    const data = new Uint8Array(20 * 9).fill(77);
    expect(pcaBaseline({ shape: [20, 3, 3], data, normalization: DIVIDED_BY_255 }, 2)).toBe(0);
  });

  test('falls with the code length and starts below the mean image', () => {
    const images = toyImages(300);
    const errors = [1, 2, 3, 6, 12].map((codeLength) => pcaBaseline(images, codeLength));
    const [first] = errors;
    expect(first).toBeLessThan(meanImageBaseline(images));
    expect(errors).toEqual(errors.toSorted((a, b) => b - a));
  });

  test('no other axes do better: any three directions leave more', () => {
    const images = toyImages(100);
    const best = pcaBaseline(images, 3);
    // Reconstruct from three random directions, orthonormal by Gram-Schmidt, in float64.
    const mean = Array.from({ length: 16 }, (_, j) => {
      let sum = 0;
      for (let i = 0; i < 100; i++) sum += images.data[i * 16 + j] / 255;
      return sum / 100;
    });
    const axes: number[][] = [];
    for (const seed of [1, 2, 3]) {
      let axis = Array.from(uniformArray(16, new Random(seed)));
      for (const other of axes) {
        const along = axis.reduce((sum, value, j) => sum + value * other[j], 0);
        axis = axis.map((value, j) => value - along * other[j]);
      }
      axes.push(axis.map((value) => value / Math.hypot(...axis)));
    }
    let squares = 0;
    for (let i = 0; i < 100; i++) {
      const x = mean.map((value, j) => images.data[i * 16 + j] / 255 - value);
      const captured = axes.map((axis) => axis.reduce((sum, value, j) => sum + value * x[j], 0));
      squares += Math.hypot(...x) ** 2 - Math.hypot(...captured) ** 2;
    }
    expect(best).toBeLessThan(squares / 1600);
  });

  test('the same samples give the same bits', () => {
    expect(pcaBaseline(toyImages(50), 4)).toBe(pcaBaseline(toyImages(50), 4));
  });

  test('is in the units of the input: the normalization scales it', () => {
    const images = toyImages(50);
    const raw: Samples = { shape: images.shape, data: Float32Array.from(images.data) };
    expect(relativeError(pcaBaseline(images, 3), pcaBaseline(raw, 3) / 255 ** 2)).toBeLessThan(1e-4);
    expect(relativeError(meanImageBaseline(images), meanImageBaseline(raw) / 255 ** 2)).toBeLessThan(1e-6);
  });

  test('integers without a normalization are refused', () => {
    const { shape, data } = toyImages(5);
    const message = /^(pca|meanImage)Baseline: the samples are integers without a normalization/;
    expect(() => pcaBaseline({ shape, data }, 3)).toThrow(message);
    expect(() => meanImageBaseline({ shape, data })).toThrow(message);
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses a code length of %d', (codeLength) => {
    expect(() => pcaBaseline(toyImages(5), codeLength)).toThrow(
      new RangeError(`pcaBaseline: the code length is ${codeLength}, expected an integer >= 1.`),
    );
  });

  test('refuses no samples, and a shape without samples', () => {
    expect(() => pcaBaseline(Tensor.zeros([0, 4]), 1)).toThrow(ShapeError);
    expect(() => meanImageBaseline(Tensor.zeros([0, 4]))).toThrow(
      new ShapeError('meanImageBaseline: got no samples, expected at least one.'),
    );
    expect(() => meanImageBaseline(Tensor.zeros([4]))).toThrow(ShapeError);
  });
});
