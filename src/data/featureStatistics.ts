/** What each feature's values are like, over all samples: of a table, each column's. Read statistics.ts first. */

import type { SampleArray } from './samples.ts';

/** One number a feature in each list. */
export interface FeatureStatistics {
  readonly least: Float64Array;
  readonly greatest: Float64Array;
  /** NaN unless asked for. */
  readonly mean: Float64Array;
  /** Of the population; NaN unless asked for. */
  readonly standardDeviation: Float64Array;
}

/** All values are added once, then, for the standard deviation, all of them again. Each time whole samples, in their order. */
export class FeatureScan {
  readonly #features: number;
  readonly #least: Float64Array;
  readonly #greatest: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #samples = 0;
  #means: Float64Array | undefined;

  constructor(features: number) {
    this.#features = features;
    this.#least = new Float64Array(features).fill(Number.POSITIVE_INFINITY);
    this.#greatest = new Float64Array(features).fill(Number.NEGATIVE_INFINITY);
    this.#sums = new Float64Array(features);
    this.#squares = new Float64Array(features);
  }

  addValues(values: SampleArray): void {
    const [features, least, greatest, sums] = [this.#features, this.#least, this.#greatest, this.#sums];
    for (let start = 0; start < values.length; start += features) {
      for (let j = 0; j < features; j++) {
        const value = values[start + j];
        if (value < least[j]) least[j] = value;
        if (value > greatest[j]) greatest[j] = value;
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
      least: this.#least,
      greatest: this.#greatest,
      mean: means ?? unknown,
      standardDeviation: means ? this.#squares.map((squares) => Math.sqrt(squares / this.#samples)) : unknown,
    };
  }
}
