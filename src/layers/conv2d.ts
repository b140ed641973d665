/**
 * The convolution: a small kernel that moves over images. docs/math.md, section 3.9, derives its formulas. Read
 * convolution.ts first.
 */

import { convolutionKernels } from '../tensor/kernels/convolution/active.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { CONV2D_OPTIONS, type Conv2dOptions, Convolution } from './convolution.ts';
import type { Conv2dSpec } from './spec.ts';

/**
 * A convolution: each pixel of the output is a product of the kernel with the pixels of the input under it.
 *
 *     y[i, j, o] = b[o] + Σ x[s i + ky - p, s j + kx - p, c] W[ky, kx, c, o]
 *
 * with stride s and padding p, summed over ky, kx and c; pixels outside of the image count as 0. (As everywhere in deep
 * learning it is a cross-correlation: the kernel is not turned around.)
 *
 * Input `[batch, height, width, inChannels]`, output `[batch, outHeight, outWidth, outChannels]` with
 * `outHeight = floor((height + 2 padding - kernelSize) / stride) + 1`, the width likewise. Weight
 * `[kernelSize, kernelSize, inChannels, outChannels]`, bias `[outChannels]`.
 *
 * @example
 * const layer = new Conv2d(1, 16, { kernelSize: 4, stride: 2, padding: 1, random: new Random(42) });
 * const y = layer.forward(Tensor.zeros([32, 28, 28, 1])); // [32, 14, 14, 16]
 * const dX = layer.backward(Tensor.zeros([32, 14, 14, 16])); // [32, 28, 28, 1]
 * @see Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", arXiv 1603.07285, 2016.
 */
export class Conv2d extends Convolution {
  static override readonly name: string = 'Conv2d';

  /**
   * @throws {TypeError} If an option is unknown, or has a value of another kind.
   * @throws {RangeError} If a number of channels, the kernel size or the stride is not an integer >= 1, or the padding not one
   *   from 0 to kernelSize - 1.
   * @throws {ShapeError} If the initializer returns a weight of another shape.
   */
  constructor(inChannels: number, outChannels: number, options: Conv2dOptions = {}) {
    super('Conv2d', inChannels, outChannels, options, CONV2D_OPTIONS, [inChannels, outChannels]);
  }

  override forward(x: Tensor): Tensor {
    const y = this.outputFor(x);
    const weight = this.weight.value.data;
    const bias = this.bias?.value.data;
    convolutionKernels().convolve(this.sizes(x.shape, y.shape), x.data, weight, bias, y.data);
    return y;
  }

  // dX = the adjoint of the convolution, at dY
  override backwardInput(dY: Tensor): Tensor {
    const { shape } = this.inputOf(dY);
    const dX = this.dX.tensor(this.arena, shape);
    const weight = this.weight.value.data;
    convolutionKernels().convolveTransposed(this.sizes(shape, dY.shape), dY.data, weight, undefined, dX.data);
    return dX;
  }

  // dW[ky, kx, c, o] += Σ x[s i + ky - p, s j + kx - p, c] dY[i, j, o], db += Σ dY[i, j, :]
  override backwardParameters(dY: Tensor): void {
    const x = this.inputOf(dY);
    const dWeight = this.weight.gradient.data;
    convolutionKernels().addWeightGradient(this.sizes(x.shape, dY.shape), x.data, dY.data, dWeight);
    this.addBiasGradient(dY);
  }

  override spec(): Conv2dSpec {
    const { inChannels, outChannels, window, bias } = this;
    return { type: 'conv2d', inChannels, outChannels, ...window, bias: bias !== undefined };
  }
}
