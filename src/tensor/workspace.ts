/** Workspaces: arrays that layers and losses reuse from call to call, so that a training step allocates none. */

import type { Arena } from './kernels/memory.ts';
import { type Shape, sameShape, sizeOf } from './shape.ts';
import { Tensor } from './tensor.ts';

export class Workspace {
  #arena: Arena | undefined;
  #array: Float32Array = new Float32Array(0);
  #tensor = Tensor.zeros([0]);

  /** A tensor of this shape over the workspace's array, which grows when it must; its contents are those of the last call. */
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
