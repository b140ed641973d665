/** Runs a function of one variable, which a test emits for vectors, on arrays of any length. */

import { CHUNK, elementwise } from '../../../src/tensor/kernels/simd/code/elementwise.ts';
import { JOB_ARGUMENTS } from '../../../src/tensor/kernels/simd/sharedPage.ts';
import type { FunctionBuilder } from '../../../src/tensor/kernels/simd/wasm/functionBuilder.ts';
import type { Local } from '../../../src/tensor/kernels/simd/wasm/instructions.ts';
import { instantiate } from './emitted.ts';

type Body = (f: FunctionBuilder, x: Local<'v128'>, y: Local<'v128'>) => void;

const SCRATCH = 1024;
const JOB = 2048;
const X = 8192;
const Y = X + 4 * CHUNK;

/** @param body - Emits y = f(x). */
export function runEmitted(body: Body): (x: Float32Array) => Float32Array {
  const kernel = elementwise({
    arrays: [
      ['x', 'in'],
      ['y', 'out'],
    ],
    body: (f, { x, y }) => body(f, x, y),
  });
  const { exports, memory } = instantiate(
    (module) => kernel.addTo(module, 'run', module.importGlobal('engine', 'scratch', 'i32')),
    { scratch: SCRATCH },
  );
  const given = new Int32Array(memory.buffer, JOB + JOB_ARGUMENTS);
  const [from, to] = [new Float32Array(memory.buffer, X, CHUNK), new Float32Array(memory.buffer, Y, CHUNK)];
  return (x) => {
    const y = new Float32Array(x.length);
    for (let start = 0; start < x.length; start += CHUNK) {
      const part = x.subarray(start, start + CHUNK);
      from.set(part);
      for (const [i, argument] of [part.length, CHUNK, X, Y].entries()) given[2 * i] = argument;
      exports.run(0, JOB);
      y.set(to.subarray(0, part.length), start);
    }
    return y;
  };
}
