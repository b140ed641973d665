/**
 * The rows of a batch, scaled: uint8 rows and scaled float32 rows by SIMD, all others by the plain loop of naive.ts.
 * Read code/scaling.ts first.
 */

import type { Kernels, StoredNumbers } from '../kernels.ts';
import { naive } from '../naive.ts';
import { CHUNK } from './code/elementwise.ts';
import { KERNELS, type Numbered } from './code/module.ts';
import type { Engine } from './engine.ts';

const NS_PER_ELEMENT = 0.3;

/** The three scaling kernels have the same arguments. */
const slot = KERNELS.divideBytes.slots;

// By name, since `instanceof` is false for an array of another realm (an iframe, jest's vm).
const isA = (name: string, data: StoredNumbers): boolean =>
  Object.prototype.toString.call(data) === `[object ${name}]`;

export function createGather(engine: Engine): Kernels['gather'] {
  const { memory } = engine;

  /** y = (x - shift) / scale for n elements, a multiple of the kernel's width; x and y are addresses. */
  function run(kernel: Numbered, n: number, x: number, y: number, shift: number, scale: number): void {
    const { ints, doubles } = engine;
    ints[slot.n] = n;
    ints[slot.x] = x;
    ints[slot.y] = y;
    doubles[slot.shift] = shift;
    doubles[slot.scale] = scale;
    engine.run(kernel.number, Math.ceil(n / CHUNK), n * NS_PER_ELEMENT);
  }

  return (features, rows, data, shift, scale, out) => {
    engine.recording?.countRun(0); // nobody adds it: rows that are copied here would not be in a replay
    const isBytes = isA('Uint8Array', data);
    const isScaled = shift !== 0 || scale !== 1;
    if (!isBytes && !(isScaled && isA('Float32Array', data))) {
      naive.gather(features, rows, data, shift, scale, out);
      return;
    }
    // The rows are staged side by side; behind them is room for the result, if `out` is not in the engine's memory.
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
    // The kernels do whole vectors; the last elements follow by the plain formula.
    const done = n - (n % (isBytes ? 16 : 4));
    const isExact = isBytes && shift === 0 && Math.fround(scale) === scale;
    const kernel = isExact ? KERNELS.divideBytes : isBytes ? KERNELS.scaleBytes : KERNELS.scaleFloats;
    run(kernel, done, x, y, shift, scale);
    if (address === undefined) out.set(memory.words.subarray(y / 4, y / 4 + done));
    for (let i = done; i < n; i++) out[i] = (staged[start + i] - shift) / scale;
  };
}
