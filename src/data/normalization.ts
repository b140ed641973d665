/**
 * How stored values become a network's inputs: `normalize` chooses it from the training data, the model keeps it, and
 * `transform` applies it to all other data. Read samples.ts first, which defines the kinds of normalization;
 * featureNormalization.ts has the rules for features that are scaled one by one.
 */

import { inWords, type OptionNames, requireOneOf, requireOptions } from '../tensor/options.ts';
import { formatShape, type Shape, sizeOf } from '../tensor/shape.ts';
import { requireInputs, scaleFeatures } from './featureNormalization.ts';
import { isFlatPicture, isVector } from './pictureShape.ts';
import { requireSamples } from './requireSamples.ts';
import {
  type ArrayInput,
  DataError,
  DTYPE_NAMES,
  type DType,
  dtypeOf,
  isByFeature,
  isStored,
  NO_NORMALIZATION,
  type Normalization,
  type NumericArray,
  type Samples,
  type StoredSamples,
  type UniformNormalization,
} from './samples.ts';
import { type StatisticsOptions, statisticsOf, type ValueStatistics } from './statistics.ts';

/** What the rules need to know of an array besides its statistics. */
export type ArrayType = Pick<NumericArray, 'shape' | 'dtype'>;

const MODES = ['auto', 'minmax', 'standard'] as const;
export type NormalizationMode = (typeof MODES)[number];

/** Whether `minmax` and `standard` scale each number of a sample on its own, or all values alike. */
export type ScaleBy = 'feature' | 'all';

export interface NormalizationOptions {
  /** @default 'feature' for samples that are vectors (`[n, d]`), else 'all' */
  readonly scaleBy?: ScaleBy | undefined;
}

const OPTIONS: OptionNames<NormalizationOptions> = { scaleBy: true };

/** What the rules are told besides the mode. */
export interface RuleOptions {
  /** Whether samples `[n, d]` are rows of a table. @default unless they are uint8 and d is a square of at least 64 */
  readonly isTable?: boolean | undefined;
  /** How the caller asks for a mode, for advice in errors. @default normalize(samples, 'minmax') */
  readonly nameOf?: (mode: NormalizationMode) => string;
}

/** What integer pixels are divided by: the first of these that none is greater than, or the maximum of their type. */
const MASK = 1;
const BYTE = 255;
const WORD = 65535;
/** Floats from 0 to at least this are likely to be pixels that were saved as floats. */
const LIKELY_BYTE = 16;
/** The maximum value of the integer types that hold no WORD. */
const TYPE_MAXIMUM: Partial<Record<DType, number>> = { u1: 255, u2: 65535, i1: 127, i2: 32767 };

const inCode = (mode: NormalizationMode) => `normalize(samples, '${mode}')`;

/**
 * Samples to train on: the array as it is, together with the normalization that {@link chooseNormalization} finds for it.
 *
 * @param array - Shape `[n, ...]`. Not copied. Without a `dtype`, that of the typed array counts: `u1` for a Uint8Array.
 * @throws As {@link chooseNormalization}.
 * @example
 * const images = normalize(generateDigits({ count: 2000, seed: 1 })); // uint8, to be divided by 255
 */
export function normalize(
  array: ArrayInput,
  mode: NormalizationMode = 'auto',
  options: NormalizationOptions = {},
): Required<Samples> {
  requireArray(array, 'normalize');
  const { shape, data } = array;
  return { shape, data, normalization: chooseNormalization(array, mode, options) };
}

