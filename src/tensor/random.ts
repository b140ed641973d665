/**
 * Seeded random numbers: the same seed gives the same weights, the same shuffles and the same model.
 *
 * The generator is xoshiro128** (Blackman & Vigna, "Scrambled linear pseudorandom number generators",
 * ACM TOMS 47(4), 2021), whose whole state is four 32-bit words. The two halves of a seed are hashed into them in turn
 * by the finalizer of MurmurHash3 (Appleby), a bijection, so different seeds have different states.
 */

import { requireList, requireMethods, requireNumber } from './options.ts';

const { cos, imul, log, sqrt, PI } = Math;

const TWO_POW_31 = 2 ** 31;
const TWO_POW_32 = 2 ** 32;
const TWO_POW_53 = 2 ** 53;
const GOLDEN_RATIO = 0x9e3779b9; // 2^32 / 1.618…: keeps seed 0 from staying 0

/** Four unsigned 32-bit words: the whole state of a {@link Random}. */
export type RandomState = readonly [number, number, number, number];

/**
 * A generator of pseudo-random numbers: the same seed gives the same numbers everywhere.
 *
 * @example
 * const random = new Random(42);
 * const again = new Random(42);
 * random.uniform(0, 1) === again.uniform(0, 1); // true
 * const six = new Random(42).integer(6); // 4
 */
export class Random {
  readonly #state = new Uint32Array(4);

  /**
   * @param seed - An integer from 0 to 2^53 - 1.
   * @throws {RangeError} If the seed is another number.
   */
  constructor(seed: number) {
    const isInRange = (value: number) => Number.isSafeInteger(value) && value >= 0;
    requireNumber('Random', 'the seed', seed, 'an integer from 0 to 2^53 - 1', isInRange);
    const halves = [seed % TWO_POW_32, Math.floor(seed / TWO_POW_32)];
    let word = 0;
    for (let i = 0; i < 4; i++) {
      word = mix((word ^ halves[i % 2]) + GOLDEN_RATIO);
      this.#state[i] = word;
    }
  }

  /** A generator that continues from a state. @throws As `restore`. */
  static fromState(state: RandomState): Random {
    const random = new Random(0);
    random.restore(state);
    return random;
  }

  /** A copy of the state, for `restore`. */
  state(): RandomState {
    const [a, b, c, d] = this.#state;
    return [a, b, c, d];
  }

  /**
   * Continues from a state.
   *
   * @throws {TypeError} If it is no list.
   * @throws {RangeError} If it is not a possible state: it may come from a file.
   */
  restore(state: RandomState): void {
    requireList('Random.restore', 'the words of the state', state);
    const isWord = (word: number) => Number.isInteger(word) && 0 <= word && word < TWO_POW_32;
    if (state.length !== 4 || !state.every(isWord) || state.every((word) => word === 0)) {
      throw new RangeError('Random.restore: expected four 32-bit words, not all zero.');
    }
    this.#state.set(state);
  }

  /** The next 32 random bits, as an integer from 0 to 2^32 - 1. */
  uint32(): number {
    const s = this.#state;
    const result = imul(rotateLeft(imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  /**
   * A uniformly distributed number with 53 random bits, from `low` up to, but not including, `high` (apart from rounding).
   *
   * @param low - Default 0.
   * @param high - Default 1.
   */
  uniform(low = 0, high = 1): number {
    const high21 = this.uint32() >>> 11;
    const unit = (high21 * TWO_POW_32 + this.uint32()) / TWO_POW_53;
    return low + (high - low) * unit;
  }

  /** Fills the array with the numbers that calls of `uniform` would return, in a quarter of the time. */
  fillUniform(out: Float32Array, low: number, high: number): void {
    // The state as signed words in local variables, which a compiler keeps in registers.
    let [a, b, c, d] = Int32Array.from(this.#state);
    let high21 = 0;
    for (let i = 0; i < 2 * out.length; i++) {
      const draw = imul(rotateLeft(imul(b, 5), 7), 9) >>> 0;
      const t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = rotateLeft(d, 11);
      if (i % 2 === 0) high21 = draw >>> 11;
      else out[i >>> 1] = low + (high - low) * ((high21 * TWO_POW_32 + draw) / TWO_POW_53);
    }
    this.#state.set([a, b, c, d]);
  }

  /**
   * A normally distributed number (Box & Muller, Annals of Mathematical Statistics 29(2), 1958).
   *
   * @param mean - Default 0.
   * @param standardDeviation - Default 1.
   */
  normal(mean = 0, standardDeviation = 1): number {
    // 1 - u is in (0, 1], so the logarithm is finite. The second number of the pair (with sin) is not kept: no hidden state.
    const radius = sqrt(-2 * log(1 - this.uniform()));
    return mean + standardDeviation * radius * cos(2 * PI * this.uniform());
  }

  /**
   * Fills the array with standard normal numbers, in a quarter of the time of `normal`: in pairs, by the polar method
   * (Marsaglia & Bray, SIAM Review 6(3), 1964), which needs no sine and cosine. They differ from those of `normal`.
   */
  fillNormal(out: Float32Array): void {
    for (let i = 0; i < out.length; i += 2) {
      // A uniformly distributed point in the unit circle: its angle and its squared radius are independent.
      let x = 0;
      let y = 0;
      let square = 0;
      do {
        x = this.uint32() / TWO_POW_31 - 1;
        y = this.uint32() / TWO_POW_31 - 1;
        square = x * x + y * y;
      } while (square >= 1 || square === 0);
      const factor = sqrt((-2 * log(square)) / square);
      out[i] = x * factor;
      if (i + 1 < out.length) out[i + 1] = y * factor;
    }
  }

  /**
   * An integer from 0 to `bound` - 1, each equally likely.
   *
   * @throws {RangeError} If the bound is not an integer from 1 to 2^32.
   */
  integer(bound: number): number {
    if (!(Number.isInteger(bound) && 1 <= bound && bound <= TWO_POW_32)) {
      throw new RangeError(`Random.integer: the bound is ${bound}, expected an integer from 1 to 2^32.`);
    }
    // Draws from the incomplete last run of `bound` values are rejected: else small numbers would be more likely.
    const limit = TWO_POW_32 - (TWO_POW_32 % bound);
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % bound;
  }

  /** Shuffles the items in place (Fisher & Yates; Durstenfeld, CACM 7(7), 1964). */
  shuffle(items: { [index: number]: number; readonly length: number }): void {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const kept = items[last];
      items[last] = items[other];
      items[other] = kept;
    }
  }
}

/** @throws {TypeError} If it is no generator, such as a seed. */
export function requireRandom(who: string, random: unknown): asserts random is Random {
  requireMethods(
    who,
    'random',
    random,
    ['uniform', 'fillUniform', 'fillNormal'],
    'one such as new Random(42)',
  );
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** MurmurHash3's 32-bit finalizer: every input bit changes about half of the output bits. */
function mix(word: number): number {
  let h = word ^ (word >>> 16);
  h = imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
