/**
 * The layer that gives samples another shape: between dense layers, which take rows of features, and layers for images. It
 * copies nothing. Read imageLayer.ts first.
 */

import { formatShape, type Shape, ShapeError } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { inWords } from '../tensor/words.ts';
import { ImageLayer } from './imageLayer.ts';
import type { ReshapeSpec } from './spec.ts';

/** What {@link Reshape} and {@link Flatten} do: the same numbers, seen in another shape. */
export abstract class ShapeChange extends ImageLayer {
  override forward(x: Tensor): Tensor {
    this.keep(x);
    return new Tensor(x.data, this.yShape);
  }

  override backward(dY: Tensor): Tensor {
    return new Tensor(dY.data, this.inputOf(dY).shape);
  }
}

/**
 * Gives each sample this shape. Input `[batch, ...]` with as many numbers a sample, output `[batch, ...shape]`.
 *
 * @example
 * new Reshape([28, 28, 1]).forward(Tensor.zeros([32, 784])).shape; // [32, 28, 28, 1]
 */
export class Reshape extends ShapeChange {
  static override readonly name: string = 'Reshape';
  readonly #shape: Shape;

  /**
   * @param shape - Of one sample.
   * @throws {TypeError} If it is no list.
   * @throws {ShapeError} If it holds anything but integers >= 1.
   */
  constructor(shape: Shape) {
    super();
    if (!Array.isArray(shape)) {
      throw new TypeError(`Reshape: the shape is ${inWords(shape)}, expected a list such as [28, 28, 1].`);
    }
    if (shape.length === 0 || !shape.every((length) => Number.isSafeInteger(length) && length >= 1)) {
      throw new ShapeError(`Reshape: the shape is ${formatShape(shape)}, expected integers >= 1.`);
    }
    this.#shape = [...shape];
  }

  override spec(): ReshapeSpec {
    return { type: 'reshape', shape: this.#shape };
  }
}
