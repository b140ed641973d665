import { describe, expect, test } from '@jest/globals';
import { accuracyOf, classesOf, stratifiedFolds } from '../../src/evaluation/labels.ts';

test('classesOf lists each label once, in ascending order', () => {
  expect(classesOf(Int32Array.of(3, -2, 10, 3, 3, -2))).toEqual([-2, 3, 10]);
  expect(classesOf([])).toEqual([]);
});

test('accuracyOf is the share of equal labels', () => {
  expect(accuracyOf(Float64Array.of(1, 2, 3, 4), [1, 2, 0, 0])).toBe(0.5);
  expect(accuracyOf([], [])).toBeNaN();
  expect(() => accuracyOf([1], [1, 2])).toThrow(
    new RangeError('accuracyOf: got 1 prediction and 2 labels, expected as many.'),
  );
});

describe('stratifiedFolds', () => {
  const labels = Array.from({ length: 203 }, (_, i) => (i < 150 ? 4 : i < 200 ? -1 : 9));

  test.each([2, 5, 7])('divides each class evenly into %p folds', (folds) => {
    const fold = stratifiedFolds(labels, folds, 1);
    expect(classesOf(fold)).toEqual(Array.from({ length: folds }, (_, i) => i));
    for (const which of [undefined, ...classesOf(labels)]) {
      const sizes = new Array(folds).fill(0);
      fold.forEach((number, i) => {
        if (which === undefined || labels[i] === which) sizes[number]++;
      });
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  });

  test('is random within a class, and the same for the same seed', () => {
    const folds = [1, 1, 2].map((seed) => Array.from(stratifiedFolds(labels, 5, seed)));
    expect(folds[1]).toEqual(folds[0]);
    expect(folds[2]).not.toEqual(folds[0]);
    expect(folds[0].slice(0, 10)).not.toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
  });

  test('leaves folds empty if there are fewer samples', () => {
    expect(classesOf(stratifiedFolds([1, 2], 5, 0))).toEqual([0, 1]);
    expect(stratifiedFolds([], 5, 0)).toHaveLength(0);
  });
});
