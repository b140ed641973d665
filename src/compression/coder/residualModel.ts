/**
 * The difference between a reconstruction and its original, for `--lossless`. Each number is predicted by least squares
 * from the whole reconstruction and from the originals before it; the error is written as decisions whose probabilities
 * depend on the neighbours. Read rangeCoder.ts and leastSquares.ts first; docs/isth.md, section 4, defines every step.
 *
 * Lossless image coders work in the same way: an adaptive prediction, contexts of errors and gradients, binary decisions
 * (Wu & Memon, "CALIC", IEEE Transactions on Communications 45(4), 1997).
 */

import type { SampleArray } from '../../data/samples.ts';
import { FormatError } from '../../io/errors.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { LeastSquares } from './leastSquares.ts';
import { AdaptiveBits, type BitCoder, EVEN } from './rangeCoder.ts';

const { abs, clz32, max, min, round } = Math;

/** The integers of a type: 2^bits of them, from `minimum` up. */
export interface IntegerType {
  readonly bits: 8 | 16;
  /** -128 for int8. */
  readonly minimum: number;
}

/** A sample as a picture: which of its numbers are neighbours. */
export interface SampleGrid {
  readonly height: number;
  readonly width: number;
  /** The numbers of one pixel, which lie side by side. */
  readonly channels: number;
}

/** A last dimension longer than this is no colour. */
const MAX_CHANNELS = 4;

/**
 * The grid of a sample of this shape; dimensions of 1 don't count.
 *
 * - `[h, w]` and `[h, w, channels]` with up to 4 channels are pictures.
 * - `[n]` is a square if it can be, else one row.
 * - All others are rows of their last dimension.
 */
export function sampleGrid(sample: Shape): SampleGrid {
  const shape = sample.filter((length) => length !== 1);
  const size = sizeOf(shape);
  if (shape.length < 2) {
    const side = Math.sqrt(size);
    return Number.isInteger(side)
      ? { height: side, width: side, channels: 1 }
      : { height: 1, width: size, channels: 1 };
  }
  const last = shape[shape.length - 1];
  const channels = shape.length > 2 && last <= MAX_CHANNELS ? last : 1;
  const width = channels > 1 ? shape[shape.length - 2] : last;
  return { height: size / width / channels, width, channels };
}

/** Rows and columns of zeros around a sample, so that every number has neighbours. */
const ABOVE = 2;
const BELOW = 1;
const LEFT = 2;
const RIGHT = 1;

/**
 * The weights to start from: of the originals at W, N, NW, NE, WW, NN; of the reconstruction here and at W, N, E, S, NW,
 * NE; in colour also of the original and the reconstruction in the channel before.
 */
const FIRST_WEIGHTS = [0.4, 0.4, 0, 0, 0, 0, 0.2, 0, 0, 0, 0, 0, 0];
const FIRST_WEIGHTS_OF_COLORS = [...FIRST_WEIGHTS, 0, 0];

/** The decisions about one number, in their order; each of the last three is the first of several. */
const IS_MINIMUM = 0;
const IS_PREDICTED = 1;
const IS_MORE = 2;
const HAS_MORE_BITS = 3; // + 0 to 14: has the error more than 1 to 15 bits?
const SECOND_BIT = 19; // + 2 to 16, the number of bits
const THIRD_BIT = 36; // + 5 to 32, twice that, less 1 if the second bit is 0
const DECISIONS = 70;

/** The upper bits of the prediction that the first context takes. */
const BRIGHTNESS_BITS = 4;
/** The number of values that {@link halfOctaves} has for sums of up to 20 bits. */
const ACTIVITIES = 42;

export class ResidualModel {
  readonly #grid: SampleGrid;
  readonly #bits: number;
  readonly #maximum: number;
  /** Scales integers to numbers from 0 to 1, for least squares. */
  readonly #scale: number;
  readonly #minimum: number;
  readonly #stride: number;
  /** One sample with its margins: originals and reconstruction, both from 0 up, and the absolute errors of predictions. */
  readonly #originals: Int32Array;
  readonly #restored: Int32Array;
  readonly #errors: Int32Array;
  readonly #predictor: LeastSquares;
  readonly #byActivity: AdaptiveBits;
  readonly #byNeighbours: AdaptiveBits;
  /** Where the present number's decisions begin, in each of the two. */
  #activity = 0;
  #neighbours = 0;

  constructor(grid: SampleGrid, { bits, minimum }: IntegerType) {
    const { height, width, channels } = grid;
    this.#grid = grid;
    this.#bits = bits;
    this.#maximum = 2 ** bits - 1;
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
   * Encodes `originals`, samples `[n, ...]`; with a decoder, fills them in.
   *
   * @param restored - Their reconstruction, rounded, in the same units.
   * @throws {FormatError} If a decoder reads what no encoder writes.
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

  /** Calls `use` with the place where each row of a sample begins: in the samples, and in the array with margins. */
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
    // A correct prediction teaches little, and half of many images is background.
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
    // If rounding ever makes the weights NaN, `| 0` gives 0: on both sides.
    return min(max(round(this.#predictor.predict() / scale) | 0, 0), this.#maximum);
  }

  /** The first context: brightness, and errors and gradients around. The second: the bit lengths of W, N and the prediction. */
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

  /** Is the number the type's minimum? Is it as predicted? Else: the sign of the error, its number of bits, its bits. */
  #codeValue(coder: BitCoder, value: number, predicted: number): number {
    // Plain backgrounds are the minimum, whatever the neighbours are.
    if (this.#decide(coder, IS_MINIMUM, value === 0)) return 0;
    if (this.#decide(coder, IS_PREDICTED, value === predicted)) return predicted;
    const isMore = this.#decide(coder, IS_MORE, value > predicted);
    const error = this.#codeError(coder, abs(value - predicted));
    const found = isMore ? predicted + error : predicted - error;
    if (found < 0 || found > this.#maximum) throw new FormatError('the coded data is corrupt.');
    return found;
  }

  /** The error is at least 1. Bits below the third are as good as random. */
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

  /** The probability is the mean of both contexts. Mixing them with learned weights makes files 1 % smaller, for more time. */
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

/** 0 has no bits, 255 has 8. */
function bitLength(value: number): number {
  return 32 - clz32(value);
}

/** About 2 log2(value) + 2, in integers: 0, 2, 4, 5, 6, 6, 7, 7, 8, … */
function halfOctaves(value: number): number {
  const length = bitLength(value);
  return length < 2 ? 2 * length : 2 * length + ((value >> (length - 2)) & 1);
}
