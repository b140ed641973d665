/**
 * The activations: ReLU, LeakyReLU, sigmoid, tanh and SiLU. They act on each element alone and have no parameters. Read
 * layer.ts first; docs/math.md, section 3.3, has the formulas and their derivatives.
 */

import { kernels } from '../tensor/kernels/active.ts';
import { type OptionNames, requireNumber, requireOptions } from '../tensor/options.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { Layer, requireGradient } from './layer.ts';
import type { LayerSpec } from './spec.ts';

/** y[i] = f(x[i]) */
export type ForwardKernel = (n: number, x: Float32Array, y: Float32Array) => void;

/** dX[i] = dY[i] f'(x[i]); `kept` is x or y. */
export type BackwardKernel = (n: number, kept: Float32Array, dY: Float32Array, dX: Float32Array) => void;

/** A subclass names its two kernels and its spec; this class does the rest. The input has any shape, the output the same. */
export abstract class Activation extends Layer {
  /** What the backward kernel computes the derivative from. */
  protected readonly keeps: 'x' | 'y' = 'y';
  readonly #y = new Workspace();
  readonly #dX = new Workspace();
  #kept: Tensor | undefined;

  protected abstract forwardKernel(): ForwardKernel;
  protected abstract backwardKernel(): BackwardKernel;

  override forward(x: Tensor): Tensor {
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

  override outputWidth(inFeatures: number): number {
    return inFeatures;
  }
}

/** `y = max(x, 0)`, `dX = dY where y > 0, else 0`. */
export class ReLU extends Activation {
  static override readonly name: string = 'ReLU';
  protected override forwardKernel(): ForwardKernel {
    return kernels().relu;
  }

  protected override backwardKernel(): BackwardKernel {
    return kernels().reluBackward;
  }

  override spec(): LayerSpec {
    return { type: 'relu' };
  }
}

export interface LeakyReLUOptions {
  /** The factor for negative x: a number >= 0, so that the sign of y tells the sign of x. @default 0.01 */
  readonly slope?: number;
}

const LEAKY_RELU_OPTIONS: OptionNames<LeakyReLUOptions> = { slope: true };

/** `y = x where x >= 0, else slope · x`, `dX = dY where y > 0, else slope · dY`. */
export class LeakyReLU extends Activation {
  static override readonly name: string = 'LeakyReLU';
  readonly slope: number;

  /**
   * @throws {TypeError} If there is no option of a name.
   * @throws {RangeError} If the slope is not a number >= 0.
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

/** `y = 1 / (1 + e^-x)`, `dX = dY y (1 - y)`. */
export class Sigmoid extends Activation {
  static override readonly name: string = 'Sigmoid';
  protected override forwardKernel(): ForwardKernel {
    return kernels().sigmoid;
  }

  protected override backwardKernel(): BackwardKernel {
    return kernels().sigmoidBackward;
  }

  override spec(): LayerSpec {
    return { type: 'sigmoid' };
  }
}

/** `y = tanh(x)`, `dX = dY (1 - y²)`. */
export class Tanh extends Activation {
  static override readonly name: string = 'Tanh';
  protected override forwardKernel(): ForwardKernel {
    return kernels().tanh;
  }

  protected override backwardKernel(): BackwardKernel {
    return kernels().tanhBackward;
  }

  override spec(): LayerSpec {
    return { type: 'tanh' };
  }
}

/** `y = x σ(x)`, `dX = dY σ(x) (1 + x (1 - σ(x)))`: SiLU, also called swish. */
export class SiLU extends Activation {
  static override readonly name: string = 'SiLU';
  protected override readonly keeps = 'x';

  protected override forwardKernel(): ForwardKernel {
    return kernels().silu;
  }

  protected override backwardKernel(): BackwardKernel {
    return kernels().siluBackward;
  }

  override spec(): LayerSpec {
    return { type: 'silu' };
  }
}
