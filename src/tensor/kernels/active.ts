/** Which set of kernels is in use. Read kernels.ts first. */

import { blocked } from './blocked.ts';
import type { Kernels, KernelsName } from './kernels.ts';
import { naive } from './naive.ts';

/** Every set, slowest first. */
export const ALL_KERNELS: readonly Kernels[] = [naive, blocked];

let active: Kernels | undefined;

/** The set in use: what {@link setKernels} chose, else the fastest that this machine supports. */
export function kernels(): Kernels {
  active ??= ALL_KERNELS[ALL_KERNELS.length - 1];
  return active;
}

/**
 * Uses this set from now on, in the whole program. Results differ between sets in the last bits only
 * (docs/math.md, section 2.2).
 *
 * @throws {RangeError} If there is no set of that name.
 */
export function setKernels(name: KernelsName): void {
  const chosen = ALL_KERNELS.find((set) => set.name === name);
  if (!chosen) {
    const names = ALL_KERNELS.map((set) => set.name).join(', ');
    throw new RangeError(`setKernels: there are no kernels named '${name}', expected one of: ${names}.`);
  }
  active = chosen;
}
