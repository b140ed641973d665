/** The set of kernels in use, and how to change it. Read kernels.ts first. */

import { type OptionNames, requireBoolean, requireOptions } from '../options.ts';
import { blocked } from './blocked.ts';
import { type Capture, KERNEL_NAMES, type Kernels, type KernelsName } from './kernels.ts';
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
let captures = true;
/** The sets in SIMD that were tried, each with its own memory and threads. Null: this host cannot run it. */
const tried = new Map<KernelsName, Simd | null>();

/** Emits and compiles SIMD kernels at first use, which takes some milliseconds. */
function trySimd(name: KernelsName): Simd | null {
  if (!tried.has(name)) tried.set(name, createSimd(name));
  return tried.get(name) ?? null;
}

/** What hosts throw that refuse: a page may forbid compiling, a machine may have no room for the memory. */
const REFUSALS = new Set(['CompileError', 'LinkError', 'RangeError', 'TypeError']);

/** Null on a host without WebAssembly, SIMD (for simd-fma: relaxed SIMD) or shared memory. */
function createSimd(name: KernelsName): Simd | null {
  const fused = name === 'simd-fma';
  if (typeof WebAssembly !== 'object' || !WebAssembly.validate(emitSimdProbe(fused))) return null;
  // Outside of the `try`: what the assembler refuses must not look like a host that refuses.
  const bytes = emitModule(fused);
  try {
    const engine = new Engine(bytes);
    return { engine, kernels: createSimdKernels(engine, name) };
  } catch (error) {
    if (REFUSALS.has((error as Error).name)) return null;
    throw error;
  }
}

/** The set of this name, if this host supports it. */
export function findKernels(name: KernelsName): Kernels | undefined {
  if (name === 'naive') return naive;
  if (name === 'blocked') return blocked;
  return KERNEL_NAMES.includes(name) ? trySimd(name)?.kernels : undefined;
}

/** All sets that this host supports, in the order of their names. */
export function supportedKernels(): readonly Kernels[] {
  return KERNEL_NAMES.map(findKernels).filter((set) => set !== undefined);
}

/** The set in use: the one that {@link setKernels} chose, else 'simd', or 'blocked' on a host without. */
export function kernels(): Kernels {
  active ??= findKernels('simd') ?? blocked;
  return active;
}

/** The engine of the set in use, for kernels that not every program has; undefined for a set in JavaScript. */
export function activeEngine(): Engine | undefined {
  return tried.get(kernels().name)?.engine;
}

/** Records kernel calls and replays them, if the kernels in use can and nobody switched it off. */
export function captureKernels(): Capture | undefined {
  return captures ? kernels().capture : undefined;
}

/** Options of {@link setKernels}. */
export interface KernelsOptions {
  /**
   * Whether `fit` records which kernels a step calls and replays them for the steps that follow, which is faster and gives the
   * same bits: SIMD only. Left out, it stays as it is. @default true
   */
  readonly capture?: boolean;
}

const KERNELS_OPTIONS: OptionNames<KernelsOptions> = { capture: true };

/**
 * Uses this set from now on, in the whole program. Results of different sets differ only in the last bits
 * (docs/math.md, section 2.2). Without this call it is 'simd', or 'blocked' on a host that cannot run 'simd', where
 * 'blocked' also takes the place of 'simd' here.
 *
 * 'simd-fma' multiplies and adds in one instruction, on processors that have one: faster on some of them (docs/kernels.md,
 * section 11). Its results differ between machines, so it is used only when asked for. It has its own memory and threads:
 * choose it before networks are made and before {@link useThreads}. Where the host has no relaxed SIMD, as Node 20 without
 * `--experimental-wasm-relaxed-simd`, 'simd' takes its place.
 *
 * @returns The name of the set that is in use now.
 * @throws {TypeError} If an option is unknown, or has a value of another kind.
 * @throws {RangeError} If there is no set of this name.
 * @example
 * setKernels('naive'); // 'naive'
 * setKernels('simd', { capture: false }); // 'simd'
 * setKernels('simd', { capture: true }); // 'simd'
 */
export function setKernels(name: KernelsName, options: KernelsOptions = {}): KernelsName {
  requireOptions('setKernels', options, KERNELS_OPTIONS);
  const { capture = captures } = options;
  requireBoolean('setKernels', 'capture', capture);
  if (!KERNEL_NAMES.includes(name)) {
    throw new RangeError(
      `setKernels: there are no kernels named '${name}', expected one of: ${KERNEL_NAMES.join(', ')}.`,
    );
  }
  captures = capture;
  active = findKernels(name) ?? findKernels('simd') ?? blocked;
  return active.name;
}

/**
 * Sets how many threads share the work of the SIMD kernels, the calling thread included: of 'simd-fma' if it is in use, else
 * of 'simd'. Any number gives the same bits; the other sets always run on one thread. Without this call it is one thread.
 * Threads that are no longer needed sleep; none keeps the process alive.
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
  const one = trySimd(kernels().name === 'simd-fma' ? 'simd-fma' : 'simd');
  return one ? setThreads(one.engine, count) : { threads: 1 };
}

/** How many threads the kernels in use run on. */
export function threads(): number {
  return activeEngine()?.threads ?? 1;
}
