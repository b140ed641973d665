/** What a convolution and its transpose have in common: options, weight and bias. Read imageLayer.ts first. */

import { glorotUniform, type Initializer, requireInitializer } from '../tensor/initializers.ts';
import { kernels } from '../tensor/kernels/active.ts';
import type { ConvolutionSizes } from '../tensor/kernels/convolution/kernels.ts';
import { type OptionNames, requireBoolean, requireInteger, requireOptions } from '../tensor/options.ts';
import { Parameter } from '../tensor/parameter.ts';
import { Random, requireRandom } from '../tensor/random.ts';
import { formatShape, type Shape, ShapeError, sameShape, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { ImageLayer, requireWindow, type SlidingWindow } from './imageLayer.ts';

/** Options of {@link Conv2d}. */
export interface Conv2dOptions {
  /** Height and width of the kernel. @default 3 */
  readonly kernelSize?: number;
  /** Pixels from one window to the next. @default 1 */
  readonly stride?: number;
  /** Pixels of zeros around the image, less than the size of the kernel. @default 0 */
  readonly padding?: number;
  /** Whether to add a bias to each channel, which starts at zero. @default true */
  readonly bias?: boolean;
  /** Makes the first weight. @default glorotUniform */
  readonly initializer?: Initializer;
  /** For the initializer: the same seed gives the same weights. @default new Random(0) */
  readonly random?: Random;
}

export const CONV2D_OPTIONS: OptionNames<Conv2dOptions> = {
  kernelSize: true,
  stride: true,
  padding: true,
  bias: true,
  initializer: true,
  random: true,
};

/** A layer with a kernel that moves over images. */
export abstract class Convolution extends ImageLayer {
  readonly inChannels: number;
  readonly outChannels: number;
  /** How the kernel moves: `{ kernelSize, stride, padding }`. */
  readonly window: SlidingWindow;
  /** `[kernelSize, kernelSize, inChannels, outChannels]`; of a transposed convolution, the last two in reverse. */
  readonly weight: Parameter;
  /** `[outChannels]`; undefined without a bias. */
  readonly bias: Parameter | undefined;
  readonly #sums = new Workspace();

  /** @param weightChannels - The last two lengths of the weight's shape. */
  constructor(
    who: string,
    inChannels: number,
    outChannels: number,
    options: Conv2dOptions,
    known: OptionNames<Conv2dOptions>,
    weightChannels: readonly [number, number],
  ) {
    super();
    requireInteger(who, 'inChannels', inChannels, 1);
    requireInteger(who, 'outChannels', outChannels, 1);
    requireOptions(who, options, known);
    const { kernelSize = 3, stride = 1, padding = 0 } = options;
    const { bias = true, initializer = glorotUniform, random = new Random(0) } = options;
    this.window = { kernelSize, stride, padding };
    requireWindow(who, this.window, kernelSize - 1);
    requireBoolean(who, 'bias', bias);
    requireInitializer(who, initializer);
    requireRandom(who, random);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    const shape = [kernelSize, kernelSize, ...weightChannels];
    const weight = initializer(shape, random);
    if (!sameShape(weight.shape, shape)) {
      throw new ShapeError(
        `${who}: the initializer made ${formatShape(weight.shape)}, expected ${formatShape(shape)}.`,
      );
    }
    this.weight = new Parameter('weight', weight, Tensor.zeros(shape));
    const zeros = () => Tensor.zeros([outChannels]);
    if (bias) this.bias = new Parameter('bias', zeros(), zeros());
  }

  /** The sizes of a convolution from images of the first shape to those of the second, each with its batch. */
  protected sizes(from: Shape, to: Shape): ConvolutionSizes {
    const [batch, height, width, channels] = from;
    const [, outHeight, outWidth, outChannels] = to;
    return { batch, height, width, channels, outHeight, outWidth, outChannels, ...this.window };
  }

  /**
   * db += the sum of dY over all pixels: first over the batch, then over the pixels of an image. Two short sums are more
   * accurate than a long one, and the first is shared among threads.
   */
  protected addBiasGradient(dY: Tensor): void {
    if (!this.bias) return;
    const [batch, ...image] = this.yShape;
    const sums = this.#sums.tensor(this.arena, image).data;
    const size = sizeOf(image);
    kernels().zero(size, sums);
    kernels().addColumnSums(batch, size, dY.data, sums);
    kernels().addColumnSums(size / this.outChannels, this.outChannels, sums, this.bias.gradient.data);
  }

  override backward(dY: Tensor): Tensor {
    this.backwardParameters(dY);
    return this.backwardInput(dY);
  }

  override namedParameters(): readonly (readonly [string, Parameter])[] {
    const parameters = this.bias ? [this.weight, this.bias] : [this.weight];
    return parameters.map((parameter) => [parameter.name, parameter] as const);
  }
}
