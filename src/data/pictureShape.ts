import type { Shape } from '../tensor/shape.ts';

/** [500, 3] is no picture but three sensors: a side of fewer pixels, and the other that many times as long. */
const NARROW = 8;
const LONG = 16;

/**
 * The shape to draw samples of this shape in: `[h, w]` or `[h, w, 3]`; dimensions of 1 don't count. Flat vectors of a
 * square size are drawn as squares; undefined for everything else, and for strips less than 8 pixels wide and more than
 * 16 times as long.
 */
export function pictureShape(sample: Shape): Shape | undefined {
  const shape = sample.filter((length) => length !== 1);
  if (shape.length === 1) {
    const side = Math.sqrt(shape[0]);
    return Number.isInteger(side) ? [side, side] : undefined;
  }
  const [short, long] = shape.slice(0, 2).sort((a, b) => a - b);
  const isPicture = shape.length === 2 || (shape.length === 3 && shape[2] === 3);
  const isStrip = short < NARROW && long > LONG * short;
  return isPicture && !isStrip ? shape : undefined;
}
