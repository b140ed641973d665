/**
 * The autoencoder: an encoder that squeezes a sample into a short code and a decoder that restores it, trained together
 * to reproduce their input. docs/math.md, section 7. Read layers/sequential.ts and fit.ts first.
 */

import { BatchReader } from '../data/batches.ts';
import { NO_NORMALIZATION, type Normalization, type Samples, type StoredSamples } from '../data/samples.ts';
import { ErrorSums, type Evaluation } from '../evaluation/metrics.ts';
import { Sigmoid } from '../layers/activation.ts';
import { buildSequential } from '../layers/build.ts';
import type { Layer } from '../layers/layer.ts';
import { Sequential } from '../layers/sequential.ts';
import type { Loss, LossName } from '../losses/loss.ts';
import { BinaryCrossEntropy, namedLoss } from '../losses/loss.ts';
import { Adam } from '../optim/adam.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { FlatParameters } from '../tensor/flatParameters.ts';
import { glorotUniform, type Initializer } from '../tensor/initializers.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import type { Parameter } from '../tensor/parameter.ts';
import { Random } from '../tensor/random.ts';
import { type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { type FitOptions, type History, prepareTraining } from '../training/fit.ts';
import { forEachBatch, INFERENCE_BATCH } from '../training/forEachBatch.ts';
import { Corruption, MEASURED_NOISE_SEED, type Noise } from '../training/noise.ts';
import { buildTrainingNetwork, type RegularizationOptions } from '../training/regularization.ts';
import { rowNumbers } from '../training/split.ts';
import { TimeSlice } from '../training/yieldToHost.ts';
import {
  type ArchitectureOptions,
  type AutoencoderSpec,
  checkInputShape,
  describeAutoencoder,
} from './spec.ts';
import { formatSummary } from './summary.ts';

interface WeightOptions {
  /** Decides the weights, the validation split and the order of the samples. @default 0 */
  readonly seed?: number;
  /** @default glorotUniform */
  readonly initializer?: Initializer;
}

/** An architecture in a few numbers, or the whole spec of another model. */
export type AutoencoderOptions = WeightOptions & (ArchitectureOptions | { readonly spec: AutoencoderSpec });

/**
 * How to train. The losses that `fit` reports are without the sparsity penalty; training losses are with dropout,
 * validation losses without.
 */
export interface CompileOptions extends RegularizationOptions {
  /** @default new Adam(): learning rate 1e-3 */
  readonly optimizer?: Optimizer;
  /** A name, or a loss of your own. @default 'mse' */
  readonly loss?: LossName | Loss;
}

export interface MeasureOptions {
  /** The numbers of the samples to measure. @default all */
  readonly rows?: Uint32Array;
  /** Corrupts what goes in, the same way each time; what comes out is compared with the clean samples. @default none */
  readonly noise?: Noise | undefined;
}

/** What `compile` settles. */
interface Compiled {
  /** From input to what the loss reads. */
  readonly network: Sequential;
  /** The same with what training alone needs. */
  readonly trainingNetwork: Sequential;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
}

/**
 * Samples go in as `[n, ...inputShape]` (a Tensor, or Samples with a normalization); codes are `[n, encodingDim]`.
 * Results are ordinary tensors of the caller's.
 *
 * @example
 * const autoencoder = new Autoencoder({ inputShape: [28, 28, 1], seed: 42 });
 * autoencoder.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse' });
 * await autoencoder.fit(images, { epochs: 100, batchSize: 32 });
 * const codes = autoencoder.encode(images); // [n, 32]
 * const decoded = autoencoder.decode(codes); // [n, 28, 28, 1]
 */
export class Autoencoder {
  readonly inputShape: Shape;
  readonly encodingDim: number;
  readonly encoder: Sequential;
  readonly decoder: Sequential;
  /** All of the network's parameters in one run: what optimizers and files work on. */
  readonly parameters: FlatParameters;
  /** How the samples of the last `fit` became inputs: what reads a model's files and writes its output needs it. */
  normalization: Normalization = NO_NORMALIZATION;
  readonly #arena = new Arena();
  readonly #input = new Workspace();
  readonly #random: Random;
  /** What noise and dropout are drawn from. */
  readonly #chance: Random;
  readonly #seed: number;
  #compiled: Compiled | undefined;
  #isTraining = false;

  /**
   * @throws {ShapeError} If the input shape is not one, or a spec's layers don't fit each other.
   * @throws {RangeError} If a width or the seed is not an integer in range.
   */
  constructor({ seed = 0, initializer = glorotUniform, ...architecture }: AutoencoderOptions) {
    const spec = 'spec' in architecture ? architecture.spec : describeAutoencoder(architecture);
    checkInputShape(spec.inputShape);
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#chance = new Random(seed);
    const build = { random: this.#random, initializer };
    this.inputShape = [...spec.inputShape];
    this.encoder = buildSequential(spec.encoder, build);
    const named = new Map(this.encoder.namedLayers().map(([name, layer]) => [`encoder.${name}`, layer]));
    this.decoder = buildSequential(spec.decoder, { ...build, named });
    this.encodingDim = this.encoder.outputWidth(this.#features);
    const restored = this.decoder.outputWidth(this.encodingDim);
    if (restored !== this.#features) {
      throw new ShapeError(
        `Autoencoder: the decoder ends with ${restored} features, expected ${this.#features}.`,
      );
    }
    this.encoder.useArena(this.#arena);
    this.decoder.useArena(this.#arena);
    const parameters = this.namedParameters().map(([, parameter]) => parameter);
    this.parameters = new FlatParameters(parameters, this.#arena);
  }

  get #features(): number {
    return sizeOf(this.inputShape);
  }

  /** The parameters by the names that model files use: `encoder.0.weight` and so on. */
  namedParameters(): readonly (readonly [name: string, parameter: Parameter])[] {
    return [
      ...this.encoder.namedParameters().map(([name, parameter]) => [`encoder.${name}`, parameter] as const),
      ...this.decoder.namedParameters().map(([name, parameter]) => [`decoder.${name}`, parameter] as const),
    ];
  }

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
    return formatSummary(this.spec());
  }

  /**
   * Chooses how to train. Without it, `fit` uses the defaults.
   *
   * @throws {RangeError} With the loss 'bce', if the output activation is not 'sigmoid': it reads the output as logits.
   *   If sparsity or dropout are out of range.
   */
  compile(options: CompileOptions = {}): void {
    this.#compiled = this.#prepare(options);
  }

  #prepare({ optimizer = new Adam(), loss = 'mse', ...regularization }: CompileOptions): Compiled {
    const lossInUse = typeof loss === 'string' ? namedLoss(loss) : loss;
    let layers: readonly Layer[] = this.decoder.layers;
    if (lossInUse instanceof BinaryCrossEntropy) {
      // The loss holds the sigmoid (docs/math.md, section 4.3), so training goes around the decoder's own.
      if (!(layers.at(-1) instanceof Sigmoid)) {
        throw new RangeError("Autoencoder.compile: the loss 'bce' needs outputActivation 'sigmoid'.");
      }
      layers = layers.slice(0, -1);
    }
    const encoder = this.encoder.layers;
    const network = new Sequential([...encoder, ...layers]);
    const trainingNetwork = buildTrainingNetwork(encoder, layers, regularization, this.#chance);
    trainingNetwork.useArena(this.#arena);
    return { network, trainingNetwork, loss: lossInUse, optimizer };
  }

  /**
   * Trains the network to reproduce these samples. Between steps it hands control back to the host, at least every
   * 50 ms where a step is shorter than that.
   *
   * @param samples - Shape `[n, ...inputShape]`, in memory or read batch by batch: the same bits either way.
   * @returns The losses of each epoch, and why training ended.
   * @throws {RangeError} If an option is out of range.
   * @throws {ShapeError} If the samples don't fit the model.
   * @throws {DivergenceError} If the loss becomes NaN or infinite.
   */
  async fit(samples: Samples | StoredSamples, options: FitOptions = {}): Promise<History> {
    if (this.#isTraining)
      throw new Error('Autoencoder.fit: already training, expected to be called after that.');
    this.#compiled ??= this.#prepare({});
    const compiled = this.#compiled;
    const { inputShape, parameters } = this;
    const [random, chance, seed] = [this.#random, this.#chance, this.#seed];
    const model = { inputShape, parameters, random, chance, seed, ...compiled };
    this.#isTraining = true;
    try {
      const train = await prepareTraining(model, samples, options);
      this.normalization = samples.normalization ?? NO_NORMALIZATION;
      return await train();
    } finally {
      this.#isTraining = false;
    }
  }

  /**
   * @param samples - Shape `[n, ...inputShape]`.
   * @returns The codes, `[n, encodingDim]`.
   * @throws {ShapeError} If the samples don't fit the model.
   */
  encode(samples: Samples): Tensor {
    return this.#run('encode', this.encoder, samples, this.inputShape, [this.encodingDim]);
  }

  /**
   * As {@link encode}, batch by batch, of samples that may be stored ones: neither they nor their codes need to fit into memory.
   *
   * @param samples - Shape `[n, ...inputShape]`.
   * @returns The codes of some samples after those of others: the same bits.
   * @throws {ShapeError} If the samples don't fit the model.
   * @throws Whatever reading stored samples failed with.
   */
  async *encodeBatches(samples: Samples | StoredSamples): AsyncGenerator<Tensor, void> {
    const reader = new BatchReader(samples, this.inputShape, 'Autoencoder.encodeBatches');
    const inputs = reader.stream(rowNumbers(reader.count), INFERENCE_BATCH);
    // Of its own: while this one waits, others may use the network's.
    const input = new Workspace();
    const arena = new Arena();
    try {
      for (let start = 0; start < reader.count; start += INFERENCE_BATCH) {
        const size = Math.min(INFERENCE_BATCH, reader.count - start);
        const x = input.tensor(arena, [size, this.#features]);
        const arriving = inputs.next(x.data);
        if (arriving) await arriving;
        yield this.encoder.forward(x).copy();
      }
    } finally {
      await inputs.close();
    }
  }

  /**
   * @param codes - Shape `[n, encodingDim]`.
   * @returns The samples that they stand for, `[n, ...inputShape]`, in the units of the network's input.
   * @throws {ShapeError} If the codes have another shape.
   */
  decode(codes: Samples): Tensor {
    return this.#run('decode', this.decoder, codes, [this.encodingDim], this.inputShape);
  }

  /** Encodes and decodes: `[n, ...inputShape]` in and out. */
  predict(samples: Samples): Tensor {
    const network = new Sequential([this.encoder, this.decoder]);
    return this.#run('predict', network, samples, this.inputShape, this.inputShape);
  }

  /**
   * How far what comes out is from what went in, over all elements, in the units of the network's input.
   *
   * @param samples - Shape `[n, ...inputShape]`.
   * @throws {ShapeError} If the samples don't fit the model.
   */
  evaluate(samples: Samples): Evaluation {
    const sums = new ErrorSums();
    const reader = new BatchReader(samples, this.inputShape, 'Autoencoder.evaluate');
    this.#forEachBatch(reader, this.inputShape, (x) => {
      sums.add(x.data, this.decoder.forward(this.encoder.forward(x)).data);
    });
    return sums.result();
  }

  /**
   * As {@link evaluate}, of some samples or all, which may be stored ones; hands control back to the host as `fit` does.
   *
   * @param samples - Shape `[n, ...inputShape]`.
   * @throws {RangeError} If no rows are named, or one that is not there; if the noise is none.
   * @throws {ShapeError} If the samples don't fit the model.
   * @throws Whatever reading stored samples failed with.
   */
  async measure(samples: Samples | StoredSamples, { rows, noise }: MeasureOptions = {}): Promise<Evaluation> {
    const sums = new ErrorSums();
    const reader = new BatchReader(samples, this.inputShape, 'Autoencoder.measure');
    const some = rows ?? rowNumbers(reader.count);
    const beyond = some.find((row) => row >= reader.count);
    if (some.length === 0 || beyond !== undefined) {
      throw new RangeError(
        `Autoencoder.measure: got ${beyond === undefined ? 'no rows' : `row ${beyond}`}, expected some of the ${reader.count} from 0 on.`,
      );
    }
    // Of its own: while this one pauses, others may use the network's.
    const arena = new Arena();
    const corruption = noise && new Corruption(noise, arena);
    const random = new Random(MEASURED_NOISE_SEED);
    const options = { features: this.#features, arena, slice: new TimeSlice() };
    await forEachBatch({ reader, rows: some }, options, (x) => {
      const seen = corruption ? corruption.apply(x, random) : x;
      sums.add(x.data, this.decoder.forward(this.encoder.forward(seen)).data);
    });
    return sums.result();
  }

  #run(who: string, network: Sequential, samples: Samples, from: Shape, to: Shape): Tensor {
    const reader = new BatchReader(samples, from, `Autoencoder.${who}`);
    const result = Tensor.zeros([reader.count, ...to]);
    this.#forEachBatch(reader, from, (x, start) => {
      result.data.set(network.forward(x).data, start * sizeOf(to));
    });
    return result;
  }

  #forEachBatch(reader: BatchReader, shape: Shape, use: (x: Tensor, start: number) => void): void {
    for (let start = 0; start < reader.count; start += INFERENCE_BATCH) {
      const end = Math.min(start + INFERENCE_BATCH, reader.count);
      const x = this.#input.tensor(this.#arena, [end - start, sizeOf(shape)]);
      reader.readRange(start, end, x.data);
      use(x, start);
    }
  }
}
