/** Dropout: a layer only for training. Read layer.ts first; docs/math.md, section 3.6. */

import { type OptionNames, requireNumber, requireOptions } from '../tensor/options.ts';
import { type Random, requireRandom } from '../tensor/random.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import { Layer, requireGradient } from './layer.ts';

/** Options of {@link Dropout}. */
export interface DropoutOptions {
  /** Decides what is dropped. */
  readonly random: Random;
}

const DROPOUT_OPTIONS: OptionNames<DropoutOptions> = { random: true };

/**
 * `Y = X M`, `dX = dY M`, element by element: M is 0 with probability `rate`, else `1 / (1 - rate)`, which keeps the
 * mean. M is drawn anew in each forward pass. The input has any shape, the output the same; there are no parameters.
 *
 * There is no mode to switch: put the layer into the network that is trained and leave it out of the one that is used.
 * Both can share all other layers.
 *
 * @example
 * const [dense, relu, out] = [new Dense(784, 64), new ReLU(), new Dense(64, 10)];
 * const trained = new Sequential([dense, relu, new Dropout(0.2, { random: new Random(1) }), out]);
 * const used = new Sequential([dense, relu, out]);
 * used.forward(Tensor.zeros([1, 784])).shape; // [1, 10]
 * @see Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014.
 */
export class Dropout extends Layer {
  static override readonly name: string = 'Dropout';
  /** How likely an input is to become 0. */
  readonly rate: number;
  readonly #random: Random;
  readonly #mask = new Workspace();
  readonly #y = new Workspace();
  readonly #dX = new Workspace();
  #kept: Tensor | undefined;

  /**
   * @throws {TypeError} If `random` is missing, or an option is unknown.
   * @throws {RangeError} If the rate is not from 0 up to, but not including, 1.
   */
  constructor(rate: number, options: DropoutOptions) {
    super();
    requireNumber('Dropout', 'the rate', rate, '0 <= rate < 1', (value) => value >= 0 && value < 1);
    requireOptions('Dropout', options, DROPOUT_OPTIONS);
    const { random } = options;
    requireRandom('Dropout', random);
    this.rate = rate;
    this.#random = random;
  }

  override forward(x: Tensor): Tensor {
    const mask = this.#mask.tensor(this.arena, x.shape);
    this.#random.fillUniform(mask.data, 0, 1);
    const keep = 1 / (1 - this.rate);
    for (let i = 0; i < mask.size; i++) mask.data[i] = mask.data[i] < this.rate ? 0 : keep;
    this.#kept = mask;
    return multiply(x, mask, this.#y.tensor(this.arena, x.shape));
  }

  override backward(dY: Tensor): Tensor {
    const mask = this.#kept;
    requireGradient(this, dY, mask);
    return multiply(dY, mask, this.#dX.tensor(this.arena, mask.shape));
  }

  override outputShape(inShape: Shape): Shape {
    return inShape;
  }
}

function multiply(a: Tensor, b: Tensor, out: Tensor): Tensor {
  for (let i = 0; i < out.size; i++) out.data[i] = a.data[i] * b.data[i];
  return out;
}
