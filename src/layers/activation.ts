/** What all activations share: they act on each element alone and have no parameters. Read layer.ts first. */

import { formatShape, ShapeError, sameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { backwardBeforeForward, Layer } from './layer.ts';

/** An activation names its two kernels; this class does the rest. Input and output have any one shape. */
export abstract class Activation extends Layer {
  readonly #y = new Workspace();
  readonly #dX = new Workspace();
  #lastX: Tensor | undefined;
  #lastY: Tensor | undefined;

  /** y[i] = f(x[i]) */
  protected abstract apply(n: number, x: Float32Array, y: Float32Array): void;

  /** dX[i] = dY[i] f'(x[i]), from whichever of x and y gives the derivative at less cost. */
  protected abstract applyBackward(
    n: number,
    x: Float32Array,
    y: Float32Array,
    dY: Float32Array,
    dX: Float32Array,
  ): void;

  override forward(x: Tensor): Tensor {
    const y = this.#y.tensor(this.arena, x.shape);
    this.apply(x.size, x.data, y.data);
    this.#lastX = x;
    this.#lastY = y;
    return y;
  }

  override backward(dY: Tensor): Tensor {
    const x = this.#lastX;
    const y = this.#lastY;
    if (!x || !y) throw backwardBeforeForward(this.constructor.name);
    if (!sameShape(dY.shape, y.shape)) {
      throw new ShapeError(
        `${this.constructor.name}.backward: dY is ${formatShape(dY.shape)}, expected ${formatShape(y.shape)}.`,
      );
    }
    const dX = this.#dX.tensor(this.arena, y.shape);
    this.applyBackward(y.size, x.data, y.data, dY.data, dX.data);
    return dX;
  }

  override outputWidth(inFeatures: number): number {
    return inFeatures;
  }
}
