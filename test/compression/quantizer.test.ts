import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CodeModel } from '../../src/compression/coder/codeModel.ts';
import { RangeDecoder, RangeEncoder } from '../../src/compression/coder/rangeCoder.ts';
import { CodeRanges, Quantizer } from '../../src/compression/quantizer.ts';
import { DataError } from '../../src/data/samples.ts';
import { Random } from '../../src/tensor/random.ts';
import { uniformArray } from '../helpers/randomArrays.ts';

const LEVELS = [4, 5, 7, 8, 9, 32, 255, 256];

function quantizerFor(codes: Float32Array, width: number, levels: number): Quantizer {
  const ranges = new CodeRanges(width);
  ranges.add(codes);
  return new Quantizer(levels, ranges);
}

describe('quantization', () => {
  test.each(LEVELS)('to %d levels is off by half a step at most, and keeps the ends', (levels) => {
    const codes = uniformArray(300, new Random(levels), -3, 5);
    const quantizer = quantizerFor(codes, 3, levels);
    const found = quantizer.quantize(codes);
    const restored = quantizer.dequantize(found);
    expect(Math.max(...found)).toBe(levels - 1);
    expect(Math.min(...found)).toBe(0);
    for (let j = 0; j < 3; j++) {
      const column = codes.filter((_, i) => i % 3 === j);
      const [minimum, maximum] = [Math.min(...column), Math.max(...column)];
      const step = (maximum - minimum) / (levels - 1);
      for (let i = j; i < codes.length; i += 3) {
        expect(Math.abs(restored[i] - codes[i])).toBeLessThanOrEqual(step / 2 + 2 ** -20);
        // By definition.
        expect(restored[i]).toBe(Math.fround(minimum + Math.round((codes[i] - minimum) / step) * step));
      }
    }
  });

  test('gives a dimension whose codes are all the same one level', () => {
    const quantizer = quantizerFor(Float32Array.of(1, 7, 2, 7), 2, 16);
    expect(quantizer.levels).toEqual([16, 1]);
    expect([...quantizer.dequantize(quantizer.quantize(Float32Array.of(1, 7, 2, 7)))]).toEqual([1, 7, 2, 7]);
  });

  test('takes codes beyond the range to its ends', () => {
    const quantizer = quantizerFor(Float32Array.of(0, 1), 1, 4);
    expect([...quantizer.quantize(Float32Array.of(-9, 0.5, 9))]).toEqual([0, 2, 3]);
  });

  test('stays finite over all of float32', () => {
    const most = 3.4028234663852886e38;
    const codes = Float32Array.of(-most, most, 0);
    const quantizer = quantizerFor(codes, 1, 256);
    expect(quantizer.dequantize(quantizer.quantize(codes)).every(Number.isFinite)).toBe(true);
  });

  test('never goes beyond the range, whatever the number of levels and however wide the range', () => {
    const codes = Float32Array.of(-1e30, 1e-30);
    for (let levels = 4; levels <= 256; levels++) {
      const quantizer = quantizerFor(codes, 1, levels);
      const [, last] = quantizer.dequantize(Uint8Array.of(0, levels - 1));
      if (last > codes[1]) throw new Error(`${levels} levels: the last one is ${last}`);
    }
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses codes that hold %d', (value) => {
    expect(() => new CodeRanges(1).add(Float32Array.of(1, value))).toThrow(DataError);
  });
});

describe('the model of codes', () => {
  const code = (levels: readonly number[], values: Uint8Array): Uint8Array => {
    const encoder = new RangeEncoder();
    new CodeModel(levels).code(encoder, values.slice());
    return encoder.finish();
  };

  test('gives back any levels', () => {
    const widths = fc.array(fc.integer({ min: 1, max: 256 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(widths, fc.nat({ max: 40 }), fc.nat(), (levels, rows, seed) => {
        const random = new Random(seed);
        const length = rows * levels.length;
        const values = Uint8Array.from({ length }, (_, i) => random.uniform(0, levels[i % levels.length]));
        const decoder = new RangeDecoder(code(levels, values));
        const read = new Uint8Array(length);
        new CodeModel(levels).code(decoder, read);
        decoder.finish();
        expect([...read]).toEqual([...values]);
      }),
      { numRuns: 300 },
    );
  });

  test('takes no bits where there is nothing to decide', () => {
    expect(code([1, 1], new Uint8Array(2000))).toHaveLength(4);
  });

  test.each([3, 16, 200])(
    'takes log2(%d) bits for levels that are all as frequent, and few more to learn it',
    (levels) => {
      const random = new Random(2);
      const values = Uint8Array.from({ length: 40_000 }, () => random.uniform(0, levels));
      const bits = (8 * code([levels], values).length) / values.length;
      expect(bits).toBeGreaterThan(0.99 * Math.log2(levels));
      expect(bits).toBeLessThan(1.03 * Math.log2(levels));
    },
  );

  test('takes far less for levels that are not', () => {
    const random = new Random(2);
    const values = Uint8Array.from({ length: 40_000 }, () =>
      random.uniform() < 0.95 ? 9 : random.uniform(0, 16),
    );
    expect((8 * code([16], values).length) / values.length).toBeLessThan(0.65); // its entropy is 0.48
  });
});
