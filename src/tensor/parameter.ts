/** Parameters: what layers own and optimizers update. Read tensor.ts first. */

import type { Tensor } from './tensor.ts';

/**
 * A weight or bias, and the gradient of the loss with respect to it: two tensors of one shape.
 *
 * @example
 * const { weight } = new Dense(2, 3);
 * weight.value.shape; // [2, 3]
 * weight.gradient.data; // [0, 0, 0, 0, 0, 0]
 */
export class Parameter {
  /** Within its layer: `weight` or `bias`. */
  readonly name: string;
  #value: Tensor;
  #gradient: Tensor;
  #flat = false;

  /** @param gradient - Of the shape of the value. */
  constructor(name: string, value: Tensor, gradient: Tensor) {
    this.name = name;
    this.#value = value;
    this.#gradient = gradient;
  }

  /** Its numbers, which optimizers change. */
  get value(): Tensor {
    return this.#value;
  }

  /** What `backward` adds to: of the shape of the value. */
  get gradient(): Tensor {
    return this.#gradient;
  }

  /** Whether it belongs to a FlatParameters. */
  get isFlat(): boolean {
    return this.#flat;
  }

  /** Copies value and gradient into these tensors and uses them from now on. Only FlatParameters calls it, and only once. */
  moveTo(value: Tensor, gradient: Tensor): void {
    value.data.set(this.#value.data);
    gradient.data.set(this.#gradient.data);
    this.#value = value;
    this.#gradient = gradient;
    this.#flat = true;
  }
}
