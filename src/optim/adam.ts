/** Adam. docs/math.md, section 5.2, derives the bias corrections. Read optimizer.ts first. */

import type { FlatParameters } from '../tensor/flatParameters.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import { Optimizer, type OptimizerOptions } from './optimizer.ts';

export interface AdamOptions extends OptimizerOptions {
  /** How slowly the mean of the gradients moves. @default 0.9 */
  readonly beta1?: number;
  /** How slowly the mean of their squares moves. @default 0.999 */
  readonly beta2?: number;
  /** Keeps the divisor from being 0: added to the corrected root, as in the paper's Algorithm 1. @default 1e-7 */
  readonly epsilon?: number;
}

/**
 * `m = β₁ m + (1 - β₁) g`, `v = β₂ v + (1 - β₂) g²`, `w -= lr m̂ / (√v̂ + ε)` with `m̂ = m / (1 - β₁ᵗ)`,
 * `v̂ = v / (1 - β₂ᵗ)`: Kingma & Ba 2015, Algorithm 1. ε stands where the paper has it (PyTorch too), its size is Keras's.
 *
 * Learning rate 1e-3 by default. State: m and v, each of the parameters' size.
 */
export class Adam extends Optimizer {
  override readonly name: string = 'adam';
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #epsilon: number;
  #m: Float32Array = new Float32Array(0);
  #v: Float32Array = new Float32Array(0);

  /** @throws {RangeError} If a beta is not in [0, 1) or epsilon not > 0. */
  constructor(options: AdamOptions = {}) {
    const { learningRate = 1e-3, clipNorm, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
    super(learningRate, clipNorm);
    for (const beta of [beta1, beta2]) {
      if (!(beta >= 0 && beta < 1)) throw new RangeError(`Adam: a beta is ${beta}, expected 0 <= beta < 1.`);
    }
    if (!(epsilon > 0 && epsilon < Infinity))
      throw new RangeError(`Adam: epsilon is ${epsilon}, expected more than 0.`);
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

  /** What each value is multiplied by before the step: AdamW's hook. */
  protected decay(_learningRate: number): number {
    return 1;
  }
}

/** Adam with decoupled weight decay. docs/math.md, section 5.3. Read adam.ts first. */

export interface AdamWOptions extends AdamOptions {
  /** λ in `w -= lr λ w`, which every step does beside Adam's. @default 0.01 */
  readonly weightDecay?: number;
}

/** Loshchilov & Hutter 2019, Algorithm 2: the decay acts on the values, not through the gradients and their moments. */
export class AdamW extends Adam {
  override readonly name = 'adamw';
  readonly #weightDecay: number;

  /** @throws {RangeError} If the weight decay is negative. */
  constructor({ weightDecay = 0.01, ...options }: AdamWOptions = {}) {
    super(options);
    if (!(weightDecay >= 0 && weightDecay < Infinity))
      throw new RangeError(`AdamW: the weight decay is ${weightDecay}, expected >= 0.`);
    this.#weightDecay = weightDecay;
  }

  protected override settings(): Record<string, number> {
    return { ...super.settings(), weightDecay: this.#weightDecay };
  }

  protected override decay(learningRate: number): number {
    return 1 - learningRate * this.#weightDecay;
  }
}
