/** A row of the tables of instructions: operands, how the instruction is emitted, and the expected result. */

import type { FunctionBuilder } from '../../../src/tensor/kernels/simd/wasm/functionBuilder.ts';
import type { I32, Operand } from '../../../src/tensor/kernels/simd/wasm/instructions.ts';
import * as wasm from '../../../src/tensor/kernels/simd/wasm/instructions.ts';
import { instantiate } from './emitted.ts';

export type Numbers =
  | Uint8Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array;

export interface Row {
  readonly name: string;
  /** 16 bytes or less each; at 0, 16, 32. */
  readonly inputs: readonly Numbers[];
  /** Emits the instruction and stores its result at address OUT. */
  readonly emit: (f: FunctionBuilder, global: I32) => void;
  readonly expected: Numbers;
}

export const OUT = 64;

/** Loads an input by its type and length: one number, or a vector. */
function operand(input: Numbers, at: number): Operand {
  if (input.length > 1) return wasm.v128.load(at);
  if (input instanceof BigInt64Array) return wasm.i64.atomic.load(at);
  if (input instanceof Float64Array) return wasm.f64.load(at);
  return input instanceof Float32Array ? wasm.f32.load(at) : wasm.i32.load(at);
}

/** Stores a result, as four float32 numbers if it is one. */
export function storeResult(f: FunctionBuilder, result: I32 | Operand, at = OUT): void {
  if (typeof result === 'number') f.store(at, result);
  else if (result.type === 'i64') f.atomicStore(at, result as Operand<'i64'>);
  else if (result.type === 'f32') f.store(at, wasm.f32x4.splat(result as Operand<'f32'>));
  else f.store(at, result as Operand<'i32' | 'f64' | 'v128'>);
}

/** The instruction of that name: 'i32.atomic.rmw.add' is `wasm.i32.atomic.rmw.add`. */
function instruction(name: string): (...operands: Operand[]) => Operand {
  let found: unknown = wasm;
  for (const part of name.split('.')) found = (found as Record<string, unknown>)[part];
  return found as (...operands: Operand[]) => Operand;
}

/** An instruction that takes all inputs and has one result. */
export function row(name: string, inputs: readonly Numbers[], expected: Numbers): Row {
  const emit = (f: FunctionBuilder) =>
    storeResult(f, instruction(name)(...inputs.map((input, i) => operand(input, 16 * i))));
  return { name, inputs, emit, expected };
}

/** Any other instruction, with its own function to emit it. */
export const special = (
  name: string,
  inputs: readonly Numbers[],
  emit: Row['emit'],
  expected: Numbers,
): Row => ({
  name,
  inputs,
  emit,
  expected,
});

export const i32 = (...values: number[]) => Int32Array.from(values, (value) => value | 0);
export const f32 = (...values: number[]) => Float32Array.from(values);
export const f64 = (...values: number[]) => Float64Array.from(values);
export const i64 = (...values: bigint[]) => BigInt64Array.from(values);
export const bytes = (of: (i: number) => number) => Uint8Array.from({ length: 16 }, (_, i) => of(i));

/** The result of the instruction, as numbers of the expected type. */
export function result({ inputs, emit, expected }: Row): Numbers {
  const { memory, exports } = instantiate(
    (module) => {
      const global = module.importGlobal('engine', 'number', 'i32');
      module.function('run', {}, (f) => {
        emit(f, global);
      });
    },
    { number: 1234 },
  );
  const all = new Uint8Array(memory.buffer);
  for (const [i, input] of inputs.entries())
    all.set(new Uint8Array(input.buffer.slice(0), 0, input.byteLength), 16 * i);
  exports.run();
  const kind = expected.constructor as new (bytes: ArrayBufferLike) => Numbers;
  return new kind(all.slice(OUT, OUT + expected.byteLength).buffer);
}
