/**
 * What is missing between a reconstruction and its original, for `--lossless`. Each number is predicted from the whole
 * reconstruction and from those originals that stand before it, by least squares; what remains is written as decisions
 * whose probabilities depend on what is around. Read rangeCoder.ts, adaptiveBits.ts and leastSquares.ts first.
 *
 * The way is that of lossless image coders: an adaptive prediction, contexts of errors and gradients, binary decisions
 * (Wu & Memon, "CALIC", IEEE Transactions on Communications 45(4), 1997).
 */

import type { SampleArray } from '../data/samples.ts';
import { FormatError } from '../io/errors.ts';
import { AdaptiveBits } from './adaptiveBits.ts';
import { LeastSquares } from './leastSquares.ts';
import { type BitCoder, EVEN } from './rangeCoder.ts';
import type { SampleGrid } from './sampleGrid.ts';

const { abs, clz32, max, min, round } = Math;

/** How integers are stored: so many bits from the smallest one on. */
export interface IntegerType {
  readonly bits: 8 | 16;
  /** -128 for int8. */
  readonly minimum: number;
}

/** Rows and columns of zeros around a sample, so that every number has neighbours. */
const ABOVE = 2;
const BELOW = 1;
const LEFT = 2;
const RIGHT = 1;

/**
 * Of the originals at W, N, NW, NE, WW, NN; of the reconstruction here and at W, N, E, S, NW, NE; in colour, of original
 * and reconstruction in the channel before.
 */
const FIRST_WEIGHTS = [0.4, 0.4, 0, 0, 0, 0, 0.2, 0, 0, 0, 0, 0, 0];
const FIRST_WEIGHTS_OF_COLORS = [...FIRST_WEIGHTS, 0, 0];

/** The decisions about one number, in their order; the last three begin a run of them. */
const IS_LEAST = 0;
const IS_PREDICTED = 1;
const IS_MORE = 2;
const HAS_MORE_BITS = 3; // + 0 to 14: is the error of more bits than 1 to 15?
const SECOND_BIT = 19; // + 2 to 16, the number of bits
const THIRD_BIT = 36; // + 5 to 32, twice that, less 1 if the second bit is 0
const DECISIONS = 70;

/** Of the prediction, for the first context. */
const BRIGHTNESS_BITS = 4;
/** Values of {@link halfOctaves} for sums of up to 20 bits. */
const ACTIVITIES = 42;

export class ResidualModel {
  readonly #grid: SampleGrid;
  readonly #bits: number;
  readonly #most: number;
  /** Numbers from 0 to 1 are what least squares sees. */
  readonly #scale: number;
  readonly #minimum: number;
  readonly #stride: number;
  /** Of one sample, with its margins: originals and reconstruction, both from 0 on, and how wrong predictions were. */
  readonly #originals: Int32Array;
  readonly #restored: Int32Array;
  readonly #errors: Int32Array;
  readonly #predictor: LeastSquares;
  readonly #byActivity: AdaptiveBits;
  readonly #byNeighbours: AdaptiveBits;
  /** Where the decisions of the number at hand begin in both. */
  #activity = 0;
  #neighbours = 0;

  constructor(grid: SampleGrid, { bits, minimum }: IntegerType) {
    const { height, width, channels } = grid;
    this.#grid = grid;
    this.#bits = bits;
    this.#most = 2 ** bits - 1;
    this.#scale = 2 ** -bits;
    this.#minimum = minimum;
    this.#stride = (LEFT + width + RIGHT) * channels;
    const size = (ABOVE + height + BELOW) * this.#stride;
    this.#originals = new Int32Array(size);
    this.#restored = new Int32Array(size);
    this.#errors = new Int32Array(size);
    this.#predictor = new LeastSquares(channels > 1 ? FIRST_WEIGHTS_OF_COLORS : FIRST_WEIGHTS);
    this.#byActivity = new AdaptiveBits(2 ** BRIGHTNESS_BITS * ACTIVITIES * channels * DECISIONS);
    this.#byNeighbours = new AdaptiveBits((bits + 1) ** 3 * DECISIONS);
  }

