/** Initial values of weights. docs/math.md, section 6, derives the limits. */

import type { Random } from './random.ts';
import { type Shape, sizeOf } from './shape.ts';
import { Tensor } from './tensor.ts';
import { inWords } from './words.ts';

/**
 * Makes the first weight of a layer: a function of your own is one, too.
 *
 * @param shape - Of a dense layer `[fanIn, fanOut]`; of a convolution `[kernelSize, kernelSize, inChannels, outChannels]`, of
 *   which each output sees kernelSize² · inChannels numbers.
 * @returns A new tensor of this shape.
 */
export type Initializer = (shape: Shape, random: Random) => Tensor;

/**
 * How many numbers an output is made of, and how many outputs a number goes into, at stride 1. (Of a transposed convolution they
 * are counted the other way round, as Keras and PyTorch do.)
 */
function fans(shape: Shape): readonly [fanIn: number, fanOut: number] {
  const [inFeatures, outFeatures] = shape.slice(-2);
  const pixels = sizeOf(shape.slice(0, -2));
  return [pixels * inFeatures, pixels * outFeatures];
}

/** Uniform in ±sqrt(6 / (fanIn + fanOut)): Glorot & Bengio 2010, equation 16. Keras's default. */
export const glorotUniform: Initializer = (shape, random) => {
  const [fanIn, fanOut] = fans(shape);
  return uniform(shape, Math.sqrt(6 / (fanIn + fanOut)), random);
};

/** Uniform in ±sqrt(6 / fanIn): He, Zhang, Ren & Sun 2015, for layers followed by a ReLU. */
export const heUniform: Initializer = (shape, random) =>
  uniform(shape, Math.sqrt(6 / fans(shape)[0]), random);

/** All weights 0, as for a layer that should answer with its bias at first. */
export const zeros: Initializer = (shape) => Tensor.zeros(shape);

/** @throws {TypeError} If it is none, such as the name of one. */
export function requireInitializer(who: string, initializer: unknown): asserts initializer is Initializer {
  if (typeof initializer === 'function') return;
  throw new TypeError(
    `${who}: the initializer is ${inWords(initializer)}, expected a function such as glorotUniform.`,
  );
}

function uniform(shape: Shape, limit: number, random: Random): Tensor {
  const data = new Float32Array(sizeOf(shape));
  random.fillUniform(data, -limit, limit);
  return new Tensor(data, shape);
}