/**
 * Samples for a trained model: the array as it is, together with the normalization with which the model reads it.
 *
 * - A model of `minmax` or `standard`: the shift and scale of its training data. New data may lie beyond what the model
 *   has seen; its inputs then lie beyond [0, 1].
 * - A model of `divide` or `none`: the same divisor for integers of the same type; for another type the `auto` rule, so
 *   that a model of uint8 images also reads floats in [0, 1]. Zeros and ones stay what they are for a model that was
 *   trained on zeros and ones.
 *
 * @param array - Shape `[n, ...]`. Not copied. Without a `dtype`, that of the typed array counts. Samples that have a
 *   normalization already get the model's instead.
 * @param trained - The model's: `model.normalization`.
 * @throws {DataError} If there is NaN or infinity; with `divide` and `none`, if inputs would not lie in [0, 1]; with the
 *   others, if inputs would be beyond float32 or the data has another number of features.
 * @example
 * const codes = model.encode(transform(await loadImages('new.npy'), model.normalization));
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
  requireSamples(samples, who);
  const { normalization } = samples;
  if (normalization === undefined || trained === NO_NORMALIZATION) return;
  const byValues = [normalization, trained].map(({ kind }) => kind === 'divide' || kind === 'none');
  const scaling = ({ kind, shift, scale }: Normalization) => JSON.stringify([kind, shift, scale]);
  if (byValues.every(Boolean) || scaling(normalization) === scaling(trained)) return;
  const transformed = ([name, wanted]: readonly [string, string]) =>
    isStored(samples) ? `{ ...${name}, normalization: ${wanted} }` : `transform(${name}, ${wanted})`;
  throw new DataError(
    `${who}: the samples have a normalization of their own (${describeNormalization(normalization)}), expected that of the training data: ${typeof expected === 'string' ? expected : transformed(expected)}.`,
  );
}

/**
 * Chooses how training data is scaled.
 *
 * - `auto`: integers, whatever their type, stay as they are if all are 0 or 1 (a mask); else they are divided by 255 if
 *   none is greater, else by 65535, or by the maximum of their type if that is less (int8: 127, int16: 32767). Booleans and
 *   floats in [0, 1] stay as they are.
 * - `minmax`: the minimum becomes 0, the maximum 1.
 * - `standard`: mean 0 and (population) standard deviation 1, computed in float64 in two passes.
 *
 * The last two scale each feature on its own where samples are vectors: the columns of a table have different units, while
 * the pixels of an image share one. A feature that is constant, but for rounding, gets the scale 1.
 *
 * Samples `[n, d]` are rows of a table (`Normalization.table`) unless they are uint8 and d is a square of at least 64.
 *
 * @param array - Shape `[n, ...]`. Without a `dtype`, that of the typed array counts.
 * @throws {TypeError} If it is no array with a shape, or there is no option of a name.
 * @throws {RangeError} If the mode is unknown.
 * @throws {DataError} If there are no values; if there is NaN or infinity; in `auto`, if a float is outside [0, 1] or an
 *   integer is negative or greater than 65535; in the other modes, if all values are the same.
 */
export function chooseNormalization(
  array: ArrayInput,
  mode: NormalizationMode,
  options: NormalizationOptions = {},
): Normalization {
  requireArray(array, 'normalize');
  requireOneOf('normalize', 'the mode', mode, MODES);
  requireOptions('normalize', options, OPTIONS);
  if (options.scaleBy !== undefined) {
    requireOneOf('normalize', 'scaleBy', options.scaleBy, ['feature', 'all']);
  }
  const { shape, data } = array;
  const dtype = dtypeOf(array);
  const statistics = statisticsOf(data, statisticsFor(shape, mode, options));
  return normalizationFrom({ shape, dtype }, statistics, mode);
}

/** For callers without types. */
function requireArray(array: unknown, who: string): asserts array is ArrayInput {
  requireSamples(array, who);
  if (!isStored(array)) return;
  throw new TypeError(
    `${who}: the samples are stored, expected an array in memory; stored ones take { ...samples, normalization }.`,
  );
}

function requireNormalization(trained: unknown, who: string): asserts trained is Normalization {
  if (typeof trained === 'object' && trained !== null && 'kind' in trained && 'scale' in trained) return;
  throw new TypeError(
    `${who}: the normalization is ${inWords(trained)}, expected that of a model: model.normalization.`,
  );
}

/**
 * What is done to the data, in words: `divided by 255`, `(x - 12.3) / 45.6, mean 0 and standard deviation 1`,
 * `each of the 13 features to mean 0 and standard deviation 1`.
 */
export function describeNormalization(normalization: Normalization): string {
  requireNormalization(normalization, 'describeNormalization');
  const { kind, dtype } = normalization;
  if (kind === 'none') {
    return isFloat(dtype) ? 'used as they are (already in [0, 1])' : 'used as they are (0 and 1)';
  }
  const result = kind === 'minmax' ? 'from 0 to 1' : 'mean 0 and standard deviation 1';
  if (isByFeature(normalization)) {
    const { length } = normalization.scale;
    const which =
      length === 1 ? 'the only feature' : `each of the ${length.toLocaleString('en-US')} features`;
    return `${which} ${kind === 'minmax' ? result : `to ${result}`}`;
  }
  const { shift, scale } = normalization;
  if (kind === 'divide') return `divided by ${scale}`;
  const shifted = shift < 0 ? `x + ${short(-shift)}` : `x - ${short(shift)}`;
  return `(${shifted}) / ${short(scale)}, ${result}`;
}

/** Six digits are enough for people. */
function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** The statistics that {@link normalizationFrom} needs of data of this shape. */
export function statisticsFor(
  shape: Shape,
  mode: NormalizationMode,
  { scaleBy = isVector(shape.slice(1)) ? 'feature' : 'all' }: NormalizationOptions = {},
): StatisticsOptions {
  const isByFeature = mode !== 'auto' && scaleBy === 'feature';
  return { moments: mode === 'standard', ...(isByFeature && { features: sizeOf(shape.slice(1)) }) };
}

/**
 * {@link chooseNormalization} from statistics, wherever the values are.
 *
 * @param statistics - As {@link statisticsFor} says. If they hold those of each feature, each is scaled on its own.
 */
