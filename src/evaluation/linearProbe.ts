/**
 * The linear probe: multinomial logistic regression on features, the usual measure of how well codes separate classes
 * (Alain & Bengio, "Understanding intermediate layers using linear classifier probes", 2016).
 *
 * It minimises the mean cross-entropy of softmax(x W + b) plus a penalty on W, not on b:
 *
 *     f(W, b) = -1/n Σ log softmax(x_i W + b)[y_i] + l2 / (2 n) |W|²
 *
 * on features of mean 0 and standard deviation 1, so that the penalty weighs equally on all of them. With l2 = 1 this is
 * what scikit-learn's LogisticRegression minimises by default (C = 1). f is convex: there is one minimum, and no seed.
 * Read featureScaling.ts and lbfgs.ts first.
 */

import { kernels } from '../tensor/kernels/active.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import { transpose } from '../tensor/ops.ts';
import { type OptionNames, requireNumber, requireOptions } from '../tensor/options.ts';
import { formatShape, ShapeError } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { FeatureScaling } from './featureScaling.ts';
import { classesOf, requireFeatures } from './labels.ts';
import { minimize, type Objective } from './lbfgs.ts';

const { exp, log, max } = Math;

/** Options of {@link LinearProbe.fit}. */
export interface LinearProbeOptions {
  /** The strength of the penalty, >= 0: scikit-learn's 1 / C. @default 1 */
  readonly l2?: number;
  /** Converged when no component of the gradient of f is larger. @default 1e-4, as in scikit-learn */
  readonly tolerance?: number;
  /** Fitting ends after so many iterations, converged or not. @default 1000 */
  readonly maxIterations?: number;
}

const OPTIONS: OptionNames<LinearProbeOptions> = { l2: true, tolerance: true, maxIterations: true };

/**
 * A linear classifier (multinomial logistic regression) on given features: how well they tell classes apart.
 *
 * @example
 * const probe = LinearProbe.fit(codes, labels);
 * accuracyOf(probe.predict(codes), labels) > 0.8; // true
 */
export class LinearProbe {
  /** The distinct labels of the samples it was fitted to, in ascending order: one for each column of the weight. */
  readonly classes: readonly number[];
  /** Shape `[d, classes]`, for scaled features. */
  readonly weight: Tensor;
  /** One number for each class. */
  readonly bias: Float32Array;
  /** How many iterations the fit took. */
  readonly iterations: number;
  /** False if the tolerance was not reached: such a probe works, but its accuracy may be too low. */
  readonly converged: boolean;
  readonly #scaling: FeatureScaling;

  private constructor(
    classes: readonly number[],
    scaling: FeatureScaling,
    parameters: Float64Array,
    { iterations, converged }: { readonly iterations: number; readonly converged: boolean },
  ) {
    const d = scaling.mean.length;
    const c = classes.length;
    this.classes = classes;
    this.weight = transpose(Tensor.from(parameters.subarray(0, c * d), [c, d]));
    this.bias = Float32Array.from(parameters.subarray(c * d));
    this.iterations = iterations;
    this.converged = converged;
    this.#scaling = scaling;
  }

  /**
   * Fits a probe. Cost: 4 n d c floating-point operations an iteration for c classes, some tens of iterations for short
   * codes and hundreds for pixels.
   *
   * @param features - Shape `[n, d]`, finite numbers. Not modified.
   * @param labels - n integers.
   * @throws {TypeError} If an option is unknown or is not a number.
   * @throws {ShapeError} If the features are not a matrix, have no rows, or the number of labels is another.
   * @throws {RangeError} If all labels are the same, or an option is negative or NaN.
   */
  static fit(features: Tensor, labels: ArrayLike<number>, options: LinearProbeOptions = {}): LinearProbe {
    requireOptions('LinearProbe.fit', options, OPTIONS);
    const { l2 = 1, tolerance = 1e-4, maxIterations = 1000 } = options;
    const [n, d] = requireFeatures('LinearProbe.fit', features);
    if (labels?.length !== n) {
      throw new ShapeError(
        `LinearProbe.fit: got ${labels?.length ?? 'no'} labels for features ${formatShape(features.shape)}, expected ${n}.`,
      );
    }
    const classes = classesOf(labels);
    if (classes.length < 2) {
      throw new RangeError(`LinearProbe.fit: all labels are ${classes[0]}, expected at least two classes.`);
    }
    for (const [name, value] of Object.entries({ l2, tolerance, maxIterations })) {
      requireNumber('LinearProbe.fit', name, value, 'a number >= 0', (number) => number >= 0);
    }
    const scaling = FeatureScaling.fit(features);
    const numberOf = new Map(classes.map((label, number) => [label, number]));
    const targets = Uint32Array.from(labels, (label) => numberOf.get(label) as number);
    const objective = crossEntropy(scaling.transform(features), targets, classes.length, l2);
    const start = new Float64Array((d + 1) * classes.length);
    const minimum = minimize(objective, start, { tolerance, maxIterations });
    return new LinearProbe(classes, scaling, minimum.x, minimum);
  }

