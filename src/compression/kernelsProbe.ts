/**
 * Which bits a set of kernels computes. Its name alone doesn't say: a later version may sum in another order, and another
 * JavaScript engine may have another `Math.exp`. Reconstructions have the same bits only with the same kernels
 * (docs/math.md, section 2.2).
 */

import { crc32 } from '../io/crc32.ts';
import { findKernels } from '../tensor/kernels/active.ts';
import type { Kernels, KernelsName } from '../tensor/kernels/kernels.ts';

/** The sets that make files: not simd-fma, whose bits differ between machines. */
export const FILE_KERNELS = ['naive', 'blocked', 'simd'] as const satisfies readonly KernelsName[];

/** Sizes that are no multiples of the tiles and blocks of any kernel. */
const ROWS = 7;
const COLUMNS = 21;
const INNER = 301;
const SLOPE = Math.fround(0.01);

/**
 * CRC-32 of what this set computes from small, fixed numbers, with each kernel that a decoder may call: the three
 * products of its layers and its activations. It takes a fraction of a millisecond.
 *
 * A kernel that is added later stays out of it: with it, every file of before would have another probe than its set. That
 * a new kernel computes other bits is found by the CRC-32 of a file's values.
 *
 * @returns 8 hexadecimal digits.
 * @throws {RangeError} If this machine can't run the set.
 */
export function kernelsProbe(name: KernelsName): string {
  const set = findKernels(name);
  if (!set)
    throw new RangeError(`kernelsProbe: got the ${name} kernels, expected a set that runs on this machine.`);
  const crc = results(set).reduce((sum, result) => crc32(bytesOf(result), sum), 0);
  return crc.toString(16).padStart(8, '0');
}

/** Whether this machine can run the set of this name, with whatever bits. */
export function canUseKernels(name: KernelsName): boolean {
  return findKernels(name) !== undefined;
}

/**
 * Undefined if this machine computes the bits of these kernels; else the kernels and why not, as the end of 'the file was
 * made with …': 'the simd kernels, which this machine cannot run'.
 *
 * @param made - From a file: the name of the set that made it, and that set's probe.
 */
export function missingKernels(made: {
  readonly kernels: KernelsName;
  readonly kernelsProbe: string;
}): string | undefined {
  const name = made.kernels;
  if (!canUseKernels(name)) return `the ${name} kernels, which this machine cannot run`;
  const here = kernelsProbe(name);
  if (here === made.kernelsProbe) return undefined;
  return `${name} kernels of another version or JavaScript engine, which compute other bits (their probe is ${made.kernelsProbe}, here ${here})`;
}

/** Whether a value has the form of what {@link kernelsProbe} returns. */
export function isProbe(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}$/.test(value);
}

function results(set: Kernels): Float32Array[] {
  const a = numbers(ROWS * INNER);
  const b = numbers(INNER * COLUMNS);
  const result = (compute: (out: Float32Array) => void): Float32Array => {
    const out = new Float32Array(ROWS * COLUMNS);
    compute(out);
    return out;
  };
  const product = result((out) => set.matmulBias(ROWS, COLUMNS, INNER, a, b, numbers(COLUMNS), out));
  const n = product.length;
  return [
    product,
    result((out) => set.matmul(ROWS, COLUMNS, INNER, a, b, false, out)),
    result((out) => set.matmulTransposeB(ROWS, COLUMNS, INNER, a, b, false, out)),
    result((out) => set.relu(n, product, out)),
    result((out) => set.leakyRelu(n, SLOPE, product, out)),
    result((out) => set.sigmoid(n, product, out)),
    result((out) => set.tanh(n, product, out)),
    result((out) => set.silu(n, product, out)),
  ];
}

/** Numbers from -0.5 to 0.5 in no apparent order, the same everywhere. */
function numbers(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * 7919 + 17) % 4093) / 4093 - 0.5);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
