/**
 * A kernel as code: its arguments by name, and the function that does one piece of its work. Read
 * ../wasm/assembler.ts first.
 *
 * A job is one run of a kernel, cut into pieces that any thread may do, in any order (scheduler.ts). Its arguments are in
 * memory, 8 bytes each, where every thread finds them (../sharedPage.ts). `slots` says where: the caller writes
 * `ints[kernel.slots.m] = m`.
 */

import { JOB_ARGUMENTS } from '../sharedPage.ts';
import type { ModuleBuilder } from '../wasm/assembler.ts';
import type { Callable, FunctionBuilder } from '../wasm/functionBuilder.ts';
import { f32, f32x4, f64, type I32, i32, type Local, type V128 } from '../wasm/instructions.ts';

/** From the slot of an i32 or f32 argument to that of the next one. */
export const NEXT_SLOT = 2;

/** The types that an argument can have: addresses and sizes are i32. */
export type ArgumentType = 'i32' | 'f32' | 'f64';
export type ArgumentTypes = Readonly<Record<string, ArgumentType>>;

/** The arguments of a job by name, as variables of the function that does a piece of it. */
export type ArgumentLocals<Types extends ArgumentTypes> = {
  readonly [Name in keyof Types]: Local<Types[Name]>;
};

/** The value a · b + sum: as two instructions, or fused into one, f32x4.relaxed_madd (docs/kernels.md, section 11). */
export type MultiplyAdd = (a: V128, b: V128, sum: V128) => V128;
export const multiplyThenAdd: MultiplyAdd = (a, b, sum) => f32x4.add(sum, f32x4.mul(a, b));

/** One kernel, ready to be added to a module. */
export interface KernelCode<Slots = unknown> {
  /** The index of each argument in an Int32Array (i32), Float32Array (f32) or Float64Array (f64) of all arguments. */
  readonly slots: Slots;
  /** Adds the function of that name, which does one piece of a job: it takes the piece's number and the job's address. */
  readonly addTo: (module: ModuleBuilder, name: string, scratch: I32, multiplyAdd?: MultiplyAdd) => Callable;
}

interface KernelSource<Types extends ArgumentTypes> {
  readonly argumentTypes: Types;
  /** Emits the body. `scratch` is the address of memory that the thread has to itself; sums of products use `multiplyAdd`. */
  readonly emit: (
    f: FunctionBuilder,
    piece: Local<'i32'>,
    given: ArgumentLocals<Types>,
    scratch: I32,
    multiplyAdd: MultiplyAdd,
  ) => void;
}

/** A kernel's function first loads the job's arguments; then comes what `emit` emits. */
export function kernelCode<const Types extends ArgumentTypes>({
  argumentTypes,
  emit,
}: KernelSource<Types>): KernelCode<{ readonly [Name in keyof Types]: number }> {
  const types = Object.entries(argumentTypes);
  const slots = types.map(([argument, type], i) => [argument, type === 'f64' ? i : NEXT_SLOT * i]);
  return {
    slots: Object.fromEntries(slots) as { readonly [Name in keyof Types]: number },
    addTo: (module, name, scratch, multiplyAdd = multiplyThenAdd) =>
      module.function(name, { piece: 'i32', job: 'i32' }, (f, { piece, job }) => {
        const locals = types.map(([argument, type], i) => {
          const local = f.variable(type);
          const load = { i32: i32.load, f32: f32.load, f64: f64.load }[type];
          f.set<ArgumentType>(local, load(job, JOB_ARGUMENTS + 8 * i));
          return [argument, local] as const;
        });
        emit(f, piece, Object.fromEntries(locals) as ArgumentLocals<Types>, scratch, multiplyAdd);
      }),
  };
}

/** `for (i = from; i < to; i += step)`, all unsigned. `to` is read anew in each round. */
export function forRange(
  f: FunctionBuilder,
  i: Local<'i32'>,
  from: I32,
  to: I32,
  step: number,
  body: () => void,
): void {
  f.set(i, from);
  f.until(i32.ge_u(i, to), () => {
    body();
    f.increase(i, step);
  });
}

/** Sets a range to the numbers of a piece that does `size` of them, out of 0 to n. */
export function rangeOfPiece(
  f: FunctionBuilder,
  [first, end]: readonly [Local<'i32'>, Local<'i32'>],
  piece: I32,
  size: I32,
  n: I32,
): void {
  f.set(first, i32.mul(piece, size));
  f.set(end, i32.add(first, size));
  atMost(f, end, n);
}

/** `value = min(value, maximum)`, unsigned. */
export function atMost(f: FunctionBuilder, value: Local<'i32'>, maximum: I32): void {
  f.if(i32.gt_u(value, maximum), () => f.set(value, maximum));
}
