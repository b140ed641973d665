/**
 * The transposed convolution: the way back of a convolution, from small images to large ones. Read conv2d.ts first;
 * docs/math.md, section 3.9.
 */

import { convolutionKernels } from '../tensor/kernels/convolution/active.ts';
import { type OptionNames, requireInteger } from '../tensor/options.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { CONV2D_OPTIONS, type Conv2dOptions, Convolution } from './convolution.ts';
import type { ConvTranspose2dSpec } from './spec.ts';

/** Options of {@link ConvTranspose2d}. */
export interface ConvTranspose2dOptions extends Conv2dOptions {
  /**
   * Rows and columns more at the bottom and the right, less than the stride: a convolution of stride 2 makes images of the same
   * size from 7 and from 8 pixels, so its way back has to be told. @default 0
   */
  readonly outputPadding?: number;
}

const OPTIONS: OptionNames<ConvTranspose2dOptions> = { ...CONV2D_OPTIONS, outputPadding: true };

/**
 * The adjoint of a convolution, plus a bias: what {@link Conv2d} does with gradients on the way back. Each pixel of the
 * input puts a multiple of the kernel into the output, where they add up:
 *
 *     y[s i + ky - p, s j + kx - p, o] += Σ x[i, j, c] W[ky, kx, o, c]
 *
 * Input `[batch, height, width, inChannels]`, output `[batch, outHeight, outWidth, outChannels]` with
 * `outHeight = (height - 1) stride - 2 padding + kernelSize + outputPadding`, the width likewise. Weight
 * `[kernelSize, kernelSize, outChannels, inChannels]`, bias `[outChannels]`.
 *
 * With a kernel size that is a multiple of the stride, all pixels are made of as many numbers; with others a pattern like a
 * chessboard may show.
 *
 * @example
 * const layer = new ConvTranspose2d(16, 1, { kernelSize: 4, stride: 2, padding: 1, random: new Random(42) });
 * const y = layer.forward(Tensor.zeros([32, 14, 14, 16])); // [32, 28, 28, 1]
 * @see Odena, Dumoulin & Olah, "Deconvolution and checkerboard artifacts", Distill, 2016.
 */
export class ConvTranspose2d extends Convolution {
  static override readonly name: string = 'ConvTranspose2d';
  readonly outputPadding: number;

  /**
   * @throws {TypeError} If an option is unknown, or has a value of another kind.
   * @throws {RangeError} As {@link Conv2d}, or if the output padding is not an integer from 0 to stride - 1.
   * @throws {ShapeError} If the initializer returns a weight of another shape.
   */
  constructor(inChannels: number, outChannels: number, options: ConvTranspose2dOptions = {}) {
    super('ConvTranspose2d', inChannels, outChannels, options, OPTIONS, [outChannels, inChannels]);
    const { outputPadding = 0 } = options;
    requireInteger('ConvTranspose2d', 'outputPadding', outputPadding, 0);
    if (outputPadding >= this.window.stride) {
      throw new RangeError(
        `ConvTranspose2d: outputPadding is ${outputPadding}, expected less than the stride ${this.window.stride}.`,
      );
    }
    this.outputPadding = outputPadding;
  }

  override forward(x: Tensor): Tensor {
    this.yShape = this.shapeFor(x);
    this.x = x;
    const y = this.y.tensor(this.arena, this.yShape);
    const weight = this.weight.value.data;
    const bias = this.bias?.value.data;
    convolutionKernels().convolveTransposed(this.sizes(y.shape, x.shape), x.data, weight, bias, y.data);
    return y;
  }

  // dX = the convolution of dY
  override backwardInput(dY: Tensor): Tensor {
    const { shape } = this.requireGradient(dY);
    const dX = this.dX.tensor(this.arena, shape);
    const weight = this.weight.value.data;
    convolutionKernels().convolve(this.sizes(dY.shape, shape), dY.data, weight, undefined, dX.data);
    return dX;
  }

  // dW[ky, kx, o, c] += Σ dY[s i + ky - p, s j + kx - p, o] x[i, j, c], db += Σ dY[i, j, :]
  override backwardParameters(dY: Tensor): void {
    const x = this.requireGradient(dY);
    const dWeight = this.weight.gradient.data;
    convolutionKernels().addWeightGradient(this.sizes(dY.shape, x.shape), dY.data, x.data, dWeight);
    this.addBiasGradient(dY);
  }

  override spec(): ConvTranspose2dSpec {
    const { inChannels, outChannels, window, outputPadding, bias } = this;
    return {
      type: 'convTranspose2d',
      inChannels,
      outChannels,
      ...window,
      outputPadding,
      bias: bias !== undefined,
    };
  }
}
