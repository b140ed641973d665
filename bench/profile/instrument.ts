/** Times every call of a set's kernels from inside the engine: layers look their kernels up whenever they call them. */

import type { Kernels } from '../../src/tensor/kernels/kernels.ts';

export type KernelName = Exclude<keyof Kernels, 'name' | 'memory' | 'capture'>;

type AnyKernel = (...given: unknown[]) => unknown;

/** Called after each call of a kernel; its own time is not counted as the kernel's. */
export type RecordCall = (
  kernel: KernelName,
  given: readonly unknown[],
  startMs: number,
  endMs: number,
) => void;

/** @returns A function that puts the original kernels back. */
export function instrument(set: Kernels, record: RecordCall, clock = () => performance.now()): () => void {
  const functions = set as unknown as Record<KernelName, AnyKernel>;
  const originals = kernelNames(set).map((name) => [name, functions[name]] as const);
  for (const [name, kernel] of originals) {
    functions[name] = (...given) => {
      const start = clock();
      const result = kernel(...given);
      record(name, given, start, clock());
      return result;
    };
  }
  return () => {
    for (const [name, kernel] of originals) functions[name] = kernel;
  };
}

export function kernelNames(set: Kernels): KernelName[] {
  const names = Object.keys(set) as (keyof Kernels)[];
  return names.filter((name): name is KernelName => typeof set[name] === 'function' && name !== 'capture');
}
