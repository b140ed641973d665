/** The options that say what computes: they decide how long a command takes, not what comes out (but for the last bits). */

import { kernels, setKernels, threads, useThreads } from '../../../tensor/kernels/active.ts';
import { KERNEL_NAMES, type KernelsName } from '../../../tensor/kernels/kernels.ts';
import { MAX_THREADS } from '../../../tensor/kernels/simd/code/kernelCode.ts';
import { choice, numberOr, UsageError } from '../terminal/options.ts';
import { countOf, say } from '../terminal/output.ts';

export const MACHINE = {
  kernels: choice(
    KERNEL_NAMES,
    undefined,
    'Which loops compute: plain, blocked, or WebAssembly SIMD. [the fastest here]',
  ),
  threads: numberOr(
    'auto',
    { minimum: 1, maximum: MAX_THREADS, integer: true },
    'With simd: how many threads share the work. The results have the same bits for any number. [auto: one a processor, at most 8]',
  ),
};

interface MachineValues {
  readonly kernels: KernelsName | undefined;
  readonly threads: number | 'auto' | undefined;
}

/** @throws {UsageError} If threads are asked for with kernels that have none. */
export function refuseThreads({ kernels: name, threads: count }: MachineValues): void {
  if (typeof count === 'number' && count > 1 && (name === 'naive' || name === 'blocked')) {
    throw new UsageError(`--threads is ${count}, expected 1: the ${name} kernels run on one thread.`);
  }
}

/** Chooses kernels and starts threads; says so if some did not start. */
export async function useMachine({ kernels: name, threads: count }: MachineValues): Promise<void> {
  setKernels(name ?? 'simd'); // the fastest here, also after a command that chose others
  if (kernels().name !== 'simd') return;
  const { warning } = await useThreads(count ?? 'auto');
  if (warning) say(`note: ${warning}`);
}

/** `simd kernels, 2 threads` */
export function describeMachine(): string {
  return `${kernels().name} kernels, ${countOf(threads(), 'thread')}`;
}
