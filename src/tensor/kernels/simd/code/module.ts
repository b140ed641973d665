/** All kernels in one module, emitted and compiled at first use. Read kernelCode.ts, scheduler.ts and gemm.ts first. */

import { MEMORY_LIMITS } from '../memory.ts';
import { ModuleBuilder } from '../wasm/assembler.ts';
import * as activations from './activations.ts';
import { addColumnSums } from './columnSums.ts';
import { multiply } from './gemm.ts';
import type { KernelCode } from './kernelCode.ts';
import * as losses from './losses.ts';
import { packColumns, packRows } from './packing.ts';
import { divideBytes, scaleBytes, scaleFloats } from './scaling.ts';
import { addWork } from './scheduler.ts';
import * as updates from './updates.ts';

/** The kernels by name; a kernel's number is its place here. */
export const KERNELS = {
  packRows,
  packColumns,
  multiply,
  addColumnSums,
  divideBytes,
  scaleBytes,
  scaleFloats,
  ...activations,
  ...losses,
  ...updates,
} satisfies Record<string, KernelCode>;

export type KernelFunction = keyof typeof KERNELS;

/** What an instance of the module can do. */
export interface Exports {
  runAlone(kernel: number, pieces: number): void;
  runTogether(kernel: number, pieces: number): void;
  serve(): never;
}

export function emitModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.importMemory('engine', 'memory', MEMORY_LIMITS);
  const globals = {
    thread: module.importGlobal('engine', 'thread', 'i32'),
    scratch: module.importGlobal('engine', 'scratch', 'i32'),
  };
  module.table(Object.values(KERNELS).map((kernel) => kernel.addTo(module, globals.scratch)));
  addWork(module, globals);
  return module.toBytes();
}

/** The smallest module with an instruction of SIMD: hosts that know none refuse it. */
export function emitSimdProbe(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.function('probe', {}, 'v128', (f) => {
    f.i32x4.splat(f.i32.const(0));
  });
  return module.toBytes();
}
