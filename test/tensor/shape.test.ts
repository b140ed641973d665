import { describe, expect, test } from '@jest/globals';
import { formatShape, ShapeError, sameShape, sizeOf } from '../../src/tensor/shape.ts';

describe('shapes', () => {
  test('are written in brackets', () => {
    expect(formatShape([])).toBe('[]');
    expect(formatShape([3])).toBe('[3]');
    expect(formatShape([2, 28, 28])).toBe('[2, 28, 28]');
  });

  test('have as many elements as the product of their lengths: 1 for a scalar, 0 with an empty dimension', () => {
    expect(sizeOf([])).toBe(1);
    expect(sizeOf([7])).toBe(7);
    expect(sizeOf([2, 3, 4])).toBe(24);
    expect(sizeOf([5, 0, 4])).toBe(0);
  });

  test('are the same if all lengths are, in order', () => {
    expect(sameShape([], [])).toBe(true);
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
    expect(sameShape([2, 3, 1], [2, 3])).toBe(false);
  });

  test('a ShapeError has its own name', () => {
    const error = new ShapeError('message');
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('ShapeError: message');
  });
});
