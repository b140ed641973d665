import { describe, expect, test } from '@jest/globals';
import { requireBoolean, requireNumber, requireOneOf } from '../../src/tensor/options.ts';

describe('a value of another kind is a TypeError, one out of range a RangeError', () => {
  const isShare = (value: number) => value >= 0 && value < 1;
  const share = (value: unknown) => () => requireNumber('fit', 'the share', value, '0 <= share < 1', isShare);
  const keep = (value: unknown) => () => requireOneOf('fit', 'keep', value, ['best', 'last']);

  test.each([
    [share('0.5'), new TypeError("fit: the share is '0.5', expected 0 <= share < 1.")],
    [share(undefined), new TypeError('fit: the share is missing, expected 0 <= share < 1.')],
    [share(1), new RangeError('fit: the share is 1, expected 0 <= share < 1.')],
    [share(Number.NaN), new RangeError('fit: the share is NaN, expected 0 <= share < 1.')],
    [keep(null), new TypeError("fit: keep is null, expected 'best' or 'last'.")],
    [keep('first'), new RangeError("fit: keep is 'first', expected 'best' or 'last'.")],
    [
      () => requireBoolean('Dense', 'bias', 'no'),
      new TypeError("Dense: bias is 'no', expected true or false."),
    ],
  ])('%#', (call, expected) => {
    expect(call).toThrow(expected.message);
    expect(call).toThrow(expected instanceof TypeError ? TypeError : RangeError);
  });

  test('what is right is taken', () => {
    expect(share(0.5)).not.toThrow();
    expect(keep('last')).not.toThrow();
  });
});
