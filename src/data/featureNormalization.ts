/**
 * Scaling each feature on its own, as what has different units needs it: one shift and one scale for each of a sample's
 * numbers. Read featureStatistics.ts first; normalization.ts decides when.
 */

import { DataError } from './dataError.ts';
import type { FeatureStatistics } from './featureStatistics.ts';
import type { DType, FeatureNormalization } from './samples.ts';

/** The numbers of the features that are the same in all samples. */
export function constantFeatures({ least, greatest }: FeatureStatistics): number[] {
  return Array.from(least.keys()).filter((j) => least[j] === greatest[j]);
}

/**
 * A constant feature gets its value as shift, and the scale 1 (as in scikit-learn's StandardScaler): its inputs are 0.
 *
 * @param statistics - With mean and standard deviation if the kind is `standard`.
 * @throws {DataError} If all features are constant, or one spans more than float64 can compute with.
 */
export function scaleFeatures(
  kind: FeatureNormalization['kind'],
  dtype: DType,
  { least, greatest, mean, standardDeviation }: FeatureStatistics,
): FeatureNormalization {
  const isConstant = least.map((value, j) => (value === greatest[j] ? 1 : 0));
  if (!isConstant.includes(0)) {
    throw new DataError(
      `all samples of the data are the same, the normalization '${kind}' needs different ones.`,
    );
  }
  const [shifts, scales] =
    kind === 'minmax' ? [least, greatest.map((value, j) => value - least[j])] : [mean, standardDeviation];
  const shift = Array.from(shifts, (value, j) => (isConstant[j] ? least[j] : value));
  const scale = Array.from(scales, (value, j) => (isConstant[j] ? 1 : value));
  const bad = scale.findIndex(
    (value, j) => !(value > 0 && Number.isFinite(value) && Number.isFinite(shift[j])),
  );
  if (bad >= 0) {
    throw new DataError(
      `feature ${bad} of the data goes from ${least[bad]} to ${greatest[bad]}, beyond what the normalization '${kind}' can compute in float64.`,
    );
  }
  return { kind, dtype, shift, scale };
}

/**
 * New data, to be read as a model's training data was.
 *
 * @throws {DataError} If it has another number of features, or an input would be beyond float32.
 */
export function requireInputs({ shift, scale }: FeatureNormalization, features: FeatureStatistics): void {
  const { least, greatest } = features;
  if (least.length !== scale.length) {
    throw new DataError(`the data has ${least.length} features, the model scales ${scale.length}.`);
  }
  const isInput = (value: number, j: number) => Number.isFinite(Math.fround((value - shift[j]) / scale[j]));
  const bad = least.findIndex((value, j) => !isInput(value, j) || !isInput(greatest[j], j));
  if (bad < 0) return;
  throw new DataError(
    `feature ${bad} of the data goes from ${least[bad]} to ${greatest[bad]}, too far for float32 after (x - ${shift[bad]}) / ${scale[bad]}.`,
  );
}
