import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toFloat32 } from '../../src/io/floatTypes.ts';
import { readAsFloat32, readSafetensors } from '../../src/io/safetensors.ts';
import { naiveFloat } from '../helpers/naive/naiveFloats.ts';
import { bytesOf, FOLDER } from '../helpers/pytorch.ts';

/** All numbers of 16 bits, in order. */
const PATTERNS = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, bits) => bits).buffer);

const DIGESTS = JSON.parse(readFileSync(`${FOLDER}/types/patterns.json`, 'utf8'));

/** With one NaN for all, as make_types.py has it. */
function digestOf(values: Float32Array): string {
  const one = values.map((value) => (Number.isNaN(value) ? Number.NaN : value));
  return createHash('sha256').update(new Uint8Array(one.buffer)).digest('hex');
}

describe.each([
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
] as const)('%s as float32', (type, name) => {
  const values = toFloat32(type, PATTERNS);

  test('is what its bits say, for all 65,536 of them', () => {
    const wrong = Array.from(values.keys()).filter(
      (i) => !Object.is(values[i], naiveFloat(type, PATTERNS.subarray(2 * i, 2 * i + 2))),
    );
    expect(wrong).toEqual([]);
  });

  test("is PyTorch's, bit for bit", () => {
    expect(digestOf(values)).toBe(DIGESTS[name]);
    values[1] *= 2; // the control: one subnormal
    expect(digestOf(values)).not.toBe(DIGESTS[name]);
  });
});

describe('the golden files', () => {
  test.each([
    ['float16', 'float16-as-float32'],
    ['bfloat16', 'bfloat16-as-float32'],
    ['float64', 'float32'],
  ])('%s becomes what PyTorch makes of it', (name, right) => {
    const { tensors, convertedFrom } = readAsFloat32(bytesOf(`${FOLDER}/types/${name}.safetensors`));
    expect(convertedFrom).toEqual([name]);
    expect(tensors).toEqual(readSafetensors(bytesOf(`${FOLDER}/types/${right}.safetensors`)).tensors);
  });
});

describe('F64 as float32', () => {
  const bytes = (...values: number[]) => new Uint8Array(Float64Array.from(values).buffer);

  test('is the nearest float32', () => {
    fc.assert(
      fc.property(fc.double({ min: -3.4e38, max: 3.4e38 }), (value) => {
        expect(toFloat32('F64', bytes(value))).toEqual(Float32Array.of(value));
      }),
    );
  });

  test('keeps infinity and NaN, and refuses numbers that would become infinite', () => {
    expect(toFloat32('F64', bytes(Infinity, -Infinity, Number.NaN))).toEqual(
      Float32Array.of(Infinity, -Infinity, Number.NaN),
    );
    expect(() => toFloat32('F64', bytes(1, -1e39))).toThrow(
      'holds -1e+39, which is beyond float32, expected at most 3.4e38.',
    );
  });
});
