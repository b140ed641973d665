/**
 * Jobs on images: their kernels, which join the module only in programs that use images, and how they are cut into pieces.
 * Read code/module.ts and engine.ts first.
 */

import { convolve, convolveFew } from './code/convolve.ts';
import { padImages } from './code/images.ts';
import { addKernels, type Numbered } from './code/module.ts';
import { maxPool, maxPoolBackward, upsample, upsampleBackward } from './code/pooling.ts';
import { addWeightGradient } from './code/weightGradient.ts';
import type { Engine } from './engine.ts';

export const IMAGE_KERNELS = addKernels({
  padImages,
  convolve,
  convolveFew,
  addWeightGradient,
  maxPool,
  maxPoolBackward,
  upsample,
  upsampleBackward,
});

/** @throws {Error} If the engine's module was made before these kernels were loaded. */
export function requireImageKernels({ kernels }: Engine): void {
  if (Object.values(IMAGE_KERNELS).every(({ number }) => number < kernels)) return;
  throw new Error(
    'useConvolutions: convolutions were loaded after the kernels had been compiled, expected before the first network and before useThreads.',
  );
}

/** How long a piece should take at least, in nanoseconds, and how many pieces there should be for each thread. */
const MIN_PIECE_NS = 4_000;
const PIECES_PER_THREAD = 6;

/** The arguments of a kernel by name, all of them integers. */
type Arguments<Slots> = { readonly [Name in keyof Slots]: number };

/** Work that can be cut anywhere between so many equal parts, such as rows. */
interface Cut<Slots> {
  readonly parts: number;
  /** The argument that says how many of them make a piece. */
  readonly perPiece: keyof Slots;
  /** Roughly how long one thread takes for all of it, in nanoseconds: it decides how work is cut, never what is computed. */
  readonly ns: number;
}

/** Runs a kernel on all parts of its work. */
export function runParts<Slots extends Readonly<Record<string, number>>, Per extends keyof Slots>(
  engine: Engine,
  { slots, number }: Numbered & { readonly slots: Slots },
  given: Omit<Arguments<Slots>, NoInfer<Per>>,
  { parts, perPiece, ns }: Cut<Slots> & { readonly perPiece: Per },
): void {
  const { ints, threads } = engine;
  const wanted = threads === 1 ? 1 : Math.min(PIECES_PER_THREAD * threads, Math.floor(ns / MIN_PIECE_NS));
  const size = Math.ceil(parts / Math.max(1, Math.min(wanted, parts)));
  const all: Readonly<Record<string, number>> = { ...given, [perPiece]: size };
  for (const name in slots) ints[slots[name]] = all[name];
  engine.run(number, Math.ceil(parts / size), ns);
}
