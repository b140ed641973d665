import { describe, expect, test } from '@jest/globals';
import {
  blockField,
  floatField,
  integerField,
  type Message,
  message,
  toBytes,
} from '../../../src/io/export/protobuf.ts';

const hex = (...fields: readonly Message[]) => Buffer.from(toBytes(message(...fields))).toString('hex');

describe('the wire format', () => {
  // The examples of protobuf.dev, "Encoding".
  test.each([
    ['an integer', integerField(1, 150), '089601'],
    ['text', blockField(2, 'testing'), '120774657374696e67'],
    ['a message in another', blockField(3, integerField(1, 150)), '1a03089601'],
  ])('of %s is as its documentation has it', (_, field, bytes) => {
    expect(hex(field)).toBe(bytes);
  });

  test.each([
    [0, '0800'],
    [127, '087f'],
    [128, '088001'],
    [16383, '08ff7f'],
    [2 ** 32, '088080808010'],
    [Number.MAX_SAFE_INTEGER, '08ffffffffffffff0f'],
  ])('has seven bits of %d in a byte', (value, bytes) => {
    expect(hex(integerField(1, value))).toBe(bytes);
  });

  test('has floats in four bytes, little-endian, and tags of more than one byte', () => {
    expect(hex(floatField(2, 1))).toBe('150000803f');
    expect(hex(integerField(16, 1))).toBe('800101');
  });

  test('measures text in bytes', () => {
    expect(hex(blockField(1, 'é'))).toBe('0a02c3a9');
  });

  test('is empty without fields', () => {
    expect(hex()).toBe('');
    expect(hex(blockField(1, message()))).toBe('0a00');
  });
});

test('a message over 2 GiB is refused before memory is taken for it', () => {
  const piece = new Uint8Array(2 ** 28);
  const large = message(...Array.from({ length: 8 }, () => blockField(1, piece)));
  expect(() => toBytes(large)).toThrow(
    'protobuf: the message has 2147483696 bytes, expected at most 2147483647.',
  );
});
