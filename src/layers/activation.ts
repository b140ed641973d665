/**
 * The activations: ReLU, LeakyReLU, sigmoid, tanh, SiLU and GELU. They act on each element alone and have no parameters. Read
 * layer.ts first; docs/math.md, section 3.3, has the formulas and their derivatives.
 */

import { kernels } from '../tensor/kernels/active.ts';
import { type OptionNames, requireNumber, requireOptions } from '../tensor/options.ts';
import type { Shape } from '../tensor/shape.ts';
import { requireTensor, type Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { Layer, requireGradient } from './layer.ts';
import type { LayerSpec } from './spec.ts';

/** y[i] = f(x[i]) */
export type ForwardKernel = (n: number, x: Float32Array, y: Float32Array) => void;

/** dX[i] = dY[i] f'(x[i]); `kept` is x or y. */
export type BackwardKernel = (n: number, kept: Float32Array, dY: Float32Array, dX: Float32Array) => void;

/**
 * A layer that applies one function to each number. The input has any shape, the output the same. A subclass gives the
 * loops of both directions; `keeps` says whether that of `backward` is given the inputs x or the outputs y.
 *
 * @example
 * class Square extends Activation {
 *   keeps = 'x';
 *   forwardKernel() { return (n, x, y) => { for (let i = 0; i < n; i++) y[i] = x[i] ** 2; }; }
 *   backwardKernel() { return (n, x, dY, dX) => { for (let i = 0; i < n; i++) dX[i] = 2 * x[i] * dY[i]; }; }
 * }
 * new Square().forward(Tensor.from([-2, 3])).data; // [4, 9]
 */
export abstract class Activation extends Layer {
  /** What the backward kernel computes the derivative from. */
  protected readonly keeps: 'x' | 'y' = 'y';
  readonly #y = new Workspace();
  readonly #dX = new Workspace();
  #kept: Tensor | undefined;

  /** The loop of `forward`. */
  protected abstract forwardKernel(): ForwardKernel;
  /** The loop of `backward`. */
  protected abstract backwardKernel(): BackwardKernel;

  override forward(x: Tensor): Tensor {
    requireTensor(`${this.constructor.name}.forward`, 'x is', x);
    const y = this.#y.tensor(this.arena, x.shape);
    this.forwardKernel()(x.size, x.data, y.data);
    this.#kept = this.keeps === 'x' ? x : y;
    return y;
  }

  override backward(dY: Tensor): Tensor {
    const kept = this.#kept;
    requireGradient(this, dY, kept);
    const dX = this.#dX.tensor(this.arena, kept.shape);
    this.backwardKernel()(kept.size, kept.data, dY.data, dX.data);
    return dX;
  }

  override outputShape(inShape: Shape): Shape {
    return inShape;
  }
}

/** An activation without options: its spec and its kernels have the same name. */
abstract class PlainActivation extends Activation {
  protected abstract readonly type: 'relu' | 'sigmoid' | 'tanh' | 'silu' | 'gelu';

  protected override forwardKernel(): ForwardKernel {
    return kernels()[this.type];
  }

  protected override backwardKernel(): BackwardKernel {
    return kernels()[`${this.type}Backward`];
  }

  override spec(): LayerSpec {
    return { type: this.type };
  }
}

/**
 * `y = max(x, 0)`, `dX = dY where y > 0, else 0`.
 *
 * @example
 * new ReLU().forward(Tensor.from([-2, 0, 3])).data; // [0, 0, 3]
 */
export class ReLU extends PlainActivation {
  static override readonly name: string = 'ReLU';
  protected override readonly type = 'relu';
}

/** Options of {@link LeakyReLU}. */
export interface LeakyReLUOptions {
  /** The factor for negative x: a number >= 0, so that the sign of y tells the sign of x. @default 0.01 */
  readonly slope?: number;
}

const LEAKY_RELU_OPTIONS: OptionNames<LeakyReLUOptions> = { slope: true };

/**
 * `y = x where x >= 0, else slope · x`, `dX = dY where y > 0, else slope · dY`.
 *
 * @example
 * new LeakyReLU({ slope: 0.5 }).forward(Tensor.from([-2, 0, 3])).data; // [-1, 0, 3]
 */
export class LeakyReLU extends Activation {
  static override readonly name: string = 'LeakyReLU';
  /** The factor for negative x. */
  readonly slope: number;

  /**
   * @throws {TypeError} If an option is unknown.
   * @throws {RangeError} If the slope is not a finite number >= 0.
   */
  constructor(options: LeakyReLUOptions = {}) {
    super();
    requireOptions('LeakyReLU', options, LEAKY_RELU_OPTIONS);
    const { slope = 0.01 } = options;
    const isInRange = (value: number) => value >= 0 && value < Infinity;
    requireNumber('LeakyReLU', 'the slope', slope, 'a number >= 0', isInRange);
    this.slope = slope;
  }

  protected override forwardKernel(): ForwardKernel {
    return (n, x, y) => kernels().leakyRelu(n, this.slope, x, y);
  }

  protected override backwardKernel(): BackwardKernel {
    return (n, y, dY, dX) => kernels().leakyReluBackward(n, this.slope, y, dY, dX);
  }

  override spec(): LayerSpec {
    return { type: 'leakyRelu', slope: this.slope };
  }
}

/**
 * `y = 1 / (1 + e^-x)`, `dX = dY y (1 - y)`.
 *
 * @example
 * new Sigmoid().forward(Tensor.from([-1000, 0, 1000])).data; // [0, 0.5, 1]
 */
export class Sigmoid extends PlainActivation {
  static override readonly name: string = 'Sigmoid';
  protected override readonly type = 'sigmoid';
}

/**
 * `y = tanh(x)`, `dX = dY (1 - y²)`.
 *
 * @example
 * new Tanh().forward(Tensor.from([-1000, 0, 1000])).data; // [-1, 0, 1]
 */
export class Tanh extends PlainActivation {
  static override readonly name: string = 'Tanh';
  protected override readonly type = 'tanh';
}

/**
 * `y = x σ(x)`, `dX = dY σ(x) (1 + x (1 - σ(x)))`: SiLU, also called swish.
 *
 * @example
 * const layer = new SiLU();
 * layer.forward(Tensor.from([0, 1000])).data; // [0, 1000]
 * layer.backward(Tensor.from([1, 1])).data; // [0.5, 1]
 */
export class SiLU extends PlainActivation {
  static override readonly name: string = 'SiLU';
  protected override readonly type = 'silu';
  protected override readonly keeps = 'x';
}

/**
 * `y = x Φ(x)`, `dX = dY (Φ(x) + x φ(x))`: GELU, exact, with `Φ(x) = (1 + erf(x/√2)) / 2`, the normal distribution, and its
 * density `φ(x) = e^(-x²/2) / √(2π)`.
 *
 * @example
 * const layer = new GELU();
 * layer.forward(Tensor.from([0, 1000])).data; // [0, 1000]
 * layer.backward(Tensor.from([1, 1])).data; // [0.5, 1]
 */
export class GELU extends PlainActivation {
  static override readonly name: string = 'GELU';
  protected override readonly type = 'gelu';
  protected override readonly keeps = 'x';
}
