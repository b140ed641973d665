import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  AdaptiveBits,
  RangeDecoder,
  RangeEncoder,
  SHORTEST_MESSAGE,
} from '../../../src/compression/coder/rangeCoder.ts';
import { FormatError } from '../../../src/io/errors.ts';
import { Random } from '../../../src/tensor/random.ts';
import { type Decision, NaiveDecoder, naiveEncode } from '../../helpers/naive/naiveRangeCoder.ts';

const probability = fc.oneof(
  fc.integer({ min: 1, max: 65535 }),
  fc.constantFrom(1, 2, 255, 256, 32768, 65280, 65534, 65535),
);
const decisions = fc.array(fc.record({ bit: fc.integer({ min: 0, max: 1 }), probability }), {
  maxLength: 300,
});

function encode(some: readonly Decision[]): Uint8Array {
  const encoder = new RangeEncoder();
  for (const { bit, probability } of some) encoder.code(bit, probability);
  return encoder.finish();
}

describe('the range coder', () => {
  test('writes what the definition writes, and reads it back', () => {
    fc.assert(
      fc.property(decisions, (some) => {
        const bytes = encode(some);
        expect([...bytes]).toEqual([...naiveEncode(some)]);
        const decoder = new RangeDecoder(bytes);
        const naive = new NaiveDecoder(bytes);
        for (const { bit, probability } of some) {
          expect(decoder.code(1 - bit, probability)).toBe(bit); // what it is given doesn't matter
          expect(naive.decide(probability)).toBe(bit);
        }
        decoder.finish();
        expect(naive.isAtEnd).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('carries through many bytes of 255', () => {
    // Unlikely zeros push the number up to just below the next one, over and over.
    const some = Array.from({ length: 3000 }, (_, i) => ({
      bit: i % 97 === 96 ? 0 : 1,
      probability: i % 97 === 96 ? 1 : 65535,
    }));
    const hard = Array.from({ length: 3000 }, () => ({ bit: 0, probability: 65535 }));
    for (const one of [some, hard, [...hard, ...some]]) {
      expect(Buffer.from(encode(one)).equals(naiveEncode(one))).toBe(true);
    }
    expect(Buffer.from(encode(hard)).includes(Buffer.of(0xff, 0xff))).toBe(true);
  });

  test('takes as many bits as the entropy says, and four bytes', () => {
    const random = new Random(1);
    for (const share of [0.01, 0.2, 0.5, 0.99]) {
      const count = 100_000;
      const some = Array.from({ length: count }, () => ({
        bit: random.uniform() < share ? 1 : 0,
        probability: Math.round(share * 65536),
      }));
      const ideal = some.reduce((sum, { bit }) => sum - Math.log2(bit ? share : 1 - share), 0) / 8;
      expect(encode(some).length / ideal).toBeLessThan(1 + 0.002 + 5 / ideal);
      expect(encode(some).length / ideal).toBeGreaterThan(0.998);
    }
  });

  test('needs four bytes for nothing at all', () => {
    expect(encode([])).toHaveLength(SHORTEST_MESSAGE);
    new RangeDecoder(encode([])).finish();
  });

  test.each([0, 1, 2, 3])('refuses %d bytes', (length) => {
    expect(() => new RangeDecoder(new Uint8Array(length))).toThrow(
      new FormatError('the coded data is cut off.'),
    );
  });

  test('refuses what no encoder begins with', () => {
    expect(() => new RangeDecoder(Uint8Array.of(255, 255, 255, 255))).toThrow(FormatError);
  });

  test('notices bytes that are missing or too many', () => {
    const some = Array.from({ length: 100 }, (_, i) => ({ bit: i % 2, probability: 40000 }));
    const bytes = encode(some);
    const read = (part: Uint8Array) => {
      const decoder = new RangeDecoder(part);
      for (const { probability } of some) decoder.code(0, probability);
      decoder.finish();
    };
    read(bytes);
    expect(() => read(bytes.subarray(0, -1))).toThrow('the coded data is cut off.');
    expect(() => read(new Uint8Array([...bytes, 0]))).toThrow(
      /^the coded data is corrupt: it has \d+ bytes, its decisions take \d+\.$/,
    );
  });
});

describe('adaptive probabilities', () => {
  test('come near the share of ones, and never to certainty', () => {
    const random = new Random(3);
    for (const share of [0, 0.1, 0.5, 1]) {
      const bits = new AdaptiveBits(2);
      for (let i = 0; i < 20_000; i++) bits.learn(1, random.uniform() < share ? 1 : 0);
      expect(Math.abs(bits.probability(1) / 65536 - share)).toBeLessThan(0.08); // 1/257 of each decision
      expect(bits.probability(1)).toBeGreaterThanOrEqual(32);
      expect(bits.probability(1)).toBeLessThanOrEqual(65536 - 32);
      expect(bits.probability(0)).toBe(32768);
    }
  });

  test('move by 1 / (n + 1.5) of the way', () => {
    const bits = new AdaptiveBits(1);
    bits.learn(0, 1);
    expect(bits.probability(0)).toBe(32768 + Math.trunc(32768 / 1.5));
    bits.learn(0, 0);
    expect(bits.probability(0)).toBe(54613 - Math.trunc(54613 / 2.5));
  });
});