  /**
   * The most probable label of each sample.
   *
   * @param features - Shape `[n, d]`.
   * @returns n labels.
   * @throws {ShapeError} If the features are not a matrix, have no rows, or another number of columns.
   */
  predict(features: Tensor): Float64Array {
    const x = this.#scaling.transform(features);
    const [n, d] = x.shape;
    const c = this.classes.length;
    const logits = new Float32Array(n * c);
    kernels().matmulBias(n, c, d, x.data, this.weight.data, this.bias, logits);
    return Float64Array.from({ length: n }, (_, i) => {
      const row = logits.subarray(i * c, (i + 1) * c);
      return this.classes[row.indexOf(row.reduce((a, b) => max(a, b)))];
    });
  }
}

/**
 * f and its gradient, as a function of Wᵀ `[c, d]` and b `[c]` in one array. Products are float32, sums float64.
 * Matrices are transposed, with one class a row: with ten classes that makes the products twice as fast.
 */
function crossEntropy(features: Tensor, targets: Uint32Array, c: number, l2: number): Objective {
  const [n, d] = features.shape;
  const arena = new Arena(); // products read it without copying, and there are hundreds of them
  const x = arena.allocate(n * d);
  x.set(features.data);
  const weight = arena.allocate(c * d);
  const dWeight = arena.allocate(c * d);
  const logits = arena.allocate(c * n);
  return (point, gradient) => {
    weight.set(point.subarray(0, c * d));
    kernels().matmulTransposeB(c, n, d, weight, x, false, logits);
    const loss = softmaxCrossEntropy(logits, targets, point.subarray(c * d), gradient.subarray(c * d));
    kernels().matmul(c, d, n, logits, x, false, dWeight);
    let squares = 0;
    for (let i = 0; i < c * d; i++) {
      squares += weight[i] * weight[i];
      gradient[i] = dWeight[i] + (l2 / n) * weight[i];
    }
    return loss + (l2 / (2 * n)) * squares;
  };
}

/**
 * The mean of -log softmax(z + b)[target] over the columns z of `logits` `[c, n]`. Its gradient with respect to z,
 * (softmax(z + b) - onehot(target)) / n, overwrites the logits; that with respect to b goes into `dBias`.
 */
function softmaxCrossEntropy(
  logits: Float32Array,
  targets: Uint32Array,
  bias: Float64Array,
  dBias: Float64Array,
): number {
  const n = targets.length;
  const c = bias.length;
  const weights = new Float64Array(c);
  let loss = 0;
  dBias.fill(0);
  for (let i = 0; i < n; i++) {
    let maximum = -Infinity;
    for (let j = 0; j < c; j++) maximum = max(maximum, (weights[j] = logits[j * n + i] + bias[j]));
    loss -= weights[targets[i]] - maximum;
    let sum = 0;
    for (let j = 0; j < c; j++) sum += weights[j] = exp(weights[j] - maximum);
    loss += log(sum);
    for (let j = 0; j < c; j++) {
      const slope = (weights[j] / sum - (j === targets[i] ? 1 : 0)) / n;
      logits[j * n + i] = slope;
      dBias[j] += slope;
    }
  }
  return loss / n;
}
