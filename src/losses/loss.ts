/**
 * Losses: how far a prediction is from its target, as one number, and the gradient of that number. docs/math.md, section 4.
 * Each has the name of its class as a static field: layers/layer.ts says why.
 */

import { kernels } from '../tensor/kernels/active.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import { requireMethods } from '../tensor/options.ts';
import { formatShape, ShapeError, sameShape } from '../tensor/shape.ts';
import { requireTensor, type Tensor } from '../tensor/tensor.ts';
import { inWords } from '../tensor/words.ts';
import { Workspace } from '../tensor/workspace.ts';

const { exp, log, max } = Math;

/**
 * How far a prediction is from its target, as one number: a mean over all elements or over all rows, so that it does not
 * depend on the batch size. A class of your own extends it with `name` and `evaluate`.
 *
 * @example
 * class Offset extends Loss {
 *   name = 'offset'; // log cosh(p - t)
 *   evaluate(n, p, t, dP) {
 *     let sum = 0;
 *     for (let i = 0; i < n; i++) {
 *       sum += Math.log(Math.cosh(p[i] - t[i]));
 *       dP[i] = Math.tanh(p[i] - t[i]) / n;
 *     }
 *     return sum / n;
 *   }
 * }
 * new Autoencoder({ inputShape: [28, 28] }).compile({ loss: new Offset() });
 */
export abstract class Loss {
  /** For messages and model files, such as `mse`. */
  abstract readonly name: string;
  readonly #dPrediction = new Workspace();
  readonly #arena = new Arena();
  #gradient: Tensor | undefined;

  /**
   * Returns the mean and writes its gradient to dPrediction.
   *
   * @param n - The number of elements.
   * @param columns - The number of elements in a row, that is the last dimension.
   */
  protected abstract evaluate(
    n: number,
    prediction: Float32Array,
    target: Float32Array,
    dPrediction: Float32Array,
    columns: number,
  ): number;

  /**
   * The loss of a prediction.
   *
   * @param prediction - Any shape.
   * @param target - The same shape.
   * @returns The loss; NaN for no elements.
   * @throws {TypeError} If one of them is no tensor.
   * @throws {ShapeError} If the shapes differ.
   */
  forward(prediction: Tensor, target: Tensor): number {
    requireTensor(`${this.constructor.name}.forward`, 'the prediction is', prediction);
    requireTensor(`${this.constructor.name}.forward`, 'the target is', target);
    if (!sameShape(prediction.shape, target.shape)) {
      throw new ShapeError(
        `${this.constructor.name}.forward: the prediction is ${formatShape(prediction.shape)}, the target ${formatShape(target.shape)}, expected equal shapes.`,
      );
    }
    this.#gradient = this.#dPrediction.tensor(this.#arena, prediction.shape);
    const { size, data, shape } = prediction;
    return this.evaluate(size, data, target.data, this.#gradient.data, shape.at(-1) ?? 1);
  }

  /**
   * The gradient of the last `forward` with respect to the prediction, in an array that the next one overwrites.
   *
   * @throws {Error} Before the first `forward`.
   */
  backward(): Tensor {
    if (!this.#gradient) {
      throw new Error(
        `${this.constructor.name}.backward: called before forward, expected a forward pass first.`,
      );
    }
    return this.#gradient;
  }
}

/**
 * `mean (p - t)²` over all elements, gradient `2 (p - t) / n`.
 *
 * @example
 * const loss = new MeanSquaredError();
 * loss.forward(Tensor.from([1, 3]), Tensor.from([1, 1])); // 2
 * loss.backward().data; // [0, 2]
 */
export class MeanSquaredError extends Loss {
  static override readonly name: string = 'MeanSquaredError';
  override readonly name = 'mse';

  protected override evaluate(
    n: number,
    prediction: Float32Array,
    target: Float32Array,
    dPrediction: Float32Array,
  ): number {
    return kernels().meanSquaredError(n, prediction, target, dPrediction);
  }
}

/**
 * `mean |p - t|` over all elements, gradient `sign(p - t) / n`, 0 where they are equal.
 *
 * @example
 * const loss = new MeanAbsoluteError();
 * loss.forward(Tensor.from([1, 3]), Tensor.from([1, 1])); // 1
 * loss.backward().data; // [0, 0.5]
 */
export class MeanAbsoluteError extends Loss {
  static override readonly name: string = 'MeanAbsoluteError';
  override readonly name = 'mae';

