/** Stochastic gradient descent. docs/math.md, section 5.1. Read optimizer.ts first. */

import type { FlatParameters } from '../tensor/flatParameters.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import { type OptionNames, requireBoolean, requireNumber, requireOptions } from '../tensor/options.ts';
import { DECAY_ADVICE, OPTIMIZER_OPTIONS, Optimizer, type OptimizerOptions } from './optimizer.ts';

/** Options of {@link SGD}. */
export interface SGDOptions extends OptimizerOptions {
  /** The share of the velocity that each step keeps. @default 0 */
  readonly momentum?: number;
  /** Whether to use Nesterov's momentum, which looks ahead along the velocity. @default false */
  readonly nesterov?: boolean;
}

const SGD_OPTIONS: OptionNames<SGDOptions> = { ...OPTIMIZER_OPTIONS, momentum: true, nesterov: true };

/**
 * `w -= lr g`; with momentum μ: `v = μ v + g`, `w -= lr v`; with Nesterov's momentum: `w -= lr (g + μ v)`
 * (Sutskever, Martens, Dahl & Hinton 2013, in PyTorch's form: the learning rate is not part of v).
 *
 * The default learning rate is 0.01. State: v, of the size of the parameters, only with momentum.
 *
 * @example
 * const layer = new Dense(1, 1, { bias: false, initializer: zeros });
 * const parameters = new FlatParameters(layer.parameters());
 * layer.weight.gradient.data.fill(3);
 * new SGD({ learningRate: 0.5 }).step(parameters);
 * layer.weight.value.data; // [-1.5]
 */
export class SGD extends Optimizer {
  static override readonly name: string = 'SGD';
  override readonly name = 'sgd';
  readonly #momentum: number;
  readonly #nesterov: boolean;
  #velocity: Float32Array = new Float32Array(0);

  /**
   * @throws {TypeError} If an option is unknown, or has a value of another kind.
   * @throws {RangeError} If the momentum is not in [0, 1), the learning rate or clipNorm is not > 0, or nesterov is set
   *   without momentum.
   */
  constructor(options: SGDOptions = {}) {
    requireOptions('SGD', options, SGD_OPTIONS, DECAY_ADVICE);
    const { learningRate = 0.01, clipNorm, momentum = 0, nesterov = false } = options;
    super(learningRate, clipNorm);
    const isInRange = (value: number) => value >= 0 && value < 1;
    requireNumber('SGD', 'the momentum', momentum, '0 <= momentum < 1', isInRange);
    requireBoolean('SGD', 'nesterov', nesterov);
    if (nesterov && momentum === 0) throw new RangeError('SGD: nesterov needs a momentum > 0.');
    this.#momentum = momentum;
    this.#nesterov = nesterov;
  }

  protected override settings(): Record<string, number | boolean> {
    return { momentum: this.#momentum, nesterov: this.#nesterov };
  }

  protected override moments(): Record<string, Float32Array> {
    return this.#momentum > 0 ? { velocity: this.#velocity } : {};
  }

  protected override allocateMoments({ size }: FlatParameters): void {
    if (this.#momentum > 0) this.#velocity = new Arena().allocate(size);
  }

  protected override update({ size, gradients, values }: FlatParameters, learningRate: number): void {
    if (this.#momentum === 0) {
      kernels().sgd(size, learningRate, gradients, values);
    } else {
      kernels().momentum(
        size,
        learningRate,
        this.#momentum,
        this.#nesterov,
        gradients,
        this.#velocity,
        values,
      );
    }
  }
}
