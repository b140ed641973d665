/**
 * One table for the products of all kernels: every combination of edge sizes (0, 1, around the blocks' 2, 4 and 8, and
 * beyond 64) against the summation bound. Any order of summation stays within it, so it needs no exceptions.
 */

import { describe, expect, test } from '@jest/globals';
import { supportedKernels } from '../../../src/tensor/kernels/active.ts';
import type { Kernels } from '../../../src/tensor/kernels/kernels.ts';
import { naive } from '../../../src/tensor/kernels/naive.ts';
import { Random } from '../../../src/tensor/random.ts';
import { firstOutside, summationBound } from '../../helpers/bounds.ts';
import { type ProductForm, referenceProduct } from '../../helpers/naive/reference.ts';
import { guarded, uniformArray } from '../../helpers/randomArrays.ts';

const SIZES = [0, 1, 3, 4, 5, 7, 8, 9, 17, 64, 65];
const FORMS: readonly ProductForm[] = ['matmul', 'matmulTransposeA', 'matmulTransposeB'];

interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

interface Case extends Sizes {
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** What c holds before. */
  readonly start: Float32Array;
  readonly product: Float64Array;
  readonly absoluteProduct: Float64Array;
}

/** The operands and the exact result of one form at each combination of sizes. */
function makeCases(form: ProductForm, sizes: readonly Sizes[]): Case[] {
  const random = new Random(7);
  return sizes.map(({ m, n, k }) => {
    const a = uniformArray(m * k, random);
    const b = uniformArray(k * n, random);
    return {
      m,
      n,
      k,
      a,
      b,
      start: uniformArray(m * n, random),
      product: referenceProduct(form, m, n, k, a, b),
      absoluteProduct: referenceProduct(form, m, n, k, a.map(Math.abs), b.map(Math.abs)),
    };
  });
}

const ALL_SIZES = SIZES.flatMap((m) => SIZES.flatMap((n) => SIZES.map((k) => ({ m, n, k }))));
const CASES = new Map(FORMS.map((form) => [form, makeCases(form, ALL_SIZES)]));

/** What is wrong with one product, as a sentence. */
function mismatch(kernels: Kernels, form: ProductForm, accumulate: boolean, sizes: Case): string | undefined {
  const { m, n, k, start, product, absoluteProduct } = sizes;
  // NaN around the operands and the result: what is read or written outside shows.
  const a = guarded(sizes.a);
  const b = guarded(sizes.b);
  // NaN in c as well, where it is to be overwritten: 0 times what was there would show.
  const c = guarded(accumulate ? start : new Float32Array(m * n).fill(Number.NaN));
  kernels[form](m, n, k, a.array, b.array, accumulate, c.array);
  const expected = accumulate ? product.map((sum, i) => sum + start[i]) : product;
  const bounds = absoluteProduct.map((sum, i) =>
    summationBound(k, accumulate ? sum + Math.abs(start[i]) : sum),
  );
  const outside = firstOutside(c.array, expected, bounds);
  if (outside) return `m ${m}, n ${n}, k ${k}: ${outside}`;
  if (!(a.intact() && b.intact() && c.intact())) return `m ${m}, n ${n}, k ${k}: wrote outside of an array`;
  const unchanged = firstOutside(a.array, sizes.a, 0) ?? firstOutside(b.array, sizes.b, 0);
  return unchanged && `m ${m}, n ${n}, k ${k}: wrote to an operand: ${unchanged}`;
}

/** a · b + bias in each row; the first row of `start` is the bias. */
function biasMismatch(kernels: Kernels, { m, n, k, a, b, start, product, absoluteProduct }: Case) {
  const bias = guarded(start.subarray(0, n));
  const c = guarded(new Float32Array(m * n).fill(Number.NaN));
  kernels.matmulBias(m, n, k, guarded(a).array, guarded(b).array, bias.array, c.array);
  const expected = product.map((sum, i) => sum + start[i % n]);
  const bounds = absoluteProduct.map((sum, i) => summationBound(k, sum + Math.abs(start[i % n])));
  const outside = firstOutside(c.array, expected, bounds);
  if (outside) return `m ${m}, n ${n}, k ${k}: ${outside}`;
  return c.intact() && bias.intact() ? undefined : `m ${m}, n ${n}, k ${k}: wrote outside of an array`;
}

function firstBiasMismatch(kernels: Kernels): string | undefined {
  // Without rows there is no row to take the bias from.
  const cases = CASES.get('matmul')!.filter(({ m }) => m > 0);
  return cases.map((one) => biasMismatch(kernels, one)).find((found) => found !== undefined);
}

function firstMismatch(kernels: Kernels, form: ProductForm, accumulate: boolean): string | undefined {
  for (const sizes of CASES.get(form)!) {
    const found = mismatch(kernels, form, accumulate, sizes);
    if (found) return found;
  }
  return undefined;
}

