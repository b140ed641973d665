/**
 * All parameters of a network side by side: one run of values, one of gradients, of which each weight and bias is a view.
 * An optimizer step, a gradient norm, a checkpoint are each one pass over one array. Read parameter.ts first.
 */

import { kernels } from './kernels/active.ts';
import { Arena } from './kernels/memory.ts';
import type { Parameter } from './parameter.ts';
import { sizeOf } from './shape.ts';
import { Tensor } from './tensor.ts';

export class FlatParameters {
  readonly parameters: readonly Parameter[];
  readonly values: Float32Array;
  readonly gradients: Float32Array;
  /** Where values and gradients lie, and what else belongs to the network. */
  readonly arena: Arena;

  /**
   * Moves the parameters here; layers see their new place at once.
   *
   * @throws {Error} If one of them belongs to another FlatParameters, or is given twice; then none is moved.
   */
  constructor(parameters: readonly Parameter[], arena = new Arena()) {
    const taken = parameters.find((one, i) => one.isFlat || parameters.indexOf(one) < i);
    if (taken) {
      throw new Error(
        `FlatParameters: '${taken.name}' belongs to one already, expected parameters that are free.`,
      );
    }
    const size = parameters.reduce((sum, { value }) => sum + value.size, 0);
    this.parameters = parameters;
    this.arena = arena;
    this.values = arena.allocate(size);
    this.gradients = arena.allocate(size);
    let start = 0;
    for (const parameter of parameters) {
      const { shape } = parameter.value;
      const end = start + sizeOf(shape);
      parameter.moveTo(
        new Tensor(this.values.subarray(start, end), shape),
        new Tensor(this.gradients.subarray(start, end), shape),
      );
      start = end;
    }
  }

  get size(): number {
    return this.values.length;
  }

  /** Layers add to their gradients, so each step starts from zero. */
  zeroGradients(): void {
    kernels().zero(this.size, this.gradients);
  }
}
