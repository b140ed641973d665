/**
 * What the layers for images share. Images are `[batch, height, width, channels]`: channels are neighbours in memory, as in
 * image files. Read layer.ts and spec.ts first; docs/math.md, section 3.9, derives the formulas.
 */

import { requireInteger } from '../tensor/options.ts';
import { formatShape, type Shape, ShapeError } from '../tensor/shape.ts';
import { requireTensor, type Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { Layer, requireGradient } from './layer.ts';
import { type ImageLayerSpec, outputShape } from './spec.ts';

/** A layer that always has a spec, which says the shape of its output, and that keeps its input for `backward`. */
export abstract class ImageLayer extends Layer {
  /** The shape of the y of the last `forward`. */
  protected yShape: Shape = [];
  protected readonly dX = new Workspace();
  readonly #y = new Workspace();
  #x: Tensor | undefined;

  abstract override spec(): ImageLayerSpec;

  override outputShape(inShape: Shape): Shape {
    return outputShape(this.spec(), inShape);
  }

  /**
   * Keeps x and the shape of its y.
   *
   * @throws {TypeError} If x is no tensor.
   * @throws {ShapeError} If its images don't fit the layer.
   */
  protected keep(x: Tensor): void {
    const who = `${this.constructor.name}.forward`;
    requireTensor(who, 'x is', x);
    const [batch, ...shape] = x.shape;
    try {
      this.yShape = [batch, ...this.outputShape(shape)];
      this.#x = x;
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new ShapeError(`${who}: x is ${formatShape(x.shape)}; of one sample, ${error.message}`);
    }
  }

  /** Keeps x, and returns the tensor for its y. */
  protected outputFor(x: Tensor): Tensor {
    this.keep(x);
    return this.#y.tensor(this.arena, this.yShape);
  }

  /** @returns The x that was kept. @throws {ShapeError} If dY does not have the shape of y. @throws {Error} Before `forward`. */
  protected inputOf(dY: Tensor): Tensor {
    const x = this.#x;
    requireGradient(this, dY, x, this.yShape);
    return x;
  }
}

/** How a window moves over an image. */
export interface SlidingWindow {
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

/**
 * @throws {TypeError} If one of them is no number.
 * @throws {RangeError} If size or stride is not an integer >= 1, or the padding not one from 0 to `maxPadding`: a window that
 *   sees nothing of the image has nothing to say.
 */
export function requireWindow(
  who: string,
  { kernelSize, stride, padding }: SlidingWindow,
  maxPadding: number,
): void {
  requireInteger(who, 'kernelSize', kernelSize, 1);
  requireInteger(who, 'stride', stride, 1);
  requireInteger(who, 'padding', padding, 0);
  if (padding <= maxPadding) return;
  throw new RangeError(
    `${who}: padding is ${padding}, expected at most ${maxPadding} with a kernel of ${kernelSize} x ${kernelSize}.`,
  );
}