describe.each(supportedKernels())('the products of the $name kernels', (kernels) => {
  test('matmulBias is a · b + bias at 1,210 combinations of sizes', () => {
    expect(firstBiasMismatch(kernels)).toBeUndefined();
  });

  describe.each(FORMS)('%s', (form) => {
    test('overwrites c with op(a) · op(b) at 1,331 combinations of sizes', () => {
      expect(firstMismatch(kernels, form, false)).toBeUndefined();
    });

    test('adds op(a) · op(b) to c at 1,331 combinations of sizes', () => {
      expect(firstMismatch(kernels, form, true)).toBeUndefined();
    });

    test('an empty sum is 0, or leaves c as it was', () => {
      const c = Float32Array.of(5, 6);
      kernels[form](1, 2, 0, new Float32Array(0), new Float32Array(0), true, c);
      expect([...c]).toEqual([5, 6]);
      kernels[form](1, 2, 0, new Float32Array(0), new Float32Array(0), false, c);
      expect([...c]).toEqual([0, 0]);
    });

    // 5 x 5 x 5 has incomplete blocks on every side; zeros that fill them up must not meet an infinity of the result.
    test.each([Number.NaN, Number.POSITIVE_INFINITY])(
      'one %p in a reaches its row of c and nothing else',
      (value) => {
        const size = 5;
        const a = new Float32Array(size * size).fill(1);
        const b = new Float32Array(size * size).fill(2);
        const [row, step] = [4, 4];
        a[form === 'matmulTransposeA' ? step * size + row : row * size + step] = value;
        const c = new Float32Array(size * size);
        kernels[form](size, size, size, a, b, false, c);
        const expected = Array.from(c, (_, i) => (Math.floor(i / size) === row ? value : 10));
        expect([...c]).toEqual(expected);
      },
    );

    test('0 times infinity is NaN: a zero is not skipped', () => {
      const c = new Float32Array(1);
      kernels[form](1, 1, 2, Float32Array.of(0, 1), Float32Array.of(Number.POSITIVE_INFINITY, 1), false, c);
      expect(c[0]).toBeNaN();
    });
  });
});

describe('negative controls of the table', () => {
  type Product = Kernels['matmul'];
  const lastElementOff: Product = (m, n, k, a, b, accumulate, c) => {
    naive.matmul(m, n, k, a, b, accumulate, c);
    if (k === 65) c[m * n - 1] += 1e-3;
  };
  const forgetsLastStep: Product = (m, n, k, a, b, accumulate, c) => {
    naive.matmul(m, n, k, a, b, accumulate, c);
    if (k === 65) for (let i = 0; i < m; i++) c[i * n] -= a[i * k + 64] * b[64 * n];
  };
  const ignoresAccumulate: Product = (m, n, k, a, b, _accumulate, c) => naive.matmul(m, n, k, a, b, false, c);
  const alwaysAccumulates: Product = (m, n, k, a, b, _accumulate, c) => naive.matmul(m, n, k, a, b, true, c);
  const writesOutside: Product = (m, n, k, a, b, accumulate, c) => {
    naive.matmul(m, n, k, a, b, accumulate, c);
    new Float32Array(c.buffer, c.byteOffset)[m * n] = 1;
  };
  const writesToOperand: Product = (m, n, k, a, b, accumulate, c) => {
    naive.matmul(m, n, k, a, b, accumulate, c);
    if (a.length > 0) a[0] += 1;
  };

  test.each<[string, boolean, Product, RegExp]>([
    ['an element that is off by 1e-3', false, lastElementOff, /m 1, n 1, k 65: element 0 /],
    ['a step that is left out', false, forgetsLastStep, /m 1, n 1, k 65: element 0 /],
    ['c not added to', true, ignoresAccumulate, /element 0 /],
    ['c not overwritten', false, alwaysAccumulates, /element 0 is NaN/],
    ['a number written behind c', false, writesOutside, /wrote outside/],
    ['a number written to a', false, writesToOperand, /wrote to an operand/],
    ['the other form', false, naive.matmulTransposeB, /element/],
  ])('%s is found', (_name, accumulate, matmul, message) => {
    expect(firstMismatch({ ...naive, matmul }, 'matmul', accumulate)).toMatch(message);
  });

  test('a bias that is left out, or is that of the row, is found', () => {
    const without: Kernels['matmulBias'] = (m, n, k, a, b, _bias, c) => naive.matmul(m, n, k, a, b, false, c);
    const ofRow: Kernels['matmulBias'] = (m, n, k, a, b, bias, c) => {
      naive.matmul(m, n, k, a, b, false, c);
      for (let i = 0; i < m * n; i++) c[i] += bias[Math.floor(i / n) % n];
    };
    expect(firstBiasMismatch({ ...naive, matmulBias: without })).toMatch(/^m 1, n 1, k 0: element 0 /);
    expect(firstBiasMismatch({ ...naive, matmulBias: ofRow })).toMatch(/^m 1, n 3, k 0: element 1 /);
  });

  test('a sum in float32 stays within the bound: it is not tighter than promised', () => {
    const { fround } = Math;
    const inFloat32: Product = (m, n, k, a, b, accumulate, c) => {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = accumulate ? c[i * n + j] : 0;
          for (let p = 0; p < k; p++) sum = fround(sum + fround(a[i * k + p] * b[p * n + j]));
          c[i * n + j] = sum;
        }
      }
    };
    expect(firstMismatch({ ...naive, matmul: inFloat32 }, 'matmul', true)).toBeUndefined();
  });
});
