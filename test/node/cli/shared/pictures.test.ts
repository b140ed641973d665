import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { countShown, picturesThatFit, requireRoom } from '../../../../src/node/cli/shared/pictures.ts';
import { UsageError } from '../../../../src/node/cli/terminal/options.ts';

let said: jest.SpiedFunction<typeof process.stderr.write>;

beforeEach(() => {
  said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
  jest.restoreAllMocks();
});

test.each<[shape: number[], shown: number]>([
  [[3, 28, 28], 3],
  [[1024, 28, 28], 1024],
  [[16, 1024, 1024, 1], 16],
  [[1, 5000, 5000], 1], // a single one, however large
])('all of %j are shown, and nothing is said', (shape, shown) => {
  expect(countShown(shape)).toBe(shown);
  expect(said).not.toHaveBeenCalled();
});

test.each<[shape: number[], note: string]>([
  [[1025, 28, 28], 'the first 1,024 of 1,025'],
  [[17, 1024, 1024], 'the first 16 of 17'],
  [[2, 1024, 1024, 17], 'the first of 2'],
])('of %j not all are, which is said', (shape, note) => {
  countShown(shape);
  expect(said.mock.calls).toEqual([[`note: the picture shows ${note}.\n`]]);
});

test('as many fit as are comfortable to look at, and to open', () => {
  expect(
    [
      [28, 28],
      [1024, 1024],
      [1024, 1024, 3],
      [5000, 5000],
    ].map(picturesThatFit),
  ).toEqual([1024, 16, 5, 1]);
});

describe('requireRoom', () => {
  const square = (value: number) => value ** 2;

  test.each<[value: number, shape: number[]]>([
    [32, [28, 28]],
    [4, [1024, 1024]],
    [2, [5000, 5000]], // the smallest value, however large they are
  ])('takes %i rows of as many images of %j', (value, inputShape) => {
    expect(() => requireRoom('size', value, { inputShape, countOf: square })).not.toThrow();
  });

  test.each<[value: number, most: number, shape: number[], words: string]>([
    [33, 32, [28, 28], '28×28'],
    [20, 4, [1024, 1024, 1], '1024×1024×1'],
    [3, 2, [5000, 5000], '5000×5000'],
  ])('refuses %i rows where %i fit', (value, most, inputShape, words) => {
    expect(() => requireRoom('size', value, { inputShape, countOf: square })).toThrow(
      new UsageError(`--size is ${value}, expected at most ${most}: samples of ${words} are large.`),
    );
  });
});
