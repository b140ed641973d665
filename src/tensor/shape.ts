/** Shapes, and what is said if one does not fit. */

/** The lengths of an array's dimensions, integers >= 0, the outermost first: `[n, 28, 28]` for n images of 28 by 28 pixels. */
export type Shape = readonly number[];

/**
 * An array does not have the expected shape. The message says who found it, what came and what was expected.
 *
 * @example
 * try {
 *   matmul(Tensor.zeros([2, 3]), Tensor.zeros([2, 3]));
 * } catch (error) {
 *   error instanceof ShapeError; // true
 * }
 */
export class ShapeError extends Error {
  override name = 'ShapeError';
}

/** `[2, 3]` as text, for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** How many elements an array of this shape holds; 1 for the empty shape of a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((size, length) => size * length, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
