/**
 * The code of a variational autoencoder: not a point but a normal distribution, from which training draws. Kingma & Welling,
 * "Auto-encoding variational Bayes", ICLR 2014, section 2.4 and appendix B. Read dense.ts first; docs/math.md, section 3.8.
 */

import type { Initializer } from '../tensor/initializers.ts';
import type { Arena } from '../tensor/kernels/memory.ts';
import { type OptionNames, requireOptions } from '../tensor/options.ts';
import type { Parameter } from '../tensor/parameter.ts';
import { type Random, requireRandom } from '../tensor/random.ts';
import type { Shape } from '../tensor/shape.ts';
import { requireTensor, type Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { Dense } from './dense.ts';
import { Layer, requireGradient } from './layer.ts';
import type { LayerSpec } from './spec.ts';

/** Options of {@link GaussianCode}. */
export interface GaussianCodeOptions {
  /** Of both weights. @default glorotUniform */
  readonly initializer?: Initializer;
  /** For the initializer. @default new Random(0) */
  readonly random?: Random;
}

const CODE_OPTIONS: OptionNames<GaussianCodeOptions> = { initializer: true, random: true };

/**
 * Two dense layers side by side: the mean μ and the logarithm of the variance, log σ², of each number of the code. As a
 * layer it answers with the mean, the most likely code; {@link GaussianSample} draws from the distribution.
 *
 * Input `[batch, inFeatures]`, output `[batch, outFeatures]`.
 *
 * @example
 * const layer = new GaussianCode(8, 2, { random: new Random(1) });
 * const mean = layer.forward(Tensor.zeros([5, 8])); // [5, 2]
 */
export class GaussianCode extends Layer {
  static override readonly name: string = 'GaussianCode';
  /** The layer that gives μ. */
  readonly mean: Dense;
  /** The layer that gives log σ². */
  readonly logVariance: Dense;

  /**
   * @throws {TypeError} If an option is unknown.
   * @throws {RangeError} If a width is not an integer >= 1.
   */
  constructor(inFeatures: number, outFeatures: number, options: GaussianCodeOptions = {}) {
    super();
    requireOptions('GaussianCode', options, CODE_OPTIONS);
    this.mean = new Dense(inFeatures, outFeatures, options);
    this.logVariance = new Dense(inFeatures, outFeatures, options);
  }

  override forward(x: Tensor): Tensor {
    return this.mean.forward(x);
  }

  override backward(dY: Tensor): Tensor {
    return this.mean.backward(dY);
  }

  override backwardInput(dY: Tensor): Tensor {
    return this.mean.backwardInput(dY);
  }

  override backwardParameters(dY: Tensor): void {
    this.mean.backwardParameters(dY);
  }

  override namedParameters(): readonly (readonly [string, Parameter])[] {
    const named = (prefix: string, layer: Dense) =>
      layer.namedParameters().map(([name, parameter]) => [`${prefix}.${name}`, parameter] as const);
    return [...named('mean', this.mean), ...named('logVariance', this.logVariance)];
  }

  override useArena(arena: Arena): void {
    super.useArena(arena);
    this.mean.useArena(arena);
    this.logVariance.useArena(arena);
  }

  override outputShape(inShape: Shape): Shape {
    return this.mean.outputShape(inShape);
  }

  override spec(): LayerSpec {
    const { inFeatures, outFeatures } = this.mean;
    return { type: 'gaussianCode', inFeatures, outFeatures };
  }
}

/** Options of {@link GaussianSample}. */
export interface GaussianSampleOptions {
  /** Decides what is drawn. */
  readonly random: Random;
}

const SAMPLE_OPTIONS: OptionNames<GaussianSampleOptions> = { random: true };

/** One forward pass: three tensors `[batch, outFeatures]`. */
interface Draw {
  readonly mean: Tensor;
  readonly logVariance: Tensor;
  readonly epsilon: Tensor;
}

/**
 * Draws codes, `Z = μ + σ ε` with ε standard normal and `σ = exp(log σ² / 2)`: the reparameterisation, which lets
 * gradients through, since ε does not depend on the parameters. It also adds `klWeight` times the KL divergence from the
 * standard normal distribution to the loss, averaged over the batch of B:
 *
 *     KL = ½ Σ (μ² + σ² - 1 - log σ²)
 *     dμ = dZ + klWeight · μ / B
 *     d(log σ²) = ½ (dZ ε σ + klWeight · (σ² - 1) / B)
 *
 * A layer only for training: it takes the place of the {@link GaussianCode} whose layers it uses.
 *
 * @example
 * const code = new GaussianCode(8, 2, { random: new Random(1) });
 * const sample = new GaussianSample(code, { random: new Random(2) });
 * sample.forward(Tensor.zeros([5, 8])).shape; // [5, 2]
 * sample.kl().length; // 5
 */
export class GaussianSample extends Layer {
  static override readonly name: string = 'GaussianSample';
  /** The weight of the KL divergence in the gradient: β. */
  klWeight = 1;
  readonly #code: GaussianCode;
  readonly #random: Random;
  readonly #epsilon = new Workspace();
  readonly #z = new Workspace();
  readonly #dMean = new Workspace();
  readonly #dLogVariance = new Workspace();
  readonly #dX = new Workspace();
  #last: Draw | undefined;

  /** @throws {TypeError} If `random` is missing, or an option is unknown. */
  constructor(code: GaussianCode, options: GaussianSampleOptions) {
    super();
    requireOptions('GaussianSample', options, SAMPLE_OPTIONS);
    const { random } = options;
    requireRandom('GaussianSample', random);
    this.#code = code;
    this.#random = random;
  }

  /**
   * The KL divergence of each sample of the last `forward`, in nats.
   *
   * @throws {Error} Before the first `forward`.
   */
  kl(): Float64Array {
    if (!this.#last) {
      throw new Error('GaussianSample.kl: called before forward, expected a forward pass first.');
    }
    return gaussianKL(this.#last.mean, this.#last.logVariance);
  }

  override forward(x: Tensor): Tensor {
    const mean = this.#code.mean.forward(x);
    const logVariance = this.#code.logVariance.forward(x);
    const epsilon = this.#epsilon.tensor(this.arena, mean.shape);
    this.#random.fillNormal(epsilon.data);
    const z = this.#z.tensor(this.arena, mean.shape);
    for (let i = 0; i < z.size; i++) {
      z.data[i] = mean.data[i] + Math.exp(logVariance.data[i] / 2) * epsilon.data[i];
    }
    this.#last = { mean, logVariance, epsilon };
    return z;
  }

  override backward(dY: Tensor): Tensor {
    return this.#dInput(dY, (layer, gradient) => layer.backward(gradient));
  }

  override backwardInput(dY: Tensor): Tensor {
    return this.#dInput(dY, (layer, gradient) => layer.backwardInput(gradient));
  }

  override backwardParameters(dY: Tensor): void {
    const { dMean, dLogVariance } = this.#gradients(dY);
    this.#code.mean.backwardParameters(dMean);
    this.#code.logVariance.backwardParameters(dLogVariance);
  }

  /** dX, the sum of what comes back through both layers. */
  #dInput(dZ: Tensor, back: (layer: Dense, gradient: Tensor) => Tensor): Tensor {
    const { dMean, dLogVariance } = this.#gradients(dZ);
    const throughMean = back(this.#code.mean, dMean);
    const throughVariance = back(this.#code.logVariance, dLogVariance);
    const dX = this.#dX.tensor(this.arena, throughMean.shape);
    for (let i = 0; i < dX.size; i++) dX.data[i] = throughMean.data[i] + throughVariance.data[i];
    return dX;
  }

  #gradients(dZ: Tensor): { readonly dMean: Tensor; readonly dLogVariance: Tensor } {
    requireGradient(this, dZ, this.#last?.mean);
    const { mean, logVariance, epsilon } = this.#last as Draw;
    const dMean = this.#dMean.tensor(this.arena, mean.shape);
    const dLogVariance = this.#dLogVariance.tensor(this.arena, mean.shape);
    const weight = this.klWeight / mean.shape[0];
    for (let i = 0; i < dZ.size; i++) {
      const sigma = Math.exp(logVariance.data[i] / 2);
      dMean.data[i] = dZ.data[i] + weight * mean.data[i];
      dLogVariance.data[i] = (dZ.data[i] * epsilon.data[i] * sigma + weight * (sigma * sigma - 1)) / 2;
    }
    return { dMean, dLogVariance };
  }

  override namedParameters(): readonly (readonly [string, Parameter])[] {
    return this.#code.namedParameters();
  }

  override useArena(arena: Arena): void {
    super.useArena(arena);
    this.#code.useArena(arena);
  }

  override outputShape(inShape: Shape): Shape {
    return this.#code.outputShape(inShape);
  }
}

/**
 * The KL divergence of normal distributions from the standard normal one, in nats: `½ Σ (μ² + σ² - 1 - log σ²)` over each
 * row. It is 0 where the mean is 0 and the variance 1, else above.
 *
 * @param mean - `[n, d]`
 * @param logVariance - `[n, d]`
 * @returns n numbers.
 * @example
 * gaussianKL(Tensor.from([[0, 0]]), Tensor.from([[0, 0]])); // [0]
 * gaussianKL(Tensor.from([[1, 0]]), Tensor.from([[0, 0]])); // [0.5]
 */
export function gaussianKL(mean: Tensor, logVariance: Tensor): Float64Array {
  requireTensor('gaussianKL', 'the mean is', mean);
  requireTensor('gaussianKL', 'the log-variance is', logVariance);
  const [n, d] = mean.shape;
  const kl = new Float64Array(n);
  for (let i = 0; i < n * d; i++) {
    const [mu, logVar] = [mean.data[i], logVariance.data[i]];
    // exp(x) - 1 - x would lose all its digits near 0, and could be below 0.
    kl[Math.floor(i / d)] += (mu * mu + (Math.expm1(logVar) - logVar)) / 2;
  }
  return kl;
}
