/** Max pooling: the largest number of each window. Read conv2d.ts first; docs/math.md, section 3.10. */

import { convolutionKernels } from '../tensor/kernels/convolution/active.ts';
import type { PoolingSizes } from '../tensor/kernels/convolution/kernels.ts';
import { type OptionNames, requireOptions } from '../tensor/options.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ImageLayer, requireWindow, type SlidingWindow } from './imageLayer.ts';
import type { MaxPool2dSpec } from './spec.ts';

/** Options of {@link MaxPool2d}. */
export interface MaxPool2dOptions {
  /** Height and width of a window. @default 2 */
  readonly kernelSize?: number;
  /** Pixels from one window to the next. @default kernelSize */
  readonly stride?: number;
  /** Pixels around the image that are never the largest, at most half of the kernel size. @default 0 */
  readonly padding?: number;
}

const OPTIONS: OptionNames<MaxPool2dOptions> = { kernelSize: true, stride: true, padding: true };

/**
 * `y[i, j, c] = max x[s i + ky - p, s j + kx - p, c]` over a window, with stride s and padding p. Backward, the gradient goes
 * to the number that was the largest, to the first of them if there are several.
 *
 * Input `[batch, height, width, channels]`, output `[batch, outHeight, outWidth, channels]` with
 * `outHeight = floor((height + 2 padding - kernelSize) / stride) + 1`, the width likewise. No parameters.
 *
 * @example
 * const pool = new MaxPool2d();
 * const image = Tensor.from([1, 2, 3, 4, 5, 6, 7, 8]).reshape([1, 2, 4, 1]);
 * pool.forward(image).data; // [6, 8]
 */
export class MaxPool2d extends ImageLayer {
  static override readonly name: string = 'MaxPool2d';
  /** How the window moves: `{ kernelSize, stride, padding }`. */
  readonly window: SlidingWindow;

  /**
   * @throws {TypeError} If an option is unknown, or has a value of another kind.
   * @throws {RangeError} If size or stride is not an integer >= 1, or the padding not one from 0 to half of the size.
   */
  constructor(options: MaxPool2dOptions = {}) {
    super();
    requireOptions('MaxPool2d', options, OPTIONS);
    const { kernelSize = 2, stride = kernelSize, padding = 0 } = options;
    this.window = { kernelSize, stride, padding };
    requireWindow('MaxPool2d', this.window, Math.floor(kernelSize / 2));
  }

  override forward(x: Tensor): Tensor {
    const y = this.outputFor(x);
    convolutionKernels().maxPool(this.#sizes(x.shape), x.data, y.data);
    return y;
  }

  override backward(dY: Tensor): Tensor {
    const x = this.inputOf(dY);
    const dX = this.dX.tensor(this.arena, x.shape);
    convolutionKernels().maxPoolBackward(this.#sizes(x.shape), x.data, dY.data, dX.data);
    return dX;
  }

  #sizes([batch, height, width, channels]: Shape): PoolingSizes {
    const [, outHeight, outWidth] = this.yShape;
    return { batch, height, width, channels, outHeight, outWidth, ...this.window };
  }

  override spec(): MaxPool2dSpec {
    return { type: 'maxPool2d', ...this.window };
  }
}
