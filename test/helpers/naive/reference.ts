/**
 * The engine's forward passes once more: float64, plain loops over plain arrays, as docs/math.md writes them.
 * Nothing here comes from src, so that a mistake there is not repeated here.
 */

const { abs, cosh, exp, floor, log, log1p, max, PI, sinh, sqrt, tanh } = Math;

export type ProductForm = 'matmul' | 'matmulTransposeA' | 'matmulTransposeB';

/** op(a) · op(b) `[m, n]`, where op transposes as the form says. Exact except for float64 rounding. */
export function referenceProduct(
  form: ProductForm,
  m: number,
  n: number,
  k: number,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): Float64Array {
  const [aLine, aStep] = form === 'matmulTransposeA' ? [1, m] : [k, 1];
  const [bLine, bStep] = form === 'matmulTransposeB' ? [k, 1] : [1, n];
  const product = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a[i * aLine + p * aStep] * b[j * bLine + p * bStep];
      product[i * n + j] = sum;
    }
  }
  return product;
}

/** x `[batch, inFeatures]`, weight `[inFeatures, outFeatures]`, bias `[outFeatures]`. */
export function referenceDense(
  batch: number,
  inFeatures: number,
  outFeatures: number,
  x: readonly number[],
  weight: readonly number[],
  bias?: readonly number[],
): number[] {
  const y: number[] = [];
  for (let i = 0; i < batch; i++) {
    for (let j = 0; j < outFeatures; j++) {
      let sum = bias ? bias[j] : 0;
      for (let p = 0; p < inFeatures; p++) sum += x[i * inFeatures + p] * weight[p * outFeatures + j];
      y.push(sum);
    }
  }
  return y;
}

/**
 * ∫ f(t) dt from 0 to ∞ is the sum of weight · f(t), to 14 digits for f that end like e^(-t²/2): steps of 1/16 in u, where
 * t = e^(π sinh(u) / 2) (Takahasi & Mori 1974, double exponential formulas).
 */
const STEPS_TO_INFINITY = Array.from({ length: 80 }, (_, i) => {
  const u = (i - 60) / 16;
  const t = exp((PI / 2) * sinh(u));
  return { t, weight: (PI / 32) * cosh(u) * t };
});

/** φ(x) */
export function normalDensity(x: number): number {
  return exp((-x * x) / 2) / sqrt(2 * PI);
}

/** Φ(x) = Q(-x), with the integral of φ from a on as Q(a) for a >= 0. */
export function normalDistribution(x: number): number {
  const a = abs(x);
  let tail = 0;
  for (const { t, weight } of STEPS_TO_INFINITY) tail += weight * normalDensity(a + t);
  return x < 0 ? tail : 1 - tail;
}

export const referenceActivations = {
  relu: (x: number): number => max(x, 0),
  leakyRelu:
    (slope: number) =>
    (x: number): number =>
      x > 0 ? x : slope * x,
  sigmoid: (x: number): number => 1 / (1 + exp(-x)),
  tanh: (x: number): number => tanh(x),
  silu: (x: number): number => x / (1 + exp(-x)),
  gelu: (x: number): number => x * normalDistribution(x),
};

/** Means over all elements. */
export const referenceLosses = {
  meanSquaredError: (p: readonly number[], t: readonly number[]): number =>
    mean(p, (value, i) => (value - t[i]) * (value - t[i])),
  meanAbsoluteError: (p: readonly number[], t: readonly number[]): number =>
    mean(p, (value, i) => abs(value - t[i])),
  /** p holds logits. */
  binaryCrossEntropy: (p: readonly number[], t: readonly number[]): number =>
    mean(p, (z, i) => max(z, 0) - z * t[i] + log1p(exp(-abs(z)))),
  /** p holds rows of c logits that are small enough for exp; the mean over the rows. */
  softmaxCrossEntropy: (p: readonly number[], t: readonly number[], c: number): number => {
    const sums = new Array<number>(p.length / c).fill(0);
    for (let i = 0; i < p.length; i++) sums[floor(i / c)] += exp(p[i]);
    return c * mean(p, (z, i) => -t[i] * log(exp(z) / sums[floor(i / c)]));
  },
};

/** `½ Σ (μ² + σ² - 1 - log σ²)` over all elements. */
export function referenceGaussianKL(mean: readonly number[], logVariance: readonly number[]): number {
  return mean.reduce((sum, mu, i) => sum + (mu * mu + exp(logVariance[i]) - 1 - logVariance[i]) / 2, 0);
}

function mean(values: readonly number[], of: (value: number, index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i], i);
  return sum / values.length;
}
