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

  /**
   * Puts value and gradient, with what they hold, into these arrays. Only FlatParameters calls it.
   *
   * @throws {Error} If the parameter was moved before: whoever holds the first arrays would go on without it.
   */
  moveTo(value: Tensor, gradient: Tensor): void {
    if (this.#flat) {
      throw new Error(
        `Parameter '${this.name}' belongs to another FlatParameters already, expected it to be free.`,
      );
    }
    value.data.set(this.#value.data);
    gradient.data.set(this.#gradient.data);
    this.#value = value;
    this.#gradient = gradient;
    this.#flat = true;
  }
}
