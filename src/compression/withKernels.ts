/** Reconstructions have the same bits only with the same kernels: docs/math.md, section 2.2. */

import { kernels, setKernels, supportedKernels } from '../tensor/kernels/active.ts';
import type { KernelsName } from '../tensor/kernels/kernels.ts';

export function canUseKernels(name: KernelsName): boolean {
  return supportedKernels().some((one) => one.name === name);
}

/** What `compute` gives with these kernels. It must not wait for anything: others go on with theirs. */
export function withKernels<T>(name: KernelsName, compute: () => T): T {
  const before = kernels().name;
  setKernels(name);
  try {
    return compute();
  } finally {
    setKernels(before);
  }
}
