/**
 * The variational autoencoder: an autoencoder whose codes follow the standard normal distribution, so that the decoder makes
 * new samples of random codes. Read autoencoder/autoencoder.ts and elbo.ts first; docs/math.md, section 7.4.
 */

import { type AnomalyScores, Autoencoder } from '../autoencoder/autoencoder.ts';
import {
  COMPILE_ADVICE,
  type CompileOptions,
  type EvaluateOptions,
  requireModelOptions,
  requireRows,
  type WeightOptions,
} from '../autoencoder/options.ts';
import type { AutoencoderSpec } from '../autoencoder/spec.ts';
import type { Samples, StoredSamples } from '../data/samples.ts';
import { type SampleOptions, standardNormal } from '../latent/gaussian.ts';
import { GaussianCode } from '../layers/gaussianCode.ts';
import { Adam } from '../optim/adam.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { type OptionNames, requireOptions } from '../tensor/options.ts';
import { Random } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { separateMemory } from '../training/inference.ts';
import { EVALUATION_NOISE_SEED } from '../training/noise.ts';
import { TimeSlice } from '../training/yieldToHost.ts';
import { BETA_OPTIONS, type BetaOptions, Elbo } from './elbo.ts';
import {
  describeVariationalAutoencoder,
  VARIATIONAL_OPTIONS,
  type VariationalArchitectureOptions,
} from './spec.ts';

/** The architecture, in a few numbers or as the whole spec of another model. */
export type VariationalAutoencoderOptions = WeightOptions &
  (VariationalArchitectureOptions | { readonly spec: AutoencoderSpec });

/** How to train. */
export interface VariationalCompileOptions extends BetaOptions {
  /** An optimizer serves one network. @default new Adam(), with learning rate 1e-3 */
  readonly optimizer?: Optimizer;
}

const COMPILE_OPTIONS: OptionNames<VariationalCompileOptions> = { optimizer: true, ...BETA_OPTIONS };

/** Each sample's negative evidence lower bound in nats: its two parts, and how far their sum lies above its minimum. */
export interface NegativeElbo {
  /**
   * Minus the logarithm of the sample's probability, given one code that is drawn for it: binary cross-entropy summed over
   * its numbers, or half the sum of its squared errors.
   */
  readonly reconstruction: Float64Array;
  /** The KL divergence of its distribution of codes from the standard normal one. */
  readonly kl: Float64Array;
  /**
   * What the sum lies above that of a perfect reconstruction with a divergence of 0. Missing if that is not known for all
   * samples: of binary cross-entropy, for numbers outside [0, 1].
   */
  readonly excess?: Float64Array;
}

/**
 * A variational autoencoder of dense layers, or with convolutions: all that {@link Autoencoder} can do, and `sample`.
 * `encode` gives the mean of a sample's distribution of codes.
 *
 * The losses of `fit` are in nats for each sample; their parts are `reconstruction` and `kl`.
 *
 * @example
 * const vae = new VariationalAutoencoder({ inputShape: [28, 28], encodingDim: 20, seed: 42 });
 * await vae.fit(images, { epochs: 2, batchSize: 50 });
 * const newImages = vae.sample(64, { seed: 1 }); // [64, 28, 28]
 */
export class VariationalAutoencoder extends Autoencoder {
  static override readonly name: string = 'VariationalAutoencoder';
  /**
   * Encoder and decoder, with weights drawn from the seed.
   *
   * @throws {TypeError} If an option is unknown or has a value of another kind.
   * @throws {ShapeError} If the input shape holds anything but integers >= 1 or does not suit `conv`, or a spec's layers don't
   *   fit each other.
   * @throws {RangeError} If a width or the seed is out of range, an activation is unknown, or a spec's encoder has no mean
   *   and log-variance.
   */
  constructor(options: VariationalAutoencoderOptions) {
    requireModelOptions('VariationalAutoencoder', options, VARIATIONAL_OPTIONS, ['tied']);
    const spec = 'spec' in options ? options.spec : describeVariationalAutoencoder(options);
    const { seed, initializer } = options;
    super({ spec, ...(seed !== undefined && { seed }), ...(initializer && { initializer }) });
    if (!(this.encoder.layers.at(-1) instanceof GaussianCode)) {
      throw new RangeError(
        "VariationalAutoencoder: the encoder doesn't end with a layer 'gaussianCode', expected the spec of a variational autoencoder.",
      );
    }
  }

  /** The architecture as plain JSON, for files and for `new VariationalAutoencoder({ spec })`. */
  override spec(): AutoencoderSpec {
    return { ...super.spec(), type: 'vae' };
  }

