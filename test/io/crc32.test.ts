import { expect, test } from '@jest/globals';
import { crc32 } from '../../src/io/crc32.ts';
import { Random } from '../../src/tensor/random.ts';

/** By definition: the remainder of a division by the polynomial, bit by bit. */
function bitByBit(bytes: Uint8Array, polynomial = 0xedb88320): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  }
  return ~crc >>> 0;
}

const random = new Random(1);
const bytes = Uint8Array.from({ length: 64 }, () => random.integer(256));

test('crc32 of any number of bytes, from any place on, is that of the definition', () => {
  for (let start = 0; start < 5; start++) {
    for (let end = start; end <= bytes.length; end++) {
      const some = bytes.subarray(start, end);
      expect(crc32(some)).toBe(bitByBit(some));
    }
  }
  expect(bitByBit(bytes, 0x82f63b78)).not.toBe(crc32(bytes)); // negative control: another polynomial
});

test('crc32 goes on from the bytes before, cut anywhere', () => {
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(crc32(bytes));
  }
});
