import { expect, test } from '@jest/globals';
import { inWords, nearestName, plural } from '../../src/tensor/words.ts';

test('one of a kind has no s', () => {
  expect([0, 1, 2].map((count) => plural(count, 'byte'))).toEqual(['0 bytes', '1 byte', '2 bytes']);
});

test.each([
  ['text', "'text'"],
  ['x'.repeat(41), `'${'x'.repeat(40)}…'`],
  ['two\r\nlines\tand \x1b[31mred', "'two\\r\\nlines\\tand �[31mred'"],
  [undefined, 'missing'],
  [null, 'null'],
  [0.5, '0.5'],
  [5n, '5n'],
  [Symbol('s'), 'Symbol(s)'],
  [[1, 2], '[1, 2]'],
  [[1, 2, 3, 4, 5], 'an array of 5 numbers'],
  [[[1], [2]], 'an array of 2 arrays'],
  [['a', 1], 'an array of 2 values'],
  [{}, 'a plain object'],
  [Object.create(null), 'a plain object'],
  [new Float32Array(2), 'a Float32Array'],
  [new Int8Array(2), 'an Int8Array'],
  [Math.sin, 'the function sin'],
])('inWords of %p', (value, words) => {
  expect(inWords(value)).toBe(words);
});

test.each([
  ['epoch', 'epochs'],
  ['batch_size', 'batchSize'],
  ['BATCHSIZE', 'batchSize'],
  ['verbose', undefined],
])('the option that %s is most like is %s', (name, nearest) => {
  expect(nearestName(name, ['epochs', 'batchSize', 'keep'])).toBe(nearest);
});
