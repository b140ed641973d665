/** From stored numbers to a network's inputs, scaled by one shift and scale for all, or by one a feature. */

import type { SampleArray, Scaling } from '../data/samples.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { gatherByFeature } from '../tensor/kernels/gather.ts';

/** The samples of these row numbers of `data` `[n, features]`: `out` is `[rows.length, features]`. */
export function gatherInputs(
  { shifts, scales }: Scaling,
  features: number,
  rows: ArrayLike<number>,
  data: SampleArray,
  out: Float32Array,
): void {
  if (scales.length > 1) gatherByFeature(features, rows, data, shifts, scales, out);
  else kernels().gather(features, rows, data, shifts[0], scales[0], out);
}

/** Samples one after another: `data` and `out` are `[rows, features]`. */
export function gatherRun(scaling: Scaling, data: SampleArray, out: Float32Array): void {
  const features = scaling.scales.length;
  if (features === 1) {
    // One scale for all: samples in a row are one long row.
    gatherInputs(scaling, out.length, [0], data, out);
  } else {
    const rows = Array.from({ length: out.length / features }, (_, i) => i);
    gatherInputs(scaling, features, rows, data, out);
  }
}
