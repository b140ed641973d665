/** Samples on their way into a batch, by definition: every row's numbers become (x - shift) / scale. */

import type { Kernels } from './kernels.ts';

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
