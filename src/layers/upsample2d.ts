/** Upsampling: each pixel becomes a square of pixels. Read maxPool2d.ts first; docs/math.md, section 3.10. */

import { convolutionKernels } from '../tensor/kernels/convolution/active.ts';
import type { UpsamplingSizes } from '../tensor/kernels/convolution/kernels.ts';
import { type OptionNames, requireInteger, requireOptions } from '../tensor/options.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ImageLayer } from './imageLayer.ts';
import type { Upsample2dSpec } from './spec.ts';

/** Options of {@link Upsample2d}. */
export interface Upsample2dOptions {
  /** How many times as high and as wide the images become. @default 2 */
  readonly factor?: number;
}

const OPTIONS: OptionNames<Upsample2dOptions> = { factor: true };

/**
 * `y[i, j, c] = x[floor(i / factor), floor(j / factor), c]`: each pixel is repeated (nearest neighbour). Backward, dX is the
 * sum of dY over its copies.
 *
 * Input `[batch, height, width, channels]`, output `[batch, factor · height, factor · width, channels]`. No parameters.
 *
 * @example
 * const image = Tensor.from([1, 2]).reshape([1, 1, 2, 1]);
 * new Upsample2d().forward(image).data; // [1, 1, 2, 2, 1, 1, 2, 2]
 */
export class Upsample2d extends ImageLayer {
  static override readonly name: string = 'Upsample2d';
  readonly factor: number;

  /**
   * @throws {TypeError} If an option is unknown, or the factor is no number.
   * @throws {RangeError} If the factor is not an integer >= 1.
   */
  constructor(options: Upsample2dOptions = {}) {
    super();
    requireOptions('Upsample2d', options, OPTIONS);
    const { factor = 2 } = options;
    requireInteger('Upsample2d', 'factor', factor, 1);
    this.factor = factor;
  }

  override forward(x: Tensor): Tensor {
    const y = this.outputFor(x);
    convolutionKernels().upsample(this.#sizes(x.shape), x.data, y.data);
    return y;
  }

  override backward(dY: Tensor): Tensor {
    const x = this.inputOf(dY);
    const dX = this.dX.tensor(this.arena, x.shape);
    convolutionKernels().upsampleBackward(this.#sizes(x.shape), dY.data, dX.data);
    return dX;
  }

  #sizes([batch, height, width, channels]: Shape): UpsamplingSizes {
    return { batch, height, width, channels, factor: this.factor };
  }

  override spec(): Upsample2dSpec {
    return { type: 'upsample2d', factor: this.factor };
  }
}
