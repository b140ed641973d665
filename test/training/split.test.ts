import { describe, expect, test } from '@jest/globals';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { plural } from '../../src/tensor/words.ts';
import { type SplitOptions, splitSamples, validationCount } from '../../src/training/split.ts';
import { numberedSamples } from './toy.ts';

const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

function rowsOf(options: Partial<SplitOptions> = {}) {
  const { training, validation } = splitSamples(numberedSamples(10), {
    inputShape: [2],
    seed: 0,
    validationSplit: 0,
    validationData: undefined,
    ...options,
  });
  return { training: [...training.rows], validation: validation && [...validation.rows] };
}

describe('splitSamples', () => {
  test('a split has each sample on one side', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { training, validation = [] } = rowsOf({ seed, validationSplit: 0.3 });
      expect(validation).toHaveLength(3);
      expect([...training, ...validation].toSorted((a, b) => a - b)).toEqual(ALL);
    }
  });

  test('the same seed makes the same split, another seed another', () => {
    const splits = [1, 2, 3, 4].map((seed) => rowsOf({ seed, validationSplit: 0.5 }));
    expect(splits).toEqual([1, 2, 3, 4].map((seed) => rowsOf({ seed, validationSplit: 0.5 })));
    expect(new Set(splits.map(({ validation }) => validation?.join())).size).toBe(4);
  });

  test('without a split, and with other data, all samples are trained on', () => {
    expect(rowsOf()).toEqual({ training: ALL, validation: undefined });
    expect(rowsOf({ validationData: numberedSamples(3) })).toEqual({
      training: ALL,
      validation: [0, 1, 2],
    });
  });

  test('says which samples do not fit', () => {
    expect(() => rowsOf({ inputShape: [3] })).toThrow(
      new ShapeError('fit: the samples are [10, 2], expected [n, 3].'),
    );
    expect(() => rowsOf({ validationData: Tensor.zeros([1, 3]) })).toThrow(
      new ShapeError('fit, validationData: the samples are [1, 3], expected [n, 2].'),
    );
  });
});

describe('validationCount', () => {
  test.each([
    [10, 0.3, 3],
    [10, 0.05, 1],
    [10, 0.94, 9],
    [2, 0.5, 1],
    [3, 0.5, 2],
    [2000, 0.1, 200],
  ])('of %d samples, a split of %d keeps %d', (count, split, kept) => {
    expect(validationCount(count, split)).toBe(kept);
  });

  test.each([
    [10, 0.04, 0],
    [10, 0.96, 10],
    [1, 0.4, 0],
    [1, 0.5, 1],
  ])('of %d samples, a split of %d would keep %d: refused', (count, split, kept) => {
    expect(() => validationCount(count, split)).toThrow(
      new RangeError(
        `fit: a validation split of ${split} keeps ${kept} of ${plural(count, 'sample')}, expected at least one on each side.`,
      ),
    );
  });
});
