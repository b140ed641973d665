/** An L1 penalty on what passes through: a layer for training alone. Read layer.ts first; docs/math.md, section 3.7. */

import { formatShape, ShapeError, sameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { backwardBeforeForward, Layer } from './layer.ts';

/**
 * `Y = X`, `dX = dY + strength · sign(X) / batch`: as if `strength` times the sum of a sample's absolute values, its mean
 * over the batch, had been added to the loss. Behind an encoder it draws the numbers of a code towards zero.
 *
 * Input and output `[batch, features]`; no parameters. At exactly 0 the gradient is taken as 0.
 *
 * @see Keras has the same as `activity_regularizer=L1(strength)`; Ng, "Sparse autoencoder", CS294A lecture notes, 2011,
 *      for why codes are made sparse (there by another penalty).
 */
export class L1Penalty extends Layer {
  readonly strength: number;
  readonly #dX = new Workspace();
  #x: Tensor | undefined;

  /** @throws {RangeError} If the strength is no finite number >= 0. */
  constructor(strength: number) {
    super();
    if (!(strength >= 0 && Number.isFinite(strength))) {
      throw new RangeError(`L1Penalty: the strength is ${strength}, expected a finite number >= 0.`);
    }
    this.strength = strength;
  }

  override forward(x: Tensor): Tensor {
    this.#x = x;
    return x;
  }

  override backward(dY: Tensor): Tensor {
    const x = this.#x;
    if (!x) throw backwardBeforeForward('L1Penalty');
    if (!sameShape(dY.shape, x.shape)) {
      throw new ShapeError(
        `L1Penalty.backward: dY is ${formatShape(dY.shape)}, expected ${formatShape(x.shape)}.`,
      );
    }
    const dX = this.#dX.tensor(this.arena, x.shape);
    const step = this.strength / x.shape[0];
    for (let i = 0; i < x.size; i++) dX.data[i] = dY.data[i] + step * Math.sign(x.data[i]);
    return dX;
  }

  override outputWidth(inFeatures: number): number {
    return inFeatures;
  }
}
