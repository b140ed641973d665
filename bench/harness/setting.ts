/** Which kernels compute, on how many threads: every contestant that uses kernels sets this before its turn. */

import { findKernels, setKernels, useThreads } from '../../src/tensor/kernels/active.ts';
import type { Kernels, KernelsName } from '../../src/tensor/kernels/kernels.ts';

export interface Setting {
  readonly kernels: KernelsName;
  /** @default 1 */
  readonly threads?: number;
  /** Whether steps are captured. @default true */
  readonly capture?: boolean;
}

/** @throws {Error} If this machine doesn't have them: the table must say what was measured. */
export async function use({ kernels, threads = 1, capture = true }: Setting): Promise<void> {
  const found = setKernels(kernels, { capture });
  if (found !== kernels) throw new Error(`bench: this machine has no ${kernels} kernels, only ${found}.`);
  if (!kernels.startsWith('simd')) return;
  const { threads: started, warning } = await useThreads(threads);
  if (started !== threads) throw new Error(`bench: ${warning}`);
}

/** The set of this name. */
export function kernelsNamed(name: KernelsName): Kernels {
  const found = findKernels(name);
  if (!found) throw new Error(`bench: this machine has no ${name} kernels.`);
  return found;
}

export const ONE_THREAD: Setting = { kernels: 'simd', threads: 1 };
export const TWO_THREADS: Setting = { kernels: 'simd', threads: 2 };
/** Kernels are called one by one: each call can be seen. */
export const UNCAPTURED: Setting = { kernels: 'simd', capture: false };

/** What contests between one thread and two need. */
export const THREADS_NEED = {
  processors: 2,
  needsAll: true,
  atLeast: { warmUpMs: 300, sampleMs: 100 },
} as const;

/**
 * After a change the engine works alone for 4 ms, then measures whether its helpers gain time. Just woken, they may seem
 * not to, and then rest for 100 ms (src/tensor/kernels/simd/helperGain.ts).
 */
export const THREADS_SETTLE_MS = 150;
