/** What every loss can do: one number that says how far the prediction is from the target, and its gradient. */

import { Arena } from '../tensor/kernels/memory.ts';
import { formatShape, ShapeError, sameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';

export type LossName = 'mse' | 'mae' | 'bce';

/** All losses are means over all elements, so their value does not depend on the batch size. docs/math.md, section 4. */
export abstract class Loss {
  abstract readonly name: string;
  readonly #dPrediction = new Workspace();
  readonly #arena = new Arena();
  #gradient: Tensor | undefined;

  /** Returns the mean over n elements and writes its gradient. */
  protected abstract evaluate(
    n: number,
    prediction: Float32Array,
    target: Float32Array,
    dPrediction: Float32Array,
  ): number;

  /**
   * @param prediction - Any shape.
   * @param target - The same shape.
   * @returns The loss; NaN for no elements.
   * @throws {ShapeError} If the shapes differ.
   */
  forward(prediction: Tensor, target: Tensor): number {
    if (!sameShape(prediction.shape, target.shape)) {
      throw new ShapeError(
        `${this.constructor.name}.forward: the prediction is ${formatShape(prediction.shape)}, the target ${formatShape(target.shape)}, expected equal shapes.`,
      );
    }
    this.#gradient = this.#dPrediction.tensor(this.#arena, prediction.shape);
    return this.evaluate(prediction.size, prediction.data, target.data, this.#gradient.data);
  }

  /**
   * The gradient of the last `forward`, in an array that the next one overwrites.
   *
   * @throws {Error} Before the first `forward`.
   */
  backward(): Tensor {
    if (!this.#gradient) {
      throw new Error(
        `${this.constructor.name}.backward: called before forward, expected a forward pass first.`,
      );
    }
    return this.#gradient;
  }
}
