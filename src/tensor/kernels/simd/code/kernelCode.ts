/**
 * A kernel as code: its name, its arguments by name, and the function that does one piece of its work. Read
 * ../wasm/assembler.ts first.
 *
 * A job is one run of a kernel, cut into pieces that any thread may do, in any order (scheduler.ts). Its arguments are in
 * the shared page, 8 bytes each, where every thread finds them. `slots` says where: the caller writes
 * `ints[kernel.slots.m] = m`.
 */

import { ARGUMENTS } from '../sharedPage.ts';
import type { ModuleBuilder } from '../wasm/assembler.ts';
import type { Callable, FunctionBuilder, Global, I32, Local } from '../wasm/instructions.ts';

/** From the slot of an i32 or f32 argument to that of the next one. */
export const NEXT_SLOT = 2;

/** The types that an argument can have: addresses and sizes are i32. */
export type ArgumentType = 'i32' | 'f32' | 'f64';
export type ArgumentTypes = Readonly<Record<string, ArgumentType>>;

/** The arguments of a job by name, as variables of the function that does a piece of it. */
export type ArgumentLocals<Types extends ArgumentTypes> = {
  readonly [Name in keyof Types]: Local<Types[Name]>;
};

/** One kernel, ready to be added to a module. */
export interface KernelCode<Slots = unknown> {
  readonly name: string;
  /** The index of each argument in an Int32Array (i32), Float32Array (f32) or Float64Array (f64) of all arguments. */
  readonly slots: Slots;
  /** Adds the function that does one piece of a job: it takes the piece's number. */
  readonly addTo: (module: ModuleBuilder, scratch: Global) => Callable;
}

interface KernelSource<Types extends ArgumentTypes> {
  readonly name: string;
  readonly argumentTypes: Types;
  /** Emits the body. `scratch` is the address of memory that the thread has to itself. */
  readonly emit: (
    f: FunctionBuilder,
    piece: Local<'i32'>,
    given: ArgumentLocals<Types>,
    scratch: Global,
  ) => void;
}

/** A kernel's function first loads the job's arguments; then comes what `emit` emits. */
export function kernelCode<const Types extends ArgumentTypes>({
  name,
  argumentTypes,
  emit,
}: KernelSource<Types>): KernelCode<{ readonly [Name in keyof Types]: number }> {
  const types = Object.entries(argumentTypes);
  const slots = types.map(([argument, type], i) => [argument, type === 'f64' ? i : NEXT_SLOT * i]);
  return {
    name,
    slots: Object.fromEntries(slots) as { readonly [Name in keyof Types]: number },
    addTo: (module, scratch) =>
      module.function(name, { piece: 'i32' }, undefined, (f, { piece }) => {
        const locals = types.map(([argument, type], i) => {
          const local = f.variable(type);
          const load = { i32: f.i32.load, f32: f.f32.load, f64: f.f64.load }[type];
          f.local.set<ArgumentType>(local, load(f.i32.const(0), ARGUMENTS + 8 * i));
          return [argument, local] as const;
        });
        emit(f, piece, Object.fromEntries(locals) as ArgumentLocals<Types>, scratch);
      }),
  };
}

/** A constant, or a variable. */
type Value = number | Local<'i32'>;

const emitValue = ({ local, i32 }: FunctionBuilder, value: Value): I32 =>
  typeof value === 'number' ? i32.const(value) : local.get(value);

/** `for (i = from; i < to; i += step)`, all unsigned. `to` is read anew in each round. */
export function forRange(
  f: FunctionBuilder,
  i: Local<'i32'>,
  from: Value,
  to: Value,
  step: number,
  body: () => void,
): void {
  const { local, i32 } = f;
  local.set(i, emitValue(f, from));
  f.block((end) => {
    f.loop((again) => {
      f.br_if(end, i32.ge_u(local.get(i), emitValue(f, to)));
      body();
      local.set(i, i32.add(local.get(i), i32.const(step)));
      f.br(again);
    });
  });
}

/** `value = min(value, maximum)`, unsigned. */
export function atMost(f: FunctionBuilder, value: Local<'i32'>, maximum: Value): void {
  const { local, i32 } = f;
  f.if(i32.gt_u(local.get(value), emitValue(f, maximum)), () => local.set(value, emitValue(f, maximum)));
}
