/** Matrix operations on tensors, with checked shapes. Read kernels/kernels.ts first. */

import { kernels } from './kernels/active.ts';
import { type OptionNames, requireOptions } from './options.ts';
import { formatShape, ShapeError } from './shape.ts';
import { requireTensor, Tensor } from './tensor.ts';

/** How {@link matmul} reads its operands. */
export interface MatmulOptions {
  /** Read `a` transposed, without copying it. @default false */
  readonly transposeA?: boolean;
  /** Read `b` transposed, without copying it. @default false */
  readonly transposeB?: boolean;
}

const MATMUL_OPTIONS: OptionNames<MatmulOptions> = { transposeA: true, transposeB: true };

/**
 * Matrix product of two matrices: `op(a) · op(b)`, where `op` transposes if asked.
 *
 * Each element of the result is a sum of `k` products whose order depends on the kernels in use, so results may differ
 * between kernels in the last bits: |result - exact| <= γ(k + 1) (|a| · |b|), with γ(k) = k u / (1 - k u), u = 2^-24,
 * barring underflow and overflow (docs/math.md, section 2.2). Cost: 2 m n k floating-point operations.
 *
 * @param a - Shape `[m, k]`, or `[k, m]` with `transposeA`. Not modified.
 * @param b - Shape `[k, n]`, or `[n, k]` with `transposeB`. Not modified.
 * @returns A new tensor of shape `[m, n]`: all zeros if `k` is 0. NaN and infinity propagate.
 * @throws {TypeError} If an operand is no tensor, or an option is unknown.
 * @throws {ShapeError} If a rank is not 2 or the inner sizes differ; the message names both shapes and the flags.
 * @example
 * const a = Tensor.from([1, 2, 3, 4], [2, 2]);
 * const identity = Tensor.from([1, 0, 0, 1], [2, 2]);
 * matmul(a, identity, { transposeA: true }).data; // [1, 3, 2, 4]
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  requireTensor('matmul', 'a is', a);
  requireTensor('matmul', 'b is', b);
  requireOptions('matmul', options, MATMUL_OPTIONS);
  const { transposeA = false, transposeB = false } = options;
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const [inner, n] = transposeB ? [b.shape[1], b.shape[0]] : b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || k !== inner) {
    const flags = `transposeA ${transposeA}, transposeB ${transposeB}`;
    throw new ShapeError(
      `matmul: a is ${formatShape(a.shape)}, b is ${formatShape(b.shape)} (${flags}), expected two matrices with equal inner sizes.`,
    );
  }
  // aᵀ · bᵀ = (b · a)ᵀ has no kernel, since no layer needs it.
  if (transposeA && transposeB) return transpose(matmul(b, a));
  const result = Tensor.zeros([m, n]);
  const product = transposeA ? 'matmulTransposeA' : transposeB ? 'matmulTransposeB' : 'matmul';
  kernels()[product](m, n, k, a.data, b.data, false, result.data);
  return result;
}

/**
 * The transpose of a matrix, as a new tensor.
 *
 * @param x - Shape `[m, n]`.
 * @returns Shape `[n, m]`.
 * @throws {TypeError} If x is no tensor.
 * @throws {ShapeError} If the rank is not 2.
 * @example
 * transpose(Tensor.from([[1, 2, 3], [4, 5, 6]])).data; // [1, 4, 2, 5, 3, 6]
 */
export function transpose(x: Tensor): Tensor {
  requireTensor('transpose', 'x is', x);
  if (x.shape.length !== 2) {
    throw new ShapeError(`transpose: x is ${formatShape(x.shape)}, expected a matrix.`);
  }
  const [m, n] = x.shape;
  const result = Tensor.zeros([n, m]);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) result.data[j * m + i] = x.data[i * n + j];
  }
  return result;
}
