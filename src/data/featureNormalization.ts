/**
 * Scaling each feature on its own, as columns of different units need it: one shift and one scale for each number of a
 * sample. Read statistics.ts first; normalization.ts decides when this is done.
 */

import type { Shape } from '../tensor/shape.ts';
import { plural } from '../tensor/words.ts';
import { DataError, type DType, type FeatureNormalization } from './samples.ts';
import type { FeatureStatistics } from './statistics.ts';

/** How far apart equal values may be, relative to their size: a few roundings of float64 arithmetic, 2^-53 each. */
const FLOAT64_ROUNDING = 2 ** -48;
/** The same for float32: the distance of two neighbours. More could be content, as in times of 1e7 seconds. */
const FLOAT32_ROUNDING = 2 ** -23;

/** What the rules need to know of an array besides the statistics of its features. */
export interface FeatureArray {
  /** `[n, ...]` */
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * The numbers of the features that are constant: the same in all samples, but for rounding. Scaled like the others, the
 * rounding would become inputs of size 1, and new data that is rounded differently would lie far outside.
 *
 * A feature is constant if its range is within the rounding of its largest value. (Not so for float16, which has so few
 * digits that the difference of two neighbours may be content.) If the deviation is known, a feature is also constant if
 * the rounding of n additions explains it, as in scikit-learn's StandardScaler:
 * variance <= n eps variance + (n eps mean)², with eps = 2^-52 of float64, in which it is computed.
 */
export function constantFeatures(
  { minimum, maximum, mean, standardDeviation }: FeatureStatistics,
  { shape: [n], dtype }: FeatureArray,
): number[] {
  const rounding = dtype === 'f4' ? FLOAT32_ROUNDING : dtype === 'f2' ? 0 : FLOAT64_ROUNDING;
  const eps = n * Number.EPSILON;
  return Array.from(minimum.keys()).filter((j) => {
    const size = Math.max(Math.abs(minimum[j]), Math.abs(maximum[j]));
    if (maximum[j] - minimum[j] <= rounding * size) return true;
    const deviation = standardDeviation[j] * Math.sqrt(Math.max(0, 1 - eps)); // not squared: that could overflow
    return Number.isFinite(deviation) && deviation <= Math.abs(eps * mean[j]);
  });
}

/**
 * One shift and one scale for each feature. A constant feature gets its value as the shift and the scale 1, as in
 * scikit-learn's StandardScaler: its inputs are 0, but for rounding.
 *
 * @param statistics - With mean and standard deviation if the kind is `standard`.
 * @throws {DataError} If all features are constant, or the range of one is beyond float64.
 */
export function scaleFeatures(
  kind: FeatureNormalization['kind'],
  array: FeatureArray,
  statistics: FeatureStatistics,
): FeatureNormalization {
  const { minimum, maximum, mean, standardDeviation } = statistics;
  const { dtype } = array;
  const constant = new Set(constantFeatures(statistics, array));
  if (constant.size === minimum.length) {
    throw new DataError(
      `${array.shape[0] === 1 ? 'the data is one sample' : 'all samples of the data are the same'}, the normalization '${kind}' needs different ones.`,
    );
  }
  const [shifts, scales] =
    kind === 'minmax' ? [minimum, maximum.map((value, j) => value - minimum[j])] : [mean, standardDeviation];
  const shift = Array.from(shifts, (value, j) => (constant.has(j) ? minimum[j] : value));
  const scale = Array.from(scales, (value, j) => (constant.has(j) ? 1 : value));
  const bad = scale.findIndex(
    (value, j) => !(value > 0 && Number.isFinite(value) && Number.isFinite(shift[j])),
  );
  if (bad >= 0) {
    throw new DataError(
      `feature ${bad} of the data goes from ${minimum[bad]} to ${maximum[bad]}, beyond what the normalization '${kind}' can compute in float64.`,
    );
  }
  return { kind, dtype, shift, scale };
}

/**
 * Checks new data for a model that scales each feature.
 *
 * @throws {DataError} If the data has another number of features, or an input would be beyond float32.
 */
export function requireInputs({ shift, scale }: FeatureNormalization, features: FeatureStatistics): void {
  const { minimum, maximum } = features;
  if (minimum.length !== scale.length) {
    throw new DataError(
      `the data has ${plural(minimum.length, 'feature')}, the model scales ${scale.length}.`,
    );
  }
  const isInput = (value: number, j: number) => Number.isFinite(Math.fround((value - shift[j]) / scale[j]));
  const bad = minimum.findIndex((value, j) => !isInput(value, j) || !isInput(maximum[j], j));
  if (bad < 0) return;
  throw new DataError(
    `feature ${bad} of the data goes from ${minimum[bad]} to ${maximum[bad]}, too far for float32 after (x - ${shift[bad]}) / ${scale[bad]}.`,
  );
}
