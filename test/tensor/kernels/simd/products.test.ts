/**
 * Products whose sizes go beyond the SIMD kernels' blocks: 512 steps along k, 256 rows a piece, 8 MB of packed rows; and
 * operands inside and outside of the engine's memory. The edge sizes, for all kernels, are in ../matmul.test.ts.
 */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Kernels } from '../../../../src/tensor/kernels/kernels.ts';
import { Engine } from '../../../../src/tensor/kernels/simd/engine.ts';
import { createSimdKernels } from '../../../../src/tensor/kernels/simd/kernels.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { firstOutside, summationBound } from '../../../helpers/bounds.ts';
import { type ProductForm, referenceProduct } from '../../../helpers/naive/reference.ts';
import { uniformArray } from '../../../helpers/randomArrays.ts';

const { abs } = Math;

const engine = new Engine();
const simd = createSimdKernels(engine);

type Form = ProductForm | 'matmulBias';
const FORMS: readonly Form[] = ['matmul', 'matmulTransposeA', 'matmulTransposeB', 'matmulBias'];

interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** The operands in their order, c last. */
function operands({ m, n, k }: Sizes, form: Form, seed = 3): Float32Array[] {
  const random = new Random(seed);
  const sizes = [m * k, k * n, ...(form === 'matmulBias' ? [n] : []), m * n];
  return sizes.map((size) => uniformArray(size, random));
}

function run(kernels: Kernels, form: Form, { m, n, k }: Sizes, accumulate: boolean, arrays: Float32Array[]) {
  const c = arrays[arrays.length - 1];
  if (form === 'matmulBias') kernels.matmulBias(m, n, k, arrays[0], arrays[1], arrays[2], c);
  else kernels[form](m, n, k, arrays[0], arrays[1], accumulate, c);
  return c;
}

/** What is wrong with a product, as a sentence: any order of summation stays within the bound. */
function mismatch(kernels: Kernels, form: Form, sizes: Sizes, accumulate: boolean): string | undefined {
  const { m, n, k } = sizes;
  const arrays = operands(sizes, form);
  const [a, b] = arrays;
  const start = arrays[arrays.length - 1].slice();
  const startOf = (i: number) => (form === 'matmulBias' ? arrays[2][i % n] : accumulate ? start[i] : 0);
  const plain = form === 'matmulBias' ? 'matmul' : form;
  const expected = referenceProduct(plain, m, n, k, a, b).map((sum, i) => sum + startOf(i));
  const absolute = referenceProduct(plain, m, n, k, a.map(abs), b.map(abs));
  const bounds = absolute.map((sum, i) => summationBound(k, sum + abs(startOf(i))));
  const got = run(kernels, form, sizes, accumulate, arrays);
  const outside = firstOutside(got, expected, bounds);
  return outside && `${form}, m ${m}, n ${n}, k ${k}: ${outside}`;
}

describe('sizes beyond the blocks', () => {
  // 2,000 deep, 1,024 rows are all that is packed at a time.
  const LARGE: readonly Sizes[] = [
    { m: 5, n: 9, k: 511 },
    { m: 5, n: 9, k: 512 },
    { m: 5, n: 9, k: 513 },
    { m: 5, n: 9, k: 1025 },
    { m: 257, n: 3, k: 65 },
    { m: 513, n: 70, k: 64 },
    { m: 40, n: 600, k: 33 },
    { m: 1030, n: 5, k: 2000 },
  ];

  test.each(FORMS)('%s stays within the summation bound', (form) => {
    for (const sizes of LARGE) {
      expect(mismatch(simd, form, sizes, false)).toBeUndefined();
      expect(mismatch(simd, form, sizes, true)).toBeUndefined();
    }
  });

  test('negative control: a step that is left out at the end of a depth block is found', () => {
    const forgets: Kernels['matmul'] = (m, n, k, a, b, accumulate, c) => {
      simd.matmul(m, n, k, a, b, accumulate, c);
      if (k > 512) for (let i = 0; i < m; i++) c[i * n] -= a[i * k + 511] * b[511 * n];
    };
    const found = LARGE.map((sizes) => mismatch({ ...simd, matmul: forgets }, 'matmul', sizes, false));
    expect(found.map((one) => one !== undefined)).toEqual(LARGE.map(({ k }) => k > 512));
  });
});

test('products of any size stay within the summation bound', () => {
  const size = (max: number) => fc.integer({ min: 0, max });
  // One side long at a time: the reference's time grows with all three.
  const sizes = fc.oneof(
    fc.record({ m: size(600), n: size(40), k: size(40) }),
    fc.record({ m: size(40), n: size(600), k: size(40) }),
    fc.record({ m: size(40), n: size(40), k: size(1200) }),
    fc.record({ m: size(120), n: size(120), k: size(120) }),
  );
  const property = fc.property(fc.constantFrom(...FORMS), sizes, fc.boolean(), (form, one, accumulate) => {
    expect(mismatch(simd, form, one, accumulate)).toBeUndefined();
  });
  fc.assert(property, { numRuns: 60 });
});

