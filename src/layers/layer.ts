/**
 * What every layer can do. Backprop is written by hand: `forward` keeps what `backward` will need, and `backward`
 * turns the gradient of the loss with respect to the layer's output into the one with respect to its input
 * (docs/math.md, section 3). There is no tape.
 */

import { Arena } from '../tensor/kernels/memory.ts';
import type { Parameter } from '../tensor/parameter.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { LayerSpec } from './spec.ts';

export abstract class Layer {
  #arena = new Arena();

  /**
   * @param x - Shape `[batch, inFeatures]`. It is not copied: leave it alone until `backward` is done.
   * @returns Shape `[batch, outFeatures]`, in an array of the layer's own that its next `forward` overwrites: `copy()`
   *   it to keep it.
   * @throws {ShapeError} If x has another shape.
   */
  abstract forward(x: Tensor): Tensor;

  /**
   * Adds to the gradients of the parameters and returns the gradient for the layer before.
   *
   * @param dY - The gradient with respect to what the last `forward` returned, of the same shape.
   * @returns dX, of the shape of x, in an array that the next `backward` overwrites.
   * @throws {Error} Before the first `forward`.
   * @throws {ShapeError} If dY has another shape.
   */
  abstract backward(dY: Tensor): Tensor;

  /** `backward` without dX: a network's first layer needs no gradient of the data, and dX costs a whole product. */
  backwardParameters(dY: Tensor): void {
    this.backward(dY);
  }

  /** Everything that training changes, in a fixed order. */
  parameters(): readonly Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** The same with the names that model files use, such as `0.weight`. */
  namedParameters(): readonly (readonly [name: string, parameter: Parameter])[] {
    return [];
  }

  /**
   * The width of the output for an input of this width.
   *
   * @throws {ShapeError} If the layer takes no input of this width.
   */
  abstract outputWidth(inFeatures: number): number;

  /**
   * The layer as plain JSON; `buildLayer` makes one of it.
   *
   * @throws {Error} If it has none: a layer of your own can be trained, but not written to a model file.
   */
  spec(): LayerSpec {
    throw new Error(
      `${this.constructor.name}.spec: this layer has no spec, expected one of the engine's own.`,
    );
  }

  /** Where the layer's own arrays come from. */
  protected get arena(): Arena {
    return this.#arena;
  }

  /** Takes arrays from this arena from now on: a network gives all its layers the same one. */
  useArena(arena: Arena): void {
    this.#arena = arena;
  }
}

/** For `backward` before `forward`: who, and what to do. */
export function backwardBeforeForward(who: string): Error {
  return new Error(`${who}.backward: called before forward, expected a forward pass first.`);
}
