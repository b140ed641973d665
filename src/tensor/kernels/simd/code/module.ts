/** All kernels and the scheduler in one WebAssembly module. Read kernelCode.ts, scheduler.ts and gemm.ts first. */

import { MEMORY_LIMITS } from '../sharedPage.ts';
import { ModuleBuilder } from '../wasm/assembler.ts';
import { f32x4, i32x4 } from '../wasm/instructions.ts';
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
import { type KernelCode, multiplyThenAdd } from './kernelCode.ts';
import { binaryCrossEntropy, meanAbsoluteError, meanSquaredError } from './losses.ts';
import { packColumns, packRows } from './packing.ts';
import { multiplyRow } from './rowProduct.ts';
import { divideBytes, scaleBytes, scaleFloats } from './scaling.ts';
import { addScheduler } from './scheduler.ts';
import { adam, momentum, nesterov, scale, sgd, sumOfSquares, zero } from './updates.ts';

/** The kernels by name, each with its number: its place in the module's table. */
export const KERNELS = numbered({
  packRows,
  packColumns,
  multiply,
  multiplyRow,
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

/** The number of the kernel of a phase (scheduler.ts). */
export const PHASE = Object.keys(KERNELS).length;

/** Kernels that not every program needs. They come behind the others, so that those keep their numbers. */
const added: (readonly [name: string, kernel: KernelCode])[] = [];

/** How many kernels the modules that are emitted from now on have. */
export function kernelCount(): number {
  return PHASE + 1 + added.length;
}

/** Adds kernels to the modules that are emitted from now on. */
export function addKernels<const Kernels extends KernelsByName>(kernels: Kernels) {
  const first = kernelCount();
  added.push(...Object.entries(kernels));
  return numbered(kernels, first);
}

export interface Numbered {
  readonly number: number;
}

type KernelsByName = Readonly<Record<string, KernelCode>>;

function numbered<const Kernels extends KernelsByName>(kernels: Kernels, first = 0) {
  const entries = Object.entries(kernels).map(([name, kernel], i) => [
    name,
    { ...kernel, number: first + i },
  ]);
  return Object.fromEntries(entries) as { readonly [Name in keyof Kernels]: Kernels[Name] & Numbered };
}

/** The functions of an instance that the engine calls. */
export interface Exports {
  runAlone(job: number): void;
  runTogether(job: number): void;
  runAll(firstJob: number, end: number, together: number): void;
  serve(): never;
}

/** @param fused - Whether sums of products use relaxed SIMD's multiply-add: its bits differ between machines. */
export function emitModule(fused = false): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.importMemory('engine', 'memory', MEMORY_LIMITS);
  const thread = module.importGlobal('engine', 'thread', 'i32');
  const scratch = module.importGlobal('engine', 'scratch', 'i32');
  const multiplyAdd = fused ? f32x4.relaxed_madd : multiplyThenAdd;
  const addAll = (kernels: Iterable<readonly [string, KernelCode]>) =>
    Array.from(kernels, ([name, kernel]) => kernel.addTo(module, name, scratch, multiplyAdd));
  module.table([...addAll(Object.entries(KERNELS)), addScheduler(module, thread), ...addAll(added)]);
  return module.toBytes();
}

/** The smallest module with a SIMD instruction, or one of relaxed SIMD: hosts without it refuse the module. */
export function emitSimdProbe(fused = false): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const zeros = i32x4.splat(0);
  module.function('probe', {}, () => (fused ? f32x4.relaxed_madd(zeros, zeros, zeros) : zeros));
  return module.toBytes();
}
