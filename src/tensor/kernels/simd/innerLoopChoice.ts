/**
 * Chooses between the two inner loops of products by timing both once (code/tile.ts): which is faster depends on the compiler
 * of the host, and is asked of the clock rather than of a version number. Both give the same bits.
 *
 * The clock is asked when the products are warm: at first the host runs code that it compiled in a hurry, which says nothing.
 */

/** Computed so long, in nanoseconds, the kernels have been compiled as well as they ever are. */
const WARM_NS = 200e6;
const ROUNDS = 9;
/** With less gain the loop that asks is kept: it is never much slower, the other one may be. */
const MIN_GAIN = 1.01;

export class InnerLoopChoice {
  readonly #useNeverAsking: (use: boolean) => void;
  readonly #runProduct: () => void;
  readonly #clock: () => number;
  #nsLeft = WARM_NS;

  /**
   * @param useNeverAsking - Chooses the loop of the products to come.
   * @param runProduct - Computes a product of some 0.1 ms, whose result nobody needs.
   */
  constructor(
    useNeverAsking: (use: boolean) => void,
    runProduct: () => void,
    clock = () => performance.now(),
  ) {
    this.#useNeverAsking = useNeverAsking;
    this.#runProduct = runProduct;
    this.#clock = clock;
  }

  /** Counts work that was done; chooses when there was enough, which takes 2 ms. */
  record(workNs: number): void {
    if (this.#nsLeft <= 0) return;
    this.#nsLeft -= workNs;
    if (this.#nsLeft > 0) return;
    const [asking, neverAsking]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      asking.push(this.#time(false));
      neverAsking.push(this.#time(true));
    }
    this.#useNeverAsking(median(asking) > MIN_GAIN * median(neverAsking));
  }

  #time(neverAsks: boolean): number {
    this.#useNeverAsking(neverAsks);
    const start = this.#clock();
    this.#runProduct();
    return this.#clock() - start;
  }
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}
