/** Clipping by global norm. docs/math.md, section 5.5. */

import { type FlatParameters, requireFlatParameters } from '../tensor/flatParameters.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { requireNumber } from '../tensor/options.ts';

/**
 * Scales all gradients down by one factor so that their global Euclidean norm is at most `maxNorm`; their direction does
 * not change (Pascanu, Mikolov & Bengio 2013, Algorithm 1).
 *
 * @returns The norm before clipping.
 * @throws {RangeError} If maxNorm is not > 0.
 * @example
 * const parameters = new FlatParameters(new Dense(1, 2, { bias: false }).parameters());
 * parameters.gradients.set([3, 4]);
 * clipGradientNorm(parameters, 2.5); // 5
 * parameters.gradients; // [1.5, 2]
 */
export function clipGradientNorm(parameters: FlatParameters, maxNorm: number): number {
  requireFlatParameters('clipGradientNorm', parameters);
  requireNumber('clipGradientNorm', 'maxNorm', maxNorm, 'more than 0', (value) => value > 0);
  const norm = Math.sqrt(kernels().sumOfSquares(parameters.size, parameters.gradients));
  if (norm > maxNorm) kernels().scale(parameters.size, maxNorm / norm, parameters.gradients);
  return norm;
}
