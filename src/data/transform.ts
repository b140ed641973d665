/** How data is scaled for a model that was trained on other data: as that was. Read normalization.ts first. */

import { type Shape, sizeOf } from '../tensor/shape.ts';
import { BatchReader, isOneSample } from './batches.ts';
import { requireInputs } from './featureNormalization.ts';
import {
  type ArrayType,
  BYTE,
  byType,
  describeNormalization,
  finiteRange,
  isByte,
  isFloat,
  requireArray,
  short,
} from './normalization.ts';
import { requireNormalization } from './requireSamples.ts';
import {
  type ArrayInput,
  DataError,
  DTYPE_NAMES,
  dtypeOf,
  isByFeature,
  isStored,
  NO_NORMALIZATION,
  type Normalization,
  type Samples,
  type StoredSamples,
} from './samples.ts';
import { type StatisticsOptions, statisticsOf, type ValueStatistics } from './statistics.ts';

/**
 * Samples for a trained model: the array as it is, together with the normalization with which the model reads it.
 *
 * - A model of `minmax` or `standard`: the shift and scale of its training data. New data may lie beyond what the model
 *   has seen; its inputs then lie beyond [0, 1].
 * - A model of `divide` or `none`: the same divisor for integers of the same type; for another type the `auto` rule, so
 *   that a model of uint8 images also reads floats in [0, 1]. Zeros and ones stay what they are for a model that was
 *   trained on zeros and ones.
 *
 * @param array - Shape `[n, ...]`, or that of one sample. Not copied. Without a `dtype`, that of the typed array counts.
 *   Samples that have a normalization already get the model's instead.
 * @param trained - The model's: `model.normalization`.
 * @throws {TypeError} If it is no array with a shape, or the normalization is none.
 * @throws {ShapeError} If the array holds another number of values than its shape says.
 * @throws {DataError} If there is NaN or infinity; with `divide` and `none`, if inputs would not lie in [0, 1]; with the
 *   others, if inputs would be beyond float32 or the data has another number of features.
 * @example
 * const others = generateDigits({ count: 5, seed: 2 });
 * const codes = autoencoder.encode(transform(others, autoencoder.normalization)); // [5, 32]
 */
export function transform(array: ArrayInput, trained: Normalization): Required<Samples> {
  requireArray(array, 'transform');
  requireNormalization(trained, 'transform');
  const { shape, data } = array;
  const statistics = statisticsOf(data, statisticsForTransform(trained, shape));
  const type = { shape, dtype: dtypeOf(array) };
  return { shape, data, normalization: normalizationForTransform(trained, type, statistics) };
}

/**
 * Refuses samples that were scaled in another way than those that a model was trained on, such as test data that was
 * normalized by its own mean. Samples without a normalization are inputs already.
 *
 * @param trained - The model's. One that was never trained takes everything.
 * @param who - Named in errors.
 * @param expected - What to write instead, or what the caller may call the samples and that normalization.
 * @throws {DataError} If they were. `divide` and `none` go together: both give inputs in [0, 1].
 */
export function requireScaling(
  samples: Samples | StoredSamples,
  trained: Normalization,
  who: string,
  expected: string | readonly [samples: string, normalization: string] = ['samples', 'model.normalization'],
): void {
  const { normalization } = samples;
  if (normalization === undefined || trained === NO_NORMALIZATION || isSameScaling(normalization, trained))
    return;
  const transformed = ([name, wanted]: readonly [string, string]) =>
    isStored(samples) ? `{ ...${name}, normalization: ${wanted} }` : `transform(${name}, ${wanted})`;
  throw new DataError(
    `${who}: the samples have a normalization of their own (${describeNormalization(normalization)}), expected that of the training data: ${typeof expected === 'string' ? expected : transformed(expected)}.`,
  );
}

function isSameScaling(a: Normalization, b: Normalization): boolean {
  // What `transform` made has the very lists of the model: texts of 784 features would take longer than a small network.
  if (a.kind === b.kind && a.shift === b.shift && a.scale === b.scale) return true;
  const [givesUnit, wantsUnit] = [a, b].map(({ kind }) => kind === 'divide' || kind === 'none');
  const textOf = ({ kind, shift, scale }: Normalization) => JSON.stringify([kind, shift, scale]);
  return (givesUnit && wantsUnit) || textOf(a) === textOf(b);
}

/**
 * Reads samples as a trained network takes them.
 *
 * @param who - Named in errors.
 * @throws As {@link BatchReader} and {@link requireScaling}.
 */
export function readerLike(
  samples: Samples | StoredSamples,
  { inputShape, normalization }: { readonly inputShape: Shape; readonly normalization: Normalization },
  who: string,
): BatchReader {
  const reader = new BatchReader(samples, inputShape, who);
  requireScaling(samples, normalization, who);
  return reader;
}

/** The statistics that {@link normalizationForTransform} needs of data of this shape, `[n, ...]` or that of one sample. */
export function statisticsForTransform(trained: Normalization, shape: Shape): StatisticsOptions {
  if (!isByFeature(trained)) return {};
  const { length } = trained.scale;
  return { features: isOneSample(shape, [length]) ? length : sizeOf(shape.slice(1)) };
}

/**
 * The normalization of {@link transform} from statistics, wherever the values are.
 *
 * @param statistics - As {@link statisticsForTransform} says.
 */
export function normalizationForTransform(
  trained: Normalization,
  array: ArrayType,
  statistics: ValueStatistics,
): Normalization {
  const range = finiteRange(array, statistics);
  if (isByFeature(trained)) {
    if (!statistics.features) {
      throw new Error('normalizationForTransform: got no statistics of each feature, expected them.');
    }
    requireInputs(trained, statistics.features);
    return { ...trained, dtype: array.dtype };
  }
  const { kind, dtype, shift, scale, ...marker } = trained;
  if (kind === 'minmax' || kind === 'standard') {
    const inputs = [range.minimum, range.maximum].map((value) => Math.fround((value - shift) / scale));
    if (!inputs.every(Number.isFinite)) {
      throw new DataError(
        `the data goes ${range.text}, too far for float32 after (x - ${short(shift)}) / ${short(scale)}.`,
      );
    }
    return { ...trained, dtype: array.dtype };
  }
  const wayOut = `save it as the model's training data was (${DTYPE_NAMES[dtype]}, ${describeNormalization(trained)})`;
  if (kind === 'none' && isFloat(dtype)) {
    const divisor = isByte(array.dtype) ? BYTE : undefined;
    return { ...byType(array, range, wayOut, divisor), ...marker };
  }
  if (dtype !== array.dtype) return { ...byType(array, range, wayOut, scale), ...marker };
  if (range.minimum < 0 || range.maximum > scale) {
    throw new DataError(`the data goes ${range.text}, the model was trained on integers from 0 to ${scale}.`);
  }
  return trained;
}
