import type { Shape } from '../tensor/shape.ts';

/**
 * The shape to draw samples of this shape in: `[h, w]` or `[h, w, 3]`; dimensions of 1 don't count. Flat vectors of a
 * square size are drawn as squares; undefined for everything else.
 */
export function pictureShape(sample: Shape): Shape | undefined {
  const shape = sample.filter((length) => length !== 1);
  if (shape.length === 1) {
    const side = Math.sqrt(shape[0]);
    return Number.isInteger(side) ? [side, side] : undefined;
  }
  const isPicture = shape.length === 2 || (shape.length === 3 && shape[2] === 3);
  return isPicture ? shape : undefined;
}
