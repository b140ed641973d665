/** The kernels for images that go with the set in use. Read kernels.ts and ../active.ts first. */

import { activeEngine } from '../active.ts';
import { createSimdConvolutions } from '../simd/convolutions.ts';
import type { Engine } from '../simd/engine.ts';
import type { ConvolutionKernels } from './kernels.ts';
import { naiveConvolutions } from './naive.ts';

/** Those in SIMD, for each engine that was in use. */
const bySimd = new WeakMap<Engine, ConvolutionKernels>();

/** The kernels for images: in SIMD if the set in use is, else the plain loops. */
export function convolutionKernels(): ConvolutionKernels {
  const engine = activeEngine();
  if (!engine) return naiveConvolutions;
  const known = bySimd.get(engine);
  if (known) return known;
  const made = createSimdConvolutions(engine);
  bySimd.set(engine, made);
  return made;
}
