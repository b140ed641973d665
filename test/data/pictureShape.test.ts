import { describe, expect, test } from '@jest/globals';
import { pictureShape } from '../../src/data/pictureShape.ts';

describe('pictureShape', () => {
  test.each([
    [
      [28, 28],
      [28, 28],
    ],
    [
      [28, 28, 1],
      [28, 28],
    ],
    [
      [1, 28, 20],
      [28, 20],
    ],
    [
      [32, 32, 3],
      [32, 32, 3],
    ],
    [[784], [28, 28]],
    [
      [1, 784, 1],
      [28, 28],
    ],
    [[10], undefined],
    [
      [48, 3],
      [48, 3],
    ],
    [[49, 3], undefined],
    [[3, 500], undefined],
    [[4, 100, 3], undefined],
    [
      [12, 300],
      [12, 300],
    ],
    [[8, 8, 2], undefined],
    [[3, 8, 8], undefined],
    [[2, 8, 8, 3], undefined],
  ])('of samples of %j is %j', (sample, expected) => {
    expect(pictureShape(sample)).toEqual(expected);
  });
});
