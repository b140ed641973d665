/**
 * A job is one kernel's work: cut into pieces that any thread may do, in any order. Its arguments lie in memory, where
 * all threads see them. Read assembler.ts first; scheduler.ts says who does which piece.
 *
 * The first page of the engine's memory holds what all threads share:
 *
 * |   at | what |
 * |-----:|------|
 * |    0 | 64 bytes of zeros, never written |
 * |   64 | how many pieces are done |
 * |  128 | the kernel's number |
 * |  132 | how many threads there are |
 * |  136 | how many of them have a share of the job |
 * |  192 | how many threads sleep |
 * |  196 | how often they were woken |
 * |  256 | the job's arguments, 8 bytes each |
 * | 1024 | a ticket for each thread, 64 bytes apart (scheduler.ts) |
 *
 * What several threads write has a line of the cache (64 bytes) to itself: threads that write to one line wait for each
 * other.
 */

import type { ModuleBuilder } from '../wasm/assembler.ts';
import type { Callable, FunctionBuilder, Global, I32, Local } from '../wasm/instructions.ts';

export const ZEROS = 0;
export const DONE = 64;
export const KERNEL = 128;
export const THREADS = 132;
export const SHARES = 136;
export const SLEEPERS = 192;
export const WAKE_UPS = 196;
export const ARGUMENTS = 256;
export const TICKETS = 1024;
export const LINE_BYTES = 64;
export const MAX_THREADS = 64;
/** Where the memory's ordinary contents begin. */
export const SHARED_BYTES = TICKETS + LINE_BYTES * MAX_THREADS;

/** What a function of the module knows about the thread that it runs in. */
export interface ThreadGlobals {
  /** The thread's number: 0 is the one that offers jobs. */
  readonly thread: Global;
  /** The address of memory that the thread has to itself. */
  readonly scratch: Global;
}

/** The types that an argument can have: addresses and sizes are i32. */
export type ArgumentType = 'i32' | 'f32' | 'f64';
export type ArgumentTypes = Readonly<Record<string, ArgumentType>>;

/** The arguments of a job by name, as variables of the function that does a piece of it. */
export type ArgumentLocals<Types extends ArgumentTypes> = {
  readonly [Name in keyof Types]: Local<Types[Name]>;
};

/** One kernel, ready to be added to a module. */
export interface KernelCode {
  readonly name: string;
  /** In the order in which they lie in memory. */
  readonly argumentTypes: readonly ArgumentType[];
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
}: KernelSource<Types>): KernelCode {
  return {
    name,
    argumentTypes: Object.values(argumentTypes),
    addTo: (module, scratch) =>
      module.function(name, { piece: 'i32' }, undefined, (f, { piece }) => {
        const locals = Object.entries(argumentTypes).map(([argument, type], i) => {
          const local = f.variable(type);
          const load = { i32: f.i32.load, f32: f.f32.load, f64: f.f64.load }[type];
          f.local.set<ArgumentType>(local, load(f.i32.const(0), ARGUMENTS + 8 * i));
          return [argument, local] as const;
        });
        emit(f, piece, Object.fromEntries(locals) as ArgumentLocals<Types>, scratch);
      }),
  };
}

/** `for (i = from; i < to; i += step)`, all unsigned; `from` and `to` emit their operand. */
export function forRange(
  f: FunctionBuilder,
  i: Local<'i32'>,
  from: () => I32,
  to: () => I32,
  step: number,
  body: () => void,
): void {
  const { local, i32 } = f;
  local.set(i, from());
  f.block((end) => {
    f.loop((again) => {
      f.br_if(end, i32.ge_u(local.get(i), to()));
      body();
      local.set(i, i32.add(local.get(i), i32.const(step)));
      f.br(again);
    });
  });
}

/** The lesser of a variable and what `other` emits, left in the variable. */
export function atMost(f: FunctionBuilder, value: Local<'i32'>, other: () => I32): void {
  const { local, i32 } = f;
  f.if(i32.gt_u(local.get(value), other()), () => local.set(value, other()));
}
