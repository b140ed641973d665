/**
 * The generative adversarial network: a generator makes samples of random codes, a discriminator tells them from real ones,
 * and both learn from each other. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014. Read game.ts first.
 */

import { COMPILE_ADVICE, requireModelOptions, type WeightOptions } from '../autoencoder/options.ts';
import { checkInputShape, requireSpec, rowLength } from '../autoencoder/spec.ts';
import { BatchReader } from '../data/batches.ts';
import { NO_NORMALIZATION, type Normalization, type Samples, type StoredSamples } from '../data/samples.ts';
import { readerLike } from '../data/transform.ts';
import { type SampleOptions, standardNormal } from '../latent/gaussian.ts';
import { buildSequential } from '../layers/build.ts';
import { Dense } from '../layers/dense.ts';
import { Sequential } from '../layers/sequential.ts';
import { formatSummary } from '../layers/summary.ts';
import { Adam } from '../optim/adam.ts';
import { type Optimizer, requireOptimizer } from '../optim/optimizer.ts';
import { FlatParameters } from '../tensor/flatParameters.ts';
import { glorotUniform } from '../tensor/initializers.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import { type OptionNames, requireNumber, requireOptions } from '../tensor/options.ts';
import type { Parameter } from '../tensor/parameter.ts';
import { Random } from '../tensor/random.ts';
import { type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { plural } from '../tensor/words.ts';
import { fitModel } from '../training/fit.ts';
import { FIT_ADVICE, FIT_OPTIONS, type FitOptions, type History } from '../training/fitOptions.ts';
import { type OutOptions, requireOut, runNetwork, separateMemory } from '../training/inference.ts';
import type { Compiled } from '../training/objective.ts';
import { requireDropout, withDropout } from '../training/regularization.ts';
import { collapseOf } from './collapse.ts';
import { AdversarialGame } from './game.ts';
import { describeGAN, GAN_OPTIONS, type GANArchitectureOptions, type GANSpec } from './spec.ts';

/** The architecture, in a few numbers or as the whole spec of another model. */
export type GANOptions = WeightOptions & (GANArchitectureOptions | { readonly spec: GANSpec });

/** How to train. */
export interface GANCompileOptions {
  /**
   * Steps with the gradients of both networks; it serves one GAN. Adam treats each parameter alone, so it is as if each had
   * its own, but for `clipNorm`, which counts all gradients together.
   *
   * @default new Adam({ learningRate: 2e-3, beta1: 0.5 })
   */
  readonly optimizer?: Optimizer;
  /**
   * How far the discriminator's target for real samples lies below 1, 0 <= smoothing < 0.5: it must not become too sure
   * (Salimans et al., "Improved techniques for training GANs", NeurIPS 2016).
   *
   * @default 0.1
   */
  readonly labelSmoothing?: number;
  /**
   * The share of each hidden layer's outputs of the discriminator that a step leaves out, 0 <= dropout < 1.
   *
   * @default 0.4, or 0 if it has no hidden layer
   */
  readonly dropout?: number;
}

const COMPILE_OPTIONS: OptionNames<GANCompileOptions> = {
  optimizer: true,
  labelSmoothing: true,
  dropout: true,
};

/** The options of `fit` that make sense for a GAN: its losses don't say how good its samples are. */
export type GANFitOptions = Omit<FitOptions, (typeof OTHER_FIT_OPTIONS)[number]>;

const OTHER_FIT_OPTIONS = [
  'validationSplit',
  'validationData',
  'target',
  'validationTarget',
  'earlyStopping',
  'noise',
  'start',
] as const;
const GAN_FIT_OPTIONS = Object.fromEntries(
  Object.entries(FIT_OPTIONS).filter(([name]) => !OTHER_FIT_OPTIONS.some((other) => other === name)),
);

/**
 * A GAN of dense layers, or with convolutions. Samples are `[n, ...inputShape]`, as a Tensor or as Samples with a
 * normalization; codes are `[n, encodingDim]`, standard normal numbers. Results are new tensors, which the model does not
 * touch again.
 *
 * The losses of `fit` have the parts `generator` and `discriminator`, the loss of each network; `accuracy`, the share of
 * samples that the discriminator is right about; and `spread`, how different the generated samples are from each other:
 * 1 for as different as the real ones. It ends early, with `stopped: 'problem'`, when the GAN has collapsed.
 *
 * @example
 * const { architecture, compile, fit } = ganPreset('article', images.shape[0]);
 * const gan = new GAN({ inputShape: [28, 28], ...architecture, seed: 42 });
 * gan.compile(compile);
 * await gan.fit(images, { ...fit, epochs: 1 });
 * const newImages = gan.sample(64, { seed: 1 }); // [64, 28, 28]
 */
export class GAN {
  /** The shape of one sample. */
  readonly inputShape: Shape;
  /** The length of a code. */
  readonly encodingDim: number;
  /** From codes `[n, encodingDim]` to flat samples. */
  readonly generator: Sequential;
  /** From flat samples to logits `[n, 1]`: above 0 for real samples. */
  readonly discriminator: Sequential;
  /** All parameters of both networks side by side: what optimizers and files work on. */
  readonly parameters: FlatParameters;
  /** How the samples of the last `fit` became inputs. */
  normalization: Normalization = NO_NORMALIZATION;
  readonly #arena = new Arena();
  /** Where `decode` and `discriminate` read their batches. */
  readonly #allocateInput = separateMemory();
  readonly #random: Random;
  readonly #stepRandom: Random;
  readonly #seed: number;
  #compiled: Compiled | undefined;

  /**
   * Both networks, with weights drawn from the seed.
   *
   * @throws {TypeError} If an option is unknown or has a value of another kind.
   * @throws {ShapeError} If the input shape holds anything but integers >= 1 or does not suit `conv`, or a spec's layers don't
   *   fit each other.
   * @throws {RangeError} If a width or the seed is not an integer in range, or an activation is unknown.
   */
  constructor(options: GANOptions) {
    requireModelOptions('GAN', options, GAN_OPTIONS);
    const { seed = 0, initializer = glorotUniform, ...architecture } = options;
    const spec = 'spec' in architecture ? architecture.spec : describeGAN(architecture);
    requireSpec('GAN', spec, ['generator', 'discriminator']);
    checkInputShape(spec.inputShape, 'GAN');
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#stepRandom = new Random(seed);
    const build = { random: this.#random, initializer };
    this.inputShape = [...spec.inputShape];
    this.generator = buildSequential(spec.generator, build);
    this.discriminator = buildSequential(spec.discriminator, build);
    this.encodingDim = inputWidth(this.generator);
    const features = sizeOf(this.inputShape);
    const made = rowLength('GAN', 'generator', this.generator.outputShape([this.encodingDim]));
    const logits = rowLength('GAN', 'discriminator', this.discriminator.outputShape([features]));
    if (made !== features || logits !== 1) {
      throw new ShapeError(
        `GAN: the generator ends with ${plural(made, 'feature')} and the discriminator with ${logits}, expected ${features} and 1.`,
      );
    }
    this.generator.useArena(this.#arena);
    this.discriminator.useArena(this.#arena);
    const parameters = this.namedParameters().map(([, parameter]) => parameter);
    this.parameters = new FlatParameters(parameters, this.#arena);
  }

  /** The parameters by their names in model files: `generator.0.weight` and so on. */
  namedParameters(): readonly (readonly [name: string, parameter: Parameter])[] {
    return (['generator', 'discriminator'] as const).flatMap((part) =>
      this[part].namedParameters().map(([name, parameter]) => [`${part}.${name}`, parameter] as const),
    );
  }

  /** The architecture as plain JSON, for files and for `new GAN({ spec })`. */
  spec(): GANSpec {
    return {
      type: 'gan',
      inputShape: this.inputShape,
      generator: this.generator.layers.map((layer) => layer.spec()),
      discriminator: this.discriminator.layers.map((layer) => layer.spec()),
    };
  }

  /** A table of the layers: name, output shape, number of parameters. */
  summary(): string {
    const { inputShape, generator, discriminator } = this;
    return formatSummary([
      { input: ['code', [this.encodingDim]], networks: [['generator', generator]] },
      { input: ['sample', inputShape], networks: [['discriminator', discriminator]] },
    ]);
  }

  /**
   * Chooses how to train. Without it, `fit` uses the defaults.
   *
   * @throws {TypeError} If an option is unknown or has a value of another kind.
   * @throws {RangeError} If the smoothing or the dropout is out of range, or there is dropout without a hidden layer.
   */
  compile(options: GANCompileOptions = {}): void {
    requireOptions('GAN.compile', options, COMPILE_OPTIONS, COMPILE_ADVICE);
    const {
      optimizer = new Adam({ learningRate: 2e-3, beta1: 0.5 }),
      labelSmoothing = 0.1,
      dropout = this.discriminator.layers.length > 1 ? 0.4 : 0,
    } = options;
    requireOptimizer('GAN.compile', optimizer);
    const isInRange = (value: number) => value >= 0 && value < 0.5;
    requireNumber('GAN.compile', 'labelSmoothing', labelSmoothing, '0 <= smoothing < 0.5', isInRange);
    const layers = withDropout(this.discriminator.layers, dropout, this.#stepRandom);
    requireDropout(layers, dropout, 'GAN.compile');
    const discriminator = new Sequential(layers);
    discriminator.useArena(this.#arena);
    const objective = new AdversarialGame({
      generator: this.generator,
      discriminator,
      encodingDim: this.encodingDim,
      realTarget: 1 - labelSmoothing,
      random: this.#stepRandom,
    });
    this.#compiled = { objective, optimizer };
  }

  /**
   * Trains both networks. Between steps control goes back to the host, at least every 50 ms unless one step takes longer.
   *
   * @param samples - Shape `[n, ...inputShape]`, in memory or stored: the same bits either way.
   * @returns The losses of each epoch, and why training ended.
   * @throws {TypeError} If these are no samples, an option is unknown or has a value of another kind.
   * @throws {RangeError} If an option is out of range, or makes no sense for a GAN.
   * @throws {ShapeError} If the samples don't fit the model.
   * @throws {DivergenceError} If a loss becomes NaN or infinite.
   * @throws {Error} If the model is already being trained, or the optimizer serves another network.
   * @throws What reading stored samples failed with.
   */
  async fit(samples: Samples | StoredSamples, options: GANFitOptions = {}): Promise<History> {
    requireOptions('GAN.fit', options, GAN_FIT_OPTIONS, FIT_ADVICE, OTHER_FIT_OPTIONS);
    refuseOptions(options);
    if (!this.#compiled) this.compile();
    const { inputShape, parameters } = this;
    const [random, stepRandom, seed] = [this.#random, this.#stepRandom, this.#seed];
    const parts = { inputShape, parameters, random, stepRandom, seed };
    const model = { ...parts, ...(this.#compiled as Compiled), problemOf: collapseOf };
    return fitModel('GAN.fit', this, model, samples, options);
  }

  /**
   * New samples: the generator's answers to codes from the standard normal distribution.
   *
   * @param count - An integer >= 1.
   * @returns Shape `[count, ...inputShape]`, in the units of the network's input: `denormalize` gives those of the data.
   * @throws {TypeError} If an option is unknown.
   * @throws {RangeError} If the count or the seed is out of range.
   */
  sample(count: number, options: SampleOptions = {}): Tensor {
    return this.decode(standardNormal(count, this.encodingDim, options));
  }

  /**
   * The samples that the generator makes of codes.
   *
   * @param codes - Shape `[n, encodingDim]`.
   * @param options - `out`: where the samples go. Default: a new tensor.
   * @returns Shape `[n, ...inputShape]`, in the units of the network's input.
   * @throws {ShapeError} If the codes or `out` have another shape.
   * @throws {RangeError} If `out` lies in the memory of the codes.
   */
  decode(codes: Samples, options: OutOptions = {}): Tensor {
    const reader = new BatchReader(codes, [this.encodingDim], 'GAN.decode');
    const out = requireOut(reader, this.inputShape, options);
    return runNetwork(this.generator, reader, this.inputShape, this.#allocateInput, out);
  }

  /**
   * How sure the discriminator is that samples are real, from 0 to 1.
   *
   * @param samples - Shape `[n, ...inputShape]`.
   * @returns Shape `[n]`.
   * @throws {ShapeError} If the samples don't fit the model.
   * @throws {DataError} If they were scaled in another way than those of the training.
   */
  discriminate(samples: Samples): Tensor {
    const reader = readerLike(samples, this, 'GAN.discriminate');
    const logits = runNetwork(this.discriminator, reader, [1], this.#allocateInput);
    return new Tensor(
      logits.data.map((logit) => 1 / (1 + Math.exp(-logit))),
      [logits.size],
    );
  }
}

/** For callers without types. */
function refuseOptions(options: FitOptions): void {
  const {
    validationSplit = 0,
    validationData,
    validationTarget,
    earlyStopping,
    keep = 'last',
    noise,
    target,
    start = 'as-is',
  } = options;
  if (validationSplit !== 0 || validationData || earlyStopping || keep === 'best') {
    throw new RangeError(
      "GAN.fit: got validation, early stopping or keep: 'best', but a GAN's losses don't say how good its samples are: expected a number of epochs.",
    );
  }
  if (noise || target || validationTarget || start !== 'as-is') {
    throw new RangeError(
      'GAN.fit: got noise, a target or a start at the mean, which are for models that restore.',
    );
  }
}

/** How many numbers a network takes: those of its first dense layer. */
function inputWidth(network: Sequential): number {
  for (const [, layer] of network.namedLayers()) if (layer instanceof Dense) return layer.inFeatures;
  throw new ShapeError('GAN: the generator has no dense layer, expected at least one.');
}
