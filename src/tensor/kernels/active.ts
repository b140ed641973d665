/** The set of kernels in use, and how to change it. Read kernels.ts first. */

import { blocked } from './blocked.ts';
import { KERNEL_NAMES, type Kernels, type KernelsName } from './kernels.ts';
import { naive } from './naive.ts';
import { emitModule, emitSimdProbe } from './simd/code/module.ts';
import { Engine } from './simd/engine.ts';
import { createSimdKernels } from './simd/kernels.ts';
import { setThreads, type Threads, threadsWanted } from './simd/threads.ts';

interface Simd {
  readonly kernels: Kernels;
  readonly engine: Engine;
}

let active: Kernels | undefined;
/** The SIMD kernels. Undefined: not tried yet. Null: this host cannot run them. */
let simd: Simd | null | undefined;

/** Emits and compiles the SIMD kernels at first use, which takes some milliseconds. */
function trySimd(): Simd | null {
  if (simd === undefined) simd = createSimd();
  return simd;
}

/** What hosts throw that refuse: a page may forbid compiling, a machine may have no room for the memory. */
const REFUSALS = new Set(['CompileError', 'LinkError', 'RangeError', 'TypeError']);

/** Null on a host without WebAssembly, SIMD or shared memory. */
function createSimd(): Simd | null {
  if (typeof WebAssembly !== 'object' || !WebAssembly.validate(emitSimdProbe())) return null;
  // Outside of the `try`: what the assembler refuses must not look like a host that refuses.
  const bytes = emitModule();
  try {
    const engine = new Engine(bytes);
    return { engine, kernels: createSimdKernels(engine) };
  } catch (error) {
    if (REFUSALS.has((error as Error).name)) return null;
    throw error;
  }
}

/** All sets that this host supports, slowest first. */
export function supportedKernels(): readonly Kernels[] {
  const one = trySimd();
  return one ? [naive, blocked, one.kernels] : [naive, blocked];
}

/** The set in use: the one that {@link setKernels} chose, else the fastest that this host supports. */
export function kernels(): Kernels {
  active ??= trySimd()?.kernels ?? blocked;
  return active;
}

/**
 * Uses this set from now on, in the whole program. Results of different sets differ only in the last bits
 * (docs/math.md, section 2.2). Without this call it is 'simd', or 'blocked' on a host that cannot run 'simd', where
 * 'blocked' also takes the place of 'simd' here.
 *
 * @returns The name of the set that is in use now.
 * @throws {RangeError} If there is no set of this name.
 * @example
 * setKernels('naive'); // 'naive'
 * setKernels('simd'); // 'simd'
 */
export function setKernels(name: KernelsName): KernelsName {
  if (!KERNEL_NAMES.includes(name)) {
    throw new RangeError(
      `setKernels: there are no kernels named '${name}', expected one of: ${KERNEL_NAMES.join(', ')}.`,
    );
  }
  active = name === 'naive' ? naive : name === 'blocked' ? blocked : (trySimd()?.kernels ?? blocked);
  return active.name;
}

/**
 * Sets how many threads share the work of the SIMD kernels, the calling thread included. Any number gives the same bits;
 * the other sets always run on one thread. Without this call it is one thread. Threads that are no longer needed sleep; none
 * keeps the process alive.
 *
 * @param count - 1 to 64, or 'auto': as many as the machine runs at the same time, at most 8.
 * @returns The number of threads now in use, and a warning if some of those asked for did not start.
 * @throws {RangeError} If the count is neither.
 * @example
 * const { threads } = await useThreads(1);
 * threads; // 1
 */
export async function useThreads(count: number | 'auto'): Promise<Threads> {
  threadsWanted(count);
  const one = trySimd();
  return one ? setThreads(one.engine, count) : { threads: 1 };
}

/** How many threads the kernels in use run on. */
export function threads(): number {
  return kernels().name === 'simd' ? (simd?.engine.threads ?? 1) : 1;
}
