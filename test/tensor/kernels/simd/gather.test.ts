/** A batch has the same bits with all kernels, for every type of data and every scaling. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Kernels, StoredNumbers } from '../../../../src/tensor/kernels/kernels.ts';
import { naive } from '../../../../src/tensor/kernels/naive.ts';
import { Engine } from '../../../../src/tensor/kernels/simd/engine.ts';
import { createSimdKernels } from '../../../../src/tensor/kernels/simd/kernels.ts';
import { firstOtherBits } from '../../../helpers/bits.ts';

const engine = new Engine();
const simd = createSimdKernels(engine);
const part = engine.memory.createPart()!;

const ROWS = 40;
/** None is a multiple of 16, most are not even multiples of 4. */
const FEATURES = [1, 2, 3, 5, 15, 17, 31, 100, 257];

/** Numbers of every kind that fits; the type says how many of them. */
function stored(kind: string, length: number): StoredNumbers {
  const whole = (i: number) => (i * 2_654_435_761) % 4_294_967_296;
  const float = (i: number) => ((whole(i) - 2 ** 31) / 2 ** 31) * 10 ** ((i % 9) - 4);
  switch (kind) {
    case 'uint8':
      return Uint8Array.from({ length }, (_, i) => whole(i) >>> 24);
    case 'int8':
      return Int8Array.from({ length }, (_, i) => whole(i) >>> 24);
    case 'uint16':
      return Uint16Array.from({ length }, (_, i) => whole(i) >>> 16);
    case 'int16':
      return Int16Array.from({ length }, (_, i) => whole(i) >>> 16);
    case 'uint32':
      return Uint32Array.from({ length }, (_, i) => whole(i));
    case 'int32':
      return Int32Array.from({ length }, (_, i) => whole(i));
    case 'float32':
      return Float32Array.from({ length }, (_, i) => float(i));
    case 'float64':
      return Float64Array.from({ length }, (_, i) => float(i));
    default:
      throw new Error(kind);
  }
}
const KINDS = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'];

/** Shift and scale: nothing, divided by the maximum byte, by minimum and maximum, by mean and deviation. */
const SCALINGS: readonly (readonly [name: string, shift: number, scale: number])[] = [
  ['none', 0, 1],
  ['divided by 255', 0, 255],
  ['minmax', -3.7, 1.1],
  ['standard', 33.318421, 78.567489],
  ['shifted only', 0.5, 1],
  ['divided by what is no float32 number', 0, 0.1],
];

/** Where the output lies. */
const PLACES: Readonly<Record<string, (length: number) => Float32Array>> = {
  outside: (length) => new Float32Array(length),
  'outside, at an odd offset': (length) => new Float32Array(length + 3).subarray(3),
  inside: (length) => part.allocate(length)!,
  'inside, at an odd offset': (length) => part.allocate(length + 1)!.subarray(1),
};

type Gather = Kernels['gather'];

interface Case {
  readonly features: number;
  readonly rows: ArrayLike<number>;
  readonly data: StoredNumbers;
  readonly shift: number;
  readonly scale: number;
}

function mismatch(
  gather: Gather,
  { features, rows, data, shift, scale }: Case,
  out: Float32Array,
): string | undefined {
  const expected = new Float32Array(out.length);
  naive.gather(features, rows, data, shift, scale, expected);
  const before = data.slice();
  gather(features, rows, data, shift, scale, out);
  const other = firstOtherBits(out, expected);
  if (other) return `${features} features, ${rows.length} rows: ${other}`;
  return data.every((value, i) => Object.is(value, before[i])) ? undefined : 'the data were changed';
}

