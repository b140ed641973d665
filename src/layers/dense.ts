/** The dense (fully connected) layer. docs/math.md, sections 3.1 and 3.2, derives its formulas. Read layer.ts first. */

import { glorotUniform, type Initializer } from '../tensor/initializers.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { Parameter } from '../tensor/parameter.ts';
import { Random } from '../tensor/random.ts';
import { formatShape, ShapeError, sameShape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { backwardBeforeForward, Layer } from './layer.ts';
import type { LayerSpec } from './spec.ts';

export interface DenseOptions {
  /** Whether to add a bias, which starts at zero. @default true */
  readonly bias?: boolean;
  /** @default glorotUniform */
  readonly initializer?: Initializer;
  /** Where the weights come from: the same seed gives the same weights. @default new Random(0) */
  readonly random?: Random;
}

/**
 * `Y = X W + b`; backward `dW += Xᵀ dY`, `db += column sums of dY`, `dX = dY Wᵀ`.
 *
 * Input `[batch, inFeatures]`, output `[batch, outFeatures]`, weight `[inFeatures, outFeatures]`, bias `[outFeatures]`.
 *
 * @example
 * const layer = new Dense(784, 64, { random: new Random(42) });
 * const y = layer.forward(Tensor.zeros([32, 784])); // [32, 64]
 */
export class Dense extends Layer {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly #y = new Workspace();
  readonly #dX = new Workspace();
  #x: Tensor | undefined;

  /**
   * @throws {RangeError} If a width is not an integer >= 1.
   * @throws {ShapeError} If the initializer makes a weight of another shape.
   */
  constructor(inFeatures: number, outFeatures: number, options: DenseOptions = {}) {
    super();
    for (const width of [inFeatures, outFeatures]) {
      if (!Number.isSafeInteger(width) || width < 1) {
        throw new RangeError(
          `Dense: the widths are ${inFeatures} and ${outFeatures}, expected integers >= 1.`,
        );
      }
    }
    const { bias = true, initializer = glorotUniform, random = new Random(0) } = options;
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
    const [batch, width] = x.shape;
    if (x.shape.length !== 2 || width !== this.inFeatures) {
      throw new ShapeError(
        `Dense.forward: x is ${formatShape(x.shape)}, expected [batch, ${this.inFeatures}].`,
      );
    }
    const n = this.outFeatures;
    const y = this.#y.tensor(this.arena, [batch, n]);
    const weight = this.weight.value.data;
    if (this.bias) kernels().matmulBias(batch, n, width, x.data, weight, this.bias.value.data, y.data);
    else kernels().matmul(batch, n, width, x.data, weight, false, y.data);
    this.#x = x;
    return y;
  }

  // dX = dY Wᵀ
  override backward(dY: Tensor): Tensor {
    this.backwardParameters(dY);
    const [batch] = dY.shape;
    const dX = this.#dX.tensor(this.arena, [batch, this.inFeatures]);
    kernels().matmulTransposeB(
      batch,
      this.inFeatures,
      this.outFeatures,
      dY.data,
      this.weight.value.data,
      false,
      dX.data,
    );
    return dX;
  }

  // dW += Xᵀ dY, db += column sums of dY
  override backwardParameters(dY: Tensor): void {
    const x = this.#x;
    if (!x) throw backwardBeforeForward('Dense');
    const [batch] = x.shape;
    const n = this.outFeatures;
    if (dY.shape.length !== 2 || dY.shape[0] !== batch || dY.shape[1] !== n) {
      throw new ShapeError(`Dense.backward: dY is ${formatShape(dY.shape)}, expected [${batch}, ${n}].`);
    }
    const dWeight = this.weight.gradient.data;
    kernels().matmulTransposeA(this.inFeatures, n, batch, x.data, dY.data, true, dWeight);
    if (this.bias) kernels().addColumnSums(batch, n, dY.data, this.bias.gradient.data);
  }

  override namedParameters(): readonly (readonly [string, Parameter])[] {
    const parameters = this.bias ? [this.weight, this.bias] : [this.weight];
    return parameters.map((parameter) => [parameter.name, parameter] as const);
  }

  override outputWidth(inFeatures: number): number {
    if (inFeatures !== this.inFeatures) {
      throw new ShapeError(`Dense: the input has ${inFeatures} features, expected ${this.inFeatures}.`);
    }
    return this.outFeatures;
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
