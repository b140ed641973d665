/** How well each feature of a table comes back, in its own units: what its overall error hides. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { type Samples, scalingOf, sliceSamples } from '../../data/samples.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { toInputs } from '../display.ts';
import type { Section } from './evaluateSection.ts';
import { formatCount, print } from './output.ts';

/** Samples that are held in memory as floats at a time. */
const BATCH = 256;
/** More lines are nothing to read: then those that come back worst. */
const MOST_LINES = 20;

interface FeatureScore {
  readonly feature: number;
  /** In the units of the data, as is the standard deviation of the feature in these samples. */
  readonly rmse: number;
  readonly standardDeviation: number;
  /** The part of the variance that comes back, at most 1; null for a feature that is constant. */
  readonly r2: number | null;
}

export function featureSection(autoencoder: Autoencoder, samples: Samples): Section {
  const features = scoreFeatures(autoencoder, samples);
  return {
    json: { features },
    print: () => {
      const shown = [...features].sort((a, b) => (a.r2 ?? 1) - (b.r2 ?? 1)).slice(0, MOST_LINES);
      const isAll = shown.length === features.length;
      const which = isAll
        ? 'each feature'
        : `the worst ${MOST_LINES} of ${formatCount(features.length)} features`;
      print(`${which}, in units of the data\n`);
      print(['feature', 'RMSE', 'std. dev.', 'R²'].map((text) => text.padStart(12)).join(''));
      for (const { feature, rmse, standardDeviation, r2 } of isAll ? features : shown) {
        const cells = [String(feature), short(rmse), short(standardDeviation), r2?.toFixed(3) ?? '–'];
        print(cells.map((text) => text.padStart(12)).join(''));
      }
    },
  };
}

/** One pass over the samples; sums in float64 of the network's units, where the mean of the training data is near 0. */
function scoreFeatures(autoencoder: Autoencoder, samples: Samples): FeatureScore[] {
  const features = sizeOf(autoencoder.inputShape);
  const [sums, squares, errors] = Array.from({ length: 3 }, () => new Float64Array(features));
  const [count] = samples.shape;
  for (let start = 0; start < count; start += BATCH) {
    const some = sliceSamples(samples, start, start + BATCH);
    const x = toInputs(autoencoder, some).data;
    const y = autoencoder.predict(some).data;
    for (let i = 0; i < x.length; i++) {
      const j = i % features;
      sums[j] += x[i];
      squares[j] += x[i] ** 2;
      errors[j] += (y[i] - x[i]) ** 2;
    }
  }
  const { scales } = scalingOf(autoencoder.normalization);
  return Array.from(errors, (error, feature) => {
    const scale = scales[feature % scales.length];
    const deviations = squares[feature] - sums[feature] ** 2 / count;
    // Of a constant feature, rounding alone is left.
    const isConstant = deviations <= 1e-12 * squares[feature];
    return {
      feature,
      rmse: Math.sqrt(error / count) * scale,
      standardDeviation: isConstant ? 0 : Math.sqrt(deviations / count) * scale,
      r2: isConstant ? null : 1 - error / deviations,
    };
  });
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
