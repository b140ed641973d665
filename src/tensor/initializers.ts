/** Initial values of weights. docs/math.md, section 6, derives the limits. */

import type { Random } from './random.ts';
import { sizeOf } from './shape.ts';
import { Tensor } from './tensor.ts';
import { inWords } from './words.ts';

/**
 * Makes the first weight of a layer, of shape `[fanIn, fanOut]`: a function of your own is one, too.
 *
 * @returns A new tensor of this shape.
 */
export type Initializer = (shape: readonly [fanIn: number, fanOut: number], random: Random) => Tensor;

/** Uniform in ±sqrt(6 / (fanIn + fanOut)): Glorot & Bengio 2010, equation 16. Keras's default for a dense layer. */
export const glorotUniform: Initializer = (shape, random) =>
  uniform(shape, Math.sqrt(6 / (shape[0] + shape[1])), random);

/** Uniform in ±sqrt(6 / fanIn): He, Zhang, Ren & Sun 2015, for layers followed by a ReLU. */
export const heUniform: Initializer = (shape, random) => uniform(shape, Math.sqrt(6 / shape[0]), random);

/** All weights 0, as for a layer that should answer with its bias at first. */
export const zeros: Initializer = (shape) => Tensor.zeros(shape);

/** @throws {TypeError} If it is none, such as the name of one. */
export function requireInitializer(who: string, initializer: unknown): asserts initializer is Initializer {
  if (typeof initializer === 'function') return;
  throw new TypeError(
    `${who}: the initializer is ${inWords(initializer)}, expected a function such as glorotUniform.`,
  );
}

function uniform(shape: readonly [number, number], limit: number, random: Random): Tensor {
  const data = new Float32Array(sizeOf(shape));
  random.fillUniform(data, -limit, limit);
  return new Tensor(data, shape);
}