  protected override evaluate(
    n: number,
    prediction: Float32Array,
    target: Float32Array,
    dPrediction: Float32Array,
  ): number {
    return kernels().meanAbsoluteError(n, prediction, target, dPrediction);
  }
}

/**
 * `-mean (t log σ(z) + (1 - t) log(1 - σ(z)))` over all elements, gradient `(σ(z) - t) / n`. The prediction z is a logit,
 * the target t lies in [0, 1].
 *
 * @example
 * const loss = new BinaryCrossEntropy();
 * loss.forward(Tensor.from([0, 0]), Tensor.from([0, 1])).toFixed(3); // '0.693'
 * loss.backward().data; // [0.25, -0.25]
 */
export class BinaryCrossEntropy extends Loss {
  static override readonly name: string = 'BinaryCrossEntropy';
  override readonly name = 'bce';

  protected override evaluate(
    n: number,
    prediction: Float32Array,
    target: Float32Array,
    dPrediction: Float32Array,
  ): number {
    return kernels().binaryCrossEntropy(n, prediction, target, dPrediction);
  }
}

/**
 * For classifiers: `-Σ t log softmax(z)` over the classes of a row, as the mean over the n rows; gradient
 * `(softmax(z) Σ t - t) / n`. The prediction holds logits z, the target probabilities t: 1 for the class of the sample and
 * 0 for the others, or a share for each class. Both have the shape `[n, c]`, with a row of c classes for each sample.
 * docs/math.md, section 4.5.
 *
 * Plain loops in float64, no kernel: beside the products of a network, a row of some ten numbers takes no time.
 *
 * @example
 * const loss = new SoftmaxCrossEntropy();
 * loss.forward(Tensor.from([[0, 0]]), Tensor.from([[0, 1]])).toFixed(3); // '0.693'
 * loss.backward().data; // [0.5, -0.5]
 */
export class SoftmaxCrossEntropy extends Loss {
  static override readonly name: string = 'SoftmaxCrossEntropy';
  override readonly name = 'softmax';

  protected override evaluate(
    n: number,
    prediction: Float32Array,
    target: Float32Array,
    dPrediction: Float32Array,
    columns: number,
  ): number {
    const rows = n / columns;
    let loss = 0;
    for (let start = 0; start < n; start += columns) {
      const end = start + columns;
      const logSum = logSumExp(prediction, start, end);
      let total = 0;
      for (let i = start; i < end; i++) {
        total += target[i];
        loss += target[i] * (logSum - prediction[i]);
      }
      for (let i = start; i < end; i++) {
        dPrediction[i] = (exp(prediction[i] - logSum) * total - target[i]) / rows;
      }
    }
    return loss / rows;
  }
}

/** log Σ exp(z) of the elements from `start` to `end` (exclusive). Without the maximum taken out, exp would overflow. */
function logSumExp(z: Float32Array, start: number, end: number): number {
  let maximum = -Infinity;
  for (let i = start; i < end; i++) maximum = max(maximum, z[i]);
  let sum = 0;
  for (let i = start; i < end; i++) sum += exp(z[i] - maximum);
  return maximum + log(sum);
}

/** The names of the losses in `compile` and on the command line: those for autoencoders. */
export type LossName = 'mse' | 'mae' | 'bce';

const LOSSES: Readonly<Record<LossName, () => Loss>> = {
  mse: () => new MeanSquaredError(),
  mae: () => new MeanAbsoluteError(),
  bce: () => new BinaryCrossEntropy(),
};

/** @throws {RangeError} If there is no loss of that name. */
export function namedLoss(name: LossName): Loss {
  if (!Object.hasOwn(LOSSES, name)) {
    throw new RangeError(
      `namedLoss: ${inWords(name)} is not a loss, expected one of: ${Object.keys(LOSSES).join(', ')}.`,
    );
  }
  return LOSSES[name]();
}

/**
 * The loss that a caller named or made.
 *
 * @throws {RangeError} If there is no loss of that name.
 * @throws {TypeError} If it is neither a name nor a loss.
 */
export function lossOf(who: string, loss: LossName | Loss): Loss {
  if (typeof loss === 'string') return namedLoss(loss);
  requireMethods(
    who,
    'the loss',
    loss,
    ['forward', 'backward'],
    `'mse', or a loss such as new MeanSquaredError()`,
  );
  return loss;
}
