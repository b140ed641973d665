/** Samples on their way into a batch: bytes, and floats that are scaled, by SIMD; the rest by definition. Read scaling.ts first. */

import { gatherNumbers } from '../gather.ts';
import type { Kernels, StoredNumbers } from '../kernels.ts';
import { CHUNK } from './code/elementwise.ts';
import { KERNELS } from './code/module.ts';
import type { Engine } from './engine.ts';

const NS_PER_NUMBER = 0.3;

type ScalingKernel = typeof KERNELS.scaleBytes;

// By name: `instanceof` is false for an array that another realm made.
const isA = (name: string, data: StoredNumbers): boolean =>
  Object.prototype.toString.call(data) === `[object ${name}]`;

export function createGather(engine: Engine): Kernels['gather'] {
  const { memory } = engine;

  /** out = (x - shift) / scale for the n numbers at address x: all whole vectors of `width` numbers. */
  function scale(
    kernel: ScalingKernel,
    n: number,
    width: number,
    x: number,
    y: number,
    shift: number,
    by: number,
  ) {
    const { ints, doubles } = engine;
    const { slots } = kernel;
    const whole = n - (n % width);
    ints[slots.n] = whole;
    ints[slots.x] = x;
    ints[slots.y] = y;
    doubles[slots.shift] = shift;
    doubles[slots.scale] = by;
    engine.run(kernel.number, Math.ceil(whole / CHUNK), whole * NS_PER_NUMBER);
    return whole;
  }

  return (features, rows, data, shift, by, out) => {
    const isBytes = isA('Uint8Array', data);
    const isScaled = shift !== 0 || by !== 1;
    if (!isBytes && !(isScaled && isA('Float32Array', data))) {
      gatherNumbers(features, rows, data, shift, by, out);
      return;
    }
    // The rows side by side in staging memory, and out behind them if it lies elsewhere.
    const n = rows.length * features;
    const size = data.BYTES_PER_ELEMENT;
    const inputBytes = Math.ceil((n * size) / 64) * 64;
    const address = memory.addressOf(out);
    const x = memory.staging(inputBytes + (address === undefined ? 4 * n : 0));
    const y = address ?? x + inputBytes;
    const staged: { set(row: StoredNumbers, at: number): void; [i: number]: number } = isBytes
      ? memory.bytes
      : memory.words;
    const start = x / size;
    for (let i = 0; i < rows.length; i++) {
      const from = rows[i] * features;
      staged.set(data.subarray(from, from + features), start + i * features);
    }
    const isExact = isBytes && shift === 0 && Math.fround(by) === by;
    const kernel = isExact ? KERNELS.divideBytes : isBytes ? KERNELS.scaleBytes : KERNELS.scaleFloats;
    const done = scale(kernel, n, isBytes ? 16 : 4, x, y, shift, by);
    if (address === undefined) out.set(memory.words.subarray(y / 4, y / 4 + done));
    for (let i = done; i < n; i++) out[i] = (staged[start + i] - shift) / by;
  };
}