export function normalizationFrom(
  array: ArrayType,
  statistics: ValueStatistics,
  mode: NormalizationMode,
  { isTable = !isFlatPicture(array), nameOf = inCode }: RuleOptions = {},
): Normalization {
  const { shape, dtype } = array;
  if (sizeOf(shape) === 0) {
    throw new DataError(`the data is ${formatShape(shape)}, expected at least one value.`);
  }
  const range = finiteRange(array, statistics);
  const marker = isTable && isVector(shape.slice(1)) ? ({ table: true } as const) : {};
  if (mode === 'auto') {
    const wayOut = `${nameOf('minmax')} or ${nameOf('standard')} scales it`;
    return { ...byType(array, range, wayOut), ...marker };
  }
  const { minimum, maximum } = range;
  if (minimum === maximum) {
    throw new DataError(`all values of the data are ${minimum}, ${nameOf(mode)} needs different ones.`);
  }
  if (statistics.features) return scaleFeatures(mode, array, statistics.features);
  const shift = mode === 'minmax' ? minimum : statistics.mean;
  const scale = mode === 'minmax' ? maximum - minimum : statistics.standardDeviation;
  if (!(scale > 0 && Number.isFinite(scale) && Number.isFinite(shift))) {
    throw new DataError(`the data goes ${range.text}, beyond what ${nameOf(mode)} can compute in float64.`);
  }
  return { kind: mode, dtype, shift, scale, ...marker };
}

/** The statistics that {@link normalizationForTransform} needs of data of this shape. */
export function statisticsForTransform(trained: Normalization, shape: Shape): StatisticsOptions {
  return isByFeature(trained) ? { features: sizeOf(shape.slice(1)) } : {};
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

/**
 * The `auto` rule: values are scaled by what they are and by what their type can hold.
 *
 * @param wayOut - Advice in the message if that gives no inputs in [0, 1].
 * @param trained - What a model divides integers by, 1 if it was trained on zeros and ones: zeros and ones of any type stay
 *   what they are for such a model. Integers of more than a byte are divided by the same if they fit.
 */
function byType({ dtype }: ArrayType, range: Range, wayOut: string, trained?: number): UniformNormalization {
  const { minimum, maximum, text } = range;
  if (dtype === 'b1') return { kind: 'none', dtype, shift: 0, scale: 1 };
  if (isFloat(dtype)) {
    if (minimum < 0 || maximum > 1) {
      const areBytes = minimum >= 0 && LIKELY_BYTE <= maximum && maximum <= BYTE;
      const asBytes = areBytes ? '; pixels from 0 to 255 can also be saved as uint8' : '';
      throw new DataError(`the data is floats ${text}, expected [0, 1]: ${wayOut}${asBytes}.`);
    }
    return { kind: 'none', dtype, shift: 0, scale: 1 };
  }
  if (minimum < 0) {
    throw new DataError(`the data is integers ${text}, expected none below 0: ${wayOut}.`);
  }
  const isOfByte = isByte(dtype) && trained !== MASK;
  const bounds = trained === undefined ? [MASK, BYTE, WORD] : isOfByte ? [BYTE] : [trained, BYTE, WORD];
  const fitting = bounds.find((bound) => maximum <= bound);
  if (fitting === undefined) {
    throw new DataError(`the data is integers ${text}, expected at most ${WORD}: ${wayOut}.`);
  }
  const scale = Math.min(fitting, TYPE_MAXIMUM[dtype] ?? WORD);
  return { kind: scale === 1 ? 'none' : 'divide', dtype, shift: 0, scale };
}

function isByte(dtype: DType): boolean {
  return dtype === 'u1' || dtype === 'i1';
}

export function isFloat(dtype: DType): boolean {
  return dtype.startsWith('f');
}

interface Range {
  readonly minimum: number;
  readonly maximum: number;
  /** `from 0 to 255` */
  readonly text: string;
}

/** @throws {DataError} If there is NaN or infinity. */
function finiteRange({ shape }: ArrayType, statistics: ValueStatistics): Range {
  const { minimum, maximum, notFinite, firstNotFinite } = statistics;
  if (notFinite > 0) {
    throw new DataError(
      `the data holds NaN or infinity ${notFinite === 1 ? 'once' : `${notFinite} times`}, first at ${formatShape(indexOf(firstNotFinite, shape))}: remove or replace them.`,
    );
  }
  return { minimum, maximum, text: `from ${minimum} to ${maximum}` };
}

/** The index in each dimension of an element of a row-major array. */
function indexOf(element: number, shape: readonly number[]): number[] {
  let rest = element;
  return shape
    .map((_, axis) => shape[shape.length - 1 - axis])
    .map((length) => {
      const index = rest % length;
      rest = (rest - index) / length;
      return index;
    })
    .reverse();
}
