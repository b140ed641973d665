/** How a trained model reads new data: as it read its training data. Read normalization.ts first. */

import { type Shape, sizeOf } from '../tensor/shape.ts';
import { DataError } from './dataError.ts';
import { describeNormalization, short } from './describeNormalization.ts';
import { requireInputs } from './featureNormalization.ts';
import { type ArrayType, byType, finiteRange, isFloat } from './normalization.ts';
import { DTYPE_NAMES, isByFeature, type Normalization, type NumericArray } from './samples.ts';
import { type StatisticsOptions, statisticsOf, type ValueStatistics } from './statistics.ts';

/**
 * How new data is read by a model that was trained with `trained`: with the same shift and scale for `minmax` and
 * `standard`, and for whole numbers of the same type; otherwise by the `auto` rule of its own type (a model trained on
 * uint8 images also reads floats in [0, 1]), though what is 0 or 1 stays so for a model of zeros and ones (bool).
 *
 * With `minmax`, new data may go beyond what the model has seen: its inputs then go beyond [0, 1].
 *
 * @throws {DataError} If there is NaN or infinity; with `divide` and `none`, if the inputs would not lie in [0, 1].
 */
export function normalizationLike(trained: Normalization, array: NumericArray): Normalization {
  return normalizationLikeFrom(
    trained,
    array,
    statisticsOf(array.data, statisticsLike(trained, array.shape)),
  );
}

/** What {@link normalizationLikeFrom} needs to know of data of this shape. */
export function statisticsLike(trained: Normalization, shape: Shape): StatisticsOptions {
  return isByFeature(trained) ? { features: sizeOf(shape.slice(1)) } : {};
}

/**
 * The same from statistics, wherever the values are.
 *
 * @param statistics - As {@link statisticsLike} says.
 */
export function normalizationLikeFrom(
  trained: Normalization,
  array: ArrayType,
  statistics: ValueStatistics,
): Normalization {
  const range = finiteRange(array, statistics);
  if (isByFeature(trained)) {
    if (!statistics.features) throw new Error('normalizationLikeFrom: expected statistics of each feature.');
    requireInputs(trained, statistics.features);
    return { ...trained, dtype: array.dtype };
  }
  const { kind, dtype, shift, scale } = trained;
  if (kind === 'minmax' || kind === 'standard') {
    const inputs = [range.least, range.greatest].map((value) => Math.fround((value - shift) / scale));
    if (!inputs.every(Number.isFinite)) {
      throw new DataError(
        `the data goes ${range.text}, too far for float32 after (x - ${short(shift)}) / ${short(scale)}.`,
      );
    }
    return { kind, dtype: array.dtype, shift, scale };
  }
  const wayOut = `save it as the model's training data was (${DTYPE_NAMES[dtype]}, ${describeNormalization(trained)})`;
  if (kind === 'none' && isFloat(dtype)) return byType(array, range, wayOut);
  if (dtype !== array.dtype) return byType(array, range, wayOut, scale);
  if (range.least < 0 || range.greatest > scale) {
    throw new DataError(
      `the data goes ${range.text}, the model was trained on whole numbers from 0 to ${scale}.`,
    );
  }
  return trained;
}
