import { formatShape, ShapeError } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * The size of a matrix of features, one sample a row.
 *
 * @param who - Named in the error.
 * @param expected - How many features there must be, if that is known.
 * @throws {ShapeError} If it is no matrix, has no rows, or other features.
 */
export function requireFeatures(who: string, { shape }: Tensor, expected?: number): [n: number, d: number] {
  const [n, d] = shape;
  if (shape.length === 2 && n > 0 && (expected === undefined || d === expected)) return [n, d];
  throw new ShapeError(
    `${who}: the features are ${formatShape(shape)}, expected [samples, ${expected ?? 'features'}].`,
  );
}
