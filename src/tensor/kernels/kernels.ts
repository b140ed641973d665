/**
 * What a set of kernels can do: the loops under the engine. Plain arrays and sizes, sizes first, output last;
 * no Tensor, no checks (the callers check).
 *
 * Every array is row-major and exactly as long as its sizes say. What is written must not overlap what is read, except
 * where a kernel updates its last arguments in place. Kernels are functions, not methods: none uses
 * `this`. naive.ts is the definition of all; docs/math.md has the formulas.
 */

/** Slowest first. */
export const KERNEL_NAMES = ['naive', 'blocked', 'simd'] as const;
export type KernelsName = (typeof KERNEL_NAMES)[number];

/** What a data set's values may be stored as. */
export type StoredNumbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Part of a memory that kernels work in without copying. Each of its arrays lives as long as any view of it. */
export interface MemoryPart {
  /** An array of zeros, or undefined if the memory has no room for it. */
  allocate(length: number): Float32Array | undefined;
}

/** The memory of kernels that have one of their own. */
export interface KernelMemory {
  /** Undefined if there is none to be had just now. */
  createPart(): MemoryPart | undefined;
}

export interface Kernels {
  readonly name: KernelsName;
  /** Where arrays should lie so that they are not copied; without it, anywhere. */
  readonly memory?: KernelMemory;

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

  /** c = a · b, and the bias `[n]` added to each row: a dense layer's forward pass in one go. */
  matmulBias(
    m: number,
    n: number,
    k: number,
    a: Float32Array,
    b: Float32Array,
    bias: Float32Array,
    c: Float32Array,
  ): void;

  // --- Rows and columns

  /**
   * out `[rows.length, features]` = (x - shift) / scale for the rows of these numbers, in float64 and rounded once: the
   * same bits with every set of kernels.
   */
  gather(
    features: number,
    rows: ArrayLike<number>,
    data: StoredNumbers,
    shift: number,
    scale: number,
    out: Float32Array,
  ): void;
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

  /** x = 0 */
  zero(n: number, x: Float32Array): void;
  sumOfSquares(n: number, x: Float32Array): number;
  /** x *= factor */
  scale(n: number, factor: number, x: Float32Array): void;
}
