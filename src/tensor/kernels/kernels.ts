/**
 * What a set of kernels can do: the loops under the engine. Plain arrays and sizes, sizes first, output last;
 * no Tensor, no checks (the callers check).
 *
 * Every array is row-major and exactly as long as its sizes say. What is written must not overlap what is read, except
 * where a kernel updates its last argument in place. Kernels are functions, not methods: none uses
 * `this`. naive.ts is the definition of all; docs/math.md has the formulas.
 */

export type KernelsName = 'naive' | 'blocked';

export interface Kernels {
  readonly name: KernelsName;

  // --- The three products of a dense layer (docs/math.md, section 2.1): c = op(a) · op(b), or c += with `accumulate`.

  /** a `[m, k]`, b `[k, n]`, c `[m, n]`. */
  matmul(
    m: number,
    n: number,
    k: number,
    a: Float32Array,
    b: Float32Array,
    accumulate: boolean,
    c: Float32Array,
  ): void;
  /** a `[k, m]`, read transposed. */
  matmulTransposeA: Kernels['matmul'];
  /** b `[n, k]`, read transposed. */
  matmulTransposeB: Kernels['matmul'];

  // --- Rows and columns

  /** Every row of y `[m, n]` becomes `row` `[n]`. */
  broadcastRow(m: number, n: number, row: Float32Array, y: Float32Array): void;
  /** sums `[n]` += the column sums of x `[m, n]`. */
  addColumnSums(m: number, n: number, x: Float32Array, sums: Float32Array): void;

  // --- Activations, element by element (section 3.3). The backward kernels take what the layer kept: y, or x for SiLU.

  relu(n: number, x: Float32Array, y: Float32Array): void;
  reluBackward(n: number, y: Float32Array, dY: Float32Array, dX: Float32Array): void;
  leakyRelu(n: number, slope: number, x: Float32Array, y: Float32Array): void;
  leakyReluBackward(n: number, slope: number, y: Float32Array, dY: Float32Array, dX: Float32Array): void;
  sigmoid(n: number, x: Float32Array, y: Float32Array): void;
  sigmoidBackward(n: number, y: Float32Array, dY: Float32Array, dX: Float32Array): void;
  tanh(n: number, x: Float32Array, y: Float32Array): void;
  tanhBackward(n: number, y: Float32Array, dY: Float32Array, dX: Float32Array): void;
  silu(n: number, x: Float32Array, y: Float32Array): void;
  siluBackward(n: number, x: Float32Array, dY: Float32Array, dX: Float32Array): void;

  // --- Losses (section 4): return the mean over all n elements and write its gradient.

  meanSquaredError(
    n: number,
    prediction: Float32Array,
    target: Float32Array,
    dPrediction: Float32Array,
  ): number;
  meanAbsoluteError: Kernels['meanSquaredError'];
  binaryCrossEntropy: Kernels['meanSquaredError'];

  // --- Optimizer updates (section 5), in place

  /** value -= learningRate · gradient */
  sgd(n: number, learningRate: number, gradient: Float32Array, value: Float32Array): void;
  momentum(
    n: number,
    learningRate: number,
    momentum: number,
    nesterov: boolean,
    gradient: Float32Array,
    velocity: Float32Array,
    value: Float32Array,
  ): void;
  /** `stepSize` and `epsilon` hold the bias corrections already; value is first multiplied by `decay` (1 for Adam). */
  adam(
    n: number,
    stepSize: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    decay: number,
    gradient: Float32Array,
    m: Float32Array,
    v: Float32Array,
    value: Float32Array,
  ): void;

  sumOfSquares(n: number, x: Float32Array): number;
  /** x *= factor */
  scale(n: number, factor: number, x: Float32Array): void;
}
