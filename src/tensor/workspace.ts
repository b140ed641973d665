/** An array that a layer or a loss reuses from call to call, so that a training step allocates nothing. */

import type { Arena } from './kernels/memory.ts';
import { type Shape, sameShape, sizeOf } from './shape.ts';
import { Tensor } from './tensor.ts';

export class Workspace {
  #arena: Arena | undefined;
  #array: Float32Array = new Float32Array(0);
  #tensor = Tensor.zeros([0]);

  /** A tensor of this shape over the workspace's one array: it holds whatever the last call left there. */
  tensor(arena: Arena, shape: Shape): Tensor {
    if (arena === this.#arena && sameShape(shape, this.#tensor.shape)) return this.#tensor;
    const size = sizeOf(shape);
    if (arena !== this.#arena || size > this.#array.length) {
      this.#array = arena.allocate(size);
      this.#arena = arena;
    }
    this.#tensor = new Tensor(this.#array.subarray(0, size), shape);
    return this.#tensor;
  }
}
