/**
 * A dense layer that uses the weight of another one, transposed: it ties a decoder to its encoder, which halves the number
 * of weights. Read dense.ts first; docs/math.md, section 3.5.
 */

import { kernels } from '../tensor/kernels/active.ts';
import { type OptionNames, requireOptions } from '../tensor/options.ts';
import { Parameter } from '../tensor/parameter.ts';
import type { Shape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { inWords } from '../tensor/words.ts';
import { Workspace } from '../tensor/workspace.ts';
import { Dense } from './dense.ts';
import { Layer, requireGradient, requireInput, requireWidth } from './layer.ts';
import type { LayerSpec } from './spec.ts';

/** Options of {@link TransposedDense}. */
export interface TransposedDenseOptions {
  /** The name of the other layer in the model's spec: `encoder.0`. Without it, this layer has no spec. */
  readonly tiedTo?: string;
  /** Whether to add a bias, which starts at zero. @default true */
  readonly bias?: boolean;
}

const OPTIONS: OptionNames<TransposedDenseOptions> = { tiedTo: true, bias: true };

/**
 * `Y = X Wᵀ + b` with the weight `W` `[outFeatures, inFeatures]` of a dense layer that maps the other way;
 * backward `dW += dYᵀ X`, `db += column sums of dY`, `dX = dY W`.
 *
 * Input `[batch, inFeatures]`, output `[batch, outFeatures]`. The bias is the layer's only parameter: the weight belongs
 * to the other layer, and its gradient sums up both uses.
 *
 * @example
 * const down = new Dense(784, 32);
 * const tied = new Sequential([down, new TransposedDense(down)]);
 * tied.forward(Tensor.zeros([5, 784])).shape; // [5, 784]
 * @see Vincent et al., "Stacked denoising autoencoders", JMLR 11, 2010, section 3.1, for tied weights.
 */
export class TransposedDense extends Layer {
  static override readonly name: string = 'TransposedDense';
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** `[outFeatures]`; undefined without a bias. */
  readonly bias: Parameter | undefined;
  readonly #of: Dense;
  readonly #tiedTo: string | undefined;
  readonly #y = new Workspace();
  readonly #dX = new Workspace();
  #x: Tensor | undefined;

  /** @throws {TypeError} If the other layer is no Dense, or an option is unknown. */
  constructor(of: Dense, options: TransposedDenseOptions = {}) {
    super();
    if (!(of instanceof Dense)) {
      throw new TypeError(`TransposedDense: the other layer is ${inWords(of)}, expected a Dense.`);
    }
    requireOptions('TransposedDense', options, OPTIONS);
    const { tiedTo, bias = true } = options;
    this.#of = of;
    this.#tiedTo = tiedTo;
    this.inFeatures = of.outFeatures;
    this.outFeatures = of.inFeatures;
    const shape = [this.outFeatures];
    if (bias) this.bias = new Parameter('bias', Tensor.zeros(shape), Tensor.zeros(shape));
  }

  // Y = X Wᵀ + b
  override forward(x: Tensor): Tensor {
    requireInput(this, x);
    const [batch, width] = x.shape;
    const n = this.outFeatures;
    const y = this.#y.tensor(this.arena, [batch, n]);
    const weight = this.#of.weight.value.data;
    const bias = this.bias?.value.data;
    if (bias) for (let i = 0; i < batch; i++) y.data.set(bias, i * n);
    kernels().matmulTransposeB(batch, n, width, x.data, weight, bias !== undefined, y.data);
    this.#x = x;
    return y;
  }

  override backward(dY: Tensor): Tensor {
    this.backwardParameters(dY);
    return this.backwardInput(dY);
  }

  // dX = dY W
  override backwardInput(dY: Tensor): Tensor {
    requireGradient(this, dY, this.#x, this.outFeatures);
    const [batch] = dY.shape;
    const dX = this.#dX.tensor(this.arena, [batch, this.inFeatures]);
    const weight = this.#of.weight.value.data;
    kernels().matmul(batch, this.inFeatures, this.outFeatures, dY.data, weight, false, dX.data);
    return dX;
  }

  // dW += dYᵀ X, db += column sums of dY
  override backwardParameters(dY: Tensor): void {
    const x = this.#x;
    requireGradient(this, dY, x, this.outFeatures);
    const [batch, width] = x.shape;
    const dWeight = this.#of.weight.gradient.data;
    kernels().matmulTransposeA(this.outFeatures, width, batch, dY.data, x.data, true, dWeight);
    if (this.bias) kernels().addColumnSums(batch, this.outFeatures, dY.data, this.bias.gradient.data);
  }

  override namedParameters(): readonly (readonly [string, Parameter])[] {
    return this.bias ? [[this.bias.name, this.bias]] : [];
  }

  override outputShape(inShape: Shape): Shape {
    requireWidth(this, inShape);
    return [this.outFeatures];
  }

  override spec(): LayerSpec {
    if (this.#tiedTo === undefined) return super.spec();
    return {
      type: 'transposedDense',
      tiedTo: this.#tiedTo,
      inFeatures: this.inFeatures,
      outFeatures: this.outFeatures,
      bias: this.bias !== undefined,
    };
  }
}
