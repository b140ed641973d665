/** A normalization in words. Read normalization.ts first. */

import { isByFeature, type Normalization } from './samples.ts';

/**
 * What is done to the data, for people: `divided by 255`, `(x - 12.3) / 45.6, mean 0 and standard deviation 1`,
 * `each of the 13 features to mean 0 and standard deviation 1`.
 */
export function describeNormalization(normalization: Normalization): string {
  const { kind, dtype } = normalization;
  if (kind === 'none') {
    return dtype === 'b1' ? 'used as they are (0 and 1)' : 'used as they are (already in [0, 1])';
  }
  const result = kind === 'minmax' ? 'from 0 to 1' : 'mean 0 and standard deviation 1';
  if (isByFeature(normalization)) {
    const { length } = normalization.scale;
    const which =
      length === 1 ? 'the only feature' : `each of the ${length.toLocaleString('en-US')} features`;
    return `${which} ${kind === 'minmax' ? result : `to ${result}`}`;
  }
  const { shift, scale } = normalization;
  if (kind === 'divide') return `divided by ${scale}`;
  const shifted = shift < 0 ? `x + ${short(-shift)}` : `x - ${short(shift)}`;
  return `(${shifted}) / ${short(scale)}, ${result}`;
}

/** Six digits are enough for people. */
export function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
