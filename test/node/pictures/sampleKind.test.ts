import { describe, expect, test } from '@jest/globals';
import { arePixels, isFlat, pictureOf } from '../../../src/data/pictureShape.ts';
import type { Normalization } from '../../../src/data/samples.ts';
import { nounOf } from '../../../src/node/pictures/sampleKind.ts';
import { DIVIDED } from '../cli/fixtures.ts';

const STANDARD: Normalization = { kind: 'standard', dtype: 'f4', shift: 10, scale: 2 };
const MINMAX: Normalization = { kind: 'minmax', dtype: 'f4', shift: 10, scale: 2 };

const byFeature = (kind: 'minmax' | 'standard', features: number): Normalization => ({
  kind,
  dtype: 'f8',
  shift: Array(features).fill(0),
  scale: Array(features).fill(1),
});

describe('samples of', () => {
  test.each<[readonly number[], string, Normalization | undefined, readonly number[] | undefined, boolean]>([
    [[28, 28], 'divided', DIVIDED, [28, 28], true],
    [[28, 28], 'not scaled', undefined, [28, 28], true],
    [[28, 28], 'standard', STANDARD, [28, 28], false],
    [[28, 28], 'minmax by feature', byFeature('minmax', 784), undefined, false],
    [[2, 2], 'divided', DIVIDED, [2, 2], true],
    [[32, 32, 3], 'minmax', MINMAX, [32, 32, 3], true],
    [[784], 'divided', DIVIDED, [28, 28], true],
    [[1, 784, 1], 'minmax', MINMAX, [28, 28], true],
    [[64], 'divided', DIVIDED, [8, 8], true],
    [[49], 'divided', DIVIDED, undefined, false],
    [[784], 'standard', STANDARD, undefined, false],
    [[784], 'minmax by feature', byFeature('minmax', 784), undefined, false],
    [[13], 'standard by feature', byFeature('standard', 13), undefined, false],
    [[512], 'divided', DIVIDED, undefined, false],
    [[1], 'divided', DIVIDED, undefined, false],
    [[4, 16, 16], 'divided', DIVIDED, undefined, true],
    [[4, 16, 16], 'standard', STANDARD, undefined, false],
  ])('%j, %s', (sample, _, normalization, picture, pixels) => {
    expect(pictureOf(sample, normalization)).toEqual(picture);
    expect(nounOf(sample, normalization)).toBe(picture ? 'image' : 'sample');
    expect(arePixels(sample, normalization)).toBe(pixels);
  });
});

test('dimensions of 1 do not make vectors anything else', () => {
  expect([[13], [1, 13], [13, 1, 1], [1], []].map(isFlat)).toEqual(Array(5).fill(true));
  expect(
    [
      [2, 13],
      [13, 1, 2],
    ].map(isFlat),
  ).toEqual([false, false]);
});