  /**
   * Writes these samples, `[n, ...]`, or, with a decoder, fills them in.
   *
   * @param restored - Their reconstruction, rounded, in the same units.
   * @throws {FormatError} If a decoder finds what was never written.
   */
  code(coder: BitCoder, originals: SampleArray, restored: SampleArray): void {
    const { height, width, channels } = this.#grid;
    const features = height * width * channels;
    for (let start = 0; start < originals.length; start += features) {
      this.#forEachRow(start, (from, to) => {
        for (let i = 0; i < width * channels; i++)
          this.#restored[to + i] = restored[from + i] - this.#minimum;
      });
      this.#forEachRow(start, (from, to) => {
        for (let i = 0; i < width * channels; i++) {
          const value = this.#codeOne(coder, originals[from + i] - this.#minimum, to + i, i % channels);
          originals[from + i] = value + this.#minimum;
        }
      });
    }
  }

  /** Where each row of a sample begins: in the samples, and within the margins. */
  #forEachRow(start: number, use: (from: number, to: number) => void): void {
    const { height, width, channels } = this.#grid;
    for (let y = 0; y < height; y++) {
      use(start + y * width * channels, (ABOVE + y) * this.#stride + LEFT * channels);
    }
  }

  #codeOne(coder: BitCoder, value: number, at: number, channel: number): number {
    const predicted = this.#predict(at);
    this.#chooseContexts(at, predicted, channel);
    const found = this.#codeValue(coder, value, predicted);
    this.#originals[at] = found;
    this.#errors[at] = abs(found - predicted);
    // What was right teaches nothing much, and half of many images is background.
    if (found !== predicted) this.#predictor.learn(found * this.#scale);
    return found;
  }

  #predict(at: number): number {
    const { channels } = this.#grid;
    const stride = this.#stride;
    const x = this.#originals;
    const r = this.#restored;
    const scale = this.#scale;
    const inputs = this.#predictor.inputs;
    inputs[0] = x[at - channels] * scale;
    inputs[1] = x[at - stride] * scale;
    inputs[2] = x[at - stride - channels] * scale;
    inputs[3] = x[at - stride + channels] * scale;
    inputs[4] = x[at - 2 * channels] * scale;
    inputs[5] = x[at - 2 * stride] * scale;
    inputs[6] = r[at] * scale;
    inputs[7] = r[at - channels] * scale;
    inputs[8] = r[at - stride] * scale;
    inputs[9] = r[at + channels] * scale;
    inputs[10] = r[at + stride] * scale;
    inputs[11] = r[at - stride - channels] * scale;
    inputs[12] = r[at - stride + channels] * scale;
    if (channels > 1) {
      inputs[13] = x[at - 1] * scale;
      inputs[14] = r[at - 1] * scale;
    }
    // NaN, should sums ever become so large that nothing is left of the small ones, is 0 here: on both sides.
    return min(max(round(this.#predictor.predict() / scale) | 0, 0), this.#most);
  }

  /** By brightness and how much is going on around; by the neighbours' and the prediction's magnitudes. */
  #chooseContexts(at: number, predicted: number, channel: number): void {
    const { channels } = this.#grid;
    const stride = this.#stride;
    const x = this.#originals;
    const e = this.#errors;
    const w = x[at - channels];
    const n = x[at - stride];
    const nw = x[at - stride - channels];
    const gradients = abs(w - nw) + abs(n - nw) + abs(n - x[at - stride + channels]);
    const errors = e[at - stride - channels] + e[at - stride + channels];
    const activity = halfOctaves(2 * (e[at - channels] + e[at - stride]) + errors + gradients);
    const brightness = predicted >> (this.#bits - BRIGHTNESS_BITS);
    this.#activity = ((channel * 2 ** BRIGHTNESS_BITS + brightness) * ACTIVITIES + activity) * DECISIONS;
    const lengths = this.#bits + 1;
    this.#neighbours = ((bitLength(w) * lengths + bitLength(n)) * lengths + bitLength(predicted)) * DECISIONS;
  }

  /** Whether it is the smallest number of all; whether it is as predicted; the error's sign, its number of bits, its bits. */
  #codeValue(coder: BitCoder, value: number, predicted: number): number {
    // Plain backgrounds are exactly that, whatever is around.
    if (this.#decide(coder, IS_LEAST, value === 0)) return 0;
    if (this.#decide(coder, IS_PREDICTED, value === predicted)) return predicted;
    const isMore = this.#decide(coder, IS_MORE, value > predicted);
    const error = this.#codeError(coder, abs(value - predicted));
    const found = isMore ? predicted + error : predicted - error;
    if (found < 0 || found > this.#most) throw new FormatError('the coded data is corrupt.');
    return found;
  }

  /** From 1 on. Bits below the third are as good as random. */
  #codeError(coder: BitCoder, error: number): number {
    const length = bitLength(error);
    let bits = 1;
    while (bits < this.#bits && this.#decide(coder, HAS_MORE_BITS + bits - 1, length > bits)) bits++;
    let found = 1;
    for (let bit = bits - 2; bit >= 0; bit--) {
      const isSet = ((error >> bit) & 1) === 1;
      if (bit === bits - 2) found = 2 * found + this.#decide(coder, SECOND_BIT + bits, isSet);
      else if (bit === bits - 3)
        found = 2 * found + this.#decide(coder, THIRD_BIT + 2 * bits - 1 + (found & 1), isSet);
      else found = 2 * found + coder.code(isSet ? 1 : 0, EVEN);
    }
    return found;
  }

  /** With the mean of what both contexts expect. Mixing them with learned weights makes files 1 % smaller, for more time. */
  #decide(coder: BitCoder, decision: number, isSo: boolean): number {
    const one = this.#activity + decision;
    const other = this.#neighbours + decision;
    const expected = (this.#byActivity.probability(one) + this.#byNeighbours.probability(other)) >> 1;
    const bit = coder.code(isSo ? 1 : 0, expected);
    this.#byActivity.learn(one, bit);
    this.#byNeighbours.learn(other, bit);
    return bit;
  }
}

/** 0 has none, 255 has 8. */
function bitLength(value: number): number {
  return 32 - clz32(value);
}

/** Twice the logarithm to the base of 2, and 1 more, roughly: 0, 2, 4, 5, 6, 6, 7, 7, 8, … */
function halfOctaves(value: number): number {
  const length = bitLength(value);
  return length < 2 ? 2 * length : 2 * length + ((value >> (length - 2)) & 1);
}
