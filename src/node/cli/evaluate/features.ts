/** How well each feature of a table comes back, in its own units: what its overall error hides. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { BatchReader } from '../../../data/batches.ts';
import { constantFeatures } from '../../../data/featureNormalization.ts';
import { NO_NORMALIZATION, type Samples, scalingOf } from '../../../data/samples.ts';
import { statisticsOf } from '../../../data/statistics.ts';
import { formatShape, type Shape, sizeOf } from '../../../tensor/shape.ts';
import { formatCount, print } from '../terminal/output.ts';
import { formatAmount, formatR2, tableLines } from '../terminal/textTable.ts';
import type { Section } from './options.ts';

/** More lines are nothing to read: then those that come back worst. */
const MOST_LINES = 20;

interface FeatureScore {
  readonly feature: number;
  /** Where it is in the sample, from 0. */
  readonly index: readonly number[];
  /** In the units of the data, as is the standard deviation of the feature in these samples. */
  readonly rmse: number;
  readonly standardDeviation: number;
  /** The part of the variance that comes back, at most 1; null for a feature that is constant, or where the network overflows. */
  readonly r2: number | null;
}

export function featureSection(autoencoder: Autoencoder, samples: Samples): Section {
  const features = scoreFeatures(autoencoder, samples);
  return {
    json: { features },
    print: () => {
      const shown = [...features].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, MOST_LINES);
      const isAll = shown.length === features.length;
      const which = isAll
        ? 'each feature'
        : `the worst ${MOST_LINES} of ${formatCount(features.length)} features`;
      print(`${which}, in units of the data\n`);
      const cells = (isAll ? features : shown).map(({ index, rmse, standardDeviation, r2 }) => [
        formatPosition(index),
        formatAmount(rmse),
        formatAmount(standardDeviation),
        formatR2(r2, 3),
      ]);
      const rows = [['feature', 'RMSE', 'std. dev.', 'R²'], ...cells];
      for (const line of tableLines(rows, { minimum: 12, first: 'right' })) print(line);
    },
  };
}

/** What comes back worst comes first: what overflows before all, what is constant last. */
function rankOf({ r2, rmse }: FeatureScore): number {
  return Number.isFinite(rmse) ? (r2 ?? 1) : -Infinity;
}

/** In the network's units, summed in float64; in two passes, as the sum of squares minus that of the mean cancels. */
function scoreFeatures(autoencoder: Autoencoder, samples: Samples): FeatureScore[] {
  const features = sizeOf(autoencoder.inputShape);
  const [means, deviations, errors] = Array.from({ length: 3 }, () => new Float64Array(features));
  const reader = new BatchReader(samples, autoencoder.inputShape, 'evaluate');
  const { count } = reader;
  for (const { data } of reader.batches()) {
    data.forEach((value, i) => {
      means[i % features] += value;
    });
  }
  // Of a constant it is that constant: float64 has room for the sum of 2^29 equal float32 numbers.
  for (let j = 0; j < features; j++) means[j] /= count;
  for (const batch of reader.batches()) {
    const x = batch.data;
    const y = autoencoder.predict(batch).data;
    for (let i = 0; i < x.length; i++) {
      const j = i % features;
      deviations[j] += (x[i] - means[j]) ** 2;
      errors[j] += (y[i] - x[i]) ** 2;
    }
  }
  const { scales } = scalingOf(autoencoder.normalization);
  const constant = constantIn(samples, features);
  return Array.from(errors, (error, feature) => {
    const scale = scales[feature % scales.length];
    const deviation = Math.sqrt(deviations[feature] / count);
    const isConstant = constant.has(feature) || deviation === 0; // what differs may be one float32
    const isMeasured = Number.isFinite(error);
    return {
      feature,
      index: positionOf(feature, autoencoder.inputShape),
      rmse: Math.sqrt(error / count) * scale,
      standardDeviation: isConstant ? 0 : deviation * scale,
      r2: isConstant || !isMeasured ? null : 1 - error / deviations[feature],
    };
  });
}

/** The features that training would call constant. */
function constantIn(
  { shape, data, normalization = NO_NORMALIZATION }: Samples,
  features: number,
): Set<number> {
  const { features: each } = statisticsOf(data, { moments: true, features });
  return new Set(each && constantFeatures(each, { shape, dtype: normalization.dtype }));
}

/** Where number j of a row-major sample is; dimensions of 1 don't count, unless there is no other. */
export function positionOf(j: number, sample: Shape): number[] {
  const position: number[] = [];
  let rest = j;
  for (const length of sample.filter((length) => length !== 1).toReversed()) {
    position.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return position.length > 0 ? position : [j]; // of a single number: 0
}

/** "3"; of samples of several dimensions "[2, 3]". */
export function formatPosition(position: readonly number[]): string {
  return position.length === 1 ? String(position[0]) : formatShape(position);
}
