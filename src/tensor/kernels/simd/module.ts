/** All kernels in one module, emitted and compiled at first use. Read job.ts, work.ts and gemm.ts first. */

import { ModuleBuilder } from './assembler.ts';
import { addColumnSums } from './columnSums.ts';
import * as elementwise from './elementwise.ts';
import { multiply } from './gemm.ts';
import type { KernelCode } from './job.ts';
import { packColumns, packRows } from './packing.ts';
import { divideBytes, scaleBytes, scaleFloats } from './scaling.ts';
import { addWork } from './work.ts';

/** The kernels by name; a kernel's number is its place here. */
export const KERNELS = {
  packRows,
  packColumns,
  multiply,
  addColumnSums,
  divideBytes,
  scaleBytes,
  scaleFloats,
  ...elementwise,
} satisfies Record<string, KernelCode>;

export type KernelFunction = keyof typeof KERNELS;

/** The smallest memory that a module accepts. */
export const INITIAL_PAGES = 16;

/** What an instance of the module can do. */
export interface Exports {
  runAlone(kernel: number, pieces: number): void;
  runTogether(kernel: number, pieces: number): void;
  serve(): never;
}

export function emitModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.importMemory('engine', 'memory', { initial: INITIAL_PAGES, maximum: 65_536, shared: true });
  const globals = {
    thread: module.importGlobal('engine', 'thread', 'i32'),
    scratch: module.importGlobal('engine', 'scratch', 'i32'),
  };
  module.table(Object.values(KERNELS).map((kernel) => kernel.addTo(module, globals.scratch)));
  addWork(module, globals);
  return module.toBytes();
}
