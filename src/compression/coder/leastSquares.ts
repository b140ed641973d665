/**
 * A linear prediction that learns while it is used: its weights are the best ones for everything seen so far, by least
 * squares (Meyer and Tischer, "TMW", 1997, and Wu et al. 1998 predict pixels in this way).
 *
 * It computes with + - * / in float64 alone, so every machine gets the same bits.
 */

/** Keeps the weights near the first ones until enough was seen. */
const RIDGE = 2 ** -10;

/** The weights are solved for again after this many targets. */
const SOLVE_EVERY = 1024;

export class LeastSquares {
  /** The caller fills these in before each prediction. */
  readonly inputs: Float64Array;
  readonly #first: Float64Array;
  readonly #weights: Float64Array;
  /** Sums of inputs times inputs (lower triangle) and inputs times targets. */
  readonly #squares: Float64Array;
  readonly #products: Float64Array;
  readonly #factor: Float64Array;
  #seen = 0;

  /** @param weights - The first weights. */
  constructor(weights: readonly number[]) {
    const size = weights.length;
    this.inputs = new Float64Array(size);
    this.#first = Float64Array.from(weights);
    this.#weights = Float64Array.from(weights);
    this.#squares = new Float64Array(size * size);
    this.#products = new Float64Array(size);
    this.#factor = new Float64Array(size * size);
  }

  predict(): number {
    const inputs = this.inputs;
    const weights = this.#weights;
    let sum = 0;
    for (let a = 0; a < inputs.length; a++) sum += weights[a] * inputs[a];
    return sum;
  }

  /** Learns the target that belongs to the present inputs. */
  learn(target: number): void {
    const inputs = this.inputs;
    const squares = this.#squares;
    const products = this.#products;
    const size = inputs.length;
    for (let a = 0; a < size; a++) {
      const input = inputs[a];
      products[a] += input * target;
      for (let b = 0; b <= a; b++) squares[a * size + b] += input * inputs[b];
    }
    if (++this.#seen % SOLVE_EVERY === 0) this.#solve();
  }

  /** (S + r·I) w = p + r·first, by the factors L·D·Lᵀ (Golub & Van Loan, Matrix Computations, section 4.1). */
  #solve(): void {
    const size = this.inputs.length;
    const factor = this.#factor; // L below the diagonal, D on it
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = this.#squares[i * size + j] + (i === j ? RIDGE : 0);
        for (let k = 0; k < j; k++) sum -= factor[i * size + k] * factor[k * size + k] * factor[j * size + k];
        factor[i * size + j] = i === j ? sum : sum / factor[j * size + j];
      }
    }
    const weights = this.#weights;
    for (let i = 0; i < size; i++) {
      weights[i] = this.#products[i] + RIDGE * this.#first[i];
      for (let k = 0; k < i; k++) weights[i] -= factor[i * size + k] * weights[k];
    }
    for (let i = 0; i < size; i++) weights[i] /= factor[i * size + i];
    for (let i = size - 1; i >= 0; i--) {
      for (let k = i + 1; k < size; k++) weights[i] -= factor[k * size + i] * weights[k];
    }
  }
}
