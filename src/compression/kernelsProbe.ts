/**
 * Which bits a set of kernels computes. Its name alone doesn't say: a later version may sum in another order, and another
 * JavaScript engine may have another `Math.exp`.
 */

import { crc32 } from '../io/crc32.ts';
import { kernels, setKernels, supportedKernels } from '../tensor/kernels/active.ts';
import type { KernelsName } from '../tensor/kernels/kernels.ts';

/** No multiples of what kernels take at a time, and sums longer than that. */
const ROWS = 7;
const COLUMNS = 21;
const INNER = 301;
const SLOPE = Math.fround(0.01);

interface Made {
  readonly kernels: KernelsName;
  readonly kernelsProbe: string;
}

/**
 * CRC-32 of all that this set makes of a small product, by each kernel that a decoder may call: the three products of
 * its layers and its activations. It takes a fraction of a millisecond.
 *
 * @returns 8 hexadecimal digits.
 */
export function kernelsProbe(name: KernelsName): string {
  const crc = withKernels(name, () => results().reduce((sum, result) => crc32(bytesOf(result), sum), 0));
  return crc.toString(16).padStart(8, '0');
}

/**
 * The kernels of this name and probe if this machine doesn't have them, or not with the same bits, and what is the matter
 * with them: 'the simd kernels, which are not to be had here'. Undefined if they are to be had.
 */
export function missingKernels({ kernels: name, kernelsProbe: made }: Made): string | undefined {
  if (!canUseKernels(name)) return `the ${name} kernels, which are not to be had here`;
  const here = kernelsProbe(name);
  if (here === made) return undefined;
  return `${name} kernels of another version or on another engine, which compute other bits than those here (their probe is ${made}, here ${here})`;
}

/** What {@link kernelsProbe} gives for any set. */
export function isProbe(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}$/.test(value);
}

function results(): Float32Array[] {
  const set = kernels();
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

/** From -0.5 to 0.5, in no order, the same everywhere. */
function numbers(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * 7919 + 17) % 4093) / 4093 - 0.5);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Reconstructions have the same bits only with the same kernels: docs/math.md, section 2.2. */

export function canUseKernels(name: KernelsName): boolean {
  return supportedKernels().some((one) => one.name === name);
}

/** What `compute` gives with these kernels. It must not wait for anything: others go on with theirs. */
export function withKernels<T>(name: KernelsName, compute: () => T): T {
  const before = kernels().name;
  setKernels(name);
  try {
    return compute();
  } finally {
    setKernels(before);
  }
}
