/** Clipping by global norm. docs/math.md, section 5.5. */

import type { FlatParameters } from '../tensor/flatParameters.ts';
import { kernels } from '../tensor/kernels/active.ts';

/**
 * Scales all gradients down by one factor so that their global Euclidean norm is at most `maxNorm`; their direction does
 * not change (Pascanu, Mikolov & Bengio 2013, Algorithm 1).
 *
 * @returns The norm before clipping.
 * @throws {RangeError} If maxNorm is not > 0.
 */
export function clipGradientNorm(parameters: FlatParameters, maxNorm: number): number {
  if (!(maxNorm > 0)) throw new RangeError(`clipGradientNorm: maxNorm is ${maxNorm}, expected more than 0.`);
  const norm = Math.sqrt(kernels().sumOfSquares(parameters.size, parameters.gradients));
  if (norm > maxNorm) kernels().scale(parameters.size, maxNorm / norm, parameters.gradients);
  return norm;
}
