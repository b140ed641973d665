import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type MatmulOptions, matmul, transpose } from '../../src/tensor/ops.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside, summationBound } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { referenceProduct } from '../helpers/naive/reference.ts';

const ALL_OPTIONS: MatmulOptions[] = [
  { transposeA: false, transposeB: false },
  { transposeA: true, transposeB: false },
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: true },
];

describeEachKernels('matmul', () => {
  test('the example of the docstring', () => {
    const a = Tensor.from([1, 2, 3, 4], [2, 2]);
    const identity = Tensor.from([1, 0, 0, 1], [2, 2]);
    expect(matmul(a, identity, { transposeA: true }).data).toEqual(Float32Array.of(1, 3, 2, 4));
  });

  test.each(ALL_OPTIONS)(
    'transposeA $transposeA, transposeB $transposeB: the same product from either layout',
    (options) => {
      const a = Tensor.from([1, 2, 3, 4, 5, 6], [2, 3]);
      const b = Tensor.from([1, 0, 2, -1, 3, 1, 0, 1, 2, 2, 1, 0], [3, 4]);
      const result = matmul(
        options.transposeA ? transpose(a) : a,
        options.transposeB ? transpose(b) : b,
        options,
      );
      expect(result.shape).toEqual([2, 4]);
      expect([...result.data]).toEqual([13, 8, 5, 1, 31, 17, 14, 1]);
    },
  );

  test('an inner size of 0 gives zeros, an outer size of 0 an empty result', () => {
    expect(matmul(Tensor.zeros([2, 0]), Tensor.zeros([0, 3]))).toEqual(Tensor.zeros([2, 3]));
    expect(matmul(Tensor.zeros([0, 2]), Tensor.zeros([2, 3])).shape).toEqual([0, 3]);
    expect(matmul(Tensor.zeros([2, 2]), Tensor.zeros([2, 0])).shape).toEqual([2, 0]);
  });

  test.each([
    { a: [2, 3], b: [2, 3], options: {}, flags: 'transposeA false, transposeB false' },
    { a: [2, 3], b: [3, 2], options: { transposeA: true }, flags: 'transposeA true, transposeB false' },
    { a: [2, 3], b: [3, 2], options: { transposeB: true }, flags: 'transposeA false, transposeB true' },
    {
      a: [2, 3],
      b: [2, 3],
      options: { transposeA: true, transposeB: true },
      flags: 'transposeA true, transposeB true',
    },
    { a: [3], b: [3, 2], options: {}, flags: 'transposeA false, transposeB false' },
    { a: [2, 3], b: [3, 2, 1], options: {}, flags: 'transposeA false, transposeB false' },
  ])('refuses $a times $b with $flags, and says so', ({ a, b, options, flags }) => {
    expect(() => matmul(Tensor.zeros(a), Tensor.zeros(b), options)).toThrow(
      new ShapeError(
        `matmul: a is [${a.join(', ')}], b is [${b.join(', ')}] (${flags}), expected two matrices with equal inner sizes.`,
      ),
    );
  });

  test('leaves its operands alone and returns a new tensor each time', () => {
    const a = Tensor.from([1, 2, 3, 4], [2, 2]);
    const b = Tensor.from([5, 6, 7, 8], [2, 2]);
    const first = matmul(a, b);
    const second = matmul(a, b);
    expect(second.data).not.toBe(first.data);
    expect([...a.data, ...b.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('transpose', () => {
  test('turns rows into columns, in a new tensor', () => {
    const x = Tensor.from([1, 2, 3, 4, 5, 6], [2, 3]);
    const y = transpose(x);
    expect(y.shape).toEqual([3, 2]);
    expect([...y.data]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...x.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('refuses anything but a matrix', () => {
    expect(() => transpose(Tensor.zeros([2, 3, 4]))).toThrow(
      new ShapeError('transpose: x is [2, 3, 4], expected a matrix.'),
    );
    expect(() => transpose(Tensor.zeros([2]))).toThrow(ShapeError);
  });
});

/** Three matrices a, b, c of shapes [m, k], [k, n], [k, n]: any float32 numbers up to 1000, subnormal ones too. */
const matrices = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }))
  .chain(([m, n, k]) => fc.tuple(matrix(m, k), matrix(k, n), matrix(k, n)));

function matrix(rows: number, columns: number): fc.Arbitrary<Tensor> {
  const size = rows * columns;
  return fc
    .float32Array({ min: -1000, max: 1000, noNaN: true, minLength: size, maxLength: size })
    .map((data) => Tensor.from(data, [rows, columns]));
}

/** |a| · |b|, which the error bounds of their product are relative to. */
function absoluteProduct(a: Tensor, b: Tensor): Float64Array {
  const [m, k] = a.shape;
  return referenceProduct('matmul', m, b.shape[1], k, a.data.map(Math.abs), b.data.map(Math.abs));
}

describeEachKernels('properties of matmul', () => {
  const check = (holds: (a: Tensor, b: Tensor, c: Tensor) => void) =>
    fc.assert(
      fc.property(matrices, ([a, b, c]) => holds(a, b, c)),
      { numRuns: 60 },
    );

  // Either side is within the bound of the exact product, so they are within twice the bound of each other.
  test('(A B)ᵀ = Bᵀ Aᵀ', () => {
    check((a, b) => {
      const bounds = absoluteProduct(a, b).map((sum) => 2 * summationBound(a.shape[1], sum));
      const right = transpose(matmul(transpose(b), transpose(a)));
      expect(firstOutside(matmul(a, b).data, right.data, bounds)).toBeUndefined();
    });
  });

  // B + C is rounded once, which the k + 1 of its own bound has no room for: k + 2. The sum on the right is exact here.
  test('A (B + C) = A B + A C', () => {
    check((a, b, c) => {
      const k = a.shape[1];
      const [left, right] = [absoluteProduct(a, b), absoluteProduct(a, c)];
      const bounds = left.map((sum, i) => 2 * summationBound(k + 1, sum + right[i]));
      const sum = Tensor.from(
        b.data.map((value, i) => value + c.data[i]),
        b.shape,
      );
      const products = [matmul(a, b).data, matmul(a, c).data];
      const expected = Float64Array.from(products[0], (value, i) => value + products[1][i]);
      expect(firstOutside(matmul(a, sum).data, expected, bounds)).toBeUndefined();
    });
  });

  test('a flag does what transposing the operand would do', () => {
    check((a, b) => {
      const expected = matmul(a, b).data;
      const bounds = absoluteProduct(a, b).map((sum) => 2 * summationBound(a.shape[1], sum));
      const flagA = matmul(transpose(a), b, { transposeA: true }).data;
      expect(firstOutside(flagA, expected, bounds)).toBeUndefined();
      const flagB = matmul(a, transpose(b), { transposeB: true }).data;
      expect(firstOutside(flagB, expected, bounds)).toBeUndefined();
    });
  });

  test('negative control: A B is not Bᵀ A', () => {
    expect(() =>
      check((a, b) => {
        const bounds = absoluteProduct(a, b).map((sum) => 2 * summationBound(a.shape[1], sum));
        expect(firstOutside(matmul(a, b).data, transpose(matmul(b, a)).data, bounds)).toBeUndefined();
      }),
    ).toThrow(/Property failed/);
  });
});
