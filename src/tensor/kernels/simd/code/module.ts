/** All kernels and the scheduler in one WebAssembly module. Read kernelCode.ts, scheduler.ts and gemm.ts first. */

import { MEMORY_LIMITS } from '../sharedPage.ts';
import { ModuleBuilder } from '../wasm/assembler.ts';
import { i32x4 } from '../wasm/instructions.ts';
import {
  gelu,
  geluBackward,
  leakyRelu,
  leakyReluBackward,
  relu,
  reluBackward,
  sigmoid,
  sigmoidBackward,
  silu,
  siluBackward,
  tanh,
  tanhBackward,
} from './activations.ts';
import { addColumnSums } from './columnSums.ts';
import { multiply } from './gemm.ts';
import type { KernelCode } from './kernelCode.ts';
import { binaryCrossEntropy, meanAbsoluteError, meanSquaredError } from './losses.ts';
import { packColumns, packRows } from './packing.ts';
import { divideBytes, scaleBytes, scaleFloats } from './scaling.ts';
import { addScheduler } from './scheduler.ts';
import { adam, momentum, nesterov, scale, sgd, sumOfSquares, zero } from './updates.ts';

/** The kernels by name, each with its number: its place in the module's table. */
export const KERNELS = numbered({
  packRows,
  packColumns,
  multiply,
  addColumnSums,
  divideBytes,
  scaleBytes,
  scaleFloats,
  gelu,
  geluBackward,
  leakyRelu,
  leakyReluBackward,
  relu,
  reluBackward,
  sigmoid,
  sigmoidBackward,
  silu,
  siluBackward,
  tanh,
  tanhBackward,
  binaryCrossEntropy,
  meanAbsoluteError,
  meanSquaredError,
  adam,
  momentum,
  nesterov,
  scale,
  sgd,
  sumOfSquares,
  zero,
});

export interface Numbered {
  readonly number: number;
}

function numbered<const Kernels extends Readonly<Record<string, KernelCode>>>(kernels: Kernels) {
  const entries = Object.entries(kernels).map(([name, kernel], number) => [name, { ...kernel, number }]);
  return Object.fromEntries(entries) as { readonly [Name in keyof Kernels]: Kernels[Name] & Numbered };
}

/** The functions of an instance that the engine calls. */
export interface Exports {
  runAlone(kernel: number, pieces: number): void;
  runTogether(kernel: number, pieces: number): void;
  serve(): never;
}

export function emitModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.importMemory('engine', 'memory', MEMORY_LIMITS);
  const thread = module.importGlobal('engine', 'thread', 'i32');
  const scratch = module.importGlobal('engine', 'scratch', 'i32');
  module.table(Object.entries(KERNELS).map(([name, kernel]) => kernel.addTo(module, name, scratch)));
  addScheduler(module, thread);
  return module.toBytes();
}

/** The smallest module with a SIMD instruction: hosts without SIMD refuse it. */
export function emitSimdProbe(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.function('probe', {}, () => i32x4.splat(0));
  return module.toBytes();
}
