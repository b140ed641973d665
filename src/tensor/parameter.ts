/** What layers own and optimizers update. Read tensor.ts first. */

import type { Tensor } from './tensor.ts';

/** A weight or bias, and the gradient of the loss with respect to it: two tensors of one shape. */
export class Parameter {
  readonly name: string;
  #value: Tensor;
  #gradient: Tensor;
  #flat = false;

  constructor(name: string, value: Tensor, gradient: Tensor) {
    this.name = name;
    this.#value = value;
    this.#gradient = gradient;
  }

  get value(): Tensor {
    return this.#value;
  }

  get gradient(): Tensor {
    return this.#gradient;
  }

  /** Whether it lies in a FlatParameters already. */
  get isFlat(): boolean {
    return this.#flat;
  }

  /**
   * Puts value and gradient, with what they hold, into these arrays. Only FlatParameters calls it, and only once:
   * whoever held the first arrays would go on without the parameter.
   */
  moveTo(value: Tensor, gradient: Tensor): void {
    value.data.set(this.#value.data);
    gradient.data.set(this.#gradient.data);
    this.#value = value;
    this.#gradient = gradient;
    this.#flat = true;
  }
}
