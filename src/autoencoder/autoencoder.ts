/**
 * The autoencoder: an encoder that turns a sample into a short code and a decoder that turns the code back into the
 * sample, trained together to restore their input. docs/math.md, section 7. Read layers/sequential.ts and training/fit.ts
 * first.
 */

import { BatchReader } from '../data/batches.ts';
import { NO_NORMALIZATION, type Normalization, type Samples, type StoredSamples } from '../data/samples.ts';
import { readerLike } from '../data/transform.ts';
import type { AnomalyScore } from '../evaluation/errorDistribution.ts';
import { ErrorSums, type Evaluation, sampleErrors } from '../evaluation/metrics.ts';
import { GaussianDistribution } from '../latent/gaussian.ts';
import { buildSequential } from '../layers/build.ts';
import { Sequential } from '../layers/sequential.ts';
import { formatSummary } from '../layers/summary.ts';
import { lossOf } from '../losses/loss.ts';
import { Adam } from '../optim/adam.ts';
import { type Optimizer, requireOptimizer } from '../optim/optimizer.ts';
import { FlatParameters } from '../tensor/flatParameters.ts';
import { glorotUniform } from '../tensor/initializers.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import { Moments } from '../tensor/moments.ts';
import { requireOptions } from '../tensor/options.ts';
import type { Parameter } from '../tensor/parameter.ts';
import { Random } from '../tensor/random.ts';
import { type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { plural } from '../tensor/words.ts';
import { Workspace } from '../tensor/workspace.ts';
import { fitModel } from '../training/fit.ts';
import type { FitOptions, History } from '../training/fitOptions.ts';
import { type OutOptions, requireOut, runNetwork, separateMemory } from '../training/inference.ts';
import { addNoise, checkNoise, EVALUATION_NOISE_SEED } from '../training/noise.ts';
import { type Compiled, layersBeforeLoss, type Objective, Restoration } from '../training/objective.ts';
import { PairReader } from '../training/pairs.ts';
import { buildTrainingNetwork } from '../training/regularization.ts';
import { TimeSlice } from '../training/yieldToHost.ts';
import {
  type AutoencoderOptions,
  COMPILE_ADVICE,
  COMPILE_OPTIONS,
  type CompileOptions,
  EVALUATE_OPTIONS,
  type EvaluateOptions,
  requireModelOptions,
  requireRows,
} from './options.ts';
import {
  ARCHITECTURE_OPTIONS,
  type AutoencoderSpec,
  checkInputShape,
  describeAutoencoder,
  requireSpec,
  rowLength,
} from './spec.ts';

/** What `anomalyScores` returns. */
export interface AnomalyScores {
  /** What the scores are: those of one model are all of one kind, unless a variational one can't tell the excess. */
  readonly rankedBy: AnomalyScore;
  /** One for each sample: the higher, the less it looks like those of the training. Not finite if the network overflows. */
  readonly scores: Float64Array;
  /** What `evaluate` says of these samples, in the same pass. */
  readonly evaluation: Evaluation;
}

/**
 * An autoencoder of dense layers, or with convolutions. Samples are `[n, ...inputShape]`, as a Tensor or as Samples with a
 * normalization; codes are `[n, encodingDim]`. One sample, or one code, may come by itself: `[...inputShape]`,
 * `[encodingDim]`. Results are new tensors, unless the caller brings one, and the model does not touch them again.
 *
 * @example
 * const autoencoder = new Autoencoder({ inputShape: [28, 28], seed: 42 });
 * autoencoder.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse' });
 * await autoencoder.fit(images, { epochs: 10, batchSize: 32 });
 * const codes = autoencoder.encode(images); // [100, 32]
 * const decoded = autoencoder.decode(codes); // [100, 28, 28]
 */
export class Autoencoder {
  static readonly name: string = 'Autoencoder'; // messages begin with it, and minifiers rename classes
  /** The shape of one sample. */
  readonly inputShape: Shape;
  /** The length of a code. */
  readonly encodingDim: number;
  /** `[batch, features]` to `[batch, encodingDim]`, where a sample has so many features: the product of its shape. */
  readonly encoder: Sequential;
  /** `[batch, encodingDim]` to `[batch, features]`. */
  readonly decoder: Sequential;
  /** All parameters of the network side by side: what optimizers and files work on. */
  readonly parameters: FlatParameters;
  /** How the samples of the last `fit` became inputs. `transform` and `denormalize` need it for other data. */
  normalization: Normalization = NO_NORMALIZATION;
  /** Of the layers' arrays. */
  readonly #arena = new Arena();
  /** The random numbers of a training step. */
  protected readonly stepRandom: Random;
  readonly #input = new Workspace();
  readonly #allocateInput = (shape: Shape) => this.#input.tensor(this.#arena, shape);
  /** Both parts, one after the other. */
  readonly #network: Sequential;
  readonly #random: Random;
  readonly #seed: number;
  #compiled: Compiled | undefined;

  /**
   * @throws {TypeError} If an option is unknown, or has a value of another kind.
   * @throws {ShapeError} If the input shape holds anything but integers >= 1 or does not suit `conv`, or a spec's layers don't
   *   fit each other.
   * @throws {RangeError} If a width or the seed is not an integer in range, an activation is unknown, `tied` comes with
   *   `decoderHidden` or `conv`, `denseCode: false` with widths of dense layers or without `conv`, or a spec is of another kind
   *   of model.
   * @throws {Error} If there are layers for images, and the bundle left those out: {@link useConvolutions}.
   */
  constructor(options: AutoencoderOptions) {
    requireModelOptions('Autoencoder', options, ARCHITECTURE_OPTIONS);
    const { seed = 0, initializer = glorotUniform, ...architecture } = options;
    const spec = 'spec' in architecture ? architecture.spec : describeAutoencoder(architecture);
    requireSpec('Autoencoder', spec, ['encoder', 'decoder']);
    if (spec.type === 'vae' && new.target === Autoencoder) {
      throw new RangeError(
        'Autoencoder: the spec is that of a variational autoencoder, expected new VariationalAutoencoder({ spec }).',
      );
    }
    checkInputShape(spec.inputShape);
    this.#seed = seed;
    this.#random = new Random(seed);
    this.stepRandom = new Random(seed);
    const build = { random: this.#random, initializer };
    this.inputShape = [...spec.inputShape];
    this.encoder = buildSequential(spec.encoder, build);
    const named = new Map(this.encoder.namedLayers().map(([name, layer]) => [`encoder.${name}`, layer]));
    this.decoder = buildSequential(spec.decoder, { ...build, named });
    this.encodingDim = rowLength('Autoencoder', 'encoder', this.encoder.outputShape([this.#features]));
    const restored = rowLength('Autoencoder', 'decoder', this.decoder.outputShape([this.encodingDim]));
    if (restored !== this.#features) {
      throw new ShapeError(
        `Autoencoder: the decoder ends with ${plural(restored, 'feature')}, expected ${this.#features}.`,
      );
    }
    this.encoder.useArena(this.#arena);
    this.decoder.useArena(this.#arena);
    this.#network = new Sequential([this.encoder, this.decoder]);
    const parameters = this.namedParameters().map(([, parameter]) => parameter);
    this.parameters = new FlatParameters(parameters, this.#arena);
  }

  /** A method in the words of errors: `Autoencoder.fit`, or that of another kind of autoencoder. */
  #who(method: string): string {
    return `${this.constructor.name}.${method}`;
  }

  get #features(): number {
    return sizeOf(this.inputShape);
  }

  /** The parameters by their names in model files: `encoder.0.weight` and so on. */
  namedParameters(): readonly (readonly [name: string, parameter: Parameter])[] {
    return [
      ...this.encoder.namedParameters().map(([name, parameter]) => [`encoder.${name}`, parameter] as const),
      ...this.decoder.namedParameters().map(([name, parameter]) => [`decoder.${name}`, parameter] as const),
    ];
  }

  /** The architecture as plain JSON, for files and for `new Autoencoder({ spec })`. */
  spec(): AutoencoderSpec {
    return {
      type: 'autoencoder',
      inputShape: this.inputShape,
      encoder: this.encoder.layers.map((layer) => layer.spec()),
      decoder: this.decoder.layers.map((layer) => layer.spec()),
    };
  }

  /** A table of the layers: name, output shape, number of parameters. */
  summary(): string {
    const { inputShape, encoder, decoder } = this;
    const networks = [
      ['encoder', encoder],
      ['decoder', decoder],
    ] as const;
    return formatSummary([{ input: ['input', inputShape], networks }]);
  }

  /**
   * Chooses how to train. Without it, `fit` uses the defaults.
   *
   * @throws {TypeError} If an option is unknown, or has a value of another kind.
   * @throws {RangeError} If sparsity or dropout is out of range, there is no hidden layer to drop outputs of, there is no
   *   loss of this name, or it is 'bce' and the output activation is not 'sigmoid'.
   */
  compile(options: CompileOptions = {}): void {
    requireOptions('Autoencoder.compile', options, COMPILE_OPTIONS, COMPILE_ADVICE);
    const { optimizer, loss = 'mse', ...regularization } = options;
    const lossInUse = lossOf('Autoencoder.compile', loss);
    const encoder = this.encoder.layers;
    const decoder = layersBeforeLoss(this.decoder, lossInUse, 'Autoencoder.compile');
    const network = new Sequential([...encoder, ...decoder]);
    const trainingNetwork = buildTrainingNetwork(encoder, decoder, regularization, this.stepRandom);
    trainingNetwork.useArena(this.#arena);
    this.trainBy(new Restoration(network, trainingNetwork, lossInUse), optimizer);
  }

  /** Decides what `fit` minimises, and how: what `compile` ends with, that of other kinds of autoencoders too. */
  protected trainBy(objective: Objective, optimizer: Optimizer = new Adam()): void {
    requireOptimizer(this.#who('compile'), optimizer);
    this.#compiled = { objective, optimizer };
  }

  /**
   * Trains the network to restore these samples, or to answer with `target`. Between steps control goes back to the host,
   * at least every 50 ms unless one step takes longer.
   *
   * @param samples - Shape `[n, ...inputShape]`, in memory or stored: the same bits either way.
   * @returns The losses of each epoch, and why training ended.
   * @throws {TypeError} If these are no samples, an option is unknown or has a value of another kind.
   * @throws {RangeError} If an option is out of range, or the loss is 'bce' and a target is outside [0, 1].
   * @throws {ShapeError} If the samples or targets don't fit the model or each other.
   * @throws {DataError} If samples, target and validation data were not all scaled in the same way.
   * @throws {DivergenceError} If a loss becomes NaN or infinite.
   * @throws {Error} If the model is already being trained, or the optimizer serves another network.
   * @throws What reading stored samples failed with.
   */
  async fit(samples: Samples | StoredSamples, options: FitOptions = {}): Promise<History> {
    if (!this.#compiled) this.compile();
    const { inputShape, parameters, stepRandom } = this;
    const [random, seed] = [this.#random, this.#seed];
    const model = { inputShape, parameters, random, stepRandom, seed, ...(this.#compiled as Compiled) };
    return fitModel(this.#who('fit'), this, model, samples, options);
  }

  /**
   * The codes of samples in memory. One sample of shape `[...inputShape]` gives one code, `[1, encodingDim]`.
   *
   * @param samples - Shape `[n, ...inputShape]`.
   * @param options - `out`: where the codes go. Default: a new tensor.
   * @returns Shape `[n, encodingDim]`.
   * @throws {ShapeError} If the samples don't fit the model, or `out` has another shape.
   * @throws {DataError} If they were scaled in another way than those of the training.
   * @throws {RangeError} If `out` lies in the memory of the samples.
   * @example
   * const out = Tensor.zeros([100, 32]);
   * for (const batch of [images, images]) autoencoder.encode(batch, { out }); // overwrites out, no new memory
   */
  encode(samples: Samples, options?: OutOptions): Tensor {
    return this.#run(this.encoder, this.readerOf(samples, 'encode'), [this.encodingDim], options);
  }

  /**
   * As `encode`, the same bits, batch by batch: neither the samples nor their codes have to fit into memory.
   *
   * @param samples - Shape `[n, ...inputShape]`, in memory or stored.
   * @returns The codes of one batch after the other, `[batch, encodingDim]`.
   * @throws {ShapeError} If the samples don't fit the model.
   * @throws {DataError} If they were scaled in another way than those of the training.
   * @throws What reading stored samples failed with.
   */
  async *encodeBatches(samples: Samples | StoredSamples): AsyncGenerator<Tensor, void> {
    const reader = this.readerOf(samples, 'encodeBatches');
    for await (const x of reader.stream({ allocate: separateMemory() })) {
      yield this.encoder.forward(x).copy();
    }
  }

  /**
   * How the codes of samples are distributed, as a normal distribution with their mean and covariance: where to draw codes
   * that the decoder can make new samples of. Codes that are not finite are left out.
   *
   * @param samples - Shape `[n, ...inputShape]`, in memory or stored: the same bits either way.
   * @throws {ShapeError} If the samples don't fit the model.
   * @throws {DataError} If they were scaled in another way than those of the training.
   * @throws {RangeError} If not one code is finite.
   * @throws What reading stored samples failed with.
   * @example
   * const codes = (await autoencoder.codeDistribution(images)).sample(64, { seed: 1 });
   * const newImages = autoencoder.decode(codes); // [64, 28, 28]
   */
  async codeDistribution(samples: Samples | StoredSamples): Promise<GaussianDistribution> {
    const moments = new Moments(this.encodingDim);
    const slice = new TimeSlice();
    for await (const codes of this.encodeBatches(samples)) {
      moments.add(codes);
      if (slice.isOver) await slice.pause();
    }
    return GaussianDistribution.withMoments(moments);
  }

  /**
   * The samples that the decoder makes of codes.
   *
   * @param codes - Shape `[n, encodingDim]`.
   * @param options - As those of `encode`.
   * @returns Shape `[n, ...inputShape]`, in the units of the network's input: `denormalize` gives those of the data.
   * @throws {ShapeError} If the codes or `out` have another shape.
   * @throws {RangeError} If `out` lies in the memory of the codes.
   */
  decode(codes: Samples, options?: OutOptions): Tensor {
    const reader = new BatchReader(codes, [this.encodingDim], this.#who('decode'));
    return this.#run(this.decoder, reader, this.inputShape, options);
  }

  /**
   * Encodes and decodes, as `decode(encode(samples))` in one call.
   *
   * @param samples - Shape `[n, ...inputShape]`.
   * @param options - As those of `encode`.
   * @returns Shape `[n, ...inputShape]`, in the units of the network's input.
   * @throws As `encode`.
   */
  predict(samples: Samples, options?: OutOptions): Tensor {
    return this.#run(this.#network, this.readerOf(samples, 'predict'), this.inputShape, options);
  }

  /**
   * How far the reconstructions are from the samples, or from `target`, over all elements, in the units of the network's
   * input. Control goes back to the host between batches, as in `fit`.
   *
   * @param samples - Shape `[n, ...inputShape]`, in memory or stored: the same bits either way.
   * @throws {RangeError} If there are no rows or one does not exist, or the noise is out of range.
   * @throws {ShapeError} If the samples or the target don't fit the model or each other.
   * @throws {DataError} If they were scaled in another way than those of the training.
   * @throws What reading stored samples failed with.
   * @example
   * const { mse, mae, psnr } = await autoencoder.evaluate(images);
   */
  async evaluate(samples: Samples | StoredSamples, options: EvaluateOptions = {}): Promise<Evaluation> {
    requireOptions(this.#who('evaluate'), options, EVALUATE_OPTIONS);
    return this.#evaluate('evaluate', samples, options);
  }

  /**
   * The score of each sample by which anomalies are ranked: its mean squared error, in the units of the network's input. That
   * of a variational autoencoder is another one. Control goes back to the host between batches, as in `fit`.
   *
   * @param samples - Shape `[n, ...inputShape]`, in memory or stored: the same bits either way.
   * @param options - `rows`: the numbers of the samples to score, in this order. Default: all.
   * @throws {RangeError} If there are no rows or one does not exist.
   * @throws {ShapeError} If the samples don't fit the model.
   * @throws {DataError} If they were scaled in another way than those of the training.
   * @throws What reading stored samples failed with.
   * @example
   * const { scores } = await autoencoder.anomalyScores(images);
   * const { value } = ErrorDistribution.of(scores).threshold(0.99);
   * const flags = Array.from(scores, (score) => isAbove(score, value));
   */
  async anomalyScores(
    samples: Samples | StoredSamples,
    options: Pick<EvaluateOptions, 'rows'> = {},
  ): Promise<AnomalyScores> {
    requireOptions(this.#who('anomalyScores'), options, { rows: true });
    const { rows } = options;
    const scores = new Float64Array(rows?.length ?? this.readerOf(samples, 'anomalyScores').count);
    let done = 0;
    const evaluation = await this.#evaluate('anomalyScores', samples, { rows }, (x, y) => {
      const errors = sampleErrors(this.#features, x, y);
      scores.set(errors, done);
      done += errors.length;
    });
    return { rankedBy: 'mse', scores, evaluation };
  }

  /** @param onBatch - Sees the clean inputs of each batch and what is restored of them. */
  async #evaluate(
    method: string,
    samples: Samples | StoredSamples,
    { rows, target: targets, noise }: EvaluateOptions,
    onBatch?: (inputs: Float32Array, outputs: Float32Array) => void,
  ): Promise<Evaluation> {
    const who = this.#who(method);
    const answers = targets === undefined ? targets : this.readerOf(targets, `${method}, target`);
    const reader = new PairReader(this.readerOf(samples, method), answers, who);
    if (rows !== undefined) requireRows(rows, reader.count, who);
    if (noise !== undefined) checkNoise(noise);
    const sums = new ErrorSums();
    const random = new Random(EVALUATION_NOISE_SEED);
    const allocateNoisy = separateMemory();
    const slice = new TimeSlice();
    for await (const { input: x, target } of reader.stream({ rows, allocate: separateMemory() })) {
      const seen = noise ? addNoise(x, noise, random, allocateNoisy(x.shape)) : x;
      const { data } = this.decoder.forward(this.encoder.forward(seen));
      sums.add(target.data, data);
      onBatch?.(x.data, data);
      if (slice.isOver) await slice.pause();
    }
    return sums.result();
  }

  /**
   * Reads samples as the trained network takes them.
   *
   * @param method - Named in errors.
   */
  protected readerOf(samples: Samples | StoredSamples, method: string): BatchReader {
    return readerLike(samples, this, this.#who(method));
  }

  #run(network: Sequential, reader: BatchReader, to: Shape, options: OutOptions | undefined): Tensor {
    const out = options === undefined ? options : requireOut(reader, to, options);
    return runNetwork(network, reader, to, this.#allocateInput, out);
  }
}
