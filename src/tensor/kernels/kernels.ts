/**
 * The interface of a set of kernels: the loops under the engine. They take plain arrays and sizes, sizes first, output
 * last, and check nothing: their callers do.
 *
 * Every array is row-major and exactly as long as its sizes say. Arrays that are written must not overlap those that are
 * read, except where a kernel updates its last arguments in place. No kernel uses `this`. naive.ts is the definition of
 * all; docs/math.md has the formulas.
 */

/** Slowest first; `simd-fma` is no faster than `simd` on some processors. */
export const KERNEL_NAMES = ['naive', 'blocked', 'simd', 'simd-fma'] as const;
/**
 * A set of kernels: `naive` by definition, `blocked` in plain JavaScript, `simd` in WebAssembly, `simd-fma` the same with
 * fused multiply-adds in its products, whose bits differ between machines.
 */
export type KernelsName = (typeof KERNEL_NAMES)[number];

/** The arrays in which the values of a data set may be stored. */
export type StoredNumbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** A part of the kernels' own memory, in which they work without copying. Its arrays live as long as any view of them. */
export interface MemoryPart {
  /** An array of zeros, or undefined if the memory has no room for it. */
  allocate(length: number): Float32Array | undefined;
}

/** The memory of kernels that do not work in JavaScript's. */
export interface KernelMemory {
  /** A part for a new owner, or undefined if the memory has none at the moment. */
  createPart(): MemoryPart | undefined;
}

/** What {@link Capture} did. */
export interface Captured {
  /** What the work returned. */
  readonly result: number;
  /**
   * Does the same again, with what the same arrays hold by then, and returns its number; undefined, and nothing is done, if
   * the number of threads has changed since. Undefined if the work can't be replayed: if it did more than call kernels on
   * arrays in their memory.
   */
  readonly replay: (() => number | undefined) | undefined;
}

/** Does the work and records which kernels it calls. The work must return a number that one of its kernels returned. */
export type Capture = (work: () => number) => Captured;

export interface Kernels {
  readonly name: KernelsName;
  /** Undefined for kernels that run no faster when they are replayed. */
  readonly capture?: Capture;
  /** Where arrays should be allocated so that the kernels need not copy them. Undefined if they never copy. */
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

  /** c = a · b, plus the bias `[n]` in each row: the forward pass of a dense layer. */
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
   * out `[rows.length, features]` = (x - shift) / scale for these rows x of data, in float64 and rounded once: the same
   * bits with every set of kernels.
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

  // --- Activations, element by element (section 3.3). The backward kernels take y, those of SiLU and GELU x.

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
  gelu(n: number, x: Float32Array, y: Float32Array): void;
  geluBackward(n: number, x: Float32Array, dY: Float32Array, dX: Float32Array): void;

  // --- Losses (section 4): they return the mean over all n elements and write its gradient.

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
  /** `stepSize` and `epsilon` include the bias corrections; value is first multiplied by `decay` (1 for Adam). */
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
