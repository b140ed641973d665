/** The negative evidence lower bound once more: float64, plain loops, as docs/math.md writes it. */

import type { VariationalAutoencoder } from '../../src/vae/variationalAutoencoder.ts';
import {
  referenceActivations,
  referenceDense,
  referenceGaussianKL,
  referenceLosses,
} from '../helpers/naive/reference.ts';

/** An autoencoder features-hidden-code-hidden-features with tanh. */
export interface Sizes {
  readonly features: number;
  readonly hidden: number;
  readonly code: number;
}

/** For each sample, in nats. */
export interface ReferenceParts {
  readonly reconstruction: readonly number[];
  readonly kl: readonly number[];
}

/** The parameters of a model, in its order. */
export const valuesOf = (model: VariationalAutoencoder): readonly (readonly number[])[] =>
  model.namedParameters().map(([, { value }]) => Array.from(value.data));

export interface ReferenceInput {
  /** `[batch, features]` */
  readonly input: readonly number[];
  /** `[batch, features]` @default input */
  readonly target?: readonly number[];
  /** `[batch, code]`: what is drawn. */
  readonly epsilon: ArrayLike<number>;
  /** 'sigmoid': Bernoulli; 'linear': normal with variance 1, without its constant. */
  readonly output: 'sigmoid' | 'linear';
}

export function referenceElbo(
  { features, hidden, code }: Sizes,
  values: readonly (readonly number[])[],
  { input, target = input, epsilon, output }: ReferenceInput,
): ReferenceParts {
  const [w0, b0, wMean, bMean, wVariance, bVariance, w1, b1, w2, b2] = values;
  const batch = input.length / features;
  const h0 = referenceDense(batch, features, hidden, input, w0, b0).map(referenceActivations.tanh);
  const mean = referenceDense(batch, hidden, code, h0, wMean, bMean);
  const logVariance = referenceDense(batch, hidden, code, h0, wVariance, bVariance);
  const z = mean.map((mu, i) => mu + Math.sqrt(Math.exp(logVariance[i])) * epsilon[i]);
  const h1 = referenceDense(batch, code, hidden, z, w1, b1).map(referenceActivations.tanh);
  const y = referenceDense(batch, hidden, features, h1, w2, b2);
  const rowOf = (all: readonly number[], i: number, width: number) => all.slice(i * width, (i + 1) * width);
  const samples = Array.from({ length: batch }, (_, i) => i);
  const { binaryCrossEntropy, meanSquaredError } = referenceLosses;
  return {
    reconstruction: samples.map((i) => {
      const [prediction, wanted] = [rowOf(y, i, features), rowOf(target, i, features)];
      return output === 'sigmoid'
        ? features * binaryCrossEntropy(prediction, wanted)
        : (features / 2) * meanSquaredError(prediction, wanted);
    }),
    kl: samples.map((i) => referenceGaussianKL(rowOf(mean, i, code), rowOf(logVariance, i, code))),
  };
}

export const meanOf = (numbers: ArrayLike<number>): number =>
  Array.from(numbers).reduce((a, b) => a + b) / numbers.length;
