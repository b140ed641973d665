/** Which kernels compute, on how many threads: the time that a command takes depends on it, and the last bits of results. */

import { kernels, setKernels, threads, useThreads } from '../../../tensor/kernels/active.ts';
import { KERNEL_NAMES, type KernelsName } from '../../../tensor/kernels/kernels.ts';
import { MAX_THREADS } from '../../../tensor/kernels/simd/sharedPage.ts';
import { choice, numberOr, UsageError } from '../terminal/options.ts';
import { countOf, say } from '../terminal/output.ts';

export const MACHINE = {
  kernels: choice(
    [...KERNEL_NAMES, 'fast'] as const,
    undefined,
    'Which kernels compute: plain loops, blocked loops, WebAssembly SIMD, or SIMD with fused multiply-adds, whose last bits differ between machines; fast: simd-fma if this machine has it, else simd. [simd, or blocked on a machine without]',
  ),
  threads: numberOr(
    'auto',
    { minimum: 1, maximum: MAX_THREADS, integer: true },
    'With SIMD: how many threads share the work. The result has the same bits with any number. [auto: one per processor, at most 8]',
  ),
};

interface MachineValues {
  readonly kernels: KernelsName | 'fast' | undefined;
  readonly threads: number | 'auto' | undefined;
}

/** @throws {UsageError} If several threads are asked for with kernels that run on one. */
export function refuseThreads({ kernels: name, threads: count }: MachineValues): void {
  if (typeof count === 'number' && count > 1 && (name === 'naive' || name === 'blocked')) {
    throw new UsageError(`--threads is ${count}, expected 1: the ${name} kernels run on one thread.`);
  }
}

/** Chooses the kernels and starts the threads; says so if this machine has no such kernels, or some did not start. */
export async function useMachine({ kernels: name, threads: count }: MachineValues): Promise<void> {
  const found = setKernels(name === 'fast' ? 'simd-fma' : (name ?? 'simd')); // also after a command that chose others
  if (name === 'simd-fma' && found !== name)
    say(`note: this machine, or its version of Node, has no simd-fma kernels: the ${found} kernels compute.`);
  if (!found.startsWith('simd')) return;
  const { warning } = await useThreads(count ?? 'auto');
  if (warning) say(`note: ${warning}`);
}

/** `simd kernels, 2 threads` */
export function describeMachine(): string {
  return `${kernels().name} kernels, ${countOf(threads(), 'thread')}`;
}
