/** How a sample's numbers lie beside each other. */

import { type Shape, sizeOf } from '../tensor/shape.ts';

export interface SampleGrid {
  readonly height: number;
  readonly width: number;
  /** Numbers of one pixel, beside each other. */
  readonly channels: number;
}

/** More in the last dimension are no colours. */
const MOST_CHANNELS = 4;

/**
 * Samples as pictures: `[h, w]`, `[h, w, channels]` with up to 4 of these, flat ones of a square size as squares, other
 * flat ones as one row, all others as rows of their last dimension. Dimensions of 1 don't count.
 */
export function sampleGrid(sample: Shape): SampleGrid {
  const shape = sample.filter((length) => length !== 1);
  const size = sizeOf(shape);
  if (shape.length < 2) {
    const side = Math.sqrt(size);
    return Number.isInteger(side)
      ? { height: side, width: side, channels: 1 }
      : { height: 1, width: size, channels: 1 };
  }
  const last = shape[shape.length - 1];
  const channels = shape.length > 2 && last <= MOST_CHANNELS ? last : 1;
  const width = channels > 1 ? shape[shape.length - 2] : last;
  return { height: size / width / channels, width, channels };
}
