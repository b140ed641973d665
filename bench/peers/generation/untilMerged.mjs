/** Stands in for what the engine does not export yet. Delete it, and its two imports, once the engine does. */

import * as isthmus from '../../../dist/src/index.js';
import { covariances, symmetricEigen } from '../../../dist/src/tensor/linearAlgebra.js';

const { Random, Tensor } = isthmus;

/** Whether the engine can train this contestant. */
export function isThere(key) {
  const needed = { vae: 'VariationalAutoencoder', gan: 'GAN' }[key];
  return needed === undefined || needed in isthmus;
}

/** The normal distribution with the mean and the covariance V Λ Vᵀ of codes: mean + V Λ^½ ε. */
class FittedNormal {
  static fit(codes) {
    return Object.assign(new FittedNormal(), { codes });
  }

  sample(count, { seed }) {
    const [, d] = this.codes.shape;
    const { mean, covariance } = covariances(this.codes.data, d);
    const { values, vectors } = symmetricEigen(covariance, d);
    const noise = new Float32Array(count * d);
    new Random(seed).fillNormal(noise);
    const samples = Tensor.zeros([count, d]);
    for (let i = 0; i < samples.size; i++) {
      const column = i % d;
      samples.data[i] = mean[column];
      for (let j = 0; j < d; j++) {
        samples.data[i] +=
          vectors[column * d + j] * Math.sqrt(Math.max(values[j], 0)) * noise[i - column + j];
      }
    }
    return samples;
  }
}

export const GaussianDistribution = isthmus.GaussianDistribution ?? FittedNormal;