  /**
   * Chooses how to train. Without it, `fit` uses the defaults. The loss of a sample is `reconstruction + beta · KL`, where
   * the reconstruction follows from the output activation: binary cross-entropy summed over the sample's numbers for
   * 'sigmoid', half the sum of its squared errors for 'linear'.
   *
   * @throws {TypeError} If an option is unknown or has a value of another kind.
   * @throws {RangeError} If beta or its warm-up is out of range, or there are options of a plain autoencoder.
   */
  override compile(options: VariationalCompileOptions = {}): void {
    const who = 'VariationalAutoencoder.compile';
    requireOptions(who, options, COMPILE_OPTIONS, COMPILE_ADVICE, ['loss', 'sparsity', 'dropout']);
    refuseOptions(options);
    const { optimizer = new Adam(), ...beta } = options;
    const { encoder, decoder, stepRandom: random } = this;
    const elbo = new Elbo({ encoder, decoder, random }, beta, () => optimizer.steps);
    this.trainBy(elbo, optimizer);
  }

  /**
   * The negative evidence lower bound of each sample, with one code drawn for each from a fixed seed. Reconstruction and
   * KL together estimate an upper bound of -log p(x). With binary cross-entropy gray pixels make it large, however well
   * they are restored: compare samples by the excess, which is what lies above their entropy (docs/math.md, section 7.4).
   * Control goes back to the host between batches, as in `fit`.
   *
   * @param samples - Shape `[n, ...inputShape]`, in memory or stored: the same bits either way. Of numbers outside [0, 1]
   *   binary cross-entropy has no minimum, so it says nothing about them.
   * @param options - `rows`: the numbers of the samples, in this order. Default: all.
   * @throws {TypeError} If these are no samples, an option is unknown, or the rows are no Uint32Array.
   * @throws {RangeError} If there are no rows or one does not exist.
   * @throws {ShapeError} If the samples don't fit the model.
   * @throws {DataError} If they were scaled in another way than those of the training.
   * @throws What reading stored samples failed with.
   */
  async negativeElbo(
    samples: Samples | StoredSamples,
    options: Pick<EvaluateOptions, 'rows'> = {},
  ): Promise<NegativeElbo> {
    const who = 'VariationalAutoencoder.negativeElbo';
    requireOptions(who, options, { rows: true });
    const { rows } = options;
    const reader = this.readerOf(samples, 'negativeElbo');
    if (rows !== undefined) requireRows(rows, reader.count, who);
    const { encoder, decoder } = this;
    const elbo = new Elbo({ encoder, decoder, random: new Random(EVALUATION_NOISE_SEED) });
    const [reconstruction, kl, excess] = Array.from(
      { length: 3 },
      () => new Float64Array(rows?.length ?? reader.count),
    );
    const slice = new TimeSlice();
    let [done, isKnown] = [0, true];
    for await (const x of reader.stream({ rows, allocate: separateMemory() })) {
      const batch = elbo.measureEach(x);
      reconstruction.set(batch.reconstruction, done);
      kl.set(batch.kl, done);
      batch.minimum.forEach((minimum, i) => {
        excess[done + i] = batch.reconstruction[i] + batch.kl[i] - minimum;
        isKnown &&= Number.isFinite(minimum);
      });
      done += x.shape[0];
      if (slice.isOver) await slice.pause();
    }
    return { reconstruction, kl, ...(isKnown && { excess }) };
  }

  /**
   * As that of every autoencoder, but the score is the excess of the negative ELBO, where it is known for all samples: see
   * {@link NegativeElbo}. Else it is the mean squared error, too.
   *
   * @throws As {@link negativeElbo}.
   */
  override async anomalyScores(
    samples: Samples | StoredSamples,
    options: Pick<EvaluateOptions, 'rows'> = {},
  ): Promise<AnomalyScores> {
    const errors = await super.anomalyScores(samples, options);
    const { excess } = await this.negativeElbo(samples, options);
    return excess ? { ...errors, rankedBy: 'excess', scores: excess } : errors;
  }

  /**
   * New samples: the decoder's answers to codes from the standard normal distribution.
   *
   * @param count - An integer >= 1.
   * @returns Shape `[count, ...inputShape]`, in the units of the network's input: `denormalize` gives those of the data.
   * @throws {TypeError} If an option is unknown.
   * @throws {RangeError} If the count or the seed is out of range.
   */
  sample(count: number, options: SampleOptions = {}): Tensor {
    return this.decode(standardNormal(count, this.encodingDim, options));
  }
}

/** For callers without types, and for those that only know that the model is an autoencoder. */
function refuseOptions({ loss, sparsity = 0, dropout = 0 }: CompileOptions): void {
  if (loss !== undefined || sparsity !== 0 || dropout !== 0) {
    throw new RangeError(
      'VariationalAutoencoder.compile: got a loss, sparsity or dropout, which are for plain autoencoders: expected optimizer, beta and betaWarmUpSteps, as the loss follows from the output activation.',
    );
  }
}
