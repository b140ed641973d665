/** An L1 penalty on the values that pass through: a layer only for training. Read layer.ts first; docs/math.md, section 3.7. */

import { requireNumber } from '../tensor/options.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { Layer, requireGradient } from './layer.ts';

/**
 * `Y = X`, `dX = dY + strength · sign(X) / batch`: the gradient of a loss to which `strength` times the sum of a sample's
 * absolute values, averaged over the batch, was added. Behind an encoder it draws the values of the code towards zero.
 *
 * Input and output `[batch, features]`; no parameters. The gradient at exactly 0 is 0.
 *
 * @example
 * const layer = new L1Penalty(0.5);
 * layer.forward(Tensor.from([[1, -2]])).data; // [1, -2]
 * layer.backward(Tensor.zeros([1, 2])).data; // [0.5, -0.5]
 * @see Keras's `activity_regularizer=L1(strength)`; Ng, "Sparse autoencoder", CS294A lecture notes, 2011, for why codes
 *      are made sparse (there by another penalty).
 */
export class L1Penalty extends Layer {
  static override readonly name: string = 'L1Penalty';
  /** The factor of the sum of absolute values. */
  readonly strength: number;
  readonly #dX = new Workspace();
  #x: Tensor | undefined;

  /** @throws {RangeError} If the strength is not a finite number >= 0. */
  constructor(strength: number) {
    super();
    const isInRange = (value: number) => value >= 0 && Number.isFinite(value);
    requireNumber('L1Penalty', 'the strength', strength, 'a finite number >= 0', isInRange);
    this.strength = strength;
  }

  override forward(x: Tensor): Tensor {
    this.#x = x;
    return x;
  }

  override backward(dY: Tensor): Tensor {
    const x = this.#x;
    requireGradient(this, dY, x);
    const dX = this.#dX.tensor(this.arena, x.shape);
    const step = this.strength / x.shape[0];
    for (let i = 0; i < x.size; i++) dX.data[i] = dY.data[i] + step * Math.sign(x.data[i]);
    return dX;
  }

  override outputShape(inShape: Shape): Shape {
    return inShape;
  }
}
