/**
 * What a variational autoencoder minimises: the negative evidence lower bound (ELBO), in nats for each sample. Kingma &
 * Welling, "Auto-encoding variational Bayes", ICLR 2014, equations 3 and 10. Read layers/gaussianCode.ts and
 * training/objective.ts first; docs/math.md, section 7.4.
 */

import { binaryEntropy } from '../evaluation/metrics.ts';
import { Sigmoid } from '../layers/activation.ts';
import { type GaussianCode, GaussianSample } from '../layers/gaussianCode.ts';
import { Sequential } from '../layers/sequential.ts';
import { BinaryCrossEntropy, type Loss, MeanSquaredError } from '../losses/loss.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { type OptionNames, requireInteger, requireNumber } from '../tensor/options.ts';
import type { Random } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Losses, layersBeforeLoss, type Objective } from '../training/objective.ts';
import { findLastLayer, type LastLayer } from '../training/startAtMean.ts';

/** The weight of the KL divergence. */
export interface BetaOptions {
  /**
   * 1 gives the evidence lower bound; more gives codes whose numbers are more independent, and blurrier images (Higgins et
   * al., "beta-VAE", ICLR 2017); less restores better and samples worse. A number >= 0.
   *
   * @default 1
   */
  readonly beta?: number;
  /**
   * The number of steps over which the weight rises from near 0 to beta, in a straight line: the code is used before it is
   * made normal (Sønderby et al., "Ladder variational autoencoders", NeurIPS 2016). An integer >= 0.
   *
   * @default 0
   */
  readonly betaWarmUpSteps?: number;
}

export const BETA_OPTIONS: OptionNames<BetaOptions> = { beta: true, betaWarmUpSteps: true };

/** The networks, and what they work with. */
interface ElboParts {
  /** Its last layer is a {@link GaussianCode}. */
  readonly encoder: Sequential;
  readonly decoder: Sequential;
  /** Draws the codes. */
  readonly random: Random;
}

/**
 * `reconstruction + beta · KL`, the mean over the batch:
 *
 * - reconstruction: minus the logarithm of the probability of a sample, given one code that is drawn for it. If the decoder
 *   ends with a sigmoid, each element has a Bernoulli distribution: binary cross-entropy, summed over the elements. Else it
 *   has a normal distribution of variance 1: `½ Σ (y - x)²`, without the constant `½ d log 2π`.
 * - KL: the divergence of the distribution of codes from the standard normal one.
 *
 * Losses always weigh the divergence with the whole beta, during a warm-up too, so that epochs can be compared.
 */
export class Elbo implements Objective {
  readonly callsKernelsOnly = false;
  readonly needsUnitRange: boolean;
  readonly lastLayer: LastLayer | undefined;
  readonly #network: Sequential;
  readonly #sample: GaussianSample;
  readonly #loss: Loss;
  readonly #beta: number;
  readonly #warmUpSteps: number;
  readonly #stepsDone: () => number;

  /**
   * @param stepsDone - How many steps the optimizer has done, for the warm-up.
   * @throws {RangeError} If beta is negative, or the number of steps is not an integer >= 0.
   */
  constructor(
    { encoder, decoder, random }: ElboParts,
    { beta = 1, betaWarmUpSteps = 0 }: BetaOptions = {},
    stepsDone = () => 0,
  ) {
    const who = 'VariationalAutoencoder.compile';
    requireNumber(who, 'beta', beta, 'a number >= 0', (value) => value >= 0 && value < Infinity);
    requireInteger(who, 'betaWarmUpSteps', betaWarmUpSteps, 0);
    this.#beta = beta;
    this.#warmUpSteps = betaWarmUpSteps;
    this.#stepsDone = stepsDone;
    this.needsUnitRange = decoder.layers.at(-1) instanceof Sigmoid;
    this.#loss = this.needsUnitRange ? new BinaryCrossEntropy() : new MeanSquaredError();
    const code = encoder.layers.at(-1) as GaussianCode;
    // Its arrays are its own, not the networks': it may be dropped before them.
    this.#sample = new GaussianSample(code, { random });
    const toLoss = layersBeforeLoss(decoder, this.#loss, 'VariationalAutoencoder');
    this.#network = new Sequential([...encoder.layers.slice(0, -1), this.#sample, ...toLoss]);
    this.lastLayer = findLastLayer(this.#network, this.needsUnitRange);
  }

  learn(input: Tensor, target: Tensor): Losses {
    const losses = this.measure(input, target);
    this.#sample.klWeight = this.#beta * this.#warmUp;
    const gradient = this.#loss.backward();
    kernels().scale(gradient.size, this.#natsPerLoss(target), gradient.data);
    this.#network.backwardParameters(gradient);
    return losses;
  }

  measure(input: Tensor, target: Tensor): Losses {
    const reconstruction =
      this.#loss.forward(this.#network.forward(input), target) * this.#natsPerLoss(target);
    const divergences = this.#sample.kl();
    const kl = divergences.reduce((a, b) => a + b, 0) / divergences.length;
    return { loss: reconstruction + this.#beta * kl, parts: { reconstruction, kl } };
  }

  /**
   * The two parts of each sample's negative ELBO, and the minimum of their sum, in nats. The minimum is minus infinity if it
   * is not known: of binary cross-entropy, for numbers outside [0, 1].
   *
   * @param x - `[batch, features]`
   */
  measureEach(x: Tensor): Record<'reconstruction' | 'kl' | 'minimum', readonly number[]> {
    const y = this.#network.forward(x);
    const targets = Array.from({ length: x.shape[0] }, (_, i) => x.rows(i, i + 1));
    const reconstruction = targets.map(
      (target, i) => this.#loss.forward(y.rows(i, i + 1), target) * this.#natsPerLoss(target),
    );
    const minimum = targets.map(({ data }) => (this.needsUnitRange ? binaryEntropy(data) : 0));
    return { reconstruction, kl: [...this.#sample.kl()], minimum };
  }

  /** From 0 to 1: how far the warm-up has come. */
  get #warmUp(): number {
    return this.#warmUpSteps === 0 ? 1 : Math.min(1, (this.#stepsDone() + 1) / this.#warmUpSteps);
  }

  /** From a mean over elements to a sum over the elements of a sample; half of that for the squared error. */
  #natsPerLoss({ shape }: Tensor): number {
    return this.needsUnitRange ? shape[1] : shape[1] / 2;
  }
}
