/** What all activations share: they act on each element alone and have no parameters. Read layer.ts first. */

import { formatShape, ShapeError, sameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { backwardBeforeForward, Layer } from './layer.ts';

/** y[i] = f(x[i]) */
export type ForwardKernel = (n: number, x: Float32Array, y: Float32Array) => void;

/** dX[i] = dY[i] f'(x[i]), from x or y. */
export type BackwardKernel = (n: number, kept: Float32Array, dY: Float32Array, dX: Float32Array) => void;

/** An activation names its two kernels; this class does the rest. Input and output have any one shape. */
export abstract class Activation extends Layer {
  /** From which of the two the derivative follows at less cost. */
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
    if (!kept) throw backwardBeforeForward(this.constructor.name);
    if (!sameShape(dY.shape, kept.shape)) {
      throw new ShapeError(
        `${this.constructor.name}.backward: dY is ${formatShape(dY.shape)}, expected ${formatShape(kept.shape)}.`,
      );
    }
    const dX = this.#dX.tensor(this.arena, kept.shape);
    this.backwardKernel()(kept.size, kept.data, dY.data, dX.data);
    return dX;
  }

  override outputWidth(inFeatures: number): number {
    return inFeatures;
  }
}
