/**
 * The transposed convolution: the way back of a convolution, from small images to large ones. Read conv2d.ts first;
 * docs/math.md, section 3.9.
 */

import { convolutionKernels } from '../tensor/kernels/convolution/active.ts';
import { type OptionNames, requireInteger } from '../tensor/options.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { plural } from '../tensor/words.ts';
import { CONV2D_OPTIONS, type Conv2dOptions, Convolution } from './convolution.ts';
import type { ConvTranspose2dSpec, OutputPadding } from './spec.ts';

/** Options of {@link ConvTranspose2d}. */
export interface ConvTranspose2dOptions extends Conv2dOptions {
  /**
   * Additional rows at the bottom and columns at the right, less than the stride: one number for both, or two. A convolution of
   * stride 2 makes 4 pixels of 7 and of 8, so its way back has to be told which. @default 0
   */
  readonly outputPadding?: OutputPadding;
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
 * If the kernel size is a multiple of the stride, each pixel of the output sums up equally many terms; else a pattern like a
 * chessboard may show.
 *
 * @example
 * const layer = new ConvTranspose2d(16, 1, { kernelSize: 4, stride: 2, padding: 1, random: new Random(42) });
 * const y = layer.forward(Tensor.zeros([32, 14, 14, 16])); // [32, 28, 28, 1]
 * @see Odena, Dumoulin & Olah, "Deconvolution and checkerboard artifacts", Distill, 2016.
 */
export class ConvTranspose2d extends Convolution {
  static override readonly name: string = 'ConvTranspose2d';
  readonly outputPadding: OutputPadding;

  /**
   * @throws {TypeError} If an option is unknown, or has a value of another kind.
   * @throws {RangeError} As {@link Conv2d}, or if the output padding is not an integer from 0 to stride - 1, or two such integers.
   * @throws {ShapeError} If the initializer returns a weight of another shape.
   */
  constructor(inChannels: number, outChannels: number, options: ConvTranspose2dOptions = {}) {
    super('ConvTranspose2d', inChannels, outChannels, options, OPTIONS, [outChannels, inChannels]);
    const { outputPadding = 0 } = options;
    const both = Array.isArray(outputPadding) ? outputPadding : [outputPadding, outputPadding];
    if (both.length !== 2) {
      throw new RangeError(
        `ConvTranspose2d: outputPadding has ${plural(both.length, 'number')}, expected one, or two for rows and columns.`,
      );
    }
    for (const pixels of both) {
      requireInteger('ConvTranspose2d', 'outputPadding', pixels, 0);
      if (pixels < this.window.stride) continue;
      throw new RangeError(
        `ConvTranspose2d: outputPadding is ${pixels}, expected less than the stride ${this.window.stride}.`,
      );
    }
    this.outputPadding = typeof outputPadding === 'number' ? outputPadding : [both[0], both[1]];
  }

  override forward(x: Tensor): Tensor {
    const y = this.outputFor(x);
    const weight = this.weight.value.data;
    const bias = this.bias?.value.data;
    convolutionKernels().convolveTransposed(this.sizes(y.shape, x.shape), x.data, weight, bias, y.data);
    return y;
  }

  // dX = the convolution of dY
  override backwardInput(dY: Tensor): Tensor {
    const { shape } = this.inputOf(dY);
    const dX = this.dX.tensor(this.arena, shape);
    const weight = this.weight.value.data;
    convolutionKernels().convolve(this.sizes(dY.shape, shape), dY.data, weight, undefined, dX.data);
    return dX;
  }

  // dW[ky, kx, o, c] += Σ dY[s i + ky - p, s j + kx - p, o] x[i, j, c], db += Σ dY[i, j, :]
  override backwardParameters(dY: Tensor): void {
    const x = this.inputOf(dY);
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
