/**
 * Adam, and AdamW: Adam with decoupled weight decay. docs/math.md, sections 5.2 and 5.3, derives the bias corrections and
 * compares both decays. Read optimizer.ts first.
 */

import type { FlatParameters } from '../tensor/flatParameters.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import { type OptionNames, requireNumber, requireOptions } from '../tensor/options.ts';
import {
  DECAY_ADVICE,
  OPTIMIZER_OPTIONS,
  Optimizer,
  type OptimizerOptions,
  RATE_ADVICE,
} from './optimizer.ts';

/** Options of {@link Adam}. */
export interface AdamOptions extends OptimizerOptions {
  /** The share of the mean of the gradients that each step keeps. @default 0.9 */
  readonly beta1?: number;
  /** The share of the mean of their squares that each step keeps. @default 0.999 */
  readonly beta2?: number;
  /** Added to the corrected root, as in the paper's Algorithm 1, so that the divisor is never 0. @default 1e-7 */
  readonly epsilon?: number;
}

const ADAM_OPTIONS: OptionNames<AdamOptions> = {
  ...OPTIMIZER_OPTIONS,
  beta1: true,
  beta2: true,
  epsilon: true,
};

/** PyTorch's words. */
const BETA_ADVICE: Readonly<Record<string, string>> = { betas: "'beta1' and 'beta2'", eps: "'epsilon'" };

/**
 * `m = β₁ m + (1 - β₁) g`, `v = β₂ v + (1 - β₂) g²`, `w -= lr m̂ / (√v̂ + ε)` with `m̂ = m / (1 - β₁ᵗ)`,
 * `v̂ = v / (1 - β₂ᵗ)`: Kingma & Ba 2015, Algorithm 1. ε stands where the paper and PyTorch have it; its default is that
 * of Keras.
 *
 * The default learning rate is 1e-3. State: m and v, each of the size of the parameters.
 *
 * @example
 * const layer = new Dense(1, 1, { bias: false, initializer: zeros });
 * const parameters = new FlatParameters(layer.parameters());
 * const optimizer = new Adam({ learningRate: 0.5 });
 * layer.weight.gradient.data.fill(3);
 * optimizer.step(parameters);
 * layer.weight.value.data[0].toFixed(3); // '-0.500'
 */
export class Adam extends Optimizer {
  static override readonly name: string = 'Adam';
  override readonly name: string = 'adam';
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;
  #m: Float32Array = new Float32Array(0);
  #v: Float32Array = new Float32Array(0);

  /**
   * @throws {TypeError} If an option is unknown, or has a value of another kind.
   * @throws {RangeError} If a beta is not in [0, 1), or epsilon, the learning rate or clipNorm is not > 0.
   */
  constructor(options: AdamOptions = {}) {
    requireOptions('Adam', options, ADAM_OPTIONS, { ...DECAY_ADVICE, ...BETA_ADVICE });
    const { learningRate = 1e-3, clipNorm, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
    super(learningRate, clipNorm);
    for (const beta of [beta1, beta2]) {
      requireNumber('Adam', 'a beta', beta, '0 <= beta < 1', (value) => value >= 0 && value < 1);
    }
    requireNumber('Adam', 'epsilon', epsilon, 'more than 0', (value) => value > 0 && value < Infinity);
    this.#beta1 = beta1;
    this.#beta2 = beta2;
    this.#epsilon = epsilon;
  }

  protected override settings(): Record<string, number> {
    return { beta1: this.#beta1, beta2: this.#beta2, epsilon: this.#epsilon };
  }

  protected override moments(): Record<string, Float32Array> {
    return { m: this.#m, v: this.#v };
  }

  protected override allocateMoments({ size }: FlatParameters): void {
    const arena = new Arena();
    this.#m = arena.allocate(size);
    this.#v = arena.allocate(size);
  }

  protected override update({ size, gradients, values }: FlatParameters, learningRate: number): void {
    const correction1 = 1 - this.#beta1 ** this.steps;
    const correction2 = Math.sqrt(1 - this.#beta2 ** this.steps);
    const stepSize = (learningRate * correction2) / correction1;
    const epsilon = this.#epsilon * correction2;
    const decay = this.decay(learningRate);
    kernels().adam(
      size,
      stepSize,
      this.#beta1,
      this.#beta2,
      epsilon,
      decay,
      gradients,
      this.#m,
      this.#v,
      values,
    );
  }

  /** The factor of each value before the step; AdamW overrides it. */
  protected decay(_learningRate: number): number {
    return 1;
  }
}

/** Options of {@link AdamW}. */
export interface AdamWOptions extends AdamOptions {
  /** λ in `w -= lr λ w`, which each step does before that of Adam. @default 0.01 */
  readonly weightDecay?: number;
}

const ADAMW_OPTIONS: OptionNames<AdamWOptions> = { ...ADAM_OPTIONS, weightDecay: true };

/**
 * `w -= lr λ w` and then the step of Adam: Loshchilov & Hutter 2019, Algorithm 2. The decay acts on the values directly,
 * not through the gradients and their moments.
 *
 * @example
 * const layer = new Dense(1, 1, { bias: false });
 * const parameters = new FlatParameters(layer.parameters());
 * layer.weight.value.data.fill(1);
 * new AdamW({ learningRate: 0.5, weightDecay: 0.5 }).step(parameters);
 * layer.weight.value.data; // [0.75]
 */
export class AdamW extends Adam {
  static override readonly name: string = 'AdamW';
  override readonly name = 'adamw';
  readonly #weightDecay: number;

  /**
   * @throws {TypeError} If an option is unknown, or has a value of another kind.
   * @throws {RangeError} If the weight decay is negative, or as for Adam.
   */
  constructor(options: AdamWOptions = {}) {
    requireOptions('AdamW', options, ADAMW_OPTIONS, { ...RATE_ADVICE, ...BETA_ADVICE });
    const { weightDecay = 0.01, ...others } = options;
    super(others);
    const isInRange = (decay: number) => decay >= 0 && decay < Infinity;
    requireNumber('AdamW', 'the weight decay', weightDecay, '>= 0', isInRange);
    this.#weightDecay = weightDecay;
  }

  protected override settings(): Record<string, number> {
    return { ...super.settings(), weightDecay: this.#weightDecay };
  }

  protected override decay(learningRate: number): number {
    return 1 - learningRate * this.#weightDecay;
  }
}
