import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { generateDigits } from '../../../src/data/digits.ts';
import type { NumericArray } from '../../../src/data/samples.ts';
import { DataFingerprint } from '../../../src/node/samples/dataFingerprint.ts';

const modelFingerprint = (array: NumericArray, pieces = 1): string => {
  const fingerprint = new DataFingerprint(array);
  const length = Math.ceil(array.data.length / pieces);
  for (let i = 0; i < pieces; i++) fingerprint.add(array.data.subarray(i * length, (i + 1) * length));
  return fingerprint.digest();
};

const ARRAY: NumericArray = { shape: [2, 3], dtype: 'u2', data: Uint16Array.of(1, 2, 3, 4, 5, 65535) };

test('is SHA-256 over shape, dtype and the bytes in memory', () => {
  const hash = createHash('sha256').update('{"shape":[2,3],"dtype":"u2"}');
  hash.update(Uint8Array.of(1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 255, 255));
  expect(modelFingerprint(ARRAY)).toBe(`sha256:${hash.digest('hex').slice(0, 32)}`);
});

test('does not depend on the pieces', () => {
  for (const pieces of [2, 3, 6]) expect(modelFingerprint(ARRAY, pieces)).toBe(modelFingerprint(ARRAY));
});

test('differs by shape, dtype and each value', () => {
  const others: NumericArray[] = [
    { ...ARRAY, shape: [3, 2] },
    { ...ARRAY, dtype: 'i2' },
    { ...ARRAY, data: Uint16Array.of(1, 2, 3, 4, 5, 65534) },
    { ...ARRAY, data: Uint16Array.of(2, 1, 3, 4, 5, 65535) },
  ];
  expect(new Set([ARRAY, ...others].map((array) => modelFingerprint(array))).size).toBe(5);
});

test('is that of the digits with their seed', () => {
  const digits = (seed: number) => modelFingerprint(generateDigits({ count: 10, seed }));
  expect(digits(1)).toBe(digits(1));
  expect(digits(1)).not.toBe(digits(2));
});
