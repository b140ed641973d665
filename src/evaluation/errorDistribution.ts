/**
 * How large the errors of a model's training data were, and from which error on a sample is called an anomaly. A model file
 * keeps this beside the weights (io/model.ts), so that one new sample can be judged alone.
 *
 * The threshold is that of split conformal prediction: Vovk, Gammerman & Shafer, "Algorithmic learning in a random world",
 * 2005; Lei et al., "Distribution-free predictive inference for regression", JASA 113, 2018, section 2.2.
 */

import { requireList } from '../tensor/options.ts';
import { plural } from '../tensor/words.ts';

/** What samples are ranked by: their MSE, or for most variational autoencoders the excess of their negative ELBO. */
export type AnomalyScore = 'mse' | 'excess';

/** The errors of the data that a model was trained on, and of data that it has not seen. */
export interface ErrorDistributions {
  /** What the errors are. */
  readonly rankedBy: AnomalyScore;
  /** Of the samples that the model was trained on. */
  readonly training: ErrorDistribution;
  /** Of the samples of a validation split, or of test data. Errors of training samples are smaller than those of others. */
  readonly heldOut?: ErrorDistribution | undefined;
}

/** A threshold, and how it came about. */
export interface Threshold {
  /** Samples with a larger error are called anomalies: {@link isAbove}. */
  readonly value: number;
  /** Whether there are too few errors for this level: then the value is the largest of them, and too low. */
  readonly tooFew: boolean;
}

/** How many errors are kept. */
const MAX_POINTS = 1001;
/** What an error counts as that is too large for float32, or not a number. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;
/** (n + 1) · level may lie this far above the integer that it stands for. */
const ROUNDING = 1e-9;

/**
 * Errors in ascending order: all of them if they are no more than 1001, else 1001 of them at even distances, the smallest and
 * the largest included. They are float32, as in files, and so is what they are compared with.
 *
 * @example
 * const { scores } = await autoencoder.anomalyScores(images);
 * const errors = ErrorDistribution.of(scores);
 * const { value } = errors.threshold(0.99);
 * const noise = { shape: [28, 28], data: new Float32Array(784).fill(1) };
 * const [score] = (await autoencoder.anomalyScores(noise)).scores;
 * isAbove(score, value); // true
 */
export class ErrorDistribution {
  /** How many errors the distribution is made of. */
  readonly count: number;
  /** Those that are kept, in ascending order. */
  readonly points: Float32Array;

  /**
   * As a file holds it: {@link ErrorDistribution.of} makes one of errors.
   *
   * @param points - All errors, or 1001 of more, in ascending order.
   * @throws {RangeError} If there are not as many points as the count asks for, or they are not finite and in ascending order.
   */
  constructor(count: number, points: Float32Array) {
    requireList('ErrorDistribution', 'the points', points);
    const expected = Math.min(count, MAX_POINTS);
    if (!Number.isSafeInteger(count) || count < 1 || points.length !== expected) {
      throw new RangeError(
        `ErrorDistribution: got ${plural(points.length, 'point')} of ${count} errors, expected all of them, or ${MAX_POINTS} of more.`,
      );
    }
    if (!points.every((point, i) => Number.isFinite(point) && (i === 0 || point >= points[i - 1]))) {
      throw new RangeError('ErrorDistribution: the points are not finite numbers in ascending order.');
    }
    this.count = count;
    this.points = points;
  }

  /**
   * The distribution of these errors. Those that overflow (infinite or NaN) count as the largest float32 number.
   *
   * @param errors - One for each sample, in any order. Not modified.
   * @throws {RangeError} If there are none.
   */
  static of(errors: ArrayLike<number>): ErrorDistribution {
    requireList('ErrorDistribution.of', 'the errors', errors);
    if (errors.length === 0)
      throw new RangeError('ErrorDistribution.of: got no errors, expected at least one.');
    const sorted = Float32Array.from(errors, stored).sort();
    const length = Math.min(sorted.length, MAX_POINTS);
    return new ErrorDistribution(
      sorted.length,
      Float32Array.from({ length }, (_, i) => sorted[placeOf(i, length, sorted.length)]),
    );
  }

  /**
   * The share of the errors that are smaller than this one, in percent. Between two points it is interpolated, so for more
   * than 1001 errors it may be off by 0.1.
   */
  percentileOf(error: number): number {
    const { count, points } = this;
    const x = stored(error);
    const above = lowerBound(points, x);
    if (above === 0) return 0;
    if (above === points.length) return 100;
    const [from, to] = [above - 1, above].map((i) => placeOf(i, points.length, count));
    const part = (x - points[above - 1]) / (points[above] - points[above - 1]);
    return (100 * (from + 1 + part * (to - from - 1))) / count;
  }

  /**
   * The error above which a sample is called an anomaly: the ⌈(n + 1) · level⌉-th smallest of the n errors. If these are errors
   * of samples that the model has not seen, then of other samples of the same kind at most 1 - level lie above it, on average
   * over such data sets, however few errors there are. A quantile as np.quantile gives it has no such bound: of 100 errors, the
   * quantile 0.99 lets twice as many pass as it says.
   *
   * Of more than 1001 errors the next kept one above is taken, so up to 0.1 % of samples fewer are called anomalies.
   *
   * @param level - The share of samples that are to lie below, such as 0.99. There must be level / (1 - level) errors or
   *   more, 99 for 0.99, or the largest error is taken and `tooFew` says so.
   * @throws {RangeError} If the level is not between 0 and 1.
   */
  threshold(level: number): Threshold {
    if (!(level > 0 && level < 1)) {
      throw new RangeError(
        `ErrorDistribution.threshold: the level is ${level}, expected a number between 0 and 1.`,
      );
    }
    const { count, points } = this;
    const rank = Math.ceil((count + 1) * level - ROUNDING); // from 1
    const place = Math.min(rank, count) - 1;
    let i = 0;
    while (placeOf(i, points.length, count) < place) i++;
    return { value: points[i], tooFew: rank > count };
  }
}

/**
 * Whether an error lies above a threshold. Both are compared as float32, as files hold them. An error that is not finite lies
 * above every threshold.
 *
 * @example
 * isAbove(0.2, 0.1); // true
 * isAbove(NaN, 0.1); // true
 */
export function isAbove(error: number, threshold: number): boolean {
  return !Number.isFinite(error) || Math.fround(error) > Math.fround(threshold);
}

/** An error as float32. */
function stored(error: number): number {
  const rounded = Math.fround(error);
  return Number.isFinite(rounded) ? rounded : LARGEST;
}

/** Which of `count` sorted errors point number i is, from 0. */
function placeOf(i: number, points: number, count: number): number {
  return points === count ? i : Math.round((i * (count - 1)) / (points - 1));
}

/** How many of these numbers in ascending order are smaller than x. */
function lowerBound(ascending: ArrayLike<number>, x: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
