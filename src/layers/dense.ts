/** The dense (fully connected) layer. docs/math.md, sections 3.1 and 3.2, derives its formulas. Read layer.ts first. */

import { glorotUniform, type Initializer, requireInitializer } from '../tensor/initializers.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { type OptionNames, requireBoolean, requireOptions } from '../tensor/options.ts';
import { Parameter } from '../tensor/parameter.ts';
import { Random, requireRandom } from '../tensor/random.ts';
import { formatShape, type Shape, ShapeError, sameShape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { inWords } from '../tensor/words.ts';
import { Workspace } from '../tensor/workspace.ts';
import { Layer, requireGradient, requireInput, requireWidth } from './layer.ts';
import type { LayerSpec } from './spec.ts';

/** Options of {@link Dense}. */
export interface DenseOptions {
  /** Whether to add a bias, which starts at zero. @default true */
  readonly bias?: boolean;
  /** Makes the first weight. @default glorotUniform */
  readonly initializer?: Initializer;
  /** For the initializer: the same seed gives the same weights. @default new Random(0) */
  readonly random?: Random;
}

const DENSE_OPTIONS: OptionNames<DenseOptions> = { bias: true, initializer: true, random: true };

/**
 * `Y = X W + b`; backward `dW += Xᵀ dY`, `db += column sums of dY`, `dX = dY Wᵀ`.
 *
 * Input `[batch, inFeatures]`, output `[batch, outFeatures]`, weight `[inFeatures, outFeatures]`, bias `[outFeatures]`.
 *
 * @example
 * const layer = new Dense(784, 64, { random: new Random(42) });
 * const y = layer.forward(Tensor.zeros([32, 784])); // [32, 64]
 * const dX = layer.backward(Tensor.zeros([32, 64])); // [32, 784]
 */
export class Dense extends Layer {
  static override readonly name: string = 'Dense';
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** `[inFeatures, outFeatures]` */
  readonly weight: Parameter;
  /** `[outFeatures]`; undefined without a bias. */
  readonly bias: Parameter | undefined;
  readonly #y = new Workspace();
  readonly #dX = new Workspace();
  #x: Tensor | undefined;

  /**
   * @throws {TypeError} If an option is unknown, or has a value of another kind.
   * @throws {RangeError} If a width is not an integer >= 1.
   * @throws {ShapeError} If the initializer returns a weight of another shape.
   */
  constructor(inFeatures: number, outFeatures: number, options: DenseOptions = {}) {
    super();
    requireOptions('Dense', options, DENSE_OPTIONS);
    for (const width of [inFeatures, outFeatures]) {
      if (!Number.isSafeInteger(width) || width < 1) {
        throw new RangeError(
          `Dense: the widths are ${inWords(inFeatures)} and ${inWords(outFeatures)}, expected integers >= 1.`,
        );
      }
    }
    const { bias = true, initializer = glorotUniform, random = new Random(0) } = options;
    requireBoolean('Dense', 'bias', bias);
    requireInitializer('Dense', initializer);
    requireRandom('Dense', random);
    const shape = [inFeatures, outFeatures] as const;
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    const weight = initializer(shape, random);
    if (!sameShape(weight.shape, shape)) {
      throw new ShapeError(
        `Dense: the initializer made ${formatShape(weight.shape)}, expected ${formatShape(shape)}.`,
      );
    }
    this.weight = new Parameter('weight', weight, Tensor.zeros(shape));
    if (bias) this.bias = new Parameter('bias', Tensor.zeros([outFeatures]), Tensor.zeros([outFeatures]));
  }

  // Y = X W + b
  override forward(x: Tensor): Tensor {
    requireInput(this, x);
    const [batch, width] = x.shape;
    const y = this.#y.tensor(this.arena, [batch, this.outFeatures]);
    const weight = this.weight.value.data;
    const bias = this.bias?.value.data;
    if (bias) kernels().matmulBias(batch, this.outFeatures, width, x.data, weight, bias, y.data);
    else kernels().matmul(batch, this.outFeatures, width, x.data, weight, false, y.data);
    this.#x = x;
    return y;
  }

  override backward(dY: Tensor): Tensor {
    this.backwardParameters(dY);
    return this.backwardInput(dY);
  }

  // dX = dY Wᵀ
  override backwardInput(dY: Tensor): Tensor {
    requireGradient(this, dY, this.#x, this.outFeatures);
    const [batch] = dY.shape;
    const dX = this.#dX.tensor(this.arena, [batch, this.inFeatures]);
    const weight = this.weight.value.data;
    kernels().matmulTransposeB(batch, this.inFeatures, this.outFeatures, dY.data, weight, false, dX.data);
    return dX;
  }

  // dW += Xᵀ dY, db += column sums of dY
  override backwardParameters(dY: Tensor): void {
    const x = this.#x;
    requireGradient(this, dY, x, this.outFeatures);
    const [batch, width] = x.shape;
    const dWeight = this.weight.gradient.data;
    kernels().matmulTransposeA(width, this.outFeatures, batch, x.data, dY.data, true, dWeight);
    if (this.bias) kernels().addColumnSums(batch, this.outFeatures, dY.data, this.bias.gradient.data);
  }

  override namedParameters(): readonly (readonly [string, Parameter])[] {
    const parameters = this.bias ? [this.weight, this.bias] : [this.weight];
    return parameters.map((parameter) => [parameter.name, parameter] as const);
  }

  override outputShape(inShape: Shape): Shape {
    requireWidth(this, inShape);
    return [this.outFeatures];
  }

  override spec(): LayerSpec {
    return {
      type: 'dense',
      inFeatures: this.inFeatures,
      outFeatures: this.outFeatures,
      bias: this.bias !== undefined,
    };
  }
}