describe('the memory of the operands', () => {
  type Place = (values: Float32Array) => Float32Array;

  const MARGIN = 8;
  const part = engine.memory.createPart()!;

  /** In the engine's memory, at this offset from the beginning of a cache line; NaN around it. */
  const inside =
    (offset: number): Place =>
    (values) => {
      const whole = part.allocate(values.length + 2 * MARGIN)!;
      const array = whole.fill(Number.NaN).subarray(offset, offset + values.length);
      array.set(values);
      return array;
    };
  const outside =
    (offset: number): Place =>
    (values) => {
      const whole = new Float32Array(values.length + 2 * MARGIN).fill(Number.NaN);
      const array = whole.subarray(offset, offset + values.length);
      array.set(values);
      return array;
    };

  /** One place each for a, b, bias and c. */
  const PLACES: Readonly<Record<string, readonly [Place, Place, Place, Place]>> = {
    'inside of the memory': [inside(0), inside(0), inside(0), inside(0)],
    'inside, at odd offsets': [inside(1), inside(3), inside(2), inside(1)],
    'outside, at odd offsets': [outside(3), outside(1), outside(1), outside(3)],
    'a outside': [outside(0), inside(0), inside(3), inside(1)],
    'b outside': [inside(3), outside(1), inside(0), inside(0)],
    'c outside': [inside(0), inside(1), inside(1), outside(1)],
    'the bias outside': [inside(1), inside(0), outside(1), inside(3)],
  };
  const SIZES: readonly Sizes[] = [
    { m: 1, n: 1, k: 1 },
    { m: 3, n: 5, k: 7 },
    { m: 8, n: 16, k: 24 },
    { m: 33, n: 9, k: 65 },
    { m: 37, n: 50, k: 530 },
  ];

  test.each(FORMS.flatMap((form) => Object.keys(PLACES).map((place) => [form, place] as const)))(
    '%s has the same bits with its operands %s',
    (form, name) => {
      const [placeA, placeB, placeBias, placeC] = PLACES[name];
      const places = form === 'matmulBias' ? [placeA, placeB, placeBias, placeC] : [placeA, placeB, placeC];
      for (const sizes of SIZES) {
        const expected = run(simd, form, sizes, true, operands(sizes, form));
        const placed = operands(sizes, form).map((values, i) => places[i](values));
        expect(run(simd, form, sizes, true, placed)).toEqual(expected);
        const size = placed[placed.length - 1].length;
        const { buffer, byteOffset } = placed[placed.length - 1];
        expect(new Float32Array(buffer, byteOffset + 4 * size, 1)).toEqual(Float32Array.of(Number.NaN));
      }
    },
  );

  test('negative control: the places are what their names say', () => {
    const values = Float32Array.of(1, 2, 3);
    expect(engine.memory.addressOf(inside(1)(values))! % 64).toBe(4);
    expect(engine.memory.addressOf(outside(1)(values))).toBeUndefined();
    expect([...inside(3)(values)]).toEqual([1, 2, 3]);
  });
});

describe('a number that is not ordinary', () => {
  const K = 5;

  /** 1 for all operands, but `value` at one place of a's row or b's column; where c is not what ones give. */
  function touched(form: Form, side: 'a' | 'b', line: number, size: number, value: number): number[] {
    const [a, b, bias, c] = [size * K, size * K, size, size * size].map((length) =>
      new Float32Array(length).fill(1),
    );
    const isByLine = side === 'a' ? form !== 'matmulTransposeA' : form === 'matmulTransposeB';
    const operand = side === 'a' ? a : b;
    operand[isByLine ? line * K + 2 : 2 * size + line] = value;
    run(simd, form, { m: size, n: size, k: K }, false, form === 'matmulBias' ? [a, b, bias, c] : [a, b, c]);
    const ordinary = form === 'matmulBias' ? K + 1 : K;
    return Array.from(c.keys()).filter((i) => c[i] !== ordinary);
  }

  test.each(FORMS)(
    'in an operand of %s reaches its row or column and nothing else, at every edge',
    (form) => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        for (const size of [1, 3, 4, 5, 8, 9, 33]) {
          const all = Array.from({ length: size * size }, (_, i) => i);
          for (let line = 0; line < size; line++) {
            const row = all.filter((i) => Math.floor(i / size) === line);
            expect(touched(form, 'a', line, size, value)).toEqual(row);
            expect(touched(form, 'b', line, size, value)).toEqual(all.filter((i) => i % size === line));
          }
        }
      }
    },
  );

  test.each(FORMS)('subnormal and negative zero: %s has the bits of one float32 product', (form) => {
    const [tiny, half] = [3 * 2 ** -149, 0.5];
    const pairs = [
      [tiny, half],
      [-tiny, half],
      [2 ** -149, half],
      [-0, 1],
      [2 ** -100, 2 ** -40],
    ];
    for (const [x, y] of pairs) {
      const arrays = [
        Float32Array.of(x),
        Float32Array.of(y),
        ...(form === 'matmulBias' ? [Float32Array.of(-0)] : []),
      ];
      const c = run(simd, form, { m: 1, n: 1, k: 1 }, false, [...arrays, new Float32Array(1)]);
      // A sum begins with 0, or with the bias.
      expect(c[0]).toBe(Math.fround((form === 'matmulBias' ? -0 : 0) + Math.fround(x * y)));
    }
  });
});