describe('a batch has the bits of naive.ts', () => {
  test.each(KINDS.flatMap((kind) => SCALINGS.map(([name, ...scaling]) => [kind, name, ...scaling] as const)))(
    'from %s data, %s',
    (kind, _name, shift, scale) => {
      for (const features of FEATURES) {
        const data = stored(kind, features * ROWS);
        const rows = Uint32Array.of(7, 0, 39, 7, 21);
        for (const place of Object.values(PLACES)) {
          const out = place(rows.length * features);
          expect(mismatch(simd.gather, { features, rows, data, shift, scale }, out)).toBeUndefined();
        }
      }
    },
  );

  test('for any number of rows, none included, given as any list', () => {
    const data = stored('uint8', 7 * ROWS);
    for (let count = 0; count <= 20; count++) {
      const rows = Array.from({ length: count }, (_, i) => (i * 11) % ROWS);
      for (const list of [rows, Int32Array.from(rows), Float64Array.from(rows)]) {
        const one = { features: 7, rows: list, data, shift: 0, scale: 255 };
        expect(mismatch(simd.gather, one, new Float32Array(7 * count))).toBeUndefined();
      }
    }
  });

  test('from any byte and any float32 scale: a quotient is rounded as if once', () => {
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    const property = fc.property(fc.float({ noNaN: true }), (scale) => {
      fc.pre(scale !== 0);
      const one = { features: 256, rows: [0], data, shift: 0, scale };
      expect(mismatch(simd.gather, one, new Float32Array(256))).toBeUndefined();
    });
    fc.assert(property, { numRuns: 300 });
  });

  test('from any float32 number, with any shift and scale', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 40,
    });
    const property = fc.property(floats, number, number, (values, shift, scale) => {
      fc.pre(scale !== 0);
      const data = Float32Array.from(values);
      const one = { features: values.length, rows: [0], data, shift, scale };
      expect(mismatch(simd.gather, one, new Float32Array(values.length))).toBeUndefined();
    });
    fc.assert(property, { numRuns: 300 });
  });

  test('from numbers that are not ordinary', () => {
    const values = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -0,
      2 ** -149,
      -1e-40,
      3e38,
    ];
    for (let first = 0; first < values.length; first++) {
      const data = Float32Array.of(...values.slice(first), ...values.slice(0, first));
      for (const [shift, scale] of [
        [0, 1],
        [0, 0.5],
        [0, -1],
        [1, 1e-30],
      ]) {
        const [got, expected] = [new Float32Array(7), new Float32Array(7)];
        simd.gather(7, [0], data, shift, scale, got);
        naive.gather(7, [0], data, shift, scale, expected);
        // As numbers: the sign and the digits of NaN mean nothing.
        expect(got).toEqual(expected);
      }
    }
  });

  test('from a view of bytes that begins anywhere, as those of a file do', () => {
    const data = new Uint8Array(stored('uint8', 1003).buffer, 3, 1000);
    const one = { features: 50, rows: [19, 3], data, shift: 0, scale: 255 };
    expect(mismatch(simd.gather, one, new Float32Array(100))).toBeUndefined();
  });

  test('where the data lie in the memory themselves, and are scaled from there', () => {
    const data = part.allocate(200)!;
    data.set(stored('float32', 200) as Float32Array);
    const one = { features: 21, rows: [5, 2, 8], data, shift: 0.25, scale: 3 };
    expect(mismatch(simd.gather, one, part.allocate(63)!)).toBeUndefined();
  });
});

describe('negative controls', () => {
  const one: Case = { features: 17, rows: [3], data: stored('uint8', 17 * ROWS), shift: 33.3, scale: 78.5 };

  test('a factor in place of a quotient, float32 in place of float64, and a last number left out are found', () => {
    const { fround } = Math;
    const changed =
      (compute: (x: number, shift: number, scale: number) => number): Gather =>
      (features, rows, data, shift, scale, out) => {
        for (let i = 0; i < out.length; i++) out[i] = compute(data[rows[0] * features + i], shift, scale);
      };
    const byFactor = changed((x, shift, scale) => fround(x - shift) * fround(1 / scale));
    const inFloat32 = changed((x, shift, scale) => fround(x - fround(shift)) / fround(scale));
    const leavesOut: Gather = (features, rows, data, shift, scale, out) =>
      simd.gather(features - 1, rows, data, shift, scale, out.subarray(0, features - 1));
    for (const gather of [byFactor, inFloat32, leavesOut]) {
      expect(mismatch(gather, one, new Float32Array(17))).toMatch('17 features, 1 rows: element');
    }
  });
});
