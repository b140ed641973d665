/**
 * The range of a data set's values and, if asked for, their mean and standard deviation: of all values together, and of
 * each feature (of a table, each column). Sums are float64 and go value by value, so an array in memory and a file that is
 * read piece by piece give the same bits.
 */

import { type RowSource, readThrough } from './readAhead.ts';
import type { SampleArray } from './samples.ts';

export interface ValueStatistics {
  /** Of the finite values. */
  readonly minimum: number;
  readonly maximum: number;
  /** How many values are NaN or infinite. */
  readonly notFinite: number;
  /** The position of the first of them, counted over all values; -1 if there is none. */
  readonly firstNotFinite: number;
  /** NaN unless asked for. */
  readonly mean: number;
  /** Of the population; NaN unless asked for. */
  readonly standardDeviation: number;
  /** The same of each feature, if asked for. */
  readonly features?: FeatureStatistics;
}

/** Element `j` of each list belongs to feature `j`. */
export interface FeatureStatistics {
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  /** NaN unless asked for. */
  readonly mean: Float64Array;
  /** Of the population; NaN unless asked for. */
  readonly standardDeviation: Float64Array;
}

export interface StatisticsOptions {
  /** Whether to find mean and standard deviation as well, which takes a second pass. @default false */
  readonly moments?: boolean;
  /** The number of features of a sample, for statistics of each feature as well. @default none */
  readonly features?: number | undefined;
}

export interface StoredStatisticsOptions extends StatisticsOptions {
  /** Is given all values once, in their order, piece by piece. */
  readonly onValues?: (values: SampleArray) => void;
}

/** The statistics of values in memory. */
export function statisticsOf(
  values: SampleArray,
  { moments = false, features }: StatisticsOptions = {},
): ValueStatistics {
  const scan = new Scan(moments, features);
  scan.addValues(values);
  if (moments) scan.addDeviations(values);
  return scan.result();
}

/**
 * The statistics of values that are read piece by piece.
 *
 * @throws What reading failed with.
 */
export async function statisticsOfStored(
  source: RowSource,
  { moments = false, features, onValues }: StoredStatisticsOptions = {},
): Promise<ValueStatistics> {
  const scan = new Scan(moments, features);
  for await (const values of readThrough(source)) {
    scan.addValues(values);
    onValues?.(values);
  }
  if (moments) for await (const values of readThrough(source)) scan.addDeviations(values);
  return scan.result();
}

/** Takes all values once and, for the standard deviation, which needs the mean, all of them again. */
class Scan {
  readonly #moments: boolean;
  readonly #features: FeatureScan | undefined;
  #count = 0;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;
  #notFinite = 0;
  #firstNotFinite = -1;
  #sum = 0;
  #squares = 0;

  constructor(moments: boolean, features: number | undefined) {
    this.#moments = moments;
    if (features !== undefined) this.#features = new FeatureScan(features);
  }

  get #mean(): number {
    return this.#moments ? this.#sum / this.#count : Number.NaN;
  }

  addValues(values: SampleArray): void {
    let minimum = this.#minimum;
    let maximum = this.#maximum;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value - value !== 0) {
        if (this.#notFinite++ === 0) this.#firstNotFinite = this.#count + i;
      } else {
        if (value < minimum) minimum = value;
        if (value > maximum) maximum = value;
      }
    }
    this.#minimum = minimum;
    this.#maximum = maximum;
    this.#count += values.length;
    if (this.#moments) this.#addSum(values);
    this.#features?.addValues(values);
  }

  #addSum(values: SampleArray): void {
    let sum = this.#sum;
    for (let i = 0; i < values.length; i++) sum += values[i];
    this.#sum = sum;
  }

  addDeviations(values: SampleArray): void {
    const mean = this.#mean;
    let squares = this.#squares;
    for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2;
    this.#squares = squares;
    this.#features?.addDeviations(values);
  }

  result(): ValueStatistics {
    return {
      minimum: this.#minimum,
      maximum: this.#maximum,
      notFinite: this.#notFinite,
      firstNotFinite: this.#firstNotFinite,
      mean: this.#mean,
      standardDeviation: this.#moments ? Math.sqrt(this.#squares / this.#count) : Number.NaN,
      ...(this.#features && { features: this.#features.result() }),
    };
  }
}

/** The same of each feature. Values come as whole samples. */
class FeatureScan {
  readonly #features: number;
  readonly #minimum: Float64Array;
  readonly #maximum: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #samples = 0;
  #means: Float64Array | undefined;

  constructor(features: number) {
    this.#features = features;
    this.#minimum = new Float64Array(features).fill(Number.POSITIVE_INFINITY);
    this.#maximum = new Float64Array(features).fill(Number.NEGATIVE_INFINITY);
    this.#sums = new Float64Array(features);
    this.#squares = new Float64Array(features);
  }

  addValues(values: SampleArray): void {
    const [features, minimum, maximum, sums] = [this.#features, this.#minimum, this.#maximum, this.#sums];
    for (let start = 0; start < values.length; start += features) {
      for (let j = 0; j < features; j++) {
        const value = values[start + j];
        if (value < minimum[j]) minimum[j] = value;
        if (value > maximum[j]) maximum[j] = value;
        sums[j] += value;
      }
    }
    this.#samples += values.length / features;
  }

  addDeviations(values: SampleArray): void {
    this.#means ??= this.#sums.map((sum) => sum / this.#samples);
    const [features, means, squares] = [this.#features, this.#means, this.#squares];
    for (let start = 0; start < values.length; start += features) {
      for (let j = 0; j < features; j++) squares[j] += (values[start + j] - means[j]) ** 2;
    }
  }

  result(): FeatureStatistics {
    const unknown = new Float64Array(this.#features).fill(Number.NaN);
    const means = this.#means;
    return {
      minimum: this.#minimum,
      maximum: this.#maximum,
      mean: means ?? unknown,
      standardDeviation: means ? this.#squares.map((squares) => Math.sqrt(squares / this.#samples)) : unknown,
    };
  }
}
