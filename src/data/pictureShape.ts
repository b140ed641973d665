/** Which samples can be drawn as pictures, and in what shape. */

import type { Shape } from '../tensor/shape.ts';

/** A strip is narrower than 8 pixels and more than 16 times as long as it is wide: [500, 3] is a log of three sensors. */
const NARROW = 8;
const LONG = 16;

/**
 * The shape in which to draw samples of this shape: `[h, w]` or `[h, w, 3]`, where dimensions of 1 don't count. A flat
 * vector of n² numbers is drawn as a square. Undefined for strips, less than 8 pixels wide and more than 16 times as long,
 * and for everything else.
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
