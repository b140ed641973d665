/** How well each feature of a table is restored, in its own units: the overall error hides this. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { BatchReader } from '../../../data/batches.ts';
import { constantFeatures } from '../../../data/featureNormalization.ts';
import { isFlat, pictureOf } from '../../../data/pictureShape.ts';
import { isByFeature, NO_NORMALIZATION, type Samples, scalingOf } from '../../../data/samples.ts';
import { statisticsOf } from '../../../data/statistics.ts';
import { addRows } from '../../../tensor/linearAlgebra.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { formatCount, print } from '../terminal/output.ts';
import { formatAmount, formatR2, tableLines } from '../terminal/textTable.ts';
import { featureIndex, featureLabel } from './contributions.ts';
import type { Section } from './options.ts';

/** If there are more features, only those that are restored worst are listed. */
const MAX_LINES = 20;

interface FeatureScore {
  readonly feature: number;
  /** Its place in the sample, from 0. */
  readonly index: readonly number[];
  /** In the units of the data, as is the standard deviation of the feature in these samples. */
  readonly rmse: number;
  readonly standardDeviation: number;
  /** The part of the variance that is restored, at most 1; null if the feature is constant, or the network overflows. */
  readonly r2: number | null;
}

const COLUMNS: readonly (readonly [head: string, cell: (score: FeatureScore) => string])[] = [
  ['feature', featureLabel],
  ['RMSE', ({ rmse }) => formatAmount(rmse)],
  ['std. dev.', ({ standardDeviation }) => formatAmount(standardDeviation)],
  ['R²', ({ r2 }) => formatR2(r2, 3)],
];

export interface FeatureOptions {
  /** What the model should make of the samples, row by row. @default the samples */
  readonly target?: Samples;
  /** The names of the features, if they have any. */
  readonly names?: readonly string[] | undefined;
}

/** Whether the numbers of a sample are features with a meaning of their own, such as the columns of a table. */
export function hasFeatures({ inputShape, normalization }: Autoencoder): boolean {
  return isByFeature(normalization) || (isFlat(inputShape) && !pictureOf(inputShape, normalization));
}

export function featureSection(
  autoencoder: Autoencoder,
  samples: Samples,
  { target = samples, names }: FeatureOptions = {},
): Section {
  const features = scoreFeatures(autoencoder, samples, target).map((score, i) => ({
    ...score,
    ...(names && { name: names[i] }),
  }));
  return {
    json: { features },
    print: () => {
      const shown = [...features].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, MAX_LINES);
      const isAll = shown.length === features.length;
      const which = isAll
        ? 'each feature'
        : `the worst ${MAX_LINES} of ${formatCount(features.length)} features`;
      print(`${which}, in units of the data\n`);
      // A single sample has no variance.
      const columns = samples.shape[0] === 1 ? COLUMNS.slice(0, 2) : COLUMNS;
      const cells = (isAll ? features : shown).map((score) => columns.map(([, cell]) => cell(score)));
      const rows = [columns.map(([head]) => head), ...cells];
      for (const line of tableLines(rows, { minimum: 12, first: 'right' })) print(line);
    },
  };
}

/** Features that overflow come first, then those that are restored worst; constant ones come last. */
function rankOf({ r2, rmse }: FeatureScore): number {
  return Number.isFinite(rmse) ? (r2 ?? 1) : -Infinity;
}

/** Sums in float64, in the units of the network's input. In two passes: in one, the difference of large sums would cancel. */
function scoreFeatures(autoencoder: Autoencoder, samples: Samples, target: Samples): FeatureScore[] {
  const features = sizeOf(autoencoder.inputShape);
  const [means, deviations, errors] = Array.from({ length: 3 }, () => new Float64Array(features));
  const [given, wanted] = [samples, target].map(
    (some) => new BatchReader(some, autoencoder.inputShape, 'evaluate'),
  );
  const { count } = wanted;
  for (const { data } of wanted.batches()) addRows(means, data);
  // The mean of a constant is exact: float64 has room for the sum of 2^29 equal float32 numbers.
  for (let j = 0; j < features; j++) means[j] /= count;
  const inputs = given.batches();
  for (const { data: x } of wanted.batches()) {
    const y = autoencoder.predict(inputs.next().value as Tensor).data;
    for (let i = 0; i < x.length; i++) {
      const j = i % features;
      deviations[j] += (x[i] - means[j]) ** 2;
      errors[j] += (y[i] - x[i]) ** 2;
    }
  }
  const { scales } = scalingOf(autoencoder.normalization);
  const constant = constantIn(target, features);
  return Array.from(errors, (error, feature) => {
    const scale = scales[feature % scales.length];
    const deviation = Math.sqrt(deviations[feature] / count);
    const isConstant = constant.has(feature) || deviation === 0; // different values may become one float32
    const isMeasured = Number.isFinite(error);
    return {
      feature,
      index: featureIndex(feature, autoencoder.inputShape),
      rmse: Math.sqrt(error / count) * scale,
      standardDeviation: isConstant ? 0 : deviation * scale,
      r2: isConstant || !isMeasured ? null : 1 - error / deviations[feature],
    };
  });
}

/** The features that training would treat as constant. */
function constantIn(
  { shape, data, normalization = NO_NORMALIZATION }: Samples,
  features: number,
): Set<number> {
  const { features: each } = statisticsOf(data, { moments: true, features });
  return new Set(each && constantFeatures(each, { shape, dtype: normalization.dtype }));
}
