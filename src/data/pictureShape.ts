import type { Shape } from '../tensor/shape.ts';

/** How many times as long as wide a picture may be: [500, 3] is three sensors. */
const LONGEST = 16;

/**
 * The shape to draw samples of this shape in: `[h, w]` or `[h, w, 3]`; dimensions of 1 don't count. Flat vectors of a
 * square size are drawn as squares; undefined for everything else, and for
 * long strips.
 */
export function pictureShape(sample: Shape): Shape | undefined {
  const shape = sample.filter((length) => length !== 1);
  if (shape.length === 1) {
    const side = Math.sqrt(shape[0]);
    return Number.isInteger(side) ? [side, side] : undefined;
  }
  const [height, width] = shape;
  const isPicture = shape.length === 2 || (shape.length === 3 && shape[2] === 3);
  const isStrip = Math.max(height, width) > LONGEST * Math.min(height, width);
  return isPicture && !isStrip ? shape : undefined;
}
