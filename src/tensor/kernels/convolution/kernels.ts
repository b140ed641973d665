/**
 * The interface of the kernels that images need: convolutions, their adjoints and gradients, pooling and upsampling. They
 * are apart from ../kernels.ts so that a bundle without convolutions does not carry them. naive.ts is the definition of all;
 * docs/math.md, section 3.9, has the formulas.
 *
 * Images are `[batch, height, width, channels]`: the channels of a pixel are neighbours in memory, as in image files. As in
 * ../kernels.ts, arrays are exactly as long as the sizes say, and nothing is checked.
 */

/**
 * The sizes of a convolution from x `[batch, height, width, channels]` to y `[batch, outHeight, outWidth, outChannels]` by a
 * weight `[kernelSize, kernelSize, channels, outChannels]`. Pixel (i, j) of y sees the pixels of x from (stride · i - padding,
 * stride · j - padding) on; those outside of the image count as 0.
 */
export interface ConvolutionSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  /** Less than the size of the kernel. */
  readonly padding: number;
}

/** The sizes of pooling: those of a convolution in which each channel stays by itself. */
export type PoolingSizes = Omit<ConvolutionSizes, 'outChannels'>;

/** From x `[batch, height, width, channels]` to y `[batch, factor · height, factor · width, channels]`. */
export interface UpsamplingSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly factor: number;
}

export interface ConvolutionKernels {
  /** y = the convolution of x, plus the bias `[outChannels]` in each pixel. */
  convolve(
    sizes: ConvolutionSizes,
    x: Float32Array,
    weight: Float32Array,
    bias: Float32Array | undefined,
    y: Float32Array,
  ): void;
  /** x = the adjoint of the convolution at y, which sends each number of y back to where it came from, plus a bias `[channels]`. */
  convolveTransposed(
    sizes: ConvolutionSizes,
    y: Float32Array,
    weight: Float32Array,
    bias: Float32Array | undefined,
    x: Float32Array,
  ): void;
  /** dWeight += the gradient with respect to the weight, for x and the gradient dY with respect to y. */
  addWeightGradient(sizes: ConvolutionSizes, x: Float32Array, dY: Float32Array, dWeight: Float32Array): void;

  /** y = the largest number of each window, NaN if there is one. */
  maxPool(sizes: PoolingSizes, x: Float32Array, y: Float32Array): void;
  /** dX = dY where x was the first of the largest numbers of a window, summed over windows, else 0. */
  maxPoolBackward(sizes: PoolingSizes, x: Float32Array, dY: Float32Array, dX: Float32Array): void;

  /** y = each pixel of x, factor · factor times. */
  upsample(sizes: UpsamplingSizes, x: Float32Array, y: Float32Array): void;
  /** dX = the sum of dY over the copies of each pixel. */
  upsampleBackward(sizes: UpsamplingSizes, dY: Float32Array, dX: Float32Array): void;
}
