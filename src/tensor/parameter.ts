/** Parameters: what layers own and optimizers update. Read tensor.ts first. */

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
