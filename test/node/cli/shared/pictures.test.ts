import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { countShown } from '../../../../src/node/cli/shared/pictures.ts';

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
  [[2, 1024, 1024, 17], 'the first 1 of 2'],
])('of %j not all are, which is said', (shape, note) => {
  countShown(shape);
  expect(said.mock.calls).toEqual([[`note: the picture shows ${note}.\n`]]);
});
