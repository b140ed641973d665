/**
 * What the layers for images share. Images are `[batch, height, width, channels]`: channels are neighbours in memory, as in
 * image files. Read layer.ts and spec.ts first; docs/math.md, section 3.9, derives the formulas.
 */

import { requireInteger } from '../tensor/options.ts';
import { formatShape, type Shape, ShapeError } from '../tensor/shape.ts';
import { requireTensor, type Tensor } from '../tensor/tensor.ts';
import { Layer } from './layer.ts';
import { type ImageLayerSpec, outputShape } from './spec.ts';

/** A layer that always has a spec, which says the shape of its output. */
export abstract class ImageLayer extends Layer {
  abstract override spec(): ImageLayerSpec;

  override outputShape(inShape: Shape): Shape {
    return outputShape(this.spec(), inShape);
  }

  /**
   * The shape of y for this x.
   *
   * @throws {TypeError} If x is no tensor.
   * @throws {ShapeError} If its images don't fit the layer.
   */
  protected shapeFor(x: Tensor): Shape {
    const who = `${this.constructor.name}.forward`;
    requireTensor(who, 'x is', x);
    const [batch, ...shape] = x.shape;
    try {
      return [batch, ...this.outputShape(shape)];
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new ShapeError(`${who}: x is ${formatShape(x.shape)}; of one sample, ${error.message}`);
    }
  }
}

/** How a window moves over an image. */
export interface Window {
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

/**
 * @throws {TypeError} If one of them is no number.
 * @throws {RangeError} If size or stride is not an integer >= 1, or the padding not one from 0 to `mostPadding`: a window that
 *   sees nothing of the image has nothing to say.
 */
export function requireWindow(
  who: string,
  { kernelSize, stride, padding }: Window,
  mostPadding: number,
): void {
  requireInteger(who, 'kernelSize', kernelSize, 1);
  requireInteger(who, 'stride', stride, 1);
  requireInteger(who, 'padding', padding, 0);
  if (padding <= mostPadding) return;
  throw new RangeError(
    `${who}: padding is ${padding}, expected at most ${mostPadding} with a kernel of ${kernelSize} x ${kernelSize}.`,
  );
}
